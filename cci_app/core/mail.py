"""Mail by any SMTP server: one wire for every mail that leaves."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError, Unavailable
from cci_app.core.outbound.addresses import all_allowed, resolve
from cci_app.core.pseudonyms import keyed
from config.settings import Settings

# Shorter than the outbox's claim: a mail that takes longer would be called uncertain while it is sent.
_SECONDS = 25.0
_STEP_SECONDS = 10.0
_NOBODY = "no-reply@localhost"
# RFC 3463: what kind of answer, of what, and which.
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")
# Lines of 7-bit ASCII that end as SMTP wants: no server has to know more than RFC 5321.
_ON_THE_WIRE = policy.SMTP.clone(cte_type="7bit")


class MailRefused(CciError):  # noqa: N818
    """The server will never take this mail. `reply` is its code of RFC 5321, None without one."""

    status = 422
    code = "mail_refused"

    def __init__(self, message: str, reply: int | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class MailDelayed(Unavailable):
    """It certainly was not sent, and may go better another time. `reply` is as in MailRefused."""

    def __init__(self, message: str, reply: int | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class MailUncertain(Unavailable):
    """The connection broke before the server said whether it took the mail."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of plain text, and of HTML beside it where there is some; files below.

    `key` is the same whenever this mail is sent: its Message-ID is made of it, so that a mail which arrives twice is
    one. Without a key each has an ID of its own.
    """

    to: str
    subject: str
    text: str
    key: str | None = None
    html: str = ""
    files: tuple[MailFile, ...] = ()


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server and whom it knows. `security` is starttls, tls or none; `sender` is what mails are from.

    A `guarded` one was named by whoever adds an account: it is reached on the public internet alone, or where
    `loopback` allows it on this machine.
    """

    host: str
    port: int = 587
    security: str = "starttls"
    sender: str = _NOBODY
    user: str | None = None
    password: str | None = None
    guarded: bool = False
    loopback: bool = False

    def send(self, mail: Mail) -> str:
        """Hand a mail over; its Message-ID. Raises MailRefused, MailDelayed, MailUncertain."""
        message = written_mail(self.sender, mail)
        # It takes what stands in no header, or in one that is not the mail's: nobody but `mail.to`.
        sender, receiver = message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec
        content = message.as_bytes(policy=_ON_THE_WIRE)
        with self._session() as session:
            session.step(session.mail, sender)
            session.step(session.rcpt, receiver)
            session.hand_over(content)
        return str(message["Message-ID"])

    def check(self) -> Iterator[str]:
        """Sign in, and send nothing. Raises CciError."""
        with self._session() as session:
            session.step(session.noop)
        signed_in = f" and knows {self.user}" if self.user and self.password else ""
        yield f"the mail server {self.host} answers{signed_in}; mails are from {self.sender}"

    @contextmanager
    def _session(self) -> Iterator["_Session"]:
        try:
            with _Session(self) as session:
                session.begin()
                yield session
        except CciError:
            raise
        except smtplib.SMTPAuthenticationError as error:
            # Whoever runs the installation mends that, and the mail is sent all the same.
            raise MailDelayed(
                f"the mail server does not know EMAIL_USER and EMAIL_PASSWORD ({error.smtp_code})", error.smtp_code
            ) from error
        except smtplib.SMTPResponseException as error:
            raise _told(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(f"the mail cannot be sent: {type(error).__name__}") from error
        except (smtplib.SMTPException, OSError) as error:
            # A certificate that is not trusted is among them, and a ValueError too.
            raise MailDelayed(f"the mail server does not answer: {type(error).__name__}") from error
        except ValueError as error:
            raise MailRefused(f"the mail cannot be sent: {type(error).__name__}") from error


def is_mail_set_up(settings: Settings) -> bool:
    """Whether mails can be sent: there is a server, and an address of ours that their links begin with."""
    return settings.email_host is not None and settings.public_url is not None


def send_mail(settings: Settings, mail: Mail) -> None:
    """Hand a mail to the installation's server. Raises MailRefused, and Unavailable for what may go another time."""
    password = settings.email_password
    MailServer(
        settings.email_host or "",
        settings.email_port,
        settings.email_security,
        settings.email_from or settings.email_user or _NOBODY,
        settings.email_user,
        password.get_secret_value() if password else None,
    ).send(mail)


def written_mail(sender: str, mail: Mail) -> EmailMessage:
    """The mail as it leaves. Raises MailRefused for an address that is none, or a subject of several lines."""
    message = EmailMessage(policy=_ON_THE_WIRE)
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        domain = message["From"].addresses[0].domain
    except (MessageError, ValueError, IndexError) as error:
        raise MailRefused(f"the mail cannot be sent: {type(error).__name__}") from error
    message["Date"] = formatdate()
    message["Message-ID"] = _message_id(mail.key, domain or "cci.invalid")
    # Out-of-office replies are for people.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text.replace("\r\n", "\n"))
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _message_id(key: str | None, domain: str) -> str:
    # A key may name a person, or be guessed: what everybody on the way reads tells neither.
    return make_msgid(domain=domain) if key is None else f"<{local_part(key)}@{domain}>"


def local_part(key: str) -> str:
    """What stands before the @ in the Message-ID of a mail with that key."""
    return keyed(f"mail {key}")[:40]


class _Session(smtplib.SMTP):
    """A session with a server, no step of which outlasts what is left of its time."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._deadline = Deadline.after(_SECONDS)
        self._tls = ssl.create_default_context()
        super().__init__(server.host, server.port, timeout=_STEP_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """The connection, to an address that was looked at; the certificate is the host's."""
        address = host
        if self._server.guarded:
            found = resolve(host, port, timeout)
            if not all_allowed(found, loopback=self._server.loopback):
                raise MailRefused("the mail server is not on the public internet: use one that everybody can reach")
            address = found[0]
        connection = socket.create_connection((address, port), timeout)
        if self._server.security != "tls":
            return connection
        try:
            return self._tls.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise

    def begin(self) -> None:
        """Greet, encrypt and sign in."""
        if self._server.security == "starttls":
            self._wait()
            self.starttls(context=self._tls)
        if self._server.user and self._server.password:
            self._wait()
            self.login(self._server.user, self._server.password)
        self._wait()
        self.ehlo_or_helo_if_needed()

    def step(self, command: Any, *arguments: str) -> None:
        """A command that has to succeed. Raises MailRefused, MailDelayed, SMTPException, OSError."""
        self._wait()
        code, words = command(*arguments)
        if not 200 <= code < 300:
            raise _told(code, words)

    def hand_over(self, content: bytes) -> None:
        """The mail itself. From here on a broken connection leaves it open whether the server has it."""
        self._wait()
        try:
            code, words = self.data(content)
        except smtplib.SMTPDataError:
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise MailUncertain(f"the mail server did not say whether it took it: {type(error).__name__}") from error
        if code != 250:
            raise _told(code, words)

    def _wait(self) -> None:
        if self._deadline.passed:
            raise TimeoutError("the mail server takes too long")
        if self.sock is not None:
            self.sock.settimeout(self._deadline.within(_STEP_SECONDS))

    def __exit__(self, *_: object) -> None:
        # What it says to goodbye changes nothing.
        self.close()


def _told(code: int, words: bytes | str) -> CciError:
    found = _ENHANCED.match(words if isinstance(words, bytes) else words.encode("ascii", "replace"))
    # Its words may hold an address of somebody's: the codes tell the same.
    shown = f"{code} {found[0].decode()}" if found else str(code)
    if 400 <= code < 500:
        return MailDelayed(f"the mail server asks to wait ({shown})", code)
    return MailRefused(f"the mail server refuses the mail ({shown})", code)
