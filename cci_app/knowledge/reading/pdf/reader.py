"""Text of a PDF, page by page: read by two readers, of which the better one is believed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cci_app.knowledge.reading.document import Caution, Found, Omission, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.pdf.choice import MOST_MISSED, chosen, words
from cci_app.knowledge.reading.pdf.layout import laid_out
from cci_app.knowledge.reading.pdf.lines import Line, Page, with_marks
from cci_app.knowledge.reading.pdf.margins import without_margins
from cci_app.knowledge.reading.pdf.with_pdfium import Pdfium
from cci_app.knowledge.reading.pdf.with_pypdf import Pypdf

# A page that is covered by pictures so far, and has fewer words than this, is a picture with a stamp on it.
_COVERED = 0.5
_STAMP_WORDS = 20


@dataclass(slots=True)
class _Pages:
    """The pages as they were read best, which reader gave how many, and what is to be said of them."""

    pages: list[Page] = field(default_factory=list)
    readers: Counter[str] = field(default_factory=Counter)
    left_out: Counter[Omission] = field(default_factory=Counter)
    cautions: dict[Caution, tuple[int, ...]] = field(default_factory=dict)


def read_pdf(data: bytes) -> Found:
    """The title, the sections, each on its page, and the number of pages of a PDF. Raises UnreadableDocument.

    There is no title where neither a heading nor the file's own data has one.
    """
    first, second, problem = _opened(data)
    read = _read(first, second)
    margins = without_margins([page.lines for page in read.pages])
    pictures = [
        number
        for number, (page, lines) in enumerate(zip(read.pages, margins.pages, strict=True), 1)
        if page.covered >= _COVERED and _count(lines) < _STAMP_WORDS
    ]
    if not any(lines for number, lines in enumerate(margins.pages, 1) if number not in pictures) and (
        pictures or not margins.repeated
    ):
        raise UnreadableDocument(problem or Reason.NO_TEXT)
    title, sections = laid_out(margins.pages)
    shown = " ".join([title or "", *(f"{each.heading} {each.text}" for each in sections)])
    sections += [Section(text, None, page) for page, text in margins.repeated if text not in shown]
    if title and not sections:
        sections = [Section(title, None, 1)]
    if pictures:
        read.cautions[Caution.PICTURES] = tuple(pictures)
    named = title or (second and second.title) or (first and first.title) or None
    return Found(named, sections, read.readers, len(read.pages), (), read.left_out + margins.left_out, read.cautions)


def _opened(data: bytes) -> tuple[Pdfium | None, Pypdf | None, Reason | None]:
    """Both readers, None for one that cannot open the file, with why. Raises UnreadableDocument where neither can."""
    first: Pdfium | None = None
    second: Pypdf | None = None
    reason: Reason | None = None
    try:
        first = Pdfium(data)
    except UnreadableDocument as error:
        if error.reason is Reason.TOO_MUCH_TEXT:
            raise
        reason = error.reason
    try:
        second = Pypdf(data)
    except UnreadableDocument as error:
        # That a file is locked says more than that it cannot be read.
        reason = reason if reason is Reason.ENCRYPTED else error.reason
        if first is None:
            raise UnreadableDocument(reason) from error
    return first, second, reason


def _read(first: Pdfium | None, second: Pypdf | None) -> _Pages:
    read = _Pages()
    pages = list(first.pages()) if first is not None else []
    others = iter(second.pages()) if second is not None else iter(())
    count = len(pages) or (second.count if second is not None else 0)
    differing = []
    for number in range(1, count + 1):
        other, marks, left_out = next(others, (None, [], Counter[Omission]()))
        one = pages[number - 1] if pages else None
        if first is not None and one is not None and other is not None and words(one.text) != words(other.text):
            one = first.looked_at(number - 1) or one
        page, share = _better(read, one, other)
        read.left_out += left_out
        read.left_out[Omission.OUTSIDE_THE_PAGE] += page.unseen
        if share > MOST_MISSED:
            differing.append(number)
        read.pages.append(with_marks(page, marks))
    if differing:
        read.cautions[Caution.WORDS_MISSING] = tuple(differing)
    return read


def _better(read: _Pages, first: Page | None, second: Page | None) -> tuple[Page, float]:
    if first is None:
        read.readers[Pypdf.name] += 1
        return second or Page(()), 0.0
    page, is_second, share = chosen(first, second)
    read.readers[Pypdf.name if is_second else Pdfium.name] += 1
    return replace(page, covered=first.covered), share


def _count(lines: Sequence[Line]) -> int:
    return sum(len(line.text.split()) for line in lines)
