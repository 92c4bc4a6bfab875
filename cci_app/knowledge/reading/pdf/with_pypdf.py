"""Pages as pypdf reads them, and what stands on them beside their content."""

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf._codecs.adobe_glyphs import adobe_glyphs
from pypdf.errors import FileNotDecryptedError, PyPdfError

from cci_app.knowledge.reading.contact import reached
from cci_app.knowledge.reading.document import Omission, Reason, UnreadableDocument
from cci_app.knowledge.reading.encoding import decoded
from cci_app.knowledge.reading.pdf.lines import Line, Mark, Page, drawn_once, once, usual

# pypdf tells the log of everything it mends in a file, page upon page; what matters to us it raises.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

# It is the slower of the two: pages that it has not reached by then are the other's.
MAX_SECONDS = 15.0
# What stands after the point in the name of a glyph says how it is drawn: /four.oldstyle is a 4, and so is /four_os; of
# several that are joined each is a letter: /f_i.alt.
_GLYPH = re.compile(r"/([A-Za-z]+(?:_[A-Za-z]+)*)\.[A-Za-z0-9]+|/([A-Za-z]+(?:_[A-Za-z]+)+)")
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN_OR_UNSEEN = 0b100010
# Whether a page says already whom a link leads to takes a look at all of it.
_MOST_LINKS = 100
_SWITCH, _SECRET = 1 << 16, 1 << 13


class Pypdf:
    """A PDF opened by pypdf. Raises UnreadableDocument."""

    name = "pypdf"

    def __init__(self, data: bytes) -> None:
        try:
            self._reader = PdfReader(io.BytesIO(data))
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                raise UnreadableDocument(Reason.ENCRYPTED)
            self.count = len(self._reader.pages)
            named = self._reader.metadata.title if self._reader.metadata else None
            self.title = (str(named).strip() or None) if named else None
        except UnreadableDocument:
            raise
        except FileNotDecryptedError as error:
            raise UnreadableDocument(Reason.ENCRYPTED) from error
        except MemoryError as error:
            raise UnreadableDocument(Reason.TOO_COMPLEX) from error
        except Exception as error:
            # pypdf meets broken files with every kind of exception (KeyError, TypeError, RecursionError, ...). An
            # encryption that needs a library the product does not have comes as DependencyError.
            reason = Reason.ENCRYPTED if type(error).__name__ == "DependencyError" else Reason.DAMAGED
            raise UnreadableDocument(reason) from error

    def pages(self) -> Iterator[tuple[Page | None, list[Mark], Counter[Omission]]]:
        """Each page in its turn, as far as time goes: its lines, None where it cannot be read; what is marked on it."""
        started = time.monotonic()
        for number in range(self.count):
            if time.monotonic() - started > MAX_SECONDS:
                return
            left_out: Counter[Omission] = Counter()
            lines: list[Line] | None = None
            marks: list[Mark] = []
            try:
                page = self._reader.pages[number]
                marks = list(_marks(page, left_out))
                lines = drawn_once(_lines(page))
            except MemoryError:
                return
            except (PyPdfError, Exception):
                lines = None
            yield None if lines is None else Page(lines), marks, left_out


def _lines(page: PageObject) -> Iterator[Line]:
    pieces: list[tuple[str, float, float]] = []
    box = page.cropbox
    bottom, height = float(box.bottom), float(box.height) or 1.0

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        scale = abs(tm[3] or tm[0] or 1.0) * abs(cm[3] or cm[0] or 1.0)
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        pieces.append((text, round(abs(size) * scale, 1), 1 - (y - bottom) / height))

    page.extract_text(visitor_text=visit)
    turned = page.rotation % 360 != 0
    text, sizes, top = "", Counter[float](), None
    for piece, size, here in [*pieces, ("\n", 0.0, 0.0)]:
        parts = piece.split("\n")
        for number, part in enumerate(parts):
            text += part
            sizes[size] += len(part.strip())
            top = here if part.strip() else top
            if number < len(parts) - 1:
                if words := " ".join(usual(_GLYPH.sub(_letter, text)).split()):
                    yield Line(once(words), sizes.most_common(1)[0][0], None if turned else top)
                text, sizes, top = "", Counter[float](), None


def _letter(name: re.Match[str]) -> str:
    letters = [adobe_glyphs.get(f"/{part}") for part in (name[1] or name[2]).split("_")]
    return "".join(each for each in letters if each) if letters[0] else name[0]


def _marks(page: PageObject, left_out: Counter[Omission]) -> Iterator[Mark]:
    box = page.cropbox
    bottom, height = float(box.bottom), float(box.height) or 1.0
    beginning, width = float(box.left), float(box.width) or 1.0
    links = 0
    for reference in page.get("/Annots") or ():
        mark = reference.get_object()
        if int(mark.get("/F", 0)) & _HIDDEN_OR_UNSEEN:
            continue
        kind = mark.get("/Subtype")
        if kind in {"/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly"} and mark.get("/Contents"):
            left_out[Omission.COMMENTS] += 1
        person = _led_to(mark) if kind == "/Link" and links < _MOST_LINKS else ""
        links += bool(person)
        text = f"({person})" if person else " ".join(_written(mark, str(kind), page).split())
        if text:
            one, low, other, high = (float(each) for each in mark["/Rect"])
            # Whom a link leads to is said behind it.
            side = ((max if person else min)(one, other) - beginning) / width
            yield Mark(text, 1 - ((low + high) / 2 - bottom) / height - 0.004, side, person)


def _led_to(link: Any) -> str:
    """Whom a link leads to."""
    action = link["/A"].get_object() if "/A" in link else None
    return reached(_text(action.get("/URI"))) if isinstance(action, dict) else ""


def _written(mark: Any, kind: str, page: PageObject) -> str:
    """What a mark shows on the page."""
    if kind == "/Widget":
        return _value(mark, page)
    if kind == "/FreeText":
        return _text(mark.get("/Contents")) or _rich(mark.get("/RC")) or _appearance(mark, page)
    return _appearance(mark, page) if kind == "/Stamp" else ""


def _value(widget: Any, page: PageObject) -> str:
    """What a field of a form shows: its text, what was chosen, or a cross."""
    kind, flags = _inherited(widget, "/FT"), int(_inherited(widget, "/Ff") or 0)
    value = _inherited(widget, "/V")
    if kind == "/Btn":
        # Without a state of its own a box is in that of its field.
        state = str(widget.get("/AS") or value or "/Off")
        return "☒" if not flags & _SWITCH and state != "/Off" else ""
    if kind == "/Tx":
        if flags & _SECRET:
            return ""
        return _text(value) or _rich(_inherited(widget, "/RV")) or _appearance(widget, page)
    options = [_option(each.get_object()) for each in _inherited(widget, "/Opt") or ()]
    if value is None:
        places = [int(each) for each in _inherited(widget, "/I") or ()]
        return ", ".join(options[place][1] for place in places if place < len(options))
    named = dict(options)
    return ", ".join(named.get(_text(each), _text(each)) for each in (value if isinstance(value, list) else [value]))


def _option(option: Any) -> tuple[str, str]:
    """What a choice is kept as, and what it shows."""
    first, last = (option[0], option[-1]) if isinstance(option, list) and option else (option, option)
    return _text(first), _text(last)


def _text(value: Any) -> str:
    """A text, which may be kept as a stream when it is long."""
    value = value.get_object() if hasattr(value, "get_object") else value
    if hasattr(value, "get_data"):
        return decoded(value.get_data())
    return "" if value is None else str(value)


def _rich(value: Any) -> str:
    """The words of a text that is kept with how it looks."""
    return unescape(_TAG.sub(" ", _text(value)))


def _inherited(field: Any, key: str) -> Any:
    for _ in range(10):
        if key in field:
            return field[key].get_object() if hasattr(field[key], "get_object") else field[key]
        if "/Parent" not in field:
            return None
        field = field["/Parent"].get_object()
    return None


def _appearance(mark: Any, page: PageObject) -> str:
    drawn = mark.get("/AP", {}).get_object().get("/N") if "/AP" in mark else None
    if drawn is None:
        return ""
    return str(page.extract_xform_text(drawn.get_object()))
