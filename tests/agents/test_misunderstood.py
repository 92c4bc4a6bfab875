"""Who is not understood twice in a row at a question is given to a human; the question waits."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.conversation.log import log_conversations
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conftest import Tenant
from tests.conversations.replay import Step

Say = Callable[[str], str]
Asked = Callable[[], list[str]]
FRENCH = ("tu as vu le match hier soir", "le chat dort sur le canapé", "n'oublie pas d'acheter du pain et du lait")
SPANISH = ("el gato duerme en el sofá", "el perro se comió los zapatos de mi hermana")
ODD = "jkdfhgkjd sdfkjh"


@pytest.fixture
def say(app: Flask, web: FlaskClient, tenant: Tenant) -> Say:
    count = iter(range(1000))

    def send(text: str) -> str:
        body = {"user_id": "+573000000331", "message": text, "message_id": f"m-{next(count)}"}
        answer: Any = web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json["response"])

    return send


@pytest.fixture
def asked(tenant: Tenant, rows: Callable[..., list[dict[str, Any]]]) -> Asked:
    """Why humans were asked for."""

    def reasons() -> list[str]:
        log_conversations()
        listed = rows("SELECT reason FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id)
        return [row["reason"] for row in listed]

    return reasons


@pytest.mark.parametrize(
    ("opening", "messages", "told", "answer", "following"),
    [
        (("bonjour", "oui"), FRENCH[:2], "Je demande à l'équipe de prendre le relais", "le salon du vin", "3/7"),
        (("hola", "sí"), SPANISH, "Le pido al equipo que le atienda", "la feria de Bogotá", "3/7"),
    ],
    ids=["fr", "es"],
)
def test_the_second_time_a_human_is_called(
    say: Say, asked: Asked, opening: list[str], messages: list[str], told: str, answer: str, following: str
) -> None:
    for text in opening:
        say(text)
    assert told not in say(messages[0])
    assert asked() == []
    called = say(messages[1])
    assert told in called
    assert "https://wa.me/" in called
    assert "?" not in called.replace("?text", "")
    assert asked() == ["misunderstood"]
    # The questionnaire waits, and nothing of it was filed.
    assert following in say(answer)


def test_the_third_time_they_are_not_called_again(say: Say, asked: Asked) -> None:
    for text in ("bonjour", "oui", *FRENCH[:2]):
        say(text)
    assert "prendre le relais" not in say(FRENCH[2])
    assert asked() == ["misunderstood"]


def test_an_answer_that_nothing_shows_to_be_one_is_asked_about_first(say: Say, asked: Asked) -> None:
    for text in ("bonjour", "oui", ODD):
        assert "prendre le relais" not in say(text)
    assert "prendre le relais" in say(FRENCH[1])
    assert asked() == ["misunderstood"]


@pytest.mark.parametrize("between", ["merci", "quelle heure est-il ?", "non"])
def test_what_is_understood_in_between_begins_anew(say: Say, asked: Asked, between: str) -> None:
    for text in ("bonjour", "oui", FRENCH[0], between, FRENCH[1]):
        assert "prendre le relais" not in say(text)
    assert asked() == []


def test_who_says_yes_to_what_was_asked_about_is_believed(say: Say, asked: Asked) -> None:
    for text in ("bonjour", "oui", FRENCH[0], ODD, "oui"):
        assert "prendre le relais" not in say(text)
    assert asked() == []


def test_without_the_sentence_nobody_is_called(spec: AssistantSpec) -> None:
    content: Any = spec.agents["questionnaire"]
    silent = content.model_copy(update={"say": content.say.model_copy(update={"misunderstood": None})})
    assistant = Assistant.build(spec.model_copy(update={"agents": {"questionnaire": silent}}), FewPassages())
    speaker = MemorySpeaker(assistant, None)
    for text in ("bonjour", "oui", *FRENCH[:2]):
        speaker.say(Step(say=text))
        assert speaker.last is not None
        assert speaker.last.handoff is None
