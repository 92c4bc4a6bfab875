"""A tool that is an address outside."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from cci_app.core.outbound.fetch import CalledAddress, FetchError, FetchReason, call
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.own.fields import HttpToolFields
from cci_app.tools.ports import Run, Tool, ToolContext, ToolFailed, ToolKind, ToolResult

MOST_BYTES: Final = 1024 * 1024
_LONGEST_TEXT: Final = 8_000
_IN_QUERY: Final = frozenset({"GET", "DELETE"})
# Nothing was sent yet where it is one of these.
_BEFORE_SENDING: Final = frozenset(
    {FetchReason.NOT_PUBLIC, FetchReason.NO_SUCH_HOST, FetchReason.INVALID_ADDRESS, FetchReason.NOT_HTTPS}
)


def http_tool(name: str, fields: HttpToolFields, *, loopback: bool) -> Tool:
    """The tool of an address."""
    return Tool(
        name=name,
        description=fields.description,
        arguments=SchemaArguments(fields.arguments),
        run=_run(fields, loopback),
        kind=ToolKind.HTTP,
        writes=fields.writes,
        seconds=fields.seconds,
        examples=fields.examples,
        label=fields.label,
    )


def _run(fields: HttpToolFields, loopback: bool) -> Run:
    secrets = {
        name: value.get_secret_value()
        for name, value in (("secret", fields.secret), ("other_secret", fields.other_secret))
        if value is not None
    }

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        address, content = _request(fields, arguments)
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if content else {})}
        headers |= {name: _filled(value, secrets) for name, value in fields.headers.items()}
        answered = call_tool(fields.method, address, headers, content, context, loopback)
        return ToolResult(_without(_at(read_answer(answered), fields.response_path), secrets.values()))

    return run


def call_tool(
    method: str, address: str, headers: Mapping[str, str], content: bytes | None, context: ToolContext, loopback: bool
) -> CalledAddress:
    """Call an address for a tool. Raises ToolFailed, which says that nothing happened where that is sure."""
    try:
        answered = call(
            method,
            address,
            headers=headers,
            content=content,
            seconds=context.deadline.left(),
            max_bytes=MOST_BYTES,
            loopback=loopback,
        )
    except FetchError as error:
        raise ToolFailed(error.message, certain=error.reason in _BEFORE_SENDING) from error
    if answered.status >= 300:
        raise ToolFailed(f"the service answered {answered.status}", certain=300 <= answered.status < 500)
    return answered


def read_answer(answered: CalledAddress) -> Any:
    """What a service answered: JSON, else its text."""
    text = answered.content.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text[:_LONGEST_TEXT]


def _request(fields: HttpToolFields, arguments: Mapping[str, Any]) -> tuple[str, bytes | None]:
    address, rest = fields.url, {}
    for name, value in arguments.items():
        place = f"{{{name}}}"
        if place in address:
            address = address.replace(place, quote(_plain(value), safe=""))
        elif value is not None:
            rest[name] = value
    if "{" in address:
        raise ToolFailed("an argument that stands in the address is missing", certain=True)
    if not rest or fields.method not in _IN_QUERY:
        return address, json.dumps(rest).encode() if fields.method not in _IN_QUERY else None
    query = urlencode({name: _plain(value) for name, value in rest.items()})
    return f"{address}{'&' if '?' in address else '?'}{query}", None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filled(value: str, secrets: Mapping[str, str]) -> str:
    for name, secret in secrets.items():
        value = value.replace(f"{{{name}}}", secret)
    return value


def _at(data: Any, path: str) -> Any:
    """The part of an answer that a path leads to."""
    for step in filter(None, path.split(".")):
        if isinstance(data, Mapping) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            raise ToolFailed(f"the answer has no {path}")
    return data


def _without(data: Any, secrets: Any) -> Any:
    """The answer without the secrets that a service may send back."""
    written = json.dumps(data, ensure_ascii=False)
    for secret in secrets:
        escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
        if len(secret) >= 4 and escaped in written:
            written = written.replace(escaped, "***")
    return json.loads(written)
