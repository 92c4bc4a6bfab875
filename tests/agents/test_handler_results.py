"""What is read of what an organisation's own agent returns, in whatever it is put."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from cci_app.agents.handler.results import NOTHING_ASKED, read_contact, read_language, read_progress
from cci_app.agents.ports import Progress
from cci_app.contacts.card import ContactCard
from tests.agents.test_handler import WHO, agent, turn


class Flag(Enum):
    DONE = True


@dataclass(slots=True)
class Standing:
    """As modules with types return it."""

    answers_collected: int = 7
    diagnostic_complete: bool = True


@pytest.mark.parametrize(
    "returned",
    [
        Standing(),
        SimpleNamespace(answersCollected=7, diagnosticComplete=True),
        '{"answers_collected": 7, "completed": true}',
    ],
)
def test_a_status_may_be_an_object(returned: Any) -> None:
    reply = agent(lambda who, text: text, status=lambda user_id: returned).reply(turn())
    assert reply.progress == Progress(None, 7, True)


def test_a_status_under_other_names_is_told_of_once() -> None:
    own = agent(lambda who, text: text, status=lambda user_id: {"etapa": 3, "573000000001": 1})
    with capture_logs() as logs:
        for _ in range(2):
            assert own.reply(turn()).progress == NOTHING_ASKED
    (entry,) = (each for each in logs if each["event"] == "own_agent_told_nothing")
    assert (entry["told"], "current_question" in entry["read"]) == (["etapa"], True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, Progress(2, 1, False)),
        ({"current_question": 3, "total_questions_answered": 2, "session_completed": False}, Progress(3, 2, False)),
        ({"current_question": "5", "questions_answered": "4", "completed": "False"}, Progress(5, 4, False)),
        ({"current_question": 7, "questions_answered": 7, "questionnaire_completed": True}, Progress(None, 7, True)),
        ({"current_question": None}, Progress(None, 1, False)),
        ({"current_question": 0}, Progress(None, 1, False)),
        ({"current_question": -1, "questions_answered": 10**12, "completed": "perhaps"}, Progress(2, 1, False)),
        ({"current_question": [3], "questions_answered": True, "completed": 1.5}, Progress(2, 1, False)),
        ({"answers_collected": 7, "diagnostic_complete": True, "current_question": 9}, Progress(None, 7, True)),
        ({"answers_collected": "3", "diagnostic_complete": "false"}, Progress(2, 3, False)),
        ({"answers_collected": {"1": "oui", "2": "non"}}, Progress(2, 2, False)),
        ({"questions_answered": "4.0", "diagnostic_completed": "True"}, Progress(None, 4, True)),
        ({"session_completed": 1, "other": object(), 3: 4}, Progress(None, 1, True)),
        ({"answersCollected": 7.0, "Diagnostic-Complete": "Oui"}, Progress(None, 7, True)),
        ({b"answers_collected": b"7", b"diagnostic_complete": b"1"}, Progress(None, 7, True)),
        (
            {"answers_collected": ("oui", "non"), "diagnostic_complete": "no", "currentQuestion": "Q3"},
            Progress(3, 2, False),
        ),
        ({"answers_collected": "7/7", "diagnostic_complete": "Sí"}, Progress(None, 7, True)),
        ({"answers_collected": Decimal(7), "diagnostic_complete": Flag.DONE}, Progress(None, 7, True)),
        ({"answers_collected": '["oui", "non"]', "diagnostic_complete": 0.0}, Progress(2, 2, False)),
        ({"language": "fr", "data": {"progress": {"answers_collected": "3"}}}, Progress(2, 3, False)),
        ({"current_question": 4, "earlier": {"completed": True, "questions_answered": 7}}, Progress(4, 1, False)),
        ({"current_question": "Your 3 aims for 2026?", "answers_collected": "-1"}, Progress(2, 1, False)),
        ({"answers_collected": float("nan"), "diagnostic_complete": float("inf")}, Progress(2, 1, False)),
    ],
)
def test_progress_is_read_with_tolerance(status: dict[Any, Any], expected: Progress) -> None:
    assert read_progress(status, Progress(2, 1, False)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"language": "fr"}, "fr"),
        ({"detected_language": "ES"}, "es"),
        ({"language": "es-CO"}, "es"),
        ({"language": "Français"}, "fr"),
        ({"language": "spanish"}, "es"),
        ({"language": "en"}, None),
        ({"language": None, "detected_language": "fr_FR"}, "fr"),
        ({"language": 5}, None),
        ({}, None),
    ],
)
def test_a_language_that_is_spoken_is_read(status: dict[str, Any], expected: str | None) -> None:
    assert read_language(status, ("fr", "es")) == expected


def test_a_contact_is_read_by_our_names_and_the_spanish_ones() -> None:
    spanish = {"empresa": "Vinos", "nombre": "Ana", "Apellido": "Ruiz", "cargo": "Gerente", "sector": "Vinos"}
    more = {"descripción": "x" * 3000, "ciudad": " Cali ", "correo": "a@example.org", "celular": "+573009999999"}
    card = read_contact({**spanish, **more, "otro": 1}, WHO)
    assert card == ContactCard(
        WHO, "Ana", "Ruiz", "Vinos", "Gerente", "Vinos", "Cali", "a@example.org", None, "x" * 2000
    )
    assert read_contact({"company": "Vinos", "phone": 573001112233.0, "city": float("nan")}, "manychat:1") == (
        ContactCard("573001112233", company="Vinos")
    )
    assert read_contact({"empresa": None, "nombre": "", "celular": "1"}, WHO) is None
    assert read_contact({}, WHO) is None
