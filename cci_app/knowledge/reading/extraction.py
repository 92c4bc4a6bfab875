"""A document's text: plain text, Markdown, PDF, Word and web pages."""

import re
from pathlib import PurePath

from cci_app.core.text import clean
from cci_app.knowledge.reading.document import Document, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.kinds import Kind, kind_of
from cci_app.knowledge.reading.markdown import plain, read_markdown

MAX_BYTES = 20 * 1024 * 1024
# As much text as the largest upload can hold.
MAX_CHARACTERS = 10_500_000

# A text of nothing but signs answers no question.
_WORDS = re.compile(r"\w")
_LONGEST_TITLE = 120
_LONGEST_HEADING = 300


def extract(name: str, data: bytes, kind: Kind | None = None) -> Document:
    """Read the document called `name`, of the kind that its content shows where none is given.

    Raises UnreadableDocument, whose reason can be shown; no content makes it raise anything else.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(Reason.TOO_LARGE)
    kind = kind or kind_of(data, name)
    title, sections, pages, links = _read(kind, data)
    sections = tuple(
        Section(text, section.heading and clean(section.heading)[:_LONGEST_HEADING], section.page)
        for section in sections
        if _WORDS.search(text := clean(section.text).strip())
    )
    if not sections:
        raise UnreadableDocument(Reason.EMPTY)
    if sum(len(section.text) for section in sections) > MAX_CHARACTERS:
        raise UnreadableDocument(Reason.TOO_MUCH_TEXT)
    named = clean(title or "").strip() or _title_from_name(PurePath(name))
    return Document(named[:_LONGEST_TITLE], sections, pages, links)


_Read = tuple[str | None, tuple[Section, ...], int | None, tuple[str, ...]]


def _read(kind: Kind, data: bytes) -> _Read:
    # The readers are imported when they are needed: each brings a library that takes its time.
    if kind is Kind.PDF:
        from cci_app.knowledge.reading.pdf import read_pdf

        return (*read_pdf(data), ())
    if kind is Kind.DOCX:
        from cci_app.knowledge.reading.word import read_docx

        return (*read_docx(data), None, ())
    if kind is Kind.HTML:
        from cci_app.knowledge.reading.html import read_html

        title, sections, links = read_html(data)
        return title, sections, None, links
    text = _decode(data)
    return (*(_read_text(text) if kind is Kind.TEXT else read_markdown(text)), None, ())


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
