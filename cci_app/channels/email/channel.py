"""A mailbox that writes: each part is a mail, with its Message-ID from the part's key.

What people answer comes in where the mail server hands each mail on, with the token that was agreed on.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence

from cci_app.channels.email.layout import in_paragraphs, laid_out
from cci_app.channels.email.letters import EMAIL, read_mail
from cci_app.channels.markup import without_marks
from cci_app.channels.message import Address, Brought, Letter, Part
from cci_app.channels.ports import (
    TEXT_TYPE,
    Delivery,
    Fault,
    Incoming,
    Limits,
    Refused,
    Rendered,
    Reply,
    Retry,
    Sent,
    Uncertain,
    read_fault,
)
from cci_app.channels.reading import same
from cci_app.core.mail import Mail, MailDelayed, MailFile, MailRefused, MailServer, MailUncertain

_SUBJECT_LENGTH = 78


class Email:
    """One sender at a mail server; without a server it sends nothing."""

    kind = EMAIL
    # By the code of RFC 5321 and, where a sender signs in, of RFC 4954.
    errors: Mapping[str, Fault] = {
        **{str(code): Fault.RETRY for code in range(400, 500)},
        **dict.fromkeys(("530", "534", "535", "538"), Fault.STOP_ACCOUNT),
    }

    def __init__(self, server: MailServer | None = None, token: str | None = None) -> None:
        self.limits = Limits(listener=False, pushes=server is not None, converses=False)
        self._server, self._token = server, token

    def verify(self, incoming: Incoming) -> bool:
        """Whether it carries the token; where none was agreed on, nobody delivers."""
        return same(incoming.header("X-Email-Token"), self._token or "")

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
        """The mail in a delivery; nothing where nobody delivers."""
        if self._token is None:
            return ()
        return read_mail(incoming, self._server.sender if self._server is not None else "")

    def render(self, reply: Reply) -> Rendered:  # noqa: ARG002 (nobody waits for it)
        """An acknowledgement."""
        return Rendered(b"", TEXT_TYPE)

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        """Send one part as a mail."""
        if self._server is None:
            return Refused("no_server", "there is no mail server of this account")
        try:
            return Sent(self._server.send(_mail(part, address.to, key)))
        except MailUncertain as error:
            return Uncertain(error.message)
        except (MailDelayed, MailRefused) as error:
            if error.reply is None:
                return Retry(error.message) if isinstance(error, MailDelayed) else Refused("invalid", error.message)
            return read_fault(self.errors, str(error.reply), error.message)

    def check(self) -> Iterator[str]:
        """Sign in at the server, and say whose mails they are."""
        if self._server is not None:
            yield from self._server.check()

    def close(self) -> None:
        """Each mail has a connection of its own."""


def _mail(part: Part, to: str, key: str) -> Mail:
    if isinstance(part, Letter):
        page = part.html or laid_out(part.subject, in_paragraphs(part.text))
        files = (MailFile(each.name, each.media_type, b64decode(each.content)) for each in part.enclosed)
        return Mail(to, part.subject, part.text, key, page, tuple(files))
    plain = without_marks(part.plain)
    subject = _subject(plain)
    return Mail(to, subject, plain, key, laid_out(subject, in_paragraphs(part.plain)))


def _subject(text: str) -> str:
    """The first line, as far as it has room in one."""
    line = " ".join(next((line for line in text.splitlines() if line.strip()), "…").split())
    return line if len(line) <= _SUBJECT_LENGTH else f"{line[: _SUBJECT_LENGTH - 1].rsplit(' ', 1)[0]}…"
