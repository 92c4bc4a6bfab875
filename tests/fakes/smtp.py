"""An SMTP server on loopback: it speaks TLS, knows one user, and keeps the mails it took."""

import asyncio
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

BREAK = "break"


class _Controller(Controller):
    """One that may listen on any port that is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class FakeSmtp:
    """The server, for the length of a context. `answers` are what it says to the next mails instead of taking them;

    BREAK takes the mail and ends the connection without a word.
    """

    def __init__(self, user: str | None = None, password: str = "", *, tls: str = "starttls") -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.encrypted: list[bool] = []
        self.answers: list[str] = []
        self._user = user
        self._password = password
        self.authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)
        options: dict[str, Any] = {"auth_required": user is not None, "authenticator": self._know}
        if tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        else:
            options["auth_require_tls"] = False
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=0, ssl_context=context if tls == "tls" else None, **options
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._controller.port
        return port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def _know(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (
            self._user,
            self._password,
        )
        return AuthResult(success=known, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """Take a mail, or answer what a test wants."""
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else None
        if answer not in {None, BREAK}:
            return str(answer)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        if answer == BREAK:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"
