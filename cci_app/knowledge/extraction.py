"""A file's text: plain text, Markdown and PDF."""

from pathlib import PurePath

from cci_app.core.text import clean
from cci_app.knowledge.document import Document, Reason, Section, UnreadableDocument
from cci_app.knowledge.markdown import plain, read_markdown
from cci_app.knowledge.pdf import read_pdf

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".pdf"})
MAX_BYTES = 20 * 1024 * 1024

_LONGEST_TITLE = 120


def extract(name: str, data: bytes) -> Document:
    """Read the document called `name`, whose suffix says its kind (one of `SUFFIXES`).

    Raises UnreadableDocument, whose reason can be shown; no content makes it raise anything else.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(Reason.TOO_LARGE)
    if not data.strip():
        raise UnreadableDocument(Reason.EMPTY)
    path = PurePath(name)
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        title, sections = read_pdf(data)
    elif suffix == ".txt":
        title, sections = _read_text(_decode(data))
    else:
        title, sections = read_markdown(_decode(data))
    sections = tuple(
        Section(text, section.heading and clean(section.heading), section.page)
        for section in sections
        if (text := clean(section.text).strip())
    )
    if not sections:
        raise UnreadableDocument(Reason.EMPTY)
    return Document(clean(title or _title_from_name(path))[:_LONGEST_TITLE], sections)


def _decode(data: bytes) -> str:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument(Reason.NOT_TEXT)
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return clean(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument(Reason.NOT_TEXT)


def _read_text(text: str) -> tuple[str | None, tuple[Section, ...]]:
    """A first line that stands alone is the title; the rest has no headings."""
    first, _, rest = text.strip().partition("\n")
    if rest.startswith("\n") and len(first) <= _LONGEST_TITLE and not first.rstrip().endswith((".", ",", ";")):
        title, body = plain(first), rest
    else:
        title, body = None, text
    blocks = [" ".join(block.split()) for block in body.split("\n\n")]
    joined = "\n\n".join(block for block in blocks if block)
    return title, (Section(joined),) if joined else ()


def _title_from_name(path: PurePath) -> str:
    words = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] if words else path.name
