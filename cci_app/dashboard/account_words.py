"""What an account at a service outside asks for, in words; names that a service shows are left as it shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

from cci_app.core.outside.kind import AccountKind
from cci_app.dashboard.words import gettext

# What is pasted whole from a file.
_PASTED = frozenset({"service_account"})


@dataclass(frozen=True, slots=True)
class FieldToFill:
    """A field of a kind of account; with `default` it may be left as it is, with `choices` one of them is chosen.

    `is_pasted` has many lines; `hint` says what is not clear from its name.
    """

    name: str
    label: str
    is_secret: bool
    is_required: bool
    is_pasted: bool
    hint: str
    default: str | None
    choices: list[tuple[str, str]]


def fields_to_fill(
    kind: AccountKind[Any, Any], own: Mapping[str, list[tuple[str, str]]] = MappingProxyType({})
) -> list[FieldToFill]:
    """The fields of a kind, in the order in which its service asks for them; `own` are the organisation's choices."""
    secrets, hints, words = kind.fields.secret_names(), _hints(), _choice_words()
    found = []
    for name, field in kind.fields.model_fields.items():
        default = None if field.default in {None, "", PydanticUndefined} else str(field.default)
        choices: list[tuple[str, str]] = []
        if name in own:
            choices = [("", "–"), *own[name]]
        elif field.annotation is bool:
            choices = [("True", gettext("Yes")), ("False", gettext("No"))]
        elif get_origin(field.annotation) is Literal:
            choices = [(each, words.get(each, each)) for each in get_args(field.annotation)]
        label, hint = field_label(kind.name, name), hints.get((kind.name, name), "")
        found.append(
            FieldToFill(name, label, name in secrets, field.is_required(), name in _PASTED, hint, default, choices)
        )
    return found


def account_about(kind: str) -> str:
    """What there is an account of, at a kind of channel or service."""
    return {
        "manychat": gettext("A page at Manychat"),
        "twilio": gettext("A WhatsApp number at Twilio"),
        "waha": gettext("A WhatsApp number at a WAHA of your own, connected by a telephone"),
        "telegram": gettext("A Telegram bot"),
        "meta": gettext("A WhatsApp number of Meta’s Cloud API"),
        "email": gettext("An address at a mail server"),
        "sharepoint": gettext("A folder of a SharePoint library, which exports go to"),
        "google_sheets": gettext("A Google Sheet, which exports are kept up to date in"),
        "google_drive": gettext("A folder at Google Drive, whose documents the assistant reads"),
        "slack": gettext("A channel at Slack, which the team is told in"),
        "baserow": gettext("A table at Baserow, whose facts the assistant tells"),
        "zendesk": gettext("A Zendesk, whose tickets become tasks"),
        "crm": gettext("A CRM of your own, whose records become tasks, or which leads go to"),
        "hubspot": gettext("A HubSpot, whose tasks are shared, or which leads go to"),
    }.get(kind, "")


def field_label(kind: str, name: str) -> str:
    """What a field of an account is called."""
    own = {
        ("manychat", "api_key"): gettext("API key of the page"),
        ("telegram", "token"): gettext("The bot’s token, from @BotFather"),
        ("telegram", "secret"): gettext("A secret of your own, which deliveries have to carry"),
        ("waha", "base_url"): gettext("Address of your WAHA"),
        ("crm", "base_url"): gettext("Address of your CRM"),
        ("baserow", "token"): gettext("Database token"),
        ("hubspot", "token"): gettext("Access token of the private app"),
        ("zendesk", "email"): gettext("E-mail address of the agent in whose name tickets are written"),
        ("crm", "secret"): gettext("What the header holds, such as Bearer and a token"),
        ("waha", "token"): gettext("Or a secret of your own, in the header X-Waha-Token"),
    }
    return own.get((kind, name)) or _labels().get(name, name)


def _labels() -> dict[str, str]:
    """What fields are called whatever the kind."""
    return {
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
        "tenant_id": "Directory (tenant) ID",
        "client_id": "Application (client) ID",
        "client_secret": "Client secret",
        "site": gettext("Address of the site, as the browser shows it"),
        "drive": gettext("Document library"),
        "folder": gettext("Folder"),
        "conflict": gettext("Where there is a file of that name"),
        "graph_base_url": gettext("Address of Microsoft Graph"),
        "graph_authority": gettext("Where Microsoft signs in"),
        "service_account": gettext("Key of the service account: the whole JSON file"),
        "spreadsheet_id": gettext("Id of the spreadsheet"),
        "sheet_name": gettext("Sheet"),
        "share_with": gettext("Or share a new spreadsheet with these e-mail addresses"),
        "sheets_url": gettext("Address of Google Sheets"),
        "drive_url": gettext("Address of Google Drive"),
        "folder_id": gettext("Address of the folder, as the browser shows it"),
        "webhook": "Incoming webhook URL",
        "table_id": gettext("Number of the table"),
        "domain": gettext("Domain, such as example.zendesk.com"),
        "api_token": gettext("API token"),
        "project_id": gettext("Project that takes them up as tasks"),
        "mapping": gettext("Mapping of tasks"),
        "leads": gettext("Mapping of leads"),
        "header": gettext("Header"),
    }


def _choice_words() -> dict[str, str]:
    """The words of a choice; encryption is called what mail servers call it."""
    return {
        "replace": gettext("Replace it"),
        "rename": gettext("Keep both, under another name"),
        "fail": gettext("Keep the old one, and say so"),
        "starttls": "STARTTLS",
        "tls": "TLS",
        "none": gettext("None"),
    }


def _hints() -> dict[tuple[str, str], str]:
    """What to do beforehand at the service, by kind and field."""
    shared = gettext("Share it with the address of the service account first.")
    return {
        ("sharepoint", "client_secret"): gettext(
            "Of an app registration in Microsoft Entra that may write to the site (Sites.Selected)."
        ),
        ("google_sheets", "spreadsheet_id"): shared,
        ("google_drive", "folder_id"): shared,
    }
