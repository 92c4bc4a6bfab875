"""How much of a text looks as a person would have written it: which letters are wrong, which words run together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Shares of the letters: above the first a text is worth a word of warning, above the second it is no text.
SOME_ODD = 0.01
MOST_ODD = 0.3
SOME_GLUED = 0.1

# What a reader writes for a letter that it cannot tell: its glyph's name or number. Not the path of an address.
_GLYPHS = re.compile(
    r"\(cid:\d{1,5}\)|(?<![\w.:/])(?:/(?:[A-Za-z]{1,30}\d{0,3}\.[A-Za-z0-9]{1,30}|uni[0-9A-F]{4}|[A-Za-z]{1,2}\d{1,5}|g(?:id|lyph)\d{1,5}))+"
    r"(?![\w/])"
)
# Text in UTF-8 that somebody read as something else.
_MISREAD = re.compile(r"[ÂÃ][\u0080-\u00bf\u0152-\u017e\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€.")
_NO_LETTER = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
# A word as long as this is several that run together, in French, Spanish and English; addresses are as long.
_LONGEST_WORD = 30
_ADDRESS = ("@", "://", "www.", "_", ".", "/")


@dataclass(frozen=True, slots=True)
class Legibility:
    """Shares of the letters of a text, 0 to 1: those that look wrong, those of words that run together."""

    odd: float
    glued: float


def measured(texts: Iterable[str]) -> Legibility:
    """How legible texts are, taken together."""
    letters = odd = glued = 0
    for text in texts:
        letters += sum(map(str.isalpha, text))
        odd += odd_letters(text)
        glued += sum(len(word) for word in text.split() if len(word) > _LONGEST_WORD and _is_glued(word))
    return Legibility(odd / max(letters + odd, 1), min(glued / max(letters, 1), 1.0))


def odd_letters(text: str) -> int:
    """How many letters of a text look wrong."""
    names = sum(len(name[0]) for name in _GLYPHS.finditer(text))
    return names + sum(1 for _ in _NO_LETTER.finditer(text)) + sum(1 for _ in _MISREAD.finditer(text))


def _is_glued(word: str) -> bool:
    return word[:_LONGEST_WORD].isalnum() and not any(sign in word for sign in _ADDRESS)
