"""Mail by any SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from cci_app.core.errors import CciError, Unavailable
from config.settings import Settings

_SECONDS = 10.0


class MailRefused(CciError):  # noqa: N818
    """The server will not take this mail, however often it is sent."""

    status = 422
    code = "mail_refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of plain text."""

    to: str
    subject: str
    text: str


def is_mail_set_up(settings: Settings) -> bool:
    """Whether mails can be sent: there is a server, and an address of ours that their links begin with."""
    return settings.email_host is not None and settings.public_url is not None


def send_mail(settings: Settings, mail: Mail) -> None:
    """Hand a mail to the server. Raises MailRefused, and Unavailable for what may go better another time."""
    try:
        message = _message(settings, mail)
        with _connected(settings) as server:
            if settings.email_user and settings.email_password:
                server.login(settings.email_user, settings.email_password.get_secret_value())
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _told(error) from error
    except smtplib.SMTPAuthenticationError as error:
        # Whoever runs the installation mends that, and the mail is sent all the same.
        raise Unavailable(f"the mail server does not know EMAIL_USER and EMAIL_PASSWORD ({error.smtp_code})") from error
    except (smtplib.SMTPNotSupportedError, MessageError, ValueError) as error:
        raise MailRefused(f"the mail cannot be sent: {type(error).__name__}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"the mail server does not answer: {type(error).__name__}") from error


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.email_from or settings.email_user or "no-reply@localhost"
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="cci.invalid")
    # Out-of-office replies are for people.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _connected(settings: Settings) -> smtplib.SMTP:
    """A connection, encrypted as the settings say: a password, and a link that lets somebody in, travel on it."""
    host, port = settings.email_host or "", settings.email_port
    context = ssl.create_default_context()
    if settings.email_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if settings.email_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _told(error: smtplib.SMTPException) -> CciError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _ in error.recipients.values()), default=500)
    else:
        code = getattr(error, "smtp_code", 500)
    if code < 500:
        return Unavailable(f"the mail server asks to wait ({code})")
    return MailRefused(f"the mail server refuses the mail ({code})")
