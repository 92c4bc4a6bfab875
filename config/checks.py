"""What is looked at before a setting is believed, so that a slip ends the start with a sentence.

A sentence names the setting and what to write; it never repeats the value, which may be a secret.
"""

import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from limits import parse_many
from pydantic import (
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.addresses import SERVICES, database_of_parts, read_database, read_host, read_redis, whole_address

DEVELOPMENT_SECRET = "development-only-secret-key-of-32-bytes"  # noqa: S105 (refused in production)

# What travels in a header: nothing but printable ASCII, and no space. The first two sign only.
_KEY = re.compile(r"(?!secret_key$|jwt_secret_key$)\w+_(?:key|token|secret)")
_QUOTES = ("'", '"')


class Environment(StrEnum):
    """Where the process runs; `production` refuses defaults that are only safe on one's own machine."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class CheckedSettings(BaseSettings):
    """The checks; the fields are those of `Settings`."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    @field_validator("*", mode="before")
    @classmethod
    def _trimmed(cls, value: Any) -> Any:
        """Without what copying leaves around a value: spaces, line ends, a pair of quotes."""
        if isinstance(value, SecretStr):
            return SecretStr(_bare(value.get_secret_value()))
        return _bare(value) if isinstance(value, str) else value

    @field_validator("channel_modules", mode="before", check_fields=False)
    @classmethod
    def _names(cls, value: Any) -> Any:
        """Names between commas, or as a list of JSON."""
        return re.findall(r"[^\s\[\],\"']+", value) if isinstance(value, str) else value

    @field_validator("log_level", mode="before", check_fields=False)
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("tz", check_fields=False)
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = get_close_matches(value, available_timezones(), n=1)
            raise ValueError(f"there is no time zone {value!r}; write one as {near[0] if near else 'America/Bogota'}")
        return value

    @field_validator("web_host", check_fields=False)
    @classmethod
    def _host_alone(cls, value: str) -> str:
        host, port = read_host(value, "write an address such as 0.0.0.0 or ::, or the name of a host")
        if port is not None or not host or "/" in host:
            raise ValueError("write the address alone; the port belongs into PORT")
        return host

    @field_validator("public_url", check_fields=False)
    @classmethod
    def _site(cls, value: str | None) -> str | None:
        if value is None:
            return None
        wrong = ValueError("write where people reach the pages, as https://example.org, without a path")
        try:
            parts = urlsplit(whole_address(value))
        except ValueError:
            raise wrong from None
        if parts.path.strip("/") or parts.query or "@" in parts.netloc:
            raise wrong
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("database_url", "migrations_database_url", "system_database_url", check_fields=False)
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            read_database(value.get_secret_value())
        return value

    @field_validator("db_host", check_fields=False)
    @classmethod
    def _database_host(cls, value: str | None) -> str | None:
        if value is not None:
            database_of_parts(value, 5432, "", "", "")
        return value

    @field_validator("redis_url", check_fields=False)
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        return SecretStr(read_redis(value.get_secret_value()))

    @field_validator(*SERVICES, check_fields=False)
    @classmethod
    def _service(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else SERVICES[str(info.field_name)](value)

    @field_validator("agent_handler_url", "webhook_url", check_fields=False)
    @classmethod
    def _whole(cls, value: str | None) -> str | None:
        return None if value is None else whole_address(value)

    @field_validator("*")
    @classmethod
    def _key(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, SecretStr) or not _KEY.fullmatch(str(info.field_name)):
            return value
        if any(not "!" <= character <= "~" for character in value.get_secret_value()):
            raise ValueError("this holds a space, a line end or a letter that no key has: copy the key anew")
        return value

    @field_validator("*")
    @classmethod
    def _at_home(cls, value: Any) -> Any:
        return value.expanduser() if isinstance(value, Path) else value

    @field_validator("file_storage", check_fields=False)
    @classmethod
    def _storage(cls, value: str) -> str:
        if re.match(r"[A-Za-z][\w+.-]*:", value) and not re.match(r"s3://\w", value):
            raise ValueError("write the path of a folder, or s3://bucket/prefix")
        return value

    @field_validator("rate_limit_per_key", "rate_limit_per_stranger", "rate_limit_per_person", check_fields=False)
    @classmethod
    def _limit(cls, value: str) -> str:
        try:
            parse_many(value)
        except ValueError:
            raise ValueError("write a number and a time, such as 120/minute") from None
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_defaults_in_production(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Beside what else is wrong: whoever sets up an installation mends all of it at once."""
        refusals = [*_halves(given), *_production_lacks(given)] if isinstance(given, dict) else []
        try:
            made = handler(given)
        except ValidationError as error:
            told = [_detail(cls._said(fault), *fault["loc"]) for fault in error.errors(include_input=False)]
            told += [_detail("; ".join(refusals))] if refusals else []
            raise ValidationError.from_exception_data(cls.__name__, told, hide_input=True) from None
        if refusals:
            raise ValueError("; ".join(refusals))
        return made

    @classmethod
    def _said(cls, fault: ErrorDetails) -> str:
        """A fault in words; what is not said in words of ours says what the setting is, too."""
        name = str(fault["loc"][0]) if fault["loc"] else ""
        described = cls.model_fields[name].description if name in cls.model_fields else None
        ours = fault["type"] == "value_error" or described is None
        return fault["msg"] if ours else f"{fault['msg']} ({described})"


def _detail(said: str, *loc: int | str) -> InitErrorDetails:
    return {"type": PydanticCustomError("setting", "{said}", {"said": said}), "loc": loc, "input": None}


def _bare(value: str) -> str:
    bare = value.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in _QUOTES:
        bare = bare[1:-1].strip()
    return bare


def _halves(given: dict[str, Any]) -> list[str]:
    """What was set without what it cannot do without, as sentences."""
    if given.get("email_host") and not given.get("public_url"):
        return ["EMAIL_HOST needs PUBLIC_URL: the links in mails begin with it"]
    return []


def _production_lacks(given: dict[str, Any]) -> list[str]:
    """What a production installation needs and has not, as sentences; `given` are the settings as they were set."""
    if str(given.get("environment", "")).strip() != Environment.PRODUCTION:
        return []
    secret = given.get("secret_key", DEVELOPMENT_SECRET)
    known = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    needed = {
        "SECRET_KEY": known != DEVELOPMENT_SECRET,
        "DATABASE_URL (or DB_HOST)": bool(given.get("database_url") or given.get("db_host")),
        "REDIS_URL": "redis_url" in given,
    }
    missing = [name for name, there in needed.items() if not there]
    missing += _channels_lack(given)
    refusals = [f"production needs {', '.join(missing)} to be set"] if missing else []
    if str(given.get("fetch_loopback", "false")).lower() in {"true", "1", "yes", "on", "t", "y"}:
        refusals.append("production refuses FETCH_LOOPBACK: unset it")
    if given.get("sign_up") == "open" and not given.get("email_host"):
        refusals.append("SIGN_UP=open needs EMAIL_HOST: only a mail proves whose an address is")
    return refusals


# Of a channel that was set up: what makes it one, and what proves that a delivery is its own.
_CHANNEL_SECRETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("twilio_account_sid", ("twilio_auth_token",)),
    ("waha_base_url", ("waha_hmac_key", "webhook_verify_token")),
    ("telegram_bot_token", ("telegram_webhook_secret",)),
    ("meta_phone_number_id", ("meta_app_secret",)),
)


def _channels_lack(given: dict[str, Any]) -> list[str]:
    """The secrets without which anybody could deliver messages in a channel's name."""
    return [
        " or ".join(secret.upper() for secret in secrets)
        for channel, secrets in _CHANNEL_SECRETS
        if given.get(channel) and not any(given.get(secret) for secret in secrets)
    ]


def told(error: ValidationError) -> str:
    """All that is wrong with the settings, each with its name, and none with its value."""
    sentences = []
    for fault in error.errors(include_input=False, include_url=False):
        said = fault["msg"].removeprefix("Value error, ")
        name = "_".join(map(str, fault["loc"])).upper()
        sentences.append(f"{name}: {said}" if name else said)
    return "; ".join(sentences)
