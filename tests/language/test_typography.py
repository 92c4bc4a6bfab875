"""French spaces."""

import pytest

from cci_app.language.localised import Localised, LocalisedList
from cci_app.language.typography import typeset
from tests.fakes.processor import processor_time_below


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Bonjour ! Ça va ?", "Bonjour\u202f! Ça va\u202f?"),
        ("voici : « oui » ; c'est noté", "voici\u00a0: «\u00a0oui\u00a0»\u202f; c'est noté"),
        ("Laura, à Bogotá : https://wa.me/573000000101?text=Hola%20a", "Laura, à Bogotá\u00a0: https://wa.me/573000000101?text=Hola%20a"),
        ("{number}/{total} · {question} ?", "{number}/{total} · {question}\u202f?"),
        ("de 8 h à 17 h, sans rien ajouter: ni ici?", "de 8 h à 17 h, sans rien ajouter: ni ici?"),
        ("un sourire :)", "un sourire :)"),
        ("  ?", "  ?"),
    ],
)  # fmt: skip
def test_a_sign_of_two_parts_stands_after_a_space_that_does_not_break(written: str, printed: str) -> None:
    assert typeset(written, "fr") == printed
    assert typeset(printed, "fr") == printed
    assert typeset(written, "es") == written
    assert typeset(written, None) == written


def test_all_content_is_typeset_when_it_is_read() -> None:
    assert Localised.model_validate({"fr": "Où ?", "es": "¿Dónde ?"}).root == {"fr": "Où\u202f?", "es": "¿Dónde ?"}
    several = LocalisedList.model_validate({"fr": ["Où ?", "Qui ?"]})
    assert several["fr"] == ("Où\u202f?", "Qui\u202f?")


def test_its_time_grows_with_the_text_alone() -> None:
    with processor_time_below(0.5):
        for text in (" " * 100_000, " ?" * 50_000, "« " * 50_000, ": " * 50_000):
            typeset(text, "fr")
