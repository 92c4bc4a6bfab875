"""Text at the edge: what comes in is made safe to store, and is otherwise kept as it was written."""

import re
import unicodedata
from itertools import groupby

# CR LF, and what else ends a line, a page or a record: form feed, vertical tab, separators, NEL, U+2028 and U+2029.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# The C0 and C1 controls and DEL, save tab and newline.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# To put marks in their order takes `unicodedata` as many steps as the square of how many follow each other. Whoever
# writes has one, two, seldom five on a letter; more than this are put in order before.
_MANY_MARKS = re.compile(r"[^\x00-\u02ff]{32,}")
# These are no marks, and are written as marks: three vowels as two each, two sounds in any text that is compared.
_LIKE_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"
_OF_MARKS = str.maketrans({"\u0f73": "\u0f71\u0f72", "\u0f75": "\u0f71\u0f74", "\u0f81": "\u0f71\u0f80"})


def clean(text: str) -> str:
    """Return `text` as it can be stored: NFC, no control characters but newline and tab, no lone surrogates.

    A lone surrogate becomes U+FFFD. Whatever ends a line or a page becomes a newline, so that words stay apart.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("�", _CONTROLS.sub("", text))
    return unicodedata.normalize("NFC", _MANY_MARKS.sub(_in_order, text))


def storable(text: str) -> str:
    """Return `text` without what PostgreSQL cannot hold: no NUL, and U+FFFD for a lone surrogate."""
    return _SURROGATES.sub("�", text.replace("\x00", ""))


def _in_order(many: re.Match[str]) -> str:
    """What `many` matched, with the marks on each letter in their canonical order."""
    runs = groupby(many.group().translate(_OF_MARKS), key=lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)


def fold(text: str) -> str:
    """Return `text` for comparison: no accents, no case, typographic apostrophes made plain, spaces collapsed."""
    return " ".join(plain_letters(text.replace("’", "'").casefold()).split())


def plain_letters(text: str) -> str:
    """Return `text` without accents, in the case and with the spaces that it has."""
    # Without marks there are none to be put in order (see `_in_order`).
    return unicodedata.normalize("NFKD", text.translate(_WITHOUT_MARKS)).translate(_WITHOUT_MARKS)


# Latin, Greek, Cyrillic and the like, and punctuation; to remember all of Unicode would take a hundred megabytes.
_REMEMBERED = 0x3000


class _WithoutMarks(dict[int, int | None]):
    """For `str.translate`: drops combining marks, and asks about a common character once only."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        kept = None if unicodedata.combining(character) or character in _LIKE_MARKS else code
        if code < _REMEMBERED:
            self[code] = kept
        return kept


_WITHOUT_MARKS = _WithoutMarks()
