"""What an account at a channel asks for, in words; names that a service shows are left as it shows them."""

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

from cci_app.core.outside.kind import AccountKind
from cci_app.dashboard.words import gettext


@dataclass(frozen=True, slots=True)
class FieldToFill:
    """A field of a kind of account; with `default` it may be left as it is, with `choices` one of them is chosen."""

    name: str
    label: str
    is_secret: bool
    is_required: bool
    default: str | None
    choices: list[tuple[str, str]]


def fields_to_fill(kind: AccountKind[Any, Any]) -> list[FieldToFill]:
    """The fields of a kind, in the order in which its service asks for them."""
    secrets = kind.fields.secret_names()
    found = []
    for name, field in kind.fields.model_fields.items():
        default = None if field.default in {None, PydanticUndefined} else str(field.default).lower()
        choices: list[tuple[str, str]] = []
        if field.annotation is bool:
            choices = [("true", gettext("Yes")), ("false", gettext("No"))]
        elif get_origin(field.annotation) is Literal:
            choices = [(each, each) for each in get_args(field.annotation)]
        label = field_label(kind.name, name)
        found.append(FieldToFill(name, label, name in secrets, field.is_required(), default, choices))
    return found


def channel_about(kind: str) -> str:
    """What there is an account of, at a kind of channel."""
    return {
        "manychat": gettext("A page at Manychat"),
        "twilio": gettext("A WhatsApp number at Twilio"),
        "waha": gettext("A WhatsApp number at a WAHA of your own, connected by a telephone"),
        "telegram": gettext("A Telegram bot"),
        "meta": gettext("A WhatsApp number of Meta’s Cloud API"),
        "email": gettext("An address at a mail server"),
    }.get(kind, "")


def field_label(kind: str, name: str) -> str:
    """What a field of an account is called."""
    own = {
        ("manychat", "api_key"): gettext("API key of the page"),
        ("telegram", "token"): gettext("The bot’s token, from @BotFather"),
        ("telegram", "secret"): gettext("A secret of your own, which deliveries have to carry"),
        ("waha", "base_url"): gettext("Address of your WAHA"),
        ("waha", "token"): gettext("Or a secret of your own, in the header X-Waha-Token"),
    }
    names = {
        "api_key": gettext("API key"),
        "base_url": gettext("Address of the service"),
        "account_sid": "Account SID",
        "auth_token": "Auth token",
        "number": gettext("Number, with its country"),
        "hmac_key": gettext("A secret of your own, which signs deliveries (HMAC)"),
        "session": gettext("Session"),
        "human": gettext("Show messages as seen, and typing"),
        "phone_number_id": "Phone number ID",
        "access_token": "Access token",
        "app_secret": "App secret",
        "verify_token": gettext("Verify token, of your own"),
        "graph_version": gettext("Version of the Graph API"),
        "host": gettext("Mail server"),
        "port": gettext("Port"),
        "security": gettext("Encryption"),
        "user": gettext("User"),
        "password": gettext("Password"),
        "sender": gettext("The address that mails are from"),
        "inbound_token": gettext("A secret of your own, which mails that come in have to carry"),
    }
    return own.get((kind, name)) or names.get(name, name)
