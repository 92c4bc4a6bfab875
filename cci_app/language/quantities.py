"""The words and the quantities of a message, each at its place: "350 mil", "$350,000", "20%", "medio millón".

Unlike `numbers`, which tells whether a text holds a value, this says where it stands and what is written beside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cci_app.language.numbers import in_words, is_number_word
from cci_app.language.tokens import folded

# Digits with their separators, words, and the signs that say something; letters and digits part (350mil, cx5).
# A minus stands before digits and behind nothing: not in CX-5, nor in 2018-2021.
_WORD: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z]+|[%$€?]|(?<![a-z0-9])-(?=[0-9$])")
_SCALES: Final = {
    **dict.fromkeys(("mil", "k", "mille", "thousand"), Decimal(1000)),
    **dict.fromkeys(("millon", "millones", "mdp", "million", "millions", "m"), Decimal(1_000_000)),
}
_HALVES: Final = {("medio", "millon"): Decimal(500_000), ("un", "millon"): Decimal(1_000_000)}
_MOST_DIGITS: Final = 12
# Of a message, as much as somebody types in one go about one thing.
MOST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value from the word at `start` to before that at `end`.

    `bare`: digits alone, without separators, scale, sign or currency, as a year or a place in a list is written.
    """

    value: Decimal
    start: int
    end: int
    bare: bool = False
    percent: bool = False
    money: bool = False


def scanned(text: str) -> list[str]:
    """The words, figures and signs of a text, folded, in their order; at most 200."""
    words: list[str] = []
    for match in _WORD.finditer(folded(text)):
        words.append(match.group())
        if len(words) == MOST_WORDS:
            break
    return words


def quantities(words: Sequence[str]) -> list[Quantity]:
    """The quantities of scanned words, in their order."""
    found: list[Quantity] = []
    place = 0
    while place < len(words):
        quantity = _at(words, place)
        if quantity is not None:
            found.append(quantity)
            place = quantity.end
        else:
            place += 1
    return found


def _at(words: Sequence[str], place: int) -> Quantity | None:
    half = _HALVES.get((words[place], words[place + 1] if place + 1 < len(words) else ""))
    if half is not None:
        return Quantity(half, place, place + 2)
    if words[place][0].isdigit():
        return _of_digits(words, place)
    return _of_words(words, place)


def _of_digits(words: Sequence[str], place: int) -> Quantity | None:
    value, end = _read(words[place]), place + 1
    if value is None:
        return None
    bare = words[place].isdigit()
    while end < len(words) and words[end] in _SCALES and not (words[end] == "m" and value >= 1000):
        value, end, bare = value * _SCALES[words[end]], end + 1, False
    money = place > 0 and words[place - 1] in {"$", "€"}
    if "-" in words[max(0, place - 1 - money) : place]:
        value = -value
    behind = _percent(words, end)
    return Quantity(value, place, end + behind, bare=bare and not money and not behind, percent=behind > 0, money=money)


def _of_words(words: Sequence[str], place: int) -> Quantity | None:
    """A number in words. "Y" belongs to it only between two of its words."""
    end = place
    while end < len(words) and (is_number_word(words[end]) or (words[end] == "y" and end > place)):
        end += 1
    while end > place and words[end - 1] == "y":
        end -= 1
    values = list(in_words(list(words[place:end])))
    if len(values) != 1:
        return None
    behind = _percent(words, end)
    return Quantity(Decimal(int(values[0])), place, end + behind, percent=behind > 0)


def _percent(words: Sequence[str], end: int) -> int:
    """How many words behind a value make it a percentage."""
    if list(words[end : end + 1]) == ["%"]:
        return 1
    return 2 if list(words[end : end + 2]) == ["por", "ciento"] else 0


def _read(written: str) -> Decimal | None:
    """Digits with separators: a point or a comma before three digits parts thousands."""
    if sum(map(str.isdigit, written)) > _MOST_DIGITS:
        return None
    parts = re.split(r"[.,]", written)
    if len(parts) == 1:
        return Decimal(written)
    if all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3:
        return Decimal("".join(parts))
    if len(parts) > 2 and any(len(part) != 3 for part in parts[1:-1]):
        return None
    return Decimal(f"{''.join(parts[:-1])}.{parts[-1]}")
