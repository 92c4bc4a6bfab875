"""What is taken for an opinion, and what never is."""

import pytest

from cci_app.feedback.words import thumb_of_reaction, thumb_of_signs, thumb_of_words, thumb_when_offered


@pytest.mark.parametrize(
    ("text", "thumb"),
    [
        *(("👍", 1), ("👍🏽", 1), ("👍👍 ", 1), ("👎", -1), ("👎🏿👎🏿", -1), ("👏", 1)),
        *(("👍👎", None), ("👍 gracias, ¿y el sábado?", None), ("ok", None), ("", None), ("👍" * 9, None), ("❤️", None)),
    ],
)
def test_signs(text: str, thumb: int | None) -> None:
    assert thumb_of_signs(text) == thumb


@pytest.mark.parametrize(
    ("emoji", "thumb"), [("❤️", 1), ("🙏🏼", 1), ("👎", -1), ("😡", -1), ("🤔", None), ("", None), ("👨‍👩‍👧", None)]
)
def test_reactions(emoji: str, thumb: int | None) -> None:
    assert thumb_of_reaction(emoji) == thumb


@pytest.mark.parametrize(
    ("text", "thumb"),
    [
        *(("Gracias, muy útil", 1), ("¡Muy útil, muchas gracias!", 1), ("Très utile, merci beaucoup", 1)),
        *(("C’est très utile", 1), ("That helped, thank you", 1), ("me sirvió mucho", 1)),
        *(("No me sirvió", -1), ("eso no es lo que pregunté", -1), ("pas utile", -1), ("Ce n'est pas ma question", -1)),
        *(("not helpful", -1), ("inútil", -1)),
        # Thanks are no opinion; nor are questions, answers and sentences that hold the same words.
        *(("gracias", None), ("merci", None), ("ok", None), ("muy útil, ¿y los sábados?", None)),
        *(("El taller fue muy útil para nuestro equipo", None), ("no es útil el carro sin aire", None)),
        *(("¿Es útil?", None), ("la visa no me sirvió para entrar", None), ("no", None), ("excelente", None)),
    ],
)
def test_words(text: str, thumb: int | None) -> None:
    assert thumb_of_words(text) == thumb


@pytest.mark.parametrize(
    ("text", "thumb"),
    [("👍 Sí", 1), ("1", 1), ("oui", 1), ("No", -1), ("👎 Non", -1), ("2", -1), ("12", None), ("no sé", None)],
)
def test_what_answers_the_buttons(text: str, thumb: int | None) -> None:
    assert thumb_when_offered(text) == thumb
