"""The kinds of channel accounts: a new one is its fields, the service that they open, and an entry in `KINDS`."""

import re
from email.errors import MessageError
from email.headerregistry import Address as Mailbox
from typing import Annotated, Any, ClassVar, Literal, Self

import httpx
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, model_validator

from cci_app.channels.email.channel import Email
from cci_app.channels.email.letters import EMAIL as EMAIL_KIND
from cci_app.channels.manychat import Manychat
from cci_app.channels.meta.channel import MetaAccess, MetaCloud
from cci_app.channels.meta.wire import META as META_KIND
from cci_app.channels.telegram.channel import Telegram
from cci_app.channels.telegram.wire import TELEGRAM as TELEGRAM_KIND
from cci_app.channels.twilio import TWILIO as TWILIO_KIND
from cci_app.channels.twilio import Twilio
from cci_app.channels.waha.channel import Waha, WahaAccess
from cci_app.channels.waha.wire import WAHA as WAHA_KIND
from cci_app.core.mail import MailServer
from cci_app.core.outside.addresses import OPERATOR, PLAIN_HTTP, at_service, speaks_safely
from cci_app.core.outside.kind import AccountKind, Fields
from cci_app.core.phone import to_e164
from config.addresses import SERVICES, read_host
from config.settings import Settings


def _of_a_header(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has to be as the service shows it, without spaces")
    return key


def _phone(written: str) -> str:
    number = to_e164(written, "ZZ")
    if number is None:
        raise ValueError("has to be a phone number with its country, as +573001234567")
    return number


def _of_a_bot(token: SecretStr) -> SecretStr:
    bot, _, rest = token.get_secret_value().partition(":")
    if not bot.isdecimal() or not bot.isascii() or not _WORD.fullmatch(rest):
        raise ValueError("has to be the token as @BotFather gives it, 123456:ABC…")
    return token


def _of_a_webhook(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not _WORD.fullmatch(secret.get_secret_value()):
        raise ValueError("has up to 256 letters, digits, _ and -")
    return secret


_WORD = re.compile(r"[A-Za-z0-9_-]{1,256}")
Secret = Annotated[SecretStr, AfterValidator(_of_a_header)]
OptionalSecret = Annotated[SecretStr | None, AfterValidator(lambda key: None if key is None else _of_a_header(key))]


class ManychatFields(Fields):
    """A page at Manychat."""

    variables: ClassVar = {"api_key": "manychat_api_key", "base_url": "manychat_base_url"}

    api_key: Secret
    base_url: Annotated[str, at_service("api.manychat.com", like="manychat_base_url")] = "https://api.manychat.com"


def _page(fields: ManychatFields) -> str | None:
    """The page, which stands before the colon of its key."""
    page, colon, _ = fields.api_key.get_secret_value().partition(":")
    return page if colon and page.isdecimal() else None


def _manychat(fields: ManychatFields, _settings: Settings) -> Manychat:
    return Manychat(fields.api_key.get_secret_value(), fields.base_url)


MANYCHAT: AccountKind[ManychatFields, Manychat] = AccountKind(
    "manychat", "a page at Manychat", ManychatFields, _manychat, _page
)


class TwilioFields(Fields):
    """A WhatsApp number at Twilio."""

    variables: ClassVar = {
        **{name: f"twilio_{name}" for name in ("account_sid", "auth_token", "base_url")},
        "number": "twilio_whatsapp_number",
    }

    account_sid: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    auth_token: Secret
    number: Annotated[str, AfterValidator(_phone)]
    base_url: Annotated[str, at_service("api.twilio.com", like="twilio_base_url")] = "https://api.twilio.com"


def _twilio(fields: TwilioFields, settings: Settings) -> Twilio:
    return Twilio(
        fields.account_sid,
        fields.auth_token.get_secret_value(),
        fields.number,
        fields.base_url,
        called_back_at=delivered_to(settings, TWILIO_KIND, fields.number),
        loopback=settings.fetch_loopback,
    )


def delivered_to(settings: Settings, kind: str, account: str) -> str | None:
    """Where a channel is to deliver what comes to that account; None where nobody has said where we are reached."""
    return f"{settings.webhook_base}/api/v1/channels/{kind}/{account}" if settings.webhook_base else None


TWILIO: AccountKind[TwilioFields, Twilio] = AccountKind(
    TWILIO_KIND, "a WhatsApp number at Twilio", TwilioFields, _twilio, lambda fields: fields.number
)


def _anywhere(address: str, info: ValidationInfo) -> str:
    """An address of one's own: whoever runs the installation may name any, others one that anybody can reach."""
    context = info.context or {}
    if not context.get(OPERATOR) and not speaks_safely(address, plain_http=context.get(PLAIN_HTTP, False)):
        raise ValueError("has to begin with https://")
    return SERVICES["waha_base_url"](address)


class WahaFields(Fields):
    """A number at a WAHA of one's own."""

    variables: ClassVar = {
        "base_url": "waha_base_url",
        "api_key": "waha_api_key",
        "hmac_key": "waha_hmac_key",
        "token": "webhook_verify_token",
        "session": "session_name",
        "human": "waha_human",
    }

    base_url: Annotated[str, AfterValidator(_anywhere)]
    api_key: Secret
    hmac_key: OptionalSecret = None
    token: OptionalSecret = None
    session: str = Field("default", pattern=r"^[A-Za-z0-9_-]{1,54}$")
    human: bool = True

    @model_validator(mode="after")
    def _proven(self, info: ValidationInfo) -> Self:
        if self.hmac_key is None and self.token is None and not (info.context or {}).get(OPERATOR):
            raise ValueError("it needs hmac_key or token to be set: else anybody could write in WAHA's name")
        return self

    @property
    def outside_id(self) -> str:
        """The session, at its host: sessions of others have the same names."""
        return f"{self.session}@{httpx.URL(self.base_url).netloc.decode()}"


def _waha(fields: WahaFields, settings: Settings) -> Waha:
    own = fields.base_url == settings.waha_base_url
    alias = f"{settings.webhook_base}/api/v1/webhook" if settings.webhook_base else None
    return Waha(
        WahaAccess(
            fields.base_url,
            fields.session,
            fields.api_key.get_secret_value(),
            hmac_key=_opened(fields.hmac_key),
            token=_opened(fields.token),
            deliver_to=(settings.webhook_url or alias) if own else delivered_to(settings, WAHA_KIND, fields.outside_id),
            human=fields.human,
            guarded=not own,
            loopback=settings.fetch_loopback,
        )
    )


class TelegramFields(Fields):
    """A Telegram bot."""

    variables: ClassVar = {
        "token": "telegram_bot_token",
        "secret": "telegram_webhook_secret",
        "base_url": "telegram_base_url",
    }

    token: Annotated[SecretStr, AfterValidator(_of_a_bot)]
    secret: Annotated[SecretStr | None, AfterValidator(_of_a_webhook)] = None
    base_url: Annotated[str, at_service("api.telegram.org", like="telegram_base_url")] = "https://api.telegram.org"

    @model_validator(mode="after")
    def _proven(self, info: ValidationInfo) -> Self:
        if self.secret is None and not (info.context or {}).get(OPERATOR):
            raise ValueError("it needs secret to be set: else anybody could write in Telegram's name")
        return self

    @property
    def bot(self) -> str:
        """The bot's id, which stands before the colon of its token."""
        return self.token.get_secret_value().partition(":")[0]


def _telegram(fields: TelegramFields, settings: Settings) -> Telegram:
    return Telegram(
        fields.token.get_secret_value(),
        _opened(fields.secret),
        fields.base_url,
        deliver_to=delivered_to(settings, TELEGRAM_KIND, fields.bot),
    )


class MetaFields(Fields):
    """A number of Meta's Cloud API."""

    variables: ClassVar = {
        name: f"meta_{name}"
        for name in ("phone_number_id", "access_token", "app_secret", "verify_token", "graph_version", "base_url")
    }

    phone_number_id: str = Field(pattern=r"^[0-9]{1,32}$")
    access_token: Secret
    app_secret: OptionalSecret = None
    verify_token: OptionalSecret = None
    graph_version: str = Field("v26.0", pattern=r"^v[0-9]{1,3}\.[0-9]$")
    base_url: Annotated[str, at_service("graph.facebook.com", like="meta_base_url")] = "https://graph.facebook.com"

    @model_validator(mode="after")
    def _proven(self, info: ValidationInfo) -> Self:
        if self.app_secret is None and not (info.context or {}).get(OPERATOR):
            raise ValueError("it needs app_secret to be set: else anybody could write in Meta's name")
        return self


def _meta(fields: MetaFields, settings: Settings) -> MetaCloud:
    return MetaCloud(
        MetaAccess(
            fields.phone_number_id,
            fields.access_token.get_secret_value(),
            app_secret=_opened(fields.app_secret),
            verify_token=_opened(fields.verify_token),
            version=fields.graph_version,
            base_url=fields.base_url,
            deliver_to=delivered_to(settings, META_KIND, fields.phone_number_id),
            loopback=settings.fetch_loopback,
        )
    )


def _mailbox(address: str) -> str:
    try:
        return Mailbox(addr_spec=address).addr_spec
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("has to be an address, as assistant@example.org") from error


def _server(host: str) -> str:
    alone, port = read_host(host, "write the name of the server, as mail.example.org")
    if port is not None or "/" in host:
        raise ValueError("has to be the name of the server alone, as mail.example.org; its port has a place of its own")
    return alone


# Where mail is submitted; another port of somebody's is no mail server's.
_MAIL_PORTS = (25, 465, 587, 2525)


class EmailFields(Fields):
    """A sender at an SMTP server."""

    variables: ClassVar = {
        name: f"email_{name}" for name in ("host", "port", "security", "user", "password", "sender", "inbound_token")
    } | {"sender": "email_from"}

    host: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_server)]
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str | None, Field(max_length=320)] = None
    password: SecretStr | None = None
    sender: Annotated[str | None, Field(max_length=320)] = None
    inbound_token: OptionalSecret = None

    @classmethod
    def in_environment(cls, settings: Settings) -> bool:
        """Whether there is a server: one of one's own may ask for no password."""
        return settings.email_host is not None

    @model_validator(mode="after")
    def _kept_safe(self, info: ValidationInfo) -> Self:
        context = info.context or {}
        if context.get(OPERATOR):
            return self
        if self.sender is None:
            raise ValueError("it needs sender to be set: the address that its mails are from")
        _mailbox(self.sender)
        at_home = context.get(PLAIN_HTTP, False) and self.host in {"127.0.0.1", "localhost"}
        if self.port not in _MAIL_PORTS and not at_home:
            raise ValueError(f"its port has to be one of {', '.join(map(str, _MAIL_PORTS))}")
        if self.security == "none" and not at_home:
            raise ValueError("its security has to be starttls or tls: a password travels on it")
        return self

    @property
    def written_sender(self) -> str:
        """The address that mails are from."""
        return self.sender or self.user or "no-reply@localhost"


def _email(fields: EmailFields, settings: Settings) -> Email:
    # A server inside is for whoever runs the installation, to whom it may be open without a password.
    own = EmailFields.in_environment(settings) and fields == EmailFields.of_environment(settings, EMAIL_KIND)
    return Email(
        MailServer(
            fields.host,
            fields.port,
            fields.security,
            fields.written_sender,
            fields.user,
            _opened(fields.password),
            guarded=not own,
            loopback=settings.fetch_loopback,
        ),
        _opened(fields.inbound_token),
    )


def _opened(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


WAHA: AccountKind[WahaFields, Waha] = AccountKind(
    WAHA_KIND, "a number at a WAHA of one's own", WahaFields, _waha, lambda fields: fields.outside_id
)
TELEGRAM: AccountKind[TelegramFields, Telegram] = AccountKind(
    TELEGRAM_KIND, "a Telegram bot", TelegramFields, _telegram, lambda fields: fields.bot
)
META: AccountKind[MetaFields, MetaCloud] = AccountKind(
    META_KIND, "a number of Meta's Cloud API", MetaFields, _meta, lambda fields: fields.phone_number_id
)


EMAIL: AccountKind[EmailFields, Email] = AccountKind(
    EMAIL_KIND,
    "a sender at a mail server",
    EmailFields,
    _email,
    lambda fields: fields.written_sender if fields.inbound_token is not None else None,
)


def unopened() -> list[Waha | Telegram | MetaCloud | Email]:
    """The channels that answer by accounts alone, without one: they acknowledge what was kept."""
    return [Waha(), Telegram(), MetaCloud(), Email()]


def delivery_address(settings: Settings, kind: str, outside_id: str | None) -> str | None:
    """Where what comes to that account is to be delivered; None where nothing is, or we do not know where we are."""
    return delivered_to(settings, kind, outside_id) if outside_id is not None and kind != MANYCHAT.name else None


# Those that deliver where we tell them to: looked after in the background.
TENDED = (WAHA_KIND, TELEGRAM_KIND)
KINDS: dict[str, AccountKind[Any, Any]] = {kind.name: kind for kind in (MANYCHAT, TWILIO, WAHA, TELEGRAM, META, EMAIL)}
