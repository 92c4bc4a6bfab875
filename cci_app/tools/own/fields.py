"""What an organisation says of its tools and servers of tools, and what of it is secret."""

import re
from typing import Annotated, Any, Final, Literal, Self

import httpx
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from cci_app.core.errors import InvalidInput
from cci_app.core.outbound.addresses import is_loopback, is_public, is_public_name
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.core.outside.addresses import PLAIN_HTTP
from cci_app.core.outside.kind import Fields
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.ports import SECONDS, Consent

_PLACE: Final = re.compile(r"\{([a-z_][a-z0-9_]{0,39})\}", re.IGNORECASE)
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECRETS: Final = ("secret", "other_secret")
# What our own wire says of a request.
_NOT_THEIRS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


def public_address(address: str, info: ValidationInfo) -> str:
    """An address that a request may be sent to; names in braces may stand behind the host only."""
    loopback = bool((info.context or {}).get(PLAIN_HTTP))
    try:
        url = checked_url(_PLACE.sub("x", address), loopback=loopback)
    except FetchError as error:
        raise ValueError(error.message) from None
    behind = address.split("://", 1)[-1].partition("/")[0]
    if "{" in behind or "}" in behind:
        raise ValueError("names an argument in its host: it has to be written out")
    if not (_is_public_host(url) or (loopback and _is_local(url))):
        raise ValueError("is not a public host: use an address that everybody can open")
    return address


def _is_public_host(url: httpx.URL) -> bool:
    try:
        return is_public(url.host)
    except ValueError:
        return is_public_name(url.host)


def _is_local(url: httpx.URL) -> bool:
    try:
        return is_loopback(url.host)
    except ValueError:
        return url.host == "localhost"


Address = Annotated[str, AfterValidator(public_address)]
Examples = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=30)]


class ToolFields(Fields):
    """What every tool of an organisation has. `writes` is what a tool that writes needs; a reading one has none."""

    label: str = Field("", max_length=100)
    description: str = Field(min_length=1, max_length=1_000)
    arguments: dict[str, Any] = Field(default_factory=dict)
    writes: Consent | None = None
    examples: Examples = ()
    seconds: float = Field(SECONDS, gt=0, le=SECONDS)

    @field_validator("arguments")
    @classmethod
    def _usable(cls, schema: dict[str, Any]) -> dict[str, Any]:
        try:
            SchemaArguments(schema)
        except InvalidInput as error:
            raise ValueError(error.message) from None
        return schema


class HttpToolFields(ToolFields):
    """An address that is called. `{name}` in it is an argument; in a header, `{secret}`, `{other_secret}` are those.

    Arguments that do not stand in the address are the query of a GET or DELETE, else the JSON of the body.
    `response_path` leads to the part of the answer that counts, as `data.items.0`.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Address = Field(max_length=2_000)
    headers: dict[str, str] = Field(default_factory=dict, max_length=20)
    response_path: str = Field("", max_length=200)
    secret: SecretStr | None = None
    other_secret: SecretStr | None = None

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER.fullmatch(name) or name.lower() in _NOT_THEIRS:
                raise ValueError(f"{name[:64]!r} is no header that can be sent")
            if len(value) > 2_000 or not value.isprintable() or not value.isascii():
                raise ValueError(f"the value of {name} cannot be sent")
            unknown = set(_PLACE.findall(value)) - set(_SECRETS)
            if unknown:
                raise ValueError(f"{name} names {{{min(unknown)}}}; a header may name {{secret}} and {{other_secret}}")
        return headers

    @model_validator(mode="after")
    def _asks_before_it_writes(self) -> Self:
        if self.method != "GET" and self.writes is None and "writes" not in self.model_fields_set:
            object.__setattr__(self, "writes", Consent.PERSON)
        return self


class ScriptToolFields(ToolFields):
    """A program among those of TOOL_SCRIPTS_PATH. It reads the arguments as JSON, and writes its answer."""

    script: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")


class ServerFields(Fields):
    """A server of tools. Of its tools those in `reads` are called freely, the others need the person's yes.

    `only` names those that are used, all where it is empty; `examples` are messages that want a tool, by its name.
    """

    url: Address = Field(max_length=2_000)
    token: SecretStr | None = None
    only: tuple[str, ...] = Field((), max_length=100)
    reads: tuple[str, ...] = Field((), max_length=100)
    examples: dict[str, Examples] = Field(default_factory=dict, max_length=100)
    seconds: float = Field(SECONDS, gt=0, le=SECONDS)
