"""What people write in words of their own: corrections, companies, their name, and answers that look like commands."""

import pytest

from cci_app.agents.questionnaire.understanding import Intent, Tone
from tests.agents.understand import Understand


@pytest.mark.parametrize(
    ("message", "number", "text"),
    [
        ("oups, la 2 c'est le club des jeunes", 2, "le club des jeunes"),
        ("reponse 2 a changer: le club des jeunes", 2, "le club des jeunes"),
        ("Q2 = le club des jeunes en fait", 2, "le club des jeunes en fait"),
        ("p2 el club de jóvenes, no feria", 2, "el club de jóvenes"),
        ("rectifico la segunda respuesta, lo que más sirvió fue el club de jóvenes", 2, "el club de jóvenes"),
        ("la 2 es el club de jóvenes, me equivoqué", 2, "el club de jóvenes"),
        ("à la deuxième question mettez plutôt le club des jeunes", 2, "le club des jeunes"),
        ("a la pregunta de antes respondo mejor exportar a Chile", 3, "exportar a Chile"),
        ("je reviens sur ma réponse précédente : notre but c'est exporter au Chili", 3, "exporter au Chili"),
        ("en vez de la feria del vino y el coworking ponga el club", 2, "el club"),
        ("dije feria del vino y coworking pero pensándolo bien fue el club de jóvenes", 2, "el club de jóvenes"),
        ("no era vender más en Bogotá, era exportar a Chile", 3, "exportar a Chile"),
    ],
)
def test_an_earlier_answer_is_corrected(understand: Understand, message: str, number: int, text: str) -> None:
    command = understand(4, message)
    assert (command.intent, command.number, command.answer) == (Intent.CORRECT, number, text)


@pytest.mark.parametrize(
    "message",
    [
        "abrir la segunda tienda en Cali",
        "vender el doble en Bogotá y en Medellín",
        "contratar dos personas para la feria del vino",
        "repetir la feria del vino",
        "no solo vender más en Bogotá, también abrir en Cali",
        "la primera es abrir en Cali, la segunda es contratar",
        "una feria mejor que la anterior",
        "contratar a alguien, q uno solo no alcanza",
    ],
)
def test_what_speaks_of_it_again_answers_the_open_question(understand: Understand, message: str) -> None:
    assert understand(4, message).intent is Intent.ANSWER


@pytest.mark.parametrize(
    ("message", "company"),
    [
        ("oui, pour Ferrand Textiles", "Ferrand Textiles"),
        ("oui, c'est Ferrand Textiles qui vous écrit", "Ferrand Textiles"),
        ("Ferrand Textiles : oui", "Ferrand Textiles"),
        ("bonjour, Ferrand Textiles à l'appareil, oui", "Ferrand Textiles"),
        ("Bonjour, je dirige Ferrand Textiles, et la réponse est oui", "Ferrand Textiles"),
        ("sí (Muebles Cedro, Medellín)", "Muebles Cedro"),
        ("hago parte de Muebles Cedro y sí", "Muebles Cedro"),
        ("por acá Muebles Cedro, sí", "Muebles Cedro"),
    ],
)
def test_a_yes_with_a_company_is_both(understand: Understand, message: str, company: str) -> None:
    command = understand(1, message, company_invited=True)
    assert (command.intent, command.tone, command.company) == (Intent.ANSWER, Tone.YES, company)


@pytest.mark.parametrize("message", ["oui, à Santa Marta", "oui, par l'Espace Membre", "me llamo Marta Ruiz"])
def test_a_place_or_a_person_is_no_company(understand: Understand, message: str) -> None:
    assert understand(1, message, company_invited=True).company is None


@pytest.mark.parametrize(
    ("message", "company"),
    [
        ("nous ne sommes pas Vins Réunis mais Ferrand Textiles", "Ferrand Textiles"),
        ("respondo por Ferretería Quindío, no por Vins Reunis", "Ferretería Quindío"),
        ("je suis chez Ferrand Textiles maintenant", "Ferrand Textiles"),
        ("L'entreprise est Ferrand Textiles", "Ferrand Textiles"),
        # Said again when it is known.
        ("je réponds au nom de Vins Réunis", "Vins Réunis"),
    ],
)
def test_the_other_company_is_the_one_that_is_not_known(understand: Understand, message: str, company: str) -> None:
    command = understand(2, message, company_known=True, company="Vins Réunis")
    assert (command.intent, command.company) == (Intent.OTHER_COMPANY, company)


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("yo no soy Claire, este celular es mío", Intent.WRONG_PERSON),
        ("je m'appelle pas Claire", Intent.WRONG_PERSON),
        ("Je n'ai jamais travaillé chez Vins Réunis moi", Intent.WRONG_PERSON),
        ("Je ne travaille plus chez Vins Réunis", Intent.GONE),
        ("ya no soy empleada de Vins Réunis", Intent.GONE),
    ],
)
def test_names_that_we_know_mean_nothing_by_their_words(understand: Understand, message: str, intent: Intent) -> None:
    known = {"first_name": "Claire", "company": "Vins Réunis", "company_known": True}
    assert understand(1, message, **known).intent is intent


def test_a_word_that_is_also_their_name_stays_a_word(understand: Understand) -> None:
    assert understand(2, "la question n'est pas claire", first_name="Claire").intent is Intent.CLARIFY


@pytest.mark.parametrize("message", ["más visibilidad", "plus de visibilité", "avoir un agent commercial dans le Nord"])
def test_what_resembles_a_command_is_an_answer(understand: Understand, message: str) -> None:
    assert understand(3, message).intent is Intent.ANSWER


@pytest.mark.parametrize("message", ["question suivante svp", "salte esa", "me abstengo"])
def test_two_words_may_skip(understand: Understand, message: str) -> None:
    assert understand(3, message).intent is Intent.SKIP


def test_what_says_neither_yes_nor_no_is_asked_about(understand: Understand) -> None:
    command = understand(1, "este es el número de una peluquería del centro")
    assert command.unsure or command.intent is not Intent.ANSWER
