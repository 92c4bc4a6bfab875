"""Text of a PDF, page by page: read by two readers, of which the better one is believed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from cci_app.knowledge.reading.document import Caution, Found, Omission, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.pdf.choice import MOST_MISSED, chosen, words
from cci_app.knowledge.reading.pdf.layout import laid_out
from cci_app.knowledge.reading.pdf.lines import Line, Page, with_marks
from cci_app.knowledge.reading.pdf.margins import without_margins
from cci_app.knowledge.reading.pdf.with_pdfium import FEW_WORDS, Pdfium
from cci_app.knowledge.reading.pdf.with_pypdf import Pypdf

# A page that is covered by pictures so far, and has fewer words than this, is a picture with a stamp on it: a page, or
# a ticket in the middle of one.
_STAMPED = ((0.5, 20), (0.2, 6))
# What stands at the edge of a picture, and there alone, may take as many words to say who signed it.
_EDGE, _EDGE_WORDS = 0.1, FEW_WORDS
# A poster says little, in letters of this many points: several lines of them, and several words. A stamp has one,
# and a watermark runs across the page.
_POSTER_SIZE, _POSTER_LINES, _POSTER_WORDS = 18.0, 2, 4


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
        if _is_picture(page.covered, lines)
    ]
    if not any(lines for number, lines in enumerate(margins.pages, 1) if number not in pictures) and (
        pictures or not margins.repeated
    ):
        raise UnreadableDocument(problem or Reason.NO_TEXT)
    title, sections = laid_out(margins.pages)
    shown = " ".join(["", title or "", *(f"{each.heading} {each.text}" for each in sections), ""])
    for page, lines in groupby(margins.repeated, key=itemgetter(0)):
        if said := [text for _, text in lines if f" {text} " not in shown]:
            sections.append(Section("\n\n".join(said), None, page))
    if title and not sections:
        sections = [Section(title, None, 1)]
    if pictures:
        read.cautions[Caution.PICTURES] = tuple(pictures)
    named = title or (second and second.title) or (first and first.title) or None
    return Found(named, sections, read.readers, len(read.pages), (), read.left_out + margins.left_out, read.cautions)


def _is_picture(covered: float, lines: Sequence[Line]) -> bool:
    """Whether a page is a picture, with no more on it than what a scanner, a fax or a stamp adds."""
    large = [line for line in lines if line.size >= _POSTER_SIZE and line.top is not None]
    if len(large) >= _POSTER_LINES and _count(large) >= _POSTER_WORDS:
        return False
    at_edges = all(line.top is not None and not _EDGE < line.top < 1 - _EDGE for line in lines)
    most = next((words for share, words in _STAMPED if covered >= share), 0)
    return _count(lines) < (_EDGE_WORDS if most and at_edges else most)


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
