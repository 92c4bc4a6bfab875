"""Text at the edge: what comes in is made safe to store, and is otherwise kept as it was written."""

import re
import unicodedata

# The C0 and C1 controls and DEL, save tab and newline.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` as it can be stored: NFC, no control characters but newline and tab, no lone surrogates.

    A lone surrogate becomes U+FFFD. A line end written CR LF or CR becomes a newline.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _SURROGATES.sub("�", _CONTROLS.sub("", text)))


def fold(text: str) -> str:
    """Return `text` for comparison: no accents, no case, typographic apostrophes made plain, spaces collapsed."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join(decomposed.translate(_WITHOUT_MARKS).split())


# Latin, Greek, Cyrillic and the like, and punctuation; to remember all of Unicode would take a hundred megabytes.
_REMEMBERED = 0x3000


class _WithoutMarks(dict[int, int | None]):
    """For `str.translate`: drops combining marks, and asks about a common character once only."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        if code < _REMEMBERED:
            self[code] = kept
        return kept


_WITHOUT_MARKS = _WithoutMarks()
