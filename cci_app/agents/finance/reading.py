"""What a message says of a plan: price, down payment, rate, months; what it does not say is None."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Self

from cci_app.agents.finance.content import FinanceWords
from cci_app.language.localised import LocalisedList
from cci_app.language.quantities import Quantity, quantities, scanned

_NEAR: Final = 4
_LEAST_PRICE: Final = Decimal(5_000)
_THOUSAND: Final = Decimal(1000)
_LINKS: Final = frozenset(
    "de del la el los las un una a al por con en lo es mi doy daria pongo tengo seria menos $ -".split()  # noqa: SIM905
)
# "Los 300 mil" is a price; "60" behind one of these a term.
_FOR: Final = frozenset({"a", "en", "por"})
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What is told of a plan. `percent` is a down payment as a part of the price; `rest` the words that say none."""

    price: Decimal | None = None
    down: Decimal | None = None
    percent: Decimal | None = None
    rate: Decimal | None = None
    months: int | None = None
    schedule: bool = False
    named: bool = False
    rest: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of a plan."""
        told = (self.price, self.down, self.percent, self.rate, self.months)
        return all(each is None for each in told) and not self.schedule and not self.named

    def over(self, other: Self) -> Self:
        """This one, with what the other says where this one says nothing."""
        has_down = self.down is not None or self.percent is not None
        return replace(
            self,
            price=self.price if self.price is not None else other.price,
            down=self.down if has_down else other.down,
            percent=self.percent if has_down else other.percent,
            rate=self.rate if self.rate is not None else other.rate,
            months=self.months if self.months is not None else other.months,
        )

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON."""
        figures = {name: getattr(self, name) for name in ("price", "down", "percent", "rate")}
        return {**{name: None if each is None else str(each) for name, each in figures.items()}, "months": self.months}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What was kept."""
        names = ("price", "down", "percent", "rate")
        price, down, percent, rate = (None if kept.get(name) is None else Decimal(kept[name]) for name in names)
        return cls(price, down, percent, rate, kept.get("months"))


class PlanReader:
    """Reads messages by the words of an assistant's file."""

    def __init__(self, words: FinanceWords) -> None:
        self._phrases = {name: _phrases(getattr(words, name)) for name in type(words).model_fields}

    def read(self, message: str) -> PlanWish:
        """What a message says."""
        words = scanned(message)
        named = {
            name: [span for phrase in phrases for span in _spans(words, phrase)]
            for name, phrases in self._phrases.items()
        }
        wish = PlanWish(schedule=bool(named["schedule"]), named=bool(named["plan"] or named["down"] or named["rate"]))
        if named["without_down"]:
            wish = replace(wish, down=Decimal(0), named=True)
        taken: set[int] = set()
        figures = quantities(words)
        for figure in figures:
            told = self._told(words, figure, named, figures)
            if told is None:
                continue
            name, value = told
            if getattr(wish, name) is None:
                told_of: dict[str, Any] = {name: int(value) if name == "months" else value}
                wish = replace(wish, **told_of)
            taken |= set(range(figure.start, figure.end))
        taken |= {place for spans in named.values() for start, end in spans for place in range(start, end)}
        rest = tuple(word for place, word in enumerate(words) if place not in taken and word not in {"%", "$"})
        return replace(wish, rest=rest)

    def _told(
        self,
        words: Sequence[str],
        figure: Quantity,
        named: dict[str, list[tuple[int, int]]],
        figures: Sequence[Quantity],
    ) -> tuple[str, Decimal] | None:
        """Which part of a plan a figure is, and its value."""
        # "Un enganche de menos 5 mil" is below nothing, "menos de 5 mil" is not.
        negative = bool(named["down"]) and words[max(0, figure.start - 2) : figure.start] == ["de", "menos"]
        value = -figure.value if negative else figure.value
        if _behind(figure, named["months"]):
            return ("months", value) if value == value.to_integral_value() else None
        if _behind(figure, named["years"]) and value <= 50:
            return "months", value * 12
        near = {name: _distance(words, figure, named[name], figures) for name in ("price", "down", "rate")}
        if figure.percent:
            return ("rate" if near["rate"] < near["down"] else "percent"), value
        closest = min(near, key=lambda name: near[name])
        if near[closest] <= _NEAR:
            if closest == "rate":
                return ("rate", value) if value <= 200 else None
            if closest == "down" and figure.bare and 0 <= value <= 100 and "%" not in words:
                return "percent", value
            return closest, value * _THOUSAND if figure.bare and value < _THOUSAND and closest == "price" else value
        if value >= _LEAST_PRICE and not (figure.bare and 1950 <= value <= 2100):
            return "price", value
        at_term = figure.start > 0 and words[figure.start - 1] in _FOR
        return ("months", value) if figure.bare and at_term and 12 <= value <= 120 else None


def _phrases(listed: LocalisedList) -> list[Phrase]:
    written = {tuple(scanned(each)) for several in listed.root.values() for each in several}
    return sorted((each for each in written if each), key=len, reverse=True)


def _spans(words: Sequence[str], phrase: Phrase) -> Iterable[tuple[int, int]]:
    length = len(phrase)
    return [
        (place, place + length)
        for place in range(len(words) - length + 1)
        if tuple(words[place : place + length]) == phrase
    ]


def _behind(figure: Quantity, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start == figure.end for start, _ in spans)


def _distance(
    words: Sequence[str], figure: Quantity, spans: Sequence[tuple[int, int]], figures: Sequence[Quantity]
) -> int:
    """How many words lie between a figure and the nearest of some names; far where another figure or word does."""
    found = [_NEAR + 1]
    for start, end in spans:
        low, high = (end, figure.start) if end <= figure.start else (figure.end, start)
        between = range(low, high)
        crossed = any(other.start in between for other in figures if other is not figure)
        plain = all(words[place] in _LINKS or words[place] in {"%", "pesos", "mxn", "ciento"} for place in between)
        # "$461,999 con enganche de 100,000": a name that introduces another figure is that one's.
        introduces = start >= figure.end and any(
            other is not figure
            and other.start >= end
            and all(words[place] in _LINKS for place in range(end, other.start))
            for other in figures
        )
        if not crossed and plain and not introduces:
            found.append(len(between))
    return min(found)
