"""Text of a PDF, page by page; what is set larger than the body is a heading."""

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError

from cci_app.knowledge.reading.document import Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.outline import join_blocks
from cci_app.language.sentences import BULLET

# pypdf tells the log of everything it mends in a file, page upon page; what matters to us it raises.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_PAGES = 1000
MAX_SECONDS = 20.0

_LARGER = 1.12  # a heading's size over the body's; below it, rounding of sizes would make headings
_LONGEST_HEADING = 120
_BULLETS = ("•", "●", "▪", "◦", "‣", "–", "-", "\uf0b7")
_PAGE_NUMBER = re.compile(r"\A(?:page|p\.|página|pág\.)?\s*\d{1,4}(?:\s*(?:/|de|of|sur)\s*\d{1,4})?", re.IGNORECASE)
_END = re.compile(r"[.!?…:»\"”)]\s*$")
_FIRST_SENTENCE = re.compile(r"\A(.+?[.!?…])(?:\s+|$)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float


def read_pdf(data: bytes) -> tuple[str | None, tuple[Section, ...], int]:
    """The title, the sections, each on its page, and the number of pages of a PDF.

    There is no title where neither a heading nor its data has one. What pypdf finds nothing in is read by PDFium, which
    knows no sizes of letters, so that there are no headings then. Raises UnreadableDocument.
    """
    try:
        return _read(_with_pypdf(data))
    except UnreadableDocument as first:
        if first.reason is Reason.TOO_MUCH_TEXT:
            raise
        try:
            return _read(_with_pdfium(data))
        except UnreadableDocument:
            raise first from None


@dataclass(frozen=True, slots=True)
class _Pages:
    lines: list[list[_Line]]
    title: str | None


def _read(pages: _Pages) -> tuple[str | None, tuple[Section, ...], int]:
    title, sections = _sections(_without_margins(pages.lines))
    if not sections:
        raise UnreadableDocument(Reason.NO_TEXT)
    return title or pages.title, sections, len(pages.lines)


def _with_pypdf(data: bytes) -> _Pages:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(Reason.ENCRYPTED)
        lines = list(_limited(len(reader.pages), (_lines(page) for page in reader.pages)))
        named = reader.metadata.title if reader.metadata else None
    except UnreadableDocument:
        raise
    except FileNotDecryptedError as error:
        raise UnreadableDocument(Reason.ENCRYPTED) from error
    except PyPdfError as error:
        raise UnreadableDocument(Reason.DAMAGED) from error
    except MemoryError as error:
        raise UnreadableDocument(Reason.TOO_COMPLEX) from error
    except Exception as error:
        # pypdf meets broken files with every kind of exception (KeyError, TypeError, RecursionError, ...). An
        # encryption that needs a library the product does not have comes as DependencyError.
        reason = Reason.ENCRYPTED if type(error).__name__ == "DependencyError" else Reason.DAMAGED
        raise UnreadableDocument(reason) from error
    return _Pages(lines, (str(named).strip() or None) if named else None)


def _with_pdfium(data: bytes) -> _Pages:
    # Imported here because few documents need it.
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            numbers = range(len(document))
            lines = list(_limited(len(numbers), (_plain_lines(document[number]) for number in numbers)))
            named = document.get_metadata_value("Title")
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(Reason.DAMAGED) from error
    return _Pages(lines, named.strip() or None)


def _plain_lines(page: Any) -> list[_Line]:
    text = page.get_textpage().get_text_bounded()
    return [_Line(words, 1.0) for line in text.splitlines() if (words := " ".join(line.split()))]


def _limited(count: int, pages: Iterator[list[_Line]]) -> Iterator[list[_Line]]:
    if count > MAX_PAGES:
        raise UnreadableDocument(Reason.TOO_MUCH_TEXT)
    started = time.monotonic()
    for page in pages:
        yield page
        if time.monotonic() - started > MAX_SECONDS:
            raise UnreadableDocument(Reason.TOO_SLOW)


def _lines(page: PageObject) -> list[_Line]:
    pieces: list[tuple[str, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        scale = abs(tm[3] or tm[0] or 1.0) * abs(cm[3] or cm[0] or 1.0)
        pieces.append((text, round(abs(size) * scale, 1)))

    page.extract_text(visitor_text=visit)
    lines: list[_Line] = []
    text, sizes = "", Counter[float]()
    for piece, size in [*pieces, ("\n", 0.0)]:
        parts = piece.split("\n")
        for number, part in enumerate(parts):
            text += part
            sizes[size] += len(part.strip())
            if number < len(parts) - 1:
                if words := " ".join(text.split()):
                    lines.append(_Line(words, sizes.most_common(1)[0][0]))
                text, sizes = "", Counter[float]()
    return lines


def _without_margins(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Pages without page numbers and without the first and last lines that most of them share."""
    edges = Counter(edge for page in pages for edge in {_shape(line) for line in [*page[:2], *page[-2:]]})
    often = {edge for edge, times in edges.items() if times >= 2 and times * 2 > len(pages)}

    def kept(page: list[_Line]) -> list[_Line]:
        last = len(page) - 3
        return [
            line
            for number, line in enumerate(page)
            if not (number < 2 or number > last) or not (_shape(line) in often or _PAGE_NUMBER.fullmatch(line.text))
        ]

    return [kept(page) for page in pages]


def _shape(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _sections(pages: list[list[_Line]]) -> tuple[str | None, tuple[Section, ...]]:
    sizes = Counter[float]()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    if not sizes:
        return None, ()
    body = sizes.most_common(1)[0][0]
    title = _title(pages, body)
    sections: list[Section] = []
    heading: str | None = None
    for number, page in enumerate(pages, 1):
        blocks: list[str] = []
        above: _Line | None = None
        for line in page:
            is_heading = line.size >= body * _LARGER and len(line.text) <= _LONGEST_HEADING
            if is_heading:
                _close(sections, blocks, heading, number)
                # A heading that takes two lines is one heading.
                continued = above is not None and above.size == line.size and heading is not None
                heading = f"{heading} {line.text}" if continued else line.text
                heading = None if heading == title else heading
            else:
                _add(blocks, line.text)
            above = line if is_heading else None
        _close(sections, blocks, heading, number)
    return title, tuple(_sentences_kept_whole(sections))


def _title(pages: list[list[_Line]], body: float) -> str | None:
    first = next((page for page in pages if page), [])
    largest = max((line.size for line in first), default=0.0)
    if largest < body * _LARGER:
        return None
    words: list[str] = []
    for line in first:
        if line.size == largest:
            words.append(line.text)
        elif words:
            break
    return " ".join(words)[:_LONGEST_HEADING]


def _add(blocks: list[str], line: str) -> None:
    if line.startswith(_BULLETS) and line.lstrip("".join(_BULLETS)).startswith(" "):
        blocks.append(BULLET + line.lstrip("".join(_BULLETS)).strip())
    elif not blocks or (blocks[-1].startswith(BULLET) and _END.search(blocks[-1]) and line[:1].isupper()):
        blocks.append(line)
    elif blocks[-1].endswith("-") and line[:1].islower():
        # A word parted at the line's end; "rendez-" + "vous" loses its hyphen, which the search forgives.
        blocks[-1] = blocks[-1][:-1] + line
    else:
        blocks[-1] += " " + line


def _close(sections: list[Section], blocks: list[str], heading: str | None, page: int) -> None:
    if blocks:
        sections.append(Section(join_blocks(blocks), heading, page))
        blocks.clear()


def _sentences_kept_whole(sections: list[Section]) -> Iterator[Section]:
    """A sentence that runs over the page's end is kept whole, on the page where it begins."""
    waiting: Section | None = None
    for section in sections:
        here: Section | None = section
        if waiting is not None:
            runs_on = waiting.page != section.page and waiting.heading == section.heading
            if runs_on and not _END.search(waiting.text) and (parts := _FIRST_SENTENCE.fullmatch(section.text)):
                waiting = Section(f"{waiting.text} {parts[1]}", waiting.heading, waiting.page)
                here = Section(parts[2], section.heading, section.page) if parts[2].strip() else None
            if here is not None:
                yield waiting
        waiting = here or waiting
    if waiting is not None:
        yield waiting
