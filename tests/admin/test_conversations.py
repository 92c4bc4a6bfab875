"""Conversations found and read by the API: every filter, the pages, and what is told of each message."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.conversation.history import finding
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import Conversation
from cci_app.core.database import system_transaction
from tests.conftest import Tenant
from tests.exports.conftest import NOON, Add

Ask = Callable[..., Any]


@pytest.fixture
def ask(web: FlaskClient, tenant: Tenant) -> Ask:
    def found(**query: Any) -> Any:
        answer = web.get("/api/v1/conversations", query_string=query, headers=tenant.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return found


def ids(found: Any) -> list[uuid.UUID]:
    return [uuid.UUID(each["conversation_id"]) for each in found["conversations"]]


def test_the_last_that_moved_comes_first(add: Add, ask: Ask) -> None:
    old = add(texts=["Hola"], company="Café Uno")
    new = add(texts=["Bonjour", "Merci"], started_at=NOON + timedelta(days=1))
    found = ask()
    assert ids(found) == [new, old]
    assert found["count"] == 2
    assert found["next"] is None
    first = found["conversations"][0]
    assert (first["message"], first["reply"], first["state"], first["mode"]) == (
        "Merci",
        "Eco: Merci",
        "in_progress",
        "bot",
    )


def test_pages_follow_each_other_without_gap_or_repeat(add: Add, ask: Ask) -> None:
    # Some moved in the same moment.
    made = {add(started_at=NOON + timedelta(minutes=number // 3)) for number in range(8)}
    seen: list[uuid.UUID] = []
    page = ask(limit=3)
    while True:
        seen += ids(page)
        if page["next"] is None:
            break
        page = ask(limit=3, before=page["next"])
        assert page["count"] is None
    assert len(seen) == 8
    assert set(seen) == made


@pytest.mark.parametrize(
    "text", ["VISA", "salarié", "salarie", "salari", "visa salarié", "eco", "Peña", "camille", "café uno", "0012345"]
)
def test_words_are_found_without_accents_or_case(add: Add, ask: Ask, text: str) -> None:
    wanted = add(
        texts=["Hola", "Un visa pour un salarié ?", "Gracias"],
        company="Café Uno SAS",
        contact_name="Camille Peña",
    )
    other = add(texts=["Rien de tout cela"], user_id="+573009999999", company="Autre")
    with system_transaction() as session:
        session.execute(sa.update(Conversation).where(Conversation.run_id == other).values(agent_response="Rien"))
    assert ids(ask(text=text)) == [wanted]


def test_the_message_with_the_words_is_shown(add: Add, ask: Ask) -> None:
    add(texts=["Hola", "Un visa pour un salarié ?", "Gracias"])
    assert ask(text="visa")["conversations"][0]["message"] == "Un visa pour un salarié ?"


@pytest.mark.parametrize("text", ["---", "'", "visa & !", "a:*", "\\", "<b>", "%", "مرحبا"])
def test_any_text_may_be_looked_for(add: Add, ask: Ask, text: str) -> None:
    add(texts=["Hola"])
    assert ask(text=text)["conversations"] == []


def test_letters_of_any_script_are_found(add: Add, ask: Ask) -> None:
    wanted = add(texts=["مرحبا بكم"])
    assert ids(ask(text="مرحبا")) == [wanted]


def test_a_word_in_many_messages_is_met_by_walking(add: Add, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_FREQUENT", 1)
    wanted = [add(texts=["visa", "visa"], started_at=NOON + timedelta(days=day)) for day in range(3)]
    add(texts=["Hola"], started_at=NOON + timedelta(days=9))
    found = ask(text="visa", limit=2)
    assert ids(found) == wanted[:0:-1]
    assert found["count"] is None
    assert ids(ask(text="visa", limit=2, before=found["next"])) == wanted[:1]


def test_every_filter_leaves_out_the_others(add: Add, ask: Ask) -> None:
    wanted = add(
        texts=["Hola"],
        times=[9000],
        company="Café Uno",
        detected_language="fr",
        completed_at=NOON,
        user_id="+573000000077",
        assistant="concierge",
    )
    stuck = add(started_at=NOON + timedelta(days=2), current_question=3)
    assert ids(ask(question=3)) == [stuck]
    assert ids(ask(question=2)) == []
    add(started_at=NOON + timedelta(days=3), company="Otra", ended_at=NOON + timedelta(days=4))
    for query in (
        {"state": "completed"},
        {"language": "fr"},
        {"company": "CAFÉ uno"},
        {"assistant": "concierge"},
        {"user_id": "300 000 0077"},
        {"end_date": "2026-01-15"},
        {"start_date": "2026-01-15", "end_date": "2026-01-16"},
        {"late": "true"},
    ):
        assert ids(ask(**query)) == [wanted], query
    for query, others in (({"state": "abandoned"}, 1), ({"start_date": "2026-01-16"}, 2), ({"late": "false"}, 2)):
        assert len(ids(ask(**query))) == others, query
        assert wanted not in ids(ask(**query)), query
    assert ids(ask(state="in_progress")) == [stuck]


def test_a_day_is_one_of_the_organisations_zone(add: Add, ask: Ask) -> None:
    # In Bogotá it is still the 14th.
    add(started_at=NOON - timedelta(hours=13))
    assert ask(start_date="2026-01-15")["conversations"] == []
    assert len(ask(start_date="2026-01-14", end_date="2026-01-14")["conversations"]) == 1


def test_unanswered_is_whose_last_message_nothing_was_said_to(add: Add, ask: Ask) -> None:
    answered, waiting = add(texts=["Hola", "Gracias"]), add(texts=["Hola", "Hay alguien?"])
    for run_id, text in ((answered, "Hola"), (waiting, "Hay alguien?")):
        with system_transaction() as session:
            session.execute(
                sa.update(Conversation)
                .where(Conversation.run_id == run_id, Conversation.user_message == text)
                .values(withheld=True, agent_response="")
            )
    assert ids(ask(unanswered="true")) == [waiting]
    assert ids(ask(unanswered="false")) == [answered]


def test_a_foreign_organisation_finds_nothing(add: Add, ask: Ask) -> None:
    from tests.conftest import make_tenant

    stranger = make_tenant(f"other-{uuid.uuid4().hex[:8]}")
    run_id = add(texts=["secreto"], organisation_id=stranger.organisation_id)
    assert ask(text="secreto")["conversations"] == []
    assert run_id not in ids(ask())


@pytest.mark.parametrize(
    "query",
    [
        {"before": "x"},
        {"before": "AAAA"},
        {"start_date": "2026-02-01", "end_date": "2026-01-01"},
        {"state": "gone"},
        {"language": "french"},
        {"limit": 101},
    ],
)
def test_what_makes_no_sense_is_refused(web: FlaskClient, tenant: Tenant, query: dict[str, Any]) -> None:
    answer = web.get("/api/v1/conversations", query_string=query, headers=tenant.headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["error"]["details"]) & set(query)


def test_a_conversation_tells_what_was_made_of_each_message(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    for number, text in enumerate(("Bonjour", "Oui, j'ai accédé à l'espace membre"), 1):
        sent = {"user_id": "+573000000088", "message": text}
        headers = {**tenant.headers, "Idempotency-Key": f"e{number}"}
        assert web.post("/api/v1/whatsapp/message", json=sent, headers=headers).status_code == 200
    log_conversations()
    found = web.get("/api/v1/conversations?user_id=%2B573000000088", headers=tenant.headers).json
    assert found is not None
    (listed,) = found["conversations"]
    read = web.get(f"/api/v1/conversations/{listed['conversation_id']}", headers=tenant.headers).json
    assert read is not None
    assert [message["user_message"] for message in read["messages"]] == ["Bonjour", sent["message"]]
    last = read["messages"][-1]
    assert last["agent_response"]
    assert last["stages_ms"]
    assert last["route"]["agent"] == last["agent"]
    assert (last["failed"], last["late"], last["withheld"]) == (False, False, False)
    assert [(each["question"], each["status"]) for each in read["answers"]] == [(1, "answered")]
    assert read["questions_answered"] == 1
    assert read["earlier"] is None


def test_a_long_conversation_is_read_from_its_end(add: Add, web: FlaskClient, tenant: Tenant) -> None:
    run_id = add(texts=[f"m{number}" for number in range(7)])
    address = f"/api/v1/conversations/{run_id}"
    read: Any = web.get(f"{address}?limit=3", headers=tenant.headers).json
    assert [each["user_message"] for each in read["messages"]] == ["m4", "m5", "m6"]
    before: Any = web.get(f"{address}?limit=5&before={read['earlier']}", headers=tenant.headers).json
    assert [each["user_message"] for each in before["messages"]] == ["m0", "m1", "m2", "m3"]
    assert before["earlier"] is None
