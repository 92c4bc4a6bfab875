"""What nothing answered is kept and grouped; what the organisation answers itself is said first, in either language."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.conversation.log import log_conversations
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.knowledge.learning.alike import KnownQuestions, together
from cci_app.knowledge.learning.corrected import add_answer, change_answer, find_corrected, remove_answer
from cci_app.knowledge.learning.unanswered import unanswered
from cci_app.knowledge.models import UnansweredQuestion
from tests.conftest import Tenant, make_tenant

UNANSWERED = "/api/v1/admin/unanswered"
ANSWERS = "/api/v1/knowledge/answers"
PRICES = {
    "es": [
        "¿Cuánto cuesta la afiliación?",
        "¿Cuánto cuesta la misión comercial?",
        "¿Cuánto cuesta el certificado de origen?",
        "¿Cuánto cuesta el coworking?",
        "¿Cuánto cuesta el curso de francés?",
    ],
    "fr": [
        "Combien coûte l'adhésion ?",
        "Combien coûte la mission commerciale ?",
        "Combien coûte le certificat d'origine ?",
        "Combien coûte le coworking ?",
        "Combien coûte le cours de français ?",
    ],
}


def say(web: FlaskClient, tenant: Tenant, text: str, user_id: str = "+573000000001") -> str:
    body = {"user_id": user_id, "message": text}
    response = web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert response.json is not None
    reply: str = response.json["response"]
    return reply


def asked(tenant: Tenant, *questions: str, user_id: str = "+573000000001") -> list[int]:
    with tenant_transaction(tenant.organisation_id) as session:
        last = session.scalar(sa.select(sa.func.max(UnansweredQuestion.event_id))) or tenant.organisation_id * 10**6
        rows = [
            UnansweredQuestion(
                organisation_id=tenant.organisation_id,
                assistant="cci",
                user_id=user_id,
                event_id=last + number,
                question=question,
                language="es",
                asked_at=clock.now() + timedelta(seconds=number),
            )
            for number, question in enumerate(questions, 1)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def given(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"examples": [question], "answer": {"es": answer}, **more}


def told(tenant: Tenant, question: str, language: str = "es") -> str | None:
    found = find_corrected(tenant.organisation_id, "cci", question, language, Deadline.after(20))
    return found.text if found else None


@pytest.mark.parametrize("language", ["es", "fr"])
def test_a_question_is_the_same_in_the_other_language_and_no_other_is(language: str) -> None:
    known = KnownQuestions(PRICES["es"])
    for number, question in enumerate(PRICES[language]):
        same = known.same(question)
        assert same is not None, question
        assert same[0] == number, question


@pytest.mark.parametrize(
    "question",
    ["¿Cuánto cuesta la cena de gala?", "¿Cuándo es la gala?", "Combien coûte le visa ?", "hola", "", "👍"],
)
def test_another_question_is_not_the_same(question: str) -> None:
    assert KnownQuestions(PRICES["es"]).same(question) is None


def test_questions_about_the_same_stand_together() -> None:
    groups = together(
        ["¿cuánto vale la afiliación?", "¿tienen parqueadero?", "precio de la afiliación por favor", "👍"]
    )
    assert groups == [[0, 2], [1], [3]]


def test_what_nothing_answered_is_listed(web: FlaskClient, tenant: Tenant) -> None:
    say(web, tenant, "hola")
    say(web, tenant, "¿dónde queda el parqueadero para visitantes?")
    say(web, tenant, "¿quién es usted?")
    log_conversations()
    listed = web.get(UNANSWERED, headers=tenant.headers)
    assert listed.status_code == 200
    assert listed.json is not None
    (group,) = listed.json["groups"]
    assert group["question"] == "¿dónde queda el parqueadero para visitantes?"
    assert (group["count"], group["people"], group["assistant"]) == (1, 1, "cci")
    # Nobody's number stands there.
    assert "+57" not in listed.text


def test_an_answer_settles_its_questions_and_is_given_first(web: FlaskClient, tenant: Tenant) -> None:
    say(web, tenant, "hola")
    say(web, tenant, "¿dónde queda el parqueadero para visitantes?")
    log_conversations()
    (group,) = unanswered(tenant.organisation_id)
    body = {
        "examples": [group.question],
        "answer": {"es": "En el sótano 2, entrada por la calle 93.", "fr": "Au sous-sol 2, entrée par la rue 93."},
        "questions": [each["id"] for each in group.questions],
    }
    made = web.post(ANSWERS, json=body, headers=tenant.headers)
    assert made.status_code == 201, made.text
    assert unanswered(tenant.organisation_id) == []
    reply = say(web, tenant, "¿dónde está el parqueadero de visitantes?")
    assert "En el sótano 2" in reply
    assert "(Respuesta del equipo de la Cámara)" in reply
    french = say(web, tenant, "Bonjour, où se trouve le parking pour les visiteurs ?", "+573000000002")
    assert "Au sous-sol 2" in french
    assert "Réponse de l'équipe" in french
    log_conversations()
    assert unanswered(tenant.organisation_id) == []


def test_an_answer_is_valid_for_its_days_and_its_assistant(tenant: Tenant) -> None:
    today, day = clock.now().date(), timedelta(days=2)
    made = add_answer(tenant.organisation_id, given("¿Tienen parqueadero?", "Sí.", valid_until=today - day))
    assert told(tenant, "¿tienen parqueadero?") is None
    change_answer(tenant.organisation_id, made.id, given("¿Tienen parqueadero?", "Sí.", valid_from=today + day))
    assert told(tenant, "¿tienen parqueadero?") is None
    change_answer(tenant.organisation_id, made.id, given("¿Tienen parqueadero?", "No.", assistant="other"))
    assert told(tenant, "¿tienen parqueadero?") is None
    change_answer(tenant.organisation_id, made.id, given("¿Tienen parqueadero?", "Sí, hay.", valid_until=today + day))
    assert told(tenant, "hola, ¿tienen parqueadero?") == "Sí, hay."
    add_answer(tenant.organisation_id, given("¿Tienen parqueadero?", "Solo nuestro.", assistant="cci"))
    assert told(tenant, "¿tienen parqueadero?", "fr") == "Solo nuestro."
    other = make_tenant(f"other-{tenant.slug}")
    assert told(other, "¿tienen parqueadero?") is None
    with pytest.raises(NotFound):
        remove_answer(other.organisation_id, made.id)
    remove_answer(tenant.organisation_id, made.id)
    with pytest.raises(InvalidInput, match="before it begins"):
        add_answer(tenant.organisation_id, given("¿?", "x", valid_from=today, valid_until=today - day))


def test_questions_become_a_document_or_are_dismissed(web: FlaskClient, tenant: Tenant) -> None:
    first, second, third = asked(tenant, "¿tienen parqueadero?", "¿hay ascensor?", "¿prestan bicicletas?")
    body = {"questions": [first], "title": "Parqueadero", "text": "Hay parqueadero en el sótano.", "language": "es"}
    made = web.post(f"{UNANSWERED}/document", json=body, headers=tenant.headers)
    assert made.status_code == 202, made.text
    assert made.json is not None
    assert made.json["title"] == "Parqueadero"
    dismissed = web.post(f"{UNANSWERED}/dismiss", json={"questions": [second]}, headers=tenant.headers)
    assert dismissed.json == {"dismissed": 1}
    (group,) = unanswered(tenant.organisation_id)
    assert [each["id"] for each in group.questions] == [third]
    # Settled already, and never there: whoever asked may have been erased.
    again = web.post(f"{UNANSWERED}/dismiss", json={"questions": [second, 10**9]}, headers=tenant.headers)
    assert again.json == {"dismissed": 0}


def test_answers_are_kept_changed_and_removed(web: FlaskClient, tenant: Tenant) -> None:
    refused = web.post(ANSWERS, json={"examples": ["x"], "answer": {}}, headers=tenant.headers)
    assert refused.status_code == 422
    made = web.post(ANSWERS, json=given("¿Tienen parqueadero?", "Sí."), headers=tenant.headers)
    assert made.json is not None
    address = f"{ANSWERS}/{made.json['id']}"
    changed = web.put(address, json=given("¿Tienen parqueadero?", "No."), headers=tenant.headers)
    assert changed.json is not None
    assert changed.json["answer"] == {"es": "No."}
    assert changed.json["updated_at"] > made.json["updated_at"]
    assert told(tenant, "¿tienen parqueadero?") == "No."
    listed = web.get(ANSWERS, headers=tenant.headers)
    assert listed.json is not None
    assert [each["id"] for each in listed.json["answers"]] == [made.json["id"]]
    assert web.delete(address, headers=tenant.headers).json == {"id": made.json["id"], "removed": True}
    assert web.get(address, headers=tenant.headers).status_code == 404
    assert told(tenant, "¿tienen parqueadero?") is None
