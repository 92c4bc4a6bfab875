"""A model may word what is told, and change no figure of it."""

import pytest

from cci_app.agents.voice import checked

TOLD = (
    "Encontré 3 autos (Mazda):\n1. 2019 Mazda 3, 40,000 km, $289,999\n2. 2020 Mazda 2, 31,500 km, $250,500\nHay 1 más."
)


@pytest.mark.parametrize(
    "worded",
    [
        TOLD.replace("Encontré 3 autos (Mazda):", "¡Con gusto! Le encontré 3 autos, de Mazda:"),
        TOLD.replace("Hay 1 más.", "Queda 1 más, ¿se lo muestro?"),
        TOLD,
    ],
)
def test_what_says_the_same_is_sent(worded: str) -> None:
    assert checked(TOLD, f" {worded}\n") == worded


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$289,999", "$289,900"),
        ("$289,999", "289,999"),
        ("$289,999", "$289.999"),
        ("40,000 km", "40,000 millas"),
        ("40,000 km", "40,000 mil km"),
        ("Encontré 3", "Encontré 4"),
        ("Encontré 3", "Encontré tres"),
        ("Hay 1 más.", "Hay 1 más. Con 10% de descuento."),
        ("Hay 1 más.", "Hay 1 más y dos llegan mañana."),
        ("Hay 1 más.", "Hay más."),
        ("Mazda 2, 31,500", "Mazda 2 nuevo, 31,500"),
        (
            "2019 Mazda 3, 40,000 km, $289,999\n2. 2020 Mazda 2, 31,500 km, $250,500",
            "2020 Mazda 2, 31,500 km, $250,500",
        ),
        ("Hay 1 más.", "Hay 1 más: https://evil.example.org/"),
        ("Hay 1 más.", "Hay 1 más. " + "Le encantará. " * 60),
    ],
)
def test_what_says_another_thing_is_not(old: str, new: str) -> None:
    assert old in TOLD
    with pytest.raises(ValueError, match=r"differs|longer"):
        checked(TOLD, TOLD.replace(old, new))


def test_two_figures_may_not_change_places() -> None:
    told = "De $350,000 doy $70,000 de enganche."
    with pytest.raises(ValueError, match=r"figure"):
        checked(told, "Doy $70,000 de enganche para $350,000.")
