"""Prices and ranges of prices, however they are written: each way of writing with each way of saying a range."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product
from typing import Final

import pytest

from cci_app.catalog.asking import read_asked
from cci_app.catalog.known import KnownValues
from cci_app.catalog.lexicon import TableLexicon
from cci_app.catalog.register import Table
from tests.catalog.ready import cars_declaration

DECLARATION: Final = cars_declaration()
Bounds = tuple[str, Decimal | None, Decimal | None]

PAIRS: Final = ((200_000, 300_000), (95_000, 120_000), (250_500, 1_250_000))
WORDS: Final = {
    200_000: ("doscientos mil", "deux cent mille", "two hundred thousand"),
    300_000: ("trescientos mil", "trois cent mille", "three hundred thousand"),
    95_000: ("noventa y cinco mil", "quatre-vingt-quinze mille"),
    120_000: ("ciento veinte mil", "cent vingt mille"),
}


def grouped(by: str) -> Callable[[int], str]:
    return lambda value: f"{value:,}".replace(",", by)


def short(behind: str) -> Callable[[int], str]:
    return lambda value: f"{value / 1000:g}{behind}"


WRITTEN: Final[dict[str, Callable[[int], str]]] = {
    "digits": str,
    **{f"thousands by {by!r}": grouped(by) for by in (" ", "\u00a0", "\u202f", ",", ".", "'", "’")},
    **{f"short by {behind!r}": short(behind) for behind in ("k", " k", "K", " mil", "mil", " mille")},
    "$ before": lambda value: f"${value:,}",
    "$ and a space": lambda value: f"$ {value:,}",
    "€ behind": lambda value: f"{grouped(' ')(value)} €",
}
RANGES: Final = (
    "entre {} y {}", "de {} a {}", "desde {} hasta {}", "del {} al {}", "autos de entre los {} y los {}",
    "entre {} et {}", "de {} à {}", "de {} jusqu'à {}", "voitures entre {} et {} s'il vous plaît",
    "between {} and {}", "from {} to {}", "from {} up to {}", "{} to {}",
)  # fmt: skip
# Between figures, not between words.
DASHED: Final = ("{}-{}", "{} - {}", "{}–{}", "{} – {}", "un suv {}-{}")
AT_MOST: Final = (
    "menos de {}", "hasta {}", "máximo {}", "no más de {}", "que no pase de {}", "por debajo de {}", "{} o menos",
    "moins de {}", "jusqu'à {}", "maximum {}", "pas plus de {}", "au plus {}", "au maximum {}", "en dessous de {}",
    "inférieur à {}", "under {}", "up to {}", "less than {}", "at most {}", "no more than {}", "below {}",
    "mi presupuesto es de {}",
)  # fmt: skip
AT_LEAST: Final = (
    "más de {}", "desde {}", "a partir de {}", "mínimo {}", "al menos {}", "no menos de {}", "por encima de {}",
    "{} o más", "{} en adelante", "plus de {}", "au moins {}", "pas moins de {}", "à partir de {}", "au-dessus de {}",
    "supérieur à {}", "minimum {}", "over {}", "more than {}", "at least {}", "no less than {}", "above {}",
)  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> TableLexicon:
    rows = ({"make": "Mazda", "model": "3"}, {"make": "Mazda", "model": "CX-5"})
    return TableLexicon(Table(1, DECLARATION, KnownValues.of(DECLARATION, rows), len(rows), None))


def bounds(lexicon: TableLexicon, message: str) -> list[Bounds]:
    """Whatever a message bounds."""
    conditions = read_asked(message, lexicon, DECLARATION).conditions
    return [(each.attribute, each.least, each.most) for each in conditions if not each.values]


def wrong(lexicon: TableLexicon, asked: Iterator[tuple[str, Bounds]]) -> dict[str, list[Bounds]]:
    return {message: read for message, wanted in asked if (read := bounds(lexicon, message)) != [wanted]}


def in_every_way(*values: int) -> Iterator[tuple[str, ...]]:
    yield from in_figures(*values)
    yield tuple(f"{value:,} pesos" for value in values)
    if all(value in WORDS for value in values):
        yield from zip(*(WORDS[value] for value in values), strict=True)


def in_figures(*values: int) -> Iterator[tuple[str, ...]]:
    for write in WRITTEN.values():
        yield tuple(write(value) for value in values)


def test_a_range_is_read_however_it_is_written(lexicon: TableLexicon) -> None:
    def asked() -> Iterator[tuple[str, Bounds]]:
        for least, most in PAIRS:
            said = [*product(RANGES, in_every_way(least, most)), *product(DASHED, in_figures(least, most))]
            for sentence, written in said:
                yield sentence.format(*written), ("price", Decimal(least), Decimal(most))

    assert wrong(lexicon, asked()) == {}


def test_a_bound_is_read_however_it_is_written(lexicon: TableLexicon) -> None:
    def asked() -> Iterator[tuple[str, Bounds]]:
        for value in (200_000, 1_250_000):
            for (written,) in in_every_way(value):
                yield from ((said.format(written), ("price", None, Decimal(value))) for said in AT_MOST)
                yield from ((said.format(written), ("price", Decimal(value), None)) for said in AT_LEAST)

    assert wrong(lexicon, asked()) == {}


def test_thousands_may_be_said_once_for_both(lexicon: TableLexicon) -> None:
    def asked() -> Iterator[tuple[str, Bounds]]:
        for said, thousand in product((*RANGES, *DASHED), (" mil", "k", " k", "mil", " mille", " thousand")):
            yield said.format("200", f"300{thousand}"), ("price", Decimal(200_000), Decimal(300_000))
        yield "entre doscientos y trescientos mil", ("price", Decimal(200_000), Decimal(300_000))

    assert wrong(lexicon, asked()) == {}


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("mazda 3 250 000", [("price", None, Decimal(250_000))]),
        ("mazda 3 250 mil", [("price", None, Decimal(250_000))]),
        ("mazda cx-5 2018-2021", [("year", Decimal(2018), Decimal(2021))]),
        ("mazda 2019 entre 200 000 y 300 000", [("year", 2019, 2019), ("price", 200_000, 300_000)]),
        ("entre 10 000 et 60 000 km", [("km", Decimal(10_000), Decimal(60_000))]),
        ("60 000 km o menos, hasta 250 000", [("km", None, 60_000), ("price", None, 250_000)]),
    ],
)
def test_figures_beside_each_other_stay_apart(lexicon: TableLexicon, message: str, read: list[Bounds]) -> None:
    assert sorted(bounds(lexicon, message)) == sorted(read)
