"""Pages as PDFium reads them: words apart where the eye sees them apart, letters drawn over themselves once."""

import ctypes
import math
import re
import time
from collections.abc import Iterator, Set
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.pdf.lines import Line, Page, drawn_once, usual

MAX_PAGES = 1000
MAX_SECONDS = 20.0

# A page with fewer words than this may be a picture with a stamp on it; only of such is asked what covers it.
FEW_WORDS = 40
_DEEPEST = 5
# Where a word was parted at the end of a line: PDFium runs it on there.
_PARTED = re.compile("[\x02\ufffe]")
_LINE_END = re.compile("(?<=[\x02\ufffe])(?!\r?\n)|\n")
# What PDFium writes for a letter of which the file says nothing: its code, which is that of no letter.
_UNTOLD = dict.fromkeys(range(0x80, 0xA0), "\ufffd")
# So much of the size of the letters is room for a space.
_ROOM = 0.17
# The sine of the angle from which a line runs across the page, as a watermark does.
_ASLANT = 0.1


class Pdfium:
    """A PDF opened by PDFium. Raises UnreadableDocument."""

    name = "pdfium"

    def __init__(self, data: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower() or "security" in str(error).lower()
            raise UnreadableDocument(Reason.ENCRYPTED if locked else Reason.DAMAGED) from error
        self.count = len(self._document)
        if self.count > MAX_PAGES:
            raise UnreadableDocument(Reason.TOO_MUCH_TEXT)

    @property
    def title(self) -> str | None:
        """What the file calls itself."""
        return str(self._document.get_metadata_value("Title")).strip() or None

    def pages(self) -> Iterator[Page]:
        """Each page in its turn. Raises UnreadableDocument."""
        started = time.monotonic()
        for number in range(self.count):
            try:
                page = self._document[number]
                yield _page(page)
                page.close()
            except pypdfium2.PdfiumError:
                # A page that is broken beside others that are not.
                yield Page(())
            if time.monotonic() - started > MAX_SECONDS:
                raise UnreadableDocument(Reason.TOO_SLOW)

    def looked_at(self, number: int) -> Page | None:
        """A page once more, the first being 0, with words parted wherever there is room for a space between letters.

        None for one that is broken.
        """
        try:
            return _page(self._document[number], apart=True)
        except pypdfium2.PdfiumError:
            return None


def _page(page: Any, *, apart: bool = False) -> Page:
    textpage = page.get_textpage()
    try:
        written = textpage.get_text_range().translate(_UNTOLD)
        found = list(_lines(page, textpage, written, _gaps(textpage, written) if apart else frozenset()))
    finally:
        textpage.close()
    lines = drawn_once(line for line, inside in found if inside)
    unseen = sum(len(line.text.split()) for line, inside in found if not inside)
    few = sum(len(line.text.split()) for line in lines) < FEW_WORDS
    return Page(lines, _covered(page) if few else 0.0, unseen)


def _lines(page: Any, textpage: Any, text: str, gaps: Set[int]) -> Iterator[tuple[Line, bool]]:
    """The lines, and whether each stands on the page; `gaps` are the places in `text` before which there is room."""
    # Not `get_cropbox`: where the size of the page stands above it in the file, that is the one of an American letter.
    left, bottom, right, top = page.get_bbox()
    height, width = (top - bottom) or 1.0, (right - left) or 1.0
    turned = page.get_rotation() != 0
    # Where each word begins is asked only where something may have to be put between them.
    marked = not turned and pdfium.FPDFPage_GetAnnotCount(page) > 0
    at = 0
    for end in (*_LINE_END.finditer(text), None):
        written = text[at : None if end is None else end.start()]
        begin = at + len(written) - len(written.lstrip())
        begins = list(_begins(written, at, gaps)) if marked else []
        if gaps:
            written = "".join(f" {letter}" if at + far in gaps else letter for far, letter in enumerate(written))
        at = len(text) if end is None else end.end()
        words = " ".join(_PARTED.sub("-", written).split())
        if not words:
            continue
        x, y, size, upright = _seen(textpage, begin)
        middle = _seen(textpage, begin + len(words) // 2)[2]
        inside = left - 2 <= x <= right + 2 and bottom - 2 <= y <= top + 2
        starts = tuple((_seen(textpage, each)[0] - left) / width for each in begins)
        height_known = upright and not turned
        yield Line(usual(words), max(size, middle), (top - y) / height if height_known else None, starts), inside


def _begins(written: str, at: int, gaps: Set[int]) -> Iterator[int]:
    """The places where words begin in a line that itself begins `at` that place of the page's text."""
    parted = True
    for far, letter in enumerate(written):
        if not letter.isspace() and (parted or at + far in gaps):
            yield at + far
        parted = letter.isspace()


def _seen(textpage: Any, place: int) -> tuple[float, float, float, bool]:
    """Where a letter stands, in points from the left and from below, its size as shown, and whether it is upright."""
    index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, place)
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
    size = abs(pdfium.FPDFText_GetFontSize(textpage, index))
    upright = True
    if pdfium.FPDFText_GetMatrix(textpage, index, matrix):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
        upright = abs(matrix.b) <= _ASLANT * math.hypot(matrix.a, matrix.b)
    return x.value, y.value, round(size, 1), upright


def _gaps(textpage: Any, text: str) -> frozenset[int]:
    """The places of letters before which there is room for a space, where PDFium has none."""
    gaps = set()
    before: tuple[float, float] | None = None
    for place, letter in enumerate(text):
        if letter.isspace():
            before = None
            continue
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, place)
        box = pdfium.FS_RECTF()
        if index < 0 or not pdfium.FPDFText_GetLooseCharBox(textpage, index, box) or box.right <= box.left:
            before = None
            continue
        height = abs(box.top - box.bottom)
        if before is not None and abs(before[1] - box.bottom) < height / 2 and box.left - before[0] > height * _ROOM:
            gaps.add(place)
        before = (box.right, box.bottom)
    return frozenset(gaps)


def _covered(page: Any) -> float:
    """The share of the page under pictures, 0 to 1; those that a scanner cut into strips count together."""
    width, height = page.get_size()
    area = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEPEST):
        try:
            left, bottom, right, top = picture.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        area += max(right - left, 0.0) * max(top - bottom, 0.0)
    return float(min(area / (width * height or 1.0), 1.0))
