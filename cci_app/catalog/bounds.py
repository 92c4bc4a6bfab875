"""The figures of a message as bounds on attributes: "menos de 350 mil", "entre 2018 y 2021", "80,000 km o menos"."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cci_app.catalog.declaration import AttributeKind, TableDeclaration
from cci_app.catalog.lexicon import Sense, TableMark
from cci_app.catalog.phrases import (
    ABOUT,
    AND_LESS,
    AND_MORE,
    ARTICLES,
    AT_LEAST,
    AT_MOST,
    BEFORE_RANGES,
    BETWEEN,
    FILLERS,
    REACHES,
    ends_at,
    stands_at,
)
from cci_app.language.quantities import SIGNS, Quantity, quantities

# "Unos 300 mil" is a tenth more or less.
_ABOUT: Final = Decimal("0.1")
_FAR_BEFORE: Final = 6
_THOUSAND: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure, or two, say of an attribute; the words from `start` to before `end` tell it."""

    attribute: str
    least: Decimal | None
    most: Decimal | None
    start: int
    end: int


def bounds_in(words: Sequence[str], marks: Sequence[TableMark], declaration: TableDeclaration) -> list[Bound]:
    """What the figures of a message bound; a figure that no attribute can have bounds nothing."""
    inside = {place for mark in marks if mark.of(Sense.VALUE, Sense.FLAG) for place in range(mark.start, mark.end)}
    figures = [each for each in quantities(words, inside) if each.start not in inside and not each.percent]
    found: list[Bound] = []
    place = 0
    while place < len(figures):
        here = figures[place]
        after = figures[place + 1] if place + 1 < len(figures) else None
        both = _range(words, here, after, marks, declaration) if after is not None else None
        bound = both or _bound(words, here, marks, declaration)
        if bound is not None:
            found.append(bound)
        place += 2 if both is not None else 1
    return found


def _range(
    words: Sequence[str], one: Quantity, other: Quantity, marks: Sequence[TableMark], declaration: TableDeclaration
) -> Bound | None:
    """Two figures that are the ends of one range."""
    units = {place for mark in marks if mark.of(Sense.UNIT) for place in range(mark.start, mark.end)}
    between = [word for place, word in enumerate(words[one.end : other.start], one.end) if place not in units]
    joined = " ".join(word for word in between if word not in ARTICLES and word not in SIGNS)
    if joined not in BETWEEN:
        return None
    attribute = _attribute(words, other, marks, declaration)
    if attribute is None:
        return None
    # "2018 o 2019" are years from the one to the other; "un 3 y un 2" are no range.
    years = declaration.attributes[attribute].kind is AttributeKind.YEAR and one.bare
    if not (years or joined in REACHES or _is_introduced(words, one.start)):
        return None
    most = _scaled(other, attribute, declaration)
    least = one.value
    # "De 200 a 300 mil" are both thousands.
    if least < _THOUSAND <= most and declaration.attributes[attribute].kind is not AttributeKind.YEAR:
        least *= _THOUSAND
    if least > most or not _can_be(least, attribute, declaration) or not _can_be(most, attribute, declaration):
        return None
    return Bound(attribute, least, most, one.start, other.end)


def _is_introduced(words: Sequence[str], place: int) -> bool:
    """Whether an "entre" or "de" stands before a figure, with an article or a sign between them."""
    while place and (words[place - 1] in ARTICLES or words[place - 1] in SIGNS):
        place -= 1
    return place > 0 and words[place - 1] in BEFORE_RANGES


def _bound(
    words: Sequence[str], figure: Quantity, marks: Sequence[TableMark], declaration: TableDeclaration
) -> Bound | None:
    attribute = _attribute(words, figure, marks, declaration)
    if attribute is None:
        return None
    value = _scaled(figure, attribute, declaration)
    kind = declaration.attributes[attribute].kind
    before, behind = _before(words, figure, marks), _behind(words, figure, marks)
    least: Decimal | None = value
    most: Decimal | None = value
    if before == "most" or behind == "most":
        least = None
    elif before == "least" or behind == "least":
        most = None
    elif before == "about":
        least, most = value * (1 - _ABOUT), value * (1 + _ABOUT)
    elif kind is AttributeKind.MONEY or declaration.attributes[attribute].ceiling:
        # Who names a price names what they can pay.
        least = None
    return Bound(attribute, least, most, figure.start, figure.end)


def _attribute(
    words: Sequence[str], figure: Quantity, marks: Sequence[TableMark], declaration: TableDeclaration
) -> str | None:
    """Whose figure it is: by its unit, its currency, the attribute that is named before it, or what it can be."""
    unit = next((mark for mark in marks if mark.start == figure.end and mark.of(Sense.UNIT)), None)
    if unit is not None and (meaning := unit.of(Sense.UNIT)) is not None:
        return meaning.attribute
    if figure.money and declaration.price is not None:
        return declaration.price
    named = _named(words, figure, marks, declaration)
    if named is not None and _can_be(_scaled(figure, named, declaration), named, declaration):
        return named
    years = declaration.of_kind(AttributeKind.YEAR)
    if figure.bare and (year := next((n for n in years if _can_be(figure.value, n, declaration)), None)):
        return year
    price = declaration.price
    if price is not None and figure.value >= 100 and _can_be(_scaled(figure, price, declaration), price, declaration):
        return price
    return None


def _named(
    words: Sequence[str], figure: Quantity, marks: Sequence[TableMark], declaration: TableDeclaration
) -> str | None:
    """The number that is named in the words before a figure, with none between that is of another."""
    near = [mark for mark in marks if figure.start - _FAR_BEFORE <= mark.end - 1 < figure.start]
    for mark in reversed(near):
        if any(word.isdigit() for word in words[mark.end : figure.start]):
            return None
        meaning = mark.of(Sense.ATTRIBUTE, Sense.LESS, Sense.MORE)
        if meaning is not None and declaration.attributes[meaning.attribute].kind.is_number:
            return meaning.attribute
    return None


def _can_be(value: Decimal, name: str, declaration: TableDeclaration) -> bool:
    attribute = declaration.attributes[name]
    return (attribute.least is None or value >= attribute.least) and (attribute.most is None or value <= attribute.most)


def _scaled(figure: Quantity, name: str, declaration: TableDeclaration) -> Decimal:
    """ "Menos de 350" of what costs no less than ten thousand is 350 thousand."""
    attribute = declaration.attributes[name]
    short = attribute.kind is AttributeKind.MONEY and figure.bare and figure.value < _THOUSAND
    if short and attribute.least is not None and figure.value < attribute.least:
        return figure.value * _THOUSAND
    return figure.value


def _before(words: Sequence[str], figure: Quantity, marks: Sequence[TableMark]) -> str:
    named = {place for mark in marks for place in range(mark.start, mark.end)}
    end = figure.start
    for _ in range(_FAR_BEFORE):
        # The longest: "no menos de" is not "menos de".
        length, told = max(
            (ends_at(words, end, phrases), told)
            for told, phrases in (("most", AT_MOST), ("least", AT_LEAST), ("about", ABOUT))
        )
        if length:
            return told
        if end == 0 or not (words[end - 1] in FILLERS or end - 1 in named):
            return ""
        end -= 1
    return ""


def _behind(words: Sequence[str], figure: Quantity, marks: Sequence[TableMark]) -> str:
    unit = next((mark.end for mark in marks if mark.start == figure.end and mark.of(Sense.UNIT)), figure.end)
    for told, phrases in (("least", AND_MORE), ("most", AND_LESS)):
        if stands_at(words, unit, phrases):
            return told
    return ""
