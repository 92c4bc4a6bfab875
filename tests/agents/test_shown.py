"""What stands in a reply of a document's text."""

import pytest

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.documents import prices_it, shown
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.wording import Voice
from cci_app.knowledge.search.passage import Answer, Source


@pytest.fixture
def voice(content: QuestionnaireContent) -> Voice:
    return Voice(content, "es", 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Las oficinas atienden de 8 a. m. a 5 p. m., con cita previa. Cierran los festivos.",
            "Las oficinas atienden de 8 a. m. a 5 p. m., con cita previa. Cierran los festivos.",
        ),
        ("Demandez M. Petit, tél. 12. Il est là.", "Demandez M. Petit, tél. 12. Il est là."),
        (
            "El puesto cuesta 450.000 pesos.\n\nd\n\nIncluye internet.",
            "El puesto cuesta 450.000 pesos. Incluye internet.",
        ),
        (
            "Cuotas:\n• Modalidad: Individual; Cuota: 280.000 pesos\n• Modalidad: Familiar; Cuota: 450.000 pesos",
            "Cuotas:\n• Modalidad: Individual; Cuota: 280.000 pesos\n• Modalidad: Familiar; Cuota: 450.000 pesos",
        ),
    ],
)
def test_a_document_s_sentences_are_whole(voice: Voice, text: str, expected: str) -> None:
    assert shown(voice, Answer(text, ())) == expected


def test_a_quote_in_another_language_is_introduced_in_the_person_s(voice: Voice) -> None:
    french = Answer("La navette part à 7 h 15.", (), "fr")
    assert shown(voice, french) == "El documento lo dice en francés: La navette part à 7 h 15."
    listed = Answer("• Individuel ; 20 euros", (), "fr")
    assert shown(voice, listed) == "El documento lo dice en francés:\n• Individuel\u202f; 20 euros"
    assert shown(voice, Answer("El bus sale a las 7:15.", (), "es")) == "El bus sale a las 7:15."


def test_the_price_in_a_quote_of_another_language_is_not_held_back(content: QuestionnaireContent) -> None:
    book = Phrasebook(["fr", "es"])
    asked = "combien coûte la randonnée du club ?"
    assert prices_it(book, Answer("La caminata cuesta cuarenta y cinco mil pesos.", (), "es"), asked)
    assert not prices_it(book, Answer("Lleve agua y gorra.", (), "es"), asked)
    assert not prices_it(book, Answer("La navette coûte trois mille pesos.", (), "fr"), asked)


def test_the_source_follows(voice: Voice) -> None:
    assert "Tarifas" in shown(voice, Answer("Cuesta 5 euros.", (Source(1, "Tarifas", None),)))
