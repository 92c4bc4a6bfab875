"""The kinds of integrations: a new one is its fields, the service that they open, and an entry in `KINDS`."""

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from cci_app.core.errors import InvalidInput
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.core.outside.addresses import OPERATOR, PLAIN_HTTP, address_fault, at_service
from cci_app.core.outside.kind import AccountKind, Fields
from cci_app.core.sealed import Seal
from cci_app.integrations.crm.mapping import mapping_named
from config.settings import Environment, Settings

if TYPE_CHECKING:
    from cci_app.integrations.baserow import BaserowTable
    from cci_app.integrations.crm.service import Crm
    from cci_app.integrations.drive import DriveFolder
    from cci_app.integrations.sharepoint import SharePoint
    from cci_app.integrations.sheets import GoogleSheets
    from cci_app.integrations.slack import Slack
    from cci_app.integrations.zendesk import Zendesk

_GRAPH = ("graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn")
_SIGN_IN = ("login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn")
_GOOGLE_TOKENS = ("oauth2.googleapis.com",)
_SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
_DRIVE_FOLDER = re.compile(r"(?:https://drive\.google\.com/\S{0,40}folders/)?([A-Za-z0-9_-]{8,100})(?:[/?#]\S*)?")
_NO_KEY = "has to be the JSON key of a service account"


def _site(text: str) -> str:
    from cci_app.integrations.graph import Site

    if Site.parse(text) is None:
        raise ValueError("is written as host:/sites/name, or as the site's address")
    return text


class SharePointFields(Fields):
    """An application of a Microsoft 365 tenant, and the folder of a site that it writes to."""

    variables: ClassVar = {
        **{name: f"sharepoint_{name}" for name in ("tenant_id", "client_id", "client_secret")},
        **{name: f"sharepoint_{name}" for name in ("site", "drive", "folder", "conflict")},
        **{name: name for name in ("graph_base_url", "graph_authority")},
    }

    tenant_id: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    site: Annotated[str, AfterValidator(_site)]
    drive: str | None = None
    folder: str = ""
    conflict: Literal["replace", "rename", "fail"] = "replace"
    graph_base_url: Annotated[str, at_service(*_GRAPH, like="graph_base_url")] = "https://graph.microsoft.com"
    graph_authority: Annotated[str, at_service(*_SIGN_IN, like="graph_authority")] = "https://login.microsoftonline.com"


def _looks_like_a_key(text: str) -> bool:
    return text.lstrip().startswith(("{", "\\{", "eyJ", "ew"))


def _json_of_key(text: str) -> Any:
    """The JSON of a key as files of variables hold it: as it is, in base64, quotes or line ends escaped once more."""
    if not text.lstrip().startswith(("{", "\\{")):
        text = base64.b64decode("".join(text.split()), validate=True).decode()
    try:
        # Not strict: line ends that stand in the private key as themselves.
        account = json.loads(text, strict=False)
    except ValueError:
        account = json.loads(text.replace('\\"', '"'), strict=False)
    if isinstance(account, dict) and isinstance(key := account.get("private_key"), str):
        account["private_key"] = key.replace("\\n", "\n")
    return account


class ServiceAccountFields(Fields):
    """A service account of Google's, by its JSON key."""

    service_account: SecretStr = Field(min_length=1)
    drive_url: Annotated[str, at_service("www.googleapis.com", like="google_drive_url")] = "https://www.googleapis.com"

    @field_validator("service_account")
    @classmethod
    def _key(cls, key: SecretStr, info: ValidationInfo) -> SecretStr:
        """The key itself; the installation's own may stand in a file, which nobody else has this process read."""
        context = info.context or {}
        text = key.get_secret_value()
        no_key = f"{_NO_KEY}, or the path of a file with it" if context.get(OPERATOR) else _NO_KEY
        try:
            if context.get(OPERATOR) and not _looks_like_a_key(text):
                text = Path(text).read_text(encoding="utf-8-sig")
            account = _json_of_key(text)
        except (OSError, ValueError):
            # The error may repeat the key.
            raise ValueError(no_key) from None
        if not isinstance(account, dict):
            raise ValueError(no_key)
        fault = address_fault(str(account.get("token_uri", "")), _GOOGLE_TOKENS, context)
        if fault:
            raise ValueError(f"cannot be used: its token_uri {fault}")
        return SecretStr(json.dumps(account))


class GoogleSheetsFields(ServiceAccountFields):
    """A service account of Google's, and the sheet that it keeps up to date."""

    variables: ClassVar = {
        **{name: f"google_{name}" for name in ("service_account", "spreadsheet_id", "sheet_name", "share_with")},
        **{name: f"google_{name}" for name in ("sheets_url", "drive_url")},
    }

    spreadsheet_id: str | None = None
    sheet_name: str = Field("Conversations", min_length=1, max_length=100)
    share_with: str = ""
    sheets_url: Annotated[str, at_service("sheets.googleapis.com", like="google_sheets_url")] = (
        "https://sheets.googleapis.com"
    )

    @model_validator(mode="after")
    def _somewhere(self, info: ValidationInfo) -> Self:
        if self.spreadsheet_id is None and not self.share_with.strip(" ,"):
            by_name = self.variable if (info.context or {}).get(OPERATOR) else str
            raise ValueError(f"it needs {by_name('spreadsheet_id')} or {by_name('share_with')} to be set")
        return self


def _folder_id(text: str) -> str:
    """The id of a folder at Google Drive, of which people copy the address."""
    found = _DRIVE_FOLDER.fullmatch(text)
    if found is None:
        raise ValueError("has to be the address of a folder at Google Drive, or the id in it")
    return found[1]


class GoogleDriveFields(ServiceAccountFields):
    """A service account of Google's, and a folder at Google Drive that is shared with it."""

    variables: ClassVar = {
        **{name: f"google_{name}" for name in ("service_account", "drive_url")},
        "folder_id": "google_drive_folder",
    }

    folder_id: Annotated[str, AfterValidator(_folder_id)]

    @classmethod
    def in_environment(cls, settings: Settings) -> bool:
        """Whether the environment names a folder: its service account alone may be meant for sheets."""
        return settings.google_drive_folder is not None and super().in_environment(settings)


class SlackFields(Fields):
    """A channel at Slack, by the address of its incoming webhook, which is a secret."""

    variables: ClassVar = {"webhook": "slack_alert_webhook"}

    webhook: SecretStr = Field(min_length=1)

    @field_validator("webhook")
    @classmethod
    def _at_slack(cls, webhook: SecretStr, info: ValidationInfo) -> SecretStr:
        fault = address_fault(webhook.get_secret_value(), _SLACK, info.context or {})
        if fault:
            raise ValueError(fault)
        return webhook


class BaserowFields(Fields):
    """A table at Baserow, and the database token that may read it."""

    variables: ClassVar = {"base_url": "baserow_url", "token": "baserow_auth_key", "table_id": "baserow_table_id"}

    token: SecretStr = Field(min_length=1)
    table_id: int = Field(ge=1)
    base_url: Annotated[str, at_service("api.baserow.io", like="baserow_url")] = "https://api.baserow.io"


def _baserow(fields: BaserowFields, _settings: Settings) -> "BaserowTable":
    from cci_app.integrations.baserow import BaserowTable

    return BaserowTable(fields.base_url, fields.token.get_secret_value(), fields.table_id)


def _at_zendesk(domain: str, info: ValidationInfo) -> str:
    context = info.context or {}
    own = context.get(PLAIN_HTTP, False) and domain.startswith("127.0.0.1:")
    if not (domain.endswith(".zendesk.com") or own or context.get(OPERATOR)):
        raise ValueError("has to be the whole name of a host at Zendesk, as example.zendesk.com")
    return domain


class ZendeskFields(Fields):
    """A Zendesk, and the agent in whose name it is asked; new tickets become tasks of the project."""

    variables: ClassVar = {name: f"zendesk_{name}" for name in ("domain", "email", "api_token", "project_id")}

    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$"), AfterValidator(_at_zendesk)]
    email: str = Field(min_length=3, max_length=254)
    api_token: SecretStr = Field(min_length=1)
    project_id: int | None = Field(None, ge=1)


def _zendesk(fields: ZendeskFields, _settings: Settings) -> "Zendesk":
    from cci_app.integrations.zendesk import Zendesk

    scheme = "http" if fields.domain.startswith("127.0.0.1:") else "https"
    return Zendesk(f"{scheme}://{fields.domain}", fields.email, fields.api_token.get_secret_value())


def _an_address(address: str, info: ValidationInfo) -> str:
    """An address of everybody's internet: what it resolves to is looked at whenever it is called."""
    try:
        checked_url(address, loopback=bool((info.context or {}).get(PLAIN_HTTP)))
    except FetchError as error:
        raise ValueError(f"cannot be used: {error.message}") from None
    return address


def _mapping_of(thing: str) -> AfterValidator:
    def check(name: str) -> str:
        try:
            found = mapping_named(name).object
        except InvalidInput as error:
            raise ValueError(f"cannot be used: {error.message}") from None
        if found != thing:
            raise ValueError(f"cannot be used: {name} is a mapping of the object {found}, and not {thing}")
        return name

    return AfterValidator(check)


class _MappedFields(Fields):
    """A CRM that is asked by mappings: `mapping` is that of tasks, `leads` that of leads; at least one of them."""

    usual: ClassVar[str]

    mapping: Annotated[str, _mapping_of("task")] | None = None
    leads: Annotated[str, _mapping_of("lead")] | None = None
    project_id: int | None = Field(None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _of_tasks_where_none_is_named(cls, values: Any) -> Any:
        if isinstance(values, dict) and not (values.get("mapping") or values.get("leads")):
            return {**values, "mapping": cls.usual}
        return values

    @model_validator(mode="after")
    def _tasks_in_a_project(self) -> Self:
        if self.project_id is not None and self.mapping is None:
            raise ValueError("project_id is for tasks: name a `mapping`, too")
        return self


class CrmFields(_MappedFields):
    """A CRM that is asked by a mapping, with a secret in a header; new records become tasks of the project."""

    usual: ClassVar = "rest"

    base_url: Annotated[str, AfterValidator(_an_address)]
    secret: SecretStr = Field(min_length=1)
    header: str = Field("Authorization", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")

    @field_validator("secret")
    @classmethod
    def _in_a_header(cls, secret: SecretStr) -> SecretStr:
        return _header_value(secret)


class HubspotFields(_MappedFields):
    """A HubSpot, and the access token of a private app of it; new tasks there become tasks of the project."""

    usual: ClassVar = "hubspot"

    token: SecretStr = Field(min_length=1)
    base_url: Annotated[str, at_service("api.hubapi.com", like="hubspot_base_url")] = "https://api.hubapi.com"

    @field_validator("token")
    @classmethod
    def _in_a_header(cls, token: SecretStr) -> SecretStr:
        return _header_value(token)


def _header_value(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("cannot be used: it is sent in a header, which takes letters, digits and signs of ASCII")
    return secret


def _crm(fields: CrmFields, settings: Settings) -> "Crm":
    return _mapped("the CRM", fields.base_url, {fields.header: fields.secret.get_secret_value()}, fields, settings)


def _hubspot(fields: HubspotFields, settings: Settings) -> "Crm":
    headers = {"Authorization": f"Bearer {fields.token.get_secret_value()}"}
    return _mapped("HubSpot", fields.base_url, headers, fields, settings)


def _mapped(name: str, base_url: str, headers: dict[str, str], fields: _MappedFields, settings: Settings) -> "Crm":
    from cci_app.integrations.crm.service import Crm

    mapping = mapping_named(fields.mapping or fields.leads or fields.usual)
    leads = mapping_named(fields.leads) if fields.leads else None
    return Crm(name, base_url, headers, mapping, settings.fetch_loopback, leads)


def _slack(fields: SlackFields, _settings: Settings) -> "Slack":
    from cci_app.integrations.slack import Slack

    return Slack(fields.webhook.get_secret_value())


def _sharepoint(fields: SharePointFields, settings: Settings) -> "SharePoint":
    from cci_app.integrations.graph import Account, Site
    from cci_app.integrations.sharepoint import SEAL_PURPOSE, Library, SharePoint
    from cci_app.integrations.upload import Conflict

    site = Site.parse(fields.site)
    assert site is not None  # noqa: S101 (the field's validator)
    return SharePoint(
        Account(
            fields.tenant_id,
            fields.client_id,
            fields.client_secret,
            fields.graph_base_url,
            fields.graph_authority,
            plain_http=settings.environment is not Environment.PRODUCTION,
        ),
        Library.named(site, fields.drive, fields.folder),
        Conflict(fields.conflict),
        Seal(settings.secret_key, SEAL_PURPOSE),
    )


def _google_sheets(fields: GoogleSheetsFields, _settings: Settings) -> "GoogleSheets":
    from google.auth.exceptions import GoogleAuthError

    from cci_app.integrations.sheets import GoogleSheets, Spreadsheet, addresses

    spreadsheet = Spreadsheet(
        id=fields.spreadsheet_id,
        sheet=fields.sheet_name,
        share_with=addresses(fields.share_with),
        sheets_url=fields.sheets_url,
        drive_url=fields.drive_url,
    )
    try:
        return GoogleSheets(json.loads(fields.service_account.get_secret_value()), spreadsheet)
    except (ValueError, GoogleAuthError):
        raise _unusable_key(fields) from None


def _google_drive(fields: GoogleDriveFields, settings: Settings) -> "DriveFolder":
    from google.auth.exceptions import GoogleAuthError

    from cci_app.integrations.drive import DriveFolder

    account = json.loads(fields.service_account.get_secret_value())
    try:
        return DriveFolder(account, fields.folder_id, fields.drive_url, loopback=settings.fetch_loopback)
    except (ValueError, GoogleAuthError):
        raise _unusable_key(fields) from None


def _unusable_key(fields: ServiceAccountFields) -> InvalidInput:
    return InvalidInput(f"{fields.variable('service_account')} {_NO_KEY}, or the path of a file with it")


SHAREPOINT: "AccountKind[SharePointFields, SharePoint]" = AccountKind(
    "sharepoint", "a folder of a SharePoint library", SharePointFields, _sharepoint
)
GOOGLE_SHEETS: "AccountKind[GoogleSheetsFields, GoogleSheets]" = AccountKind(
    "google_sheets", "a Google Sheet", GoogleSheetsFields, _google_sheets
)
GOOGLE_DRIVE: "AccountKind[GoogleDriveFields, DriveFolder]" = AccountKind(
    "google_drive", "a folder at Google Drive", GoogleDriveFields, _google_drive
)
SLACK: "AccountKind[SlackFields, Slack]" = AccountKind("slack", "a channel at Slack", SlackFields, _slack)
BASEROW: "AccountKind[BaserowFields, BaserowTable]" = AccountKind(
    "baserow", "a table at Baserow", BaserowFields, _baserow
)
ZENDESK: "AccountKind[ZendeskFields, Zendesk]" = AccountKind("zendesk", "a Zendesk", ZendeskFields, _zendesk)
CRM: "AccountKind[CrmFields, Crm]" = AccountKind("crm", "a CRM that is asked by a mapping", CrmFields, _crm)
HUBSPOT: "AccountKind[HubspotFields, Crm]" = AccountKind("hubspot", "a HubSpot", HubspotFields, _hubspot)
KINDS: dict[str, AccountKind[Any, Any]] = {
    kind.name: kind for kind in (SHAREPOINT, GOOGLE_SHEETS, GOOGLE_DRIVE, SLACK, BASEROW, ZENDESK, CRM, HUBSPOT)
}
