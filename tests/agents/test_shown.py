"""What stands in a reply of a document's text."""

import pytest

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.documents import shown
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


def test_the_source_follows(voice: Voice) -> None:
    assert "Tarifas" in shown(voice, Answer("Cuesta 5 euros.", (Source(1, "Tarifas", None),)))
