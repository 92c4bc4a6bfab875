"""What a cell of a file says, as a value of an attribute's kind."""

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from cci_app.catalog.declaration import Attribute, AttributeKind
from cci_app.core.text import clean, fold

LONGEST_TEXT: Final = 500
# As people write figures: 461,999.00, 461.999,00, 461 999, $461,999 MXN, 80,000 km.
_DIGITS: Final = re.compile(r"-?[0-9][0-9.,'’   ]{0,30}")
_NOT_FIGURES: Final = re.compile(r"[^0-9.,'’   -]+")
_MOST_DIGITS: Final = 15
_NO: Final = frozenset({"", "no", "non", "0", "false", "falso", "n", "-", "–"})


class CellFault(StrEnum):
    """Why a row cannot be one; the value says it, after the name of the column."""

    TOO_LONG = "is longer than {most} characters"
    NEITHER = "is neither yes ({yes}) nor no: {written!r}"
    NO_NUMBER = "is no number: {written!r}"
    NO_YEAR = "is no year: {written!r}"
    TOO_SMALL = "is {number}, less than {bound}, the least that can be"
    TOO_LARGE = "is {number}, more than {bound}, the most that can be"
    EMPTY = "is empty"
    REPEATED = "{key} stands in row {row} already"


class BadCell(ValueError):  # noqa: N818
    """A cell that cannot be what its column wants; the message says why, `fault` and `told` say it to programs."""

    def __init__(self, fault: CellFault, **told: str) -> None:
        super().__init__(fault.value.format(**told))
        self.fault = fault
        self.told = told


def text_of(cell: Any) -> str:
    """A cell as text, its spaces single."""
    if isinstance(cell, dict):
        return str(cell.get("date", ""))[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(clean(str(cell)).split())


def value_of(cell: Any, attribute: Attribute) -> str | bool | None:
    """The value of a cell, None where it says nothing. Raises BadCell."""
    written = text_of(cell)
    if attribute.kind is AttributeKind.FLAG:
        return _flag(written, attribute)
    if not written:
        return None
    if attribute.kind.is_number:
        return str(_number(cell, written, attribute))
    if len(written) > LONGEST_TEXT:
        raise BadCell(CellFault.TOO_LONG, most=str(LONGEST_TEXT))
    return written


def _flag(written: str, attribute: Attribute) -> bool | None:
    folded = fold(written)
    if folded in {fold(each) for each in attribute.yes}:
        return True
    if folded in _NO:
        return None
    raise BadCell(CellFault.NEITHER, yes=attribute.yes[0], written=written[:40])


def _number(cell: Any, written: str, attribute: Attribute) -> Decimal:
    # A boolean is a number to Python.
    plain = isinstance(cell, int | float) and not isinstance(cell, bool)
    number = figure_in(repr(cell) if plain else written, grouped=not plain)
    if number is None:
        raise BadCell(CellFault.NO_NUMBER, written=written[:40])
    if attribute.kind is AttributeKind.YEAR and number != number.to_integral_value():
        raise BadCell(CellFault.NO_YEAR, written=written[:40])
    if attribute.least is not None and number < attribute.least:
        raise BadCell(CellFault.TOO_SMALL, number=f"{number:f}", bound=f"{attribute.least:f}")
    if attribute.most is not None and number > attribute.most:
        raise BadCell(CellFault.TOO_LARGE, number=f"{number:f}", bound=f"{attribute.most:f}")
    return number


def figure_in(written: str, *, grouped: bool = True) -> Decimal | None:
    """The one figure of a text with its unit or currency; None where there is none, or several.

    `grouped`: a point or a comma before three digits parts thousands, as it does in any list of prices.
    """
    figure = _NOT_FIGURES.sub("", written).strip(" -") if grouped else written
    if grouped and not _DIGITS.fullmatch(figure):
        return None
    if grouped:
        figure = _ungrouped(("-" if written.strip().startswith("-") else "") + figure)
    try:
        number = Decimal(figure)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** _MOST_DIGITS:
        return None
    number = number.normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def _ungrouped(figure: str) -> str:
    figure = re.sub(r"[   '’]", "", figure)
    point, comma = figure.rfind("."), figure.rfind(",")
    if point >= 0 and comma >= 0:
        decimal, group = (".", ",") if point > comma else (",", ".")
        return figure.replace(group, "").replace(decimal, ".")
    mark = "." if point >= 0 else ","
    parts = figure.split(mark)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]):
        return "".join(parts)
    return figure.replace(",", ".")
