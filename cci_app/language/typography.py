"""Spaces as they are printed: in French a sign of two parts stands after a space at which no line breaks."""

import re
from typing import Final

_NARROW: Final = "\u202f"
_WIDE: Final = "\u00a0"
# One space each: what is longer was not written for the eye.
_BEFORE_HIGH = re.compile(r"(?<=\S)[ \u00a0](?=[?!;])")
_BEFORE_COLON = re.compile(r"(?<=\S) (?=:(?:\s|$))")
_INSIDE = re.compile(r"(?<=«) | (?=»)")


def typeset(text: str, language: str | None) -> str:
    """The text with the spaces of its language; all else stays as it is written, addresses too."""
    if language != "fr":
        return text
    return _INSIDE.sub(_WIDE, _BEFORE_COLON.sub(_WIDE, _BEFORE_HIGH.sub(_NARROW, text)))
