"""Pages as PDFium reads them: words apart where the eye sees them apart, letters drawn over themselves once."""

import ctypes
import math
import re
import time
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.pdf.lines import Line, Page, drawn_once

MAX_PAGES = 1000
MAX_SECONDS = 20.0

# A page with fewer words than this may be a picture with a stamp on it; only of such is asked what covers it.
FEW_WORDS = 40
_DEEPEST = 5
# Where a word was parted at the end of a line.
_PARTED = re.compile("[\x02\ufffe](?:\r?\n)?")


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


def _page(page: Any) -> Page:
    textpage = page.get_textpage()
    try:
        found = list(_lines(page, textpage))
    finally:
        textpage.close()
    lines = drawn_once(line for line, inside in found if inside)
    unseen = sum(len(line.text.split()) for line, inside in found if not inside)
    few = sum(len(line.text.split()) for line in lines) < FEW_WORDS
    return Page(lines, _covered(page) if few else 0.0, unseen)


def _lines(page: Any, textpage: Any) -> Iterator[tuple[Line, bool]]:
    """The lines, and whether each stands on the page."""
    left, bottom, right, top = page.get_cropbox()
    height = (top - bottom) or 1.0
    turned = page.get_rotation() != 0
    place = 0
    for written in _PARTED.sub("-\n", textpage.get_text_range()).split("\n"):
        words = " ".join(written.split())
        begin = place + len(written) - len(written.lstrip())
        place += len(written) + 1
        if not words:
            continue
        x, y, size = _seen(textpage, begin)
        middle = _seen(textpage, begin + len(words) // 2)[2]
        inside = left - 2 <= x <= right + 2 and bottom - 2 <= y <= top + 2
        yield Line(words, max(size, middle), None if turned else (top - y) / height), inside


def _seen(textpage: Any, place: int) -> tuple[float, float, float]:
    """Where a letter stands, in points from the left and from below, and its size as it is shown."""
    index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, place)
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
    size = abs(pdfium.FPDFText_GetFontSize(textpage, index))
    if pdfium.FPDFText_GetMatrix(textpage, index, matrix):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
    return x.value, y.value, round(size, 1)


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
