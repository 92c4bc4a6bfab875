"""What a model says that it copied from a message, looked for in the message: what is not there is not believed."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LETTERS: Final = re.compile(r"\w")


@lru_cache(maxsize=4096)
def _flat_letter(letter: str) -> str:
    if letter in "’‘`´":
        return "'"
    for part in unicodedata.normalize("NFKD", letter):
        if not unicodedata.combining(part):
            lower = part.lower()
            return lower if len(lower) == 1 else part
    return " "


def flat(text: str) -> str:
    """Return `text` without accents and case, each character at its place, so that a match can be cut from `text`."""
    return "".join(map(_flat_letter, text))


def copied_from(message: str, copied: str) -> str:
    """The part of the message that was copied, as the message has it. Raises ValueError where it is not there.

    Accents, capitals, spaces and signs may have changed on the way: what counts are letters and digits.
    """
    if not copied.strip():
        return ""
    folded, wanted = flat(message), "".join(_LETTERS.findall(flat(copied)))
    if not wanted:
        # "👍"
        if copied.strip() not in message:
            raise ValueError("what was copied is not in the message")
        return copied.strip()
    places = [match.start() for match in _LETTERS.finditer(folded)]
    letters = "".join(folded[place] for place in places)
    at = letters.find(wanted)
    while at >= 0:
        begin, end = places[at], places[at + len(wanted) - 1] + 1
        if not (_LETTERS.match(folded[begin - 1 : begin]) or _LETTERS.match(folded[end : end + 1])):
            return _with_marks(message, begin, end, copied)
        at = letters.find(wanted, at + 1)
    raise ValueError("what was copied is not in the message")


def _with_marks(message: str, begin: int, end: int, copied: str) -> str:
    """The stretch with the signs around it that were copied, too: "¿" before a question, "?" after it."""
    ends = copied.strip()
    while begin and message[begin - 1] in "¿¡" and ends[0] in "¿¡":
        begin -= 1
    after = message[end:].lstrip()
    if after and not ends[-1].isalnum() and after[0] == ends[-1]:
        end = len(message) - len(after) + 1
    return message[begin:end]
