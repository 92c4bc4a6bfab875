"""A document's text: plain text, Markdown, PDF, Word and web pages."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from cci_app.core.text import clean
from cci_app.knowledge.reading import legibility
from cci_app.knowledge.reading.document import Caution, Document, Found, Reason, Report, Section, UnreadableDocument
from cci_app.knowledge.reading.encoding import decoded
from cci_app.knowledge.reading.kinds import DocumentKind, kind_of

MAX_BYTES = 20 * 1024 * 1024
# As much text as the largest upload can hold.
MAX_CHARACTERS = 10_500_000

# A text of nothing but signs answers no question.
_WORDS = re.compile(r"\w")
_LONGEST_TITLE = 120
_LONGEST_HEADING = 300
_BREAKS = re.compile(r"\s*[\f\x0b\x1c-\x1f\u2029]\s*")
_EMPTY_LINE = re.compile(r"\n\s*\n")
# What has no width and no meaning: soft hyphens, joiners of lines, marks of direction and of byte order.
_WIDTHLESS = dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
# What programs call a document that nobody gave a name.
_NO_NAME = re.compile(
    r"(?:untitled|unbenannt|sans titre|sin t[íi]tulo|sem t[íi]tulo|new document|nouveau document|nuevo documento"
    r"|documento?|microsoft word|word document|powerpoint presentation|pr[ée]sentation powerpoint"
    r"|presentaci[óo]n de powerpoint|slide|diapositive|title|titre|t[íi]tulo|none|null|scan|img|page)"
    r"(?:[ _-]?(?:document|page))?[ _(-]*\d*\)?",
    re.IGNORECASE,
)
_PRODUCER = re.compile(
    r"\A(?:microsoft (?:office )?(?:word|powerpoint|excel|publisher)|writer|pages)\s*-\s*", re.IGNORECASE
)
_FILE_NAME = re.compile(
    r"\S[^/\\]*\.(?:docx?|dotx?|docm|rtf|odt|pptx?|xlsx?|pdf|indd|qxd|pub|pages|tex|dvi|txt|html?|md)", re.I
)


def extract(name: str, data: bytes, kind: DocumentKind | None = None) -> Document:
    """Read the document called `name`, of the kind that its content shows where none is given.

    Raises UnreadableDocument, whose reason can be shown; no content makes it raise anything else.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(Reason.TOO_LARGE)
    kind = kind or kind_of(data, name)
    found = _read(kind, data)
    title = _named(_shown(found.title or "")) or _title_from_name(PurePath(name))
    sections = tuple(_kept(found, title))
    if not sections:
        raise UnreadableDocument(Reason.EMPTY)
    if sum(len(section.text) for section in sections) > MAX_CHARACTERS:
        raise UnreadableDocument(Reason.TOO_MUCH_TEXT)
    return Document(title[:_LONGEST_TITLE], sections, found.pages, found.links, _report(found, sections))


def _kept(found: Found, title: str) -> Iterator[Section]:
    """The sections that have words. What is too long for a title or a heading is said in the text."""
    if len(title) > _LONGEST_TITLE and found.sections:
        yield Section(title, None, found.sections[0].page)
    for section in found.sections:
        text, heading = _shown(section.text), _shown(section.heading or "") or None
        if heading is not None and len(heading) > _LONGEST_HEADING:
            text = f"{heading}\n\n{text}"
            heading = heading[:_LONGEST_HEADING]
        if _WORDS.search(text):
            yield Section(text, heading, section.page)


def _shown(text: str) -> str:
    """What can be seen of `text`."""
    return clean(text).translate(_WIDTHLESS).strip()


def _report(found: Found, sections: tuple[Section, ...]) -> Report:
    texts = [section.text for section in sections]
    seen = legibility.measured(texts)
    if seen.odd > legibility.MOST_ODD:
        raise UnreadableDocument(Reason.ODD_LETTERS)
    cautions = dict(found.cautions)
    if seen.odd > legibility.SOME_ODD:
        cautions.setdefault(Caution.ODD_LETTERS, ())
    if seen.glued > legibility.SOME_GLUED:
        cautions.setdefault(Caution.GLUED_WORDS, ())
    left_out = {what: count for what, count in found.left_out.items() if count}
    return Report(sum(len(text.split()) for text in texts), found.readers, round(seen.odd, 4), left_out, cautions)


def _read(kind: DocumentKind, data: bytes) -> Found:
    # The readers are imported when they are needed: each brings a library that takes its time.
    if kind is DocumentKind.PDF:
        from cci_app.knowledge.reading.pdf.reader import read_pdf

        return read_pdf(data)
    if kind is DocumentKind.DOCX:
        from cci_app.knowledge.reading.word.reader import read_docx

        return read_docx(data)
    if kind is DocumentKind.HTML:
        from cci_app.knowledge.reading.html import read_html

        return read_html(data)
    text = clean(_BREAKS.sub("\n\n", decoded(data)))
    if kind is DocumentKind.TEXT:
        return _read_text(text)
    from cci_app.knowledge.reading.markdown import read_markdown

    return read_markdown(text)


def _read_text(text: str) -> Found:
    """A first line that stands alone is the title; the rest has no headings."""
    first, *rest = _EMPTY_LINE.split(text.strip(), maxsplit=1)
    alone = rest and "\n" not in first and len(first) <= _LONGEST_TITLE
    if alone and not first.rstrip().endswith((".", ",", ";")):
        title, body = first.strip(), rest[0]
    else:
        title, body = None, text
    blocks = [" ".join(block.split()) for block in _EMPTY_LINE.split(body)]
    joined = "\n\n".join(block for block in blocks if block)
    return Found(title, (Section(joined),) if joined else (), {"text": 1})


def _named(title: str) -> str:
    """A title that somebody gave, or nothing: programs write their own name there, or that of a file."""
    title = " ".join(_PRODUCER.sub("", title).split())
    if _NO_NAME.fullmatch(title):
        return ""
    return _title_from_name(PurePath(title)) if _FILE_NAME.fullmatch(title) else title


def _title_from_name(path: PurePath) -> str:
    words = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] if words else path.name
