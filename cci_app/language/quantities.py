"""The words and the quantities of a message, each at its place: "350 mil", "$350,000", "20%", "medio millón".

Unlike `numbers`, which tells whether a text holds a value, this says where it stands and what is written beside it.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cci_app.language.numbers import in_words, is_number_word
from cci_app.language.tokens import folded

# What stands between the ends of 2018-2021, 200k-300k and "200 mil – 300 mil"; in CX-5 it is nothing.
DASH: Final = "–"
_FIGURE: Final = r"(?= ?[$€]? ?[0-9])"
_WORD: Final = re.compile(
    # Three digits behind one space may go on from those before: 200 000, 1 250 000,50.
    r"(?<=[0-9])[ '](?P<thousands>[0-9]{3}(?:[.,][0-9]{1,2})?)(?![.,]?[0-9])"
    rf"|(?P<dash>[–—]{_FIGURE}|(?:(?<=[0-9€])|(?<=[0-9][km])|(?<=[0-9] k)|(?<=mil)|(?<=mille))-{_FIGURE}"
    rf"|(?<= )-(?= ){_FIGURE})"
    # Digits with their separators, words, and the signs that say something; letters and digits part (350mil, cx5).
    r"|[0-9]+(?:[.,][0-9]+)*|[a-z]+|[%$€?]"
    # A minus stands before digits and behind nothing.
    r"|(?<![a-z0-9])-(?=[0-9$])"
)
_SCALES: Final = {
    **dict.fromkeys(("mil", "k", "mille", "thousand"), Decimal(1000)),
    **dict.fromkeys(("millon", "millones", "mdp", "million", "millions", "m"), Decimal(1_000_000)),
}
_HALVES: Final = {("medio", "millon"): Decimal(500_000), ("un", "millon"): Decimal(1_000_000)}
SIGNS: Final = frozenset("$€")
_MOST_DIGITS: Final = 12
# The words of 999 999 999 are fewer.
_LONGEST_NUMBER: Final = 16
# Of a message, as much as somebody types in one go about one thing.
MOST_WORDS: Final = 200


class Thousands(str):
    """Digits that may go on from those before them, as the 000 of "200 000" does."""

    __slots__ = ()


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
        words.append(_word(match))
        if len(words) == MOST_WORDS:
            break
    return words


def _word(match: re.Match[str]) -> str:
    if match["thousands"]:
        return Thousands(match["thousands"])
    return DASH if match["dash"] else match.group()


def quantities(words: Sequence[str], alone: Container[int] = ()) -> list[Quantity]:
    """The quantities of scanned words, in their order; digits at the places `alone` are no part of a longer figure."""
    found: list[Quantity] = []
    place = 0
    while place < len(words):
        quantity = _at(words, place, alone)
        if quantity is not None:
            found.append(quantity)
            place = quantity.end
        else:
            place += 1
    return found


def _at(words: Sequence[str], place: int, alone: Container[int]) -> Quantity | None:
    half = _HALVES.get((words[place], words[place + 1] if place + 1 < len(words) else ""))
    if half is not None:
        return Quantity(half, place, place + 2)
    if words[place][0].isdigit():
        return _of_digits(words, place, alone)
    return _of_words(words, place)


def _of_digits(words: Sequence[str], place: int, alone: Container[int]) -> Quantity | None:
    end = _end_of_thousands(words, place, alone)
    value = _read(",".join(words[place:end]))
    if value is None:
        return None
    bare = end == place + 1 and words[place].isdigit()
    while end < len(words) and words[end] in _SCALES and not (words[end] == "m" and value >= 1000):
        value, end, bare = value * _SCALES[words[end]], end + 1, False
    before = place > 0 and words[place - 1] in SIGNS
    if "-" in words[max(0, place - 1 - before) : place]:
        value = -value
    # The sign before the next figure is that one's.
    behind = end < len(words) and words[end] in SIGNS and not _is_figure(words[end + 1 : end + 2])
    percent = _percent(words, end)
    told = before or behind or percent > 0
    end += behind + percent
    return Quantity(value, place, end, bare=bare and not told, percent=percent > 0, money=before or behind)


def _end_of_thousands(words: Sequence[str], place: int, alone: Container[int]) -> int:
    """Where a figure ends whose thousands are parted by spaces; "3 200 mil" are two."""
    end = place + 1
    if place in alone or not words[place].isdigit() or len(words[place]) > 3:
        return end
    while end < len(words) and isinstance(words[end], Thousands) and end not in alone:
        end += 1
    return place + 1 if words[end : end + 1] and words[end] in _SCALES else end


def _is_figure(words: Sequence[str]) -> bool:
    return bool(words) and words[0][0].isdigit()


def _of_words(words: Sequence[str], place: int) -> Quantity | None:
    """A number in words, the longest that is one. "Y" belongs to it only between two of its words."""
    end = place
    most = min(len(words), place + _LONGEST_NUMBER)
    while end < most and (is_number_word(words[end]) or (words[end] == "y" and end > place)):
        end += 1
    while end > place:
        values = list(in_words(list(words[place:end]))) if words[end - 1] != "y" else []
        if len(values) == 1:
            percent = _percent(words, end)
            return Quantity(Decimal(int(values[0])), place, end + percent, percent=percent > 0)
        end -= 1
    return None


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
