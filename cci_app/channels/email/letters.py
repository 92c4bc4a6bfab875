"""Mails that come in: who wrote, what they wrote themselves, and which mail of ours they answer.

Machines write, too. What an auto-responder, a list or we ourselves have sent is told apart before it is read: two
machines that answer each other would never end.
"""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses

from cci_app.channels.message import Address, Brought, Ignored, Inbound
from cci_app.channels.ports import Incoming
from cci_app.channels.reading import person_id, said
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean, fold

EMAIL = "email"
_LONGEST_ID = 500
_MOST_IDS = 20
_LONGEST_LINE = 400
# Of one header: what the standard library takes apart, it does slowly.
_LONGEST_HEADER = 8192
_LONGEST_PAGE = 200_000
# Of RFC 3834 and of those who do not know it: mail that nobody typed.
_MACHINES = {
    "precedence": ("bulk", "junk", "list", "auto_reply"),
    "x-auto-response-suppress": ("all", "oof", "autoreply", "dr, oof, autoreply"),
}
_OF_MACHINES = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Failed-Recipients")
# How mail programs head what was written before, without accents.
_BEGUN = ("on ", "el ", "le ", "am ")
_WROTE = ("wrote:", "escribio:", "ha escrito:", "a ecrit :", "a ecrit:", "schrieb:")
_HEADED = ("-----original message", "----- original message", "-----mensaje original", "-----message d'origine")
_FIELDS = ("from:", "de:", "de :", "von:")
_UNSEEN = "//style | //script | //head | //blockquote"
_BLOCKS = ("p", "div", "br", "li", "tr")


def read_mail(incoming: Incoming, sender: str) -> Sequence[Brought]:
    """The event in a mail as RFC 5322 writes it, to whoever sends as `sender`. Raises InvalidInput for what is none."""
    try:
        mail = message_from_bytes(incoming.body, policy=policy.default)
        if any(len(value) > _LONGEST_HEADER for part in mail.walk() for _, value in part.raw_items()):
            raise InvalidInput("this is no mail that is read here: a header is too long")
        written_by = _writer(mail)
        name = _one_line(mail.get("Message-ID"))
        answers = _ids_in(mail)
        text = _own_words(mail)
        machine = _machine(mail)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        # The standard library reads most of what is broken, and fails on the rest in ways of its own.
        raise InvalidInput("this is no mail that can be read") from error
    if written_by is None or not name:
        raise InvalidInput("this is no mail: From or Message-ID is missing")
    if machine is not None:
        return [Ignored(machine)]
    if written_by == sender.lower():
        return [Ignored("a mail of ours")]
    parts = said(text)
    if not parts:
        return [Ignored("an empty mail")]
    return [
        Inbound(
            channel=EMAIL,
            account=incoming.account,
            sender=person_id(f"{EMAIL}:{written_by}"),
            parts=parts,
            event_id=name,
            reply_to=Address(EMAIL, incoming.account, written_by),
            answers=answers,
        )
    ]


def _writer(mail: EmailMessage) -> str | None:
    """Who wrote, in small letters; None where that is nobody, or several."""
    found = [address for _, address in getaddresses([str(value) for value in mail.get_all("From", [])]) if address]
    return found[0].lower() if len(found) == 1 and "@" in found[0] else None


def _machine(mail: EmailMessage) -> str | None:
    """Why nobody typed it; None where somebody did, as far as it tells."""
    automatic = _one_line(mail.get("Auto-Submitted")).lower()
    if automatic and not automatic.startswith("no"):
        return "an automatic mail"
    if any(_one_line(mail.get(name)).lower() in values for name, values in _MACHINES.items()):
        return "an automatic mail"
    if any(name in mail for name in _OF_MACHINES) or _one_line(mail.get("Return-Path")) == "<>":
        return "an automatic mail"
    return "a delivery report" if mail.get_content_type() == "multipart/report" else None


def _ids_in(mail: EmailMessage) -> tuple[str, ...]:
    """The mails that it answers, the nearest first."""
    nearest = _one_line(mail.get("In-Reply-To")).split()
    earlier = reversed(_one_line(mail.get("References")).split())
    return tuple(dict.fromkeys(word[:_LONGEST_ID] for word in (*nearest, *earlier) if word.startswith("<")))[:_MOST_IDS]


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())[: _LONGEST_ID * _MOST_IDS]


def _own_words(mail: EmailMessage) -> str:
    """What the writer wrote, without what stands below as quoted, and without a signature behind its dashes."""
    body = mail.get_body(("plain", "html"))
    content = body.get_content() if body is not None else ""
    if not isinstance(content, str):
        return ""
    if body is not None and body.get_content_type() == "text/html":
        content = _text_of(content)
    own: list[str] = []
    for line in clean(content).split("\n"):
        plain = fold(line[:_LONGEST_LINE])
        if plain == "--" or plain.startswith(_HEADED) or ("@" in line and plain.startswith(_FIELDS)):
            break
        if plain.endswith(_WROTE):
            # Programs break that line, where it is long.
            if own and not plain.startswith(_BEGUN) and fold(own[-1][:_LONGEST_LINE]).startswith(_BEGUN):
                own.pop()
            break
        own.append(line)
    return "\n".join(line for line in own if not line.startswith(">")).strip()


def _text_of(page: str) -> str:
    # Loaded with the first page.
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    try:
        tree = document_fromstring(page[:_LONGEST_PAGE].encode(), parser=HTMLParser(encoding="utf-8"))
    except LxmlError:
        return ""
    for unseen in tree.xpath(_UNSEEN):
        if unseen.getparent() is not None:
            unseen.drop_tree()
    for block in tree.iter(*_BLOCKS):
        block.tail = f"\n{block.tail or ''}"
    return str(tree.text_content())
