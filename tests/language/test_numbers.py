"""Numbers as values, however they are written."""

import pytest

from cci_app.language.numbers import figures, values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("4 800 000 pesos", {4_800_000}),
        ("4.800.000 pesos", {4_800_000}),
        ("4,8 millions", {4.8, 4_800_000}),
        ("4.8 millones", {4.8, 4_800_000}),
        ("1.200", {1200, 1.2}),
        ("450 000 COP", {450_000}),
        ("de dix à trente personnes", {10, 30}),
        ("cuarenta y cinco mil pesos", {45_000}),
        ("un million deux cent mille pesos", {1_200_000}),
        ("un millón doscientos mil pesos", {1_200_000}),
        ("sept mille cinq cents pesos", {7500}),
        ("dieciocho mil", {18_000}),
        ("quatre-vingt-dix jours", {90}),
        ("deux cent quarante-neuf", {249}),
        ("soixante-dix", {70}),
        ("le 12 juin à 18 h 30", {12, 18, 30}),
        ("300 000 01 11", {300_000_0111}),
        ("dos, tres", {2, 3}),
        ("un avion", set()),
        ("sans chiffre", set()),
    ],
)
def test_the_values_of_a_text(text: str, told: set[float]) -> None:
    assert values(text) == told


def test_a_figure_is_not_the_end_of_a_longer_one() -> None:
    assert 800_000 not in values("4 800 000")
    assert figures("800 000 pesos") == [frozenset({800_000})]
    assert figures("1,2 million et 3 h") == [frozenset({1_200_000}), frozenset({3})]


def test_a_long_text_takes_linear_time() -> None:
    for hostile in ("1 " * 100_000, "1." * 100_000, "deux cent " * 50_000, "1" * 4000):
        values(hostile)
