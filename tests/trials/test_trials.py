"""Trying an assistant: the one way of a message, in nobody's record; and links for those without an account."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.conversation.log import log_conversations
from cci_app.conversation.trial import Trial
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.people.erasure import erase_person
from cci_app.trials.models import TrialLink
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.admin.contacts import add_contact
from tests.conftest import Tenant, make_tenant

PHONE = "+573000000001"


@pytest.fixture
def member(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


def post(browser: FlaskClient, path: str, **body: Any) -> dict[str, Any]:
    answer = browser.post(f"/api/v1{path}", json=body, headers=OURS)
    assert answer.status_code in {200, 201}, answer.text
    assert answer.json is not None
    return dict(answer.json)


def begin(browser: FlaskClient, **offer: Any) -> str:
    begun = post(browser, "/trials", **offer)
    return f"/trials/{begun['assistant']}/{begun['trial_id']}"


def test_a_stranger_is_answered_and_told_how(member: FlaskClient) -> None:
    trial = begin(member)
    told = post(member, f"{trial}/messages", text="Bonjour")
    told = post(member, f"{trial}/messages", text="Oui, j'ai accédé à l'espace membre")
    assert (told["language"], told["current_question"], told["questions"]) == ("fr", 2, 7)
    assert told["questions_answered"] == 1
    last = told["messages"][-1]
    assert last["intent"] == "answer"
    assert last["route"]["confidence"] == 1.0
    assert last["parts"][0]["kind"] == "text"
    assert set(last["stages_ms"]) >= {"language", "agent"}
    assert [each["user_message"] for each in told["messages"]] == ["Bonjour", "Oui, j'ai accédé à l'espace membre"]


def test_who_is_tried_as_is_greeted_by_name_and_a_stranger_is_not(member: FlaskClient, tenant: Tenant) -> None:
    add_contact(tenant, PHONE, first_name="Camille", company="Café Uno")
    told = post(member, f"{begin(member, known_as=PHONE)}/messages", text="Bonjour")
    assert "Camille" in told["messages"][0]["agent_response"]
    assert (told["contact_name"], told["company"]) == ("Camille", "Café Uno")
    stranger = post(member, f"{begin(member)}/messages", text="Bonjour")
    assert "Camille" not in stranger["messages"][0]["agent_response"]


def test_a_trial_is_nowhere_but_on_its_page(member: FlaskClient, tenant: Tenant) -> None:
    add_contact(tenant, PHONE, first_name="Camille")
    trial = begin(member, known_as=PHONE)
    for text in ("Bonjour", "je veux parler à quelqu'un"):
        post(member, f"{trial}/messages", text=text)
    tables = ("conversations", "conversation_runs", "user_sessions", "answers", "handoff_requests")

    def counted() -> list[int]:
        log_conversations()
        with tenant_transaction(tenant.organisation_id) as session:
            return [session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0 for table in tables]

    assert counted() == [0] * len(tables)
    stats = member.get("/api/v1/admin/stats").json or {}
    assert (stats["users"], stats["messages"], stats["not_logged"]) == (0, 0, 0)
    assert (member.get(f"/api/v1/users/{PHONE}/status").json or {})["exists"] is False
    # The same words from the person are in all of them.
    body = {"user_id": PHONE, "message": "je veux parler à quelqu'un"}
    member.application.test_client().post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert counted()[:3] == [1, 1, 1]
    listed = (member.get("/api/v1/trials").json or {})["trials"]
    assert [(each["known_as"], each["messages"]) for each in listed] == [(PHONE, 2)]


def test_a_trial_of_what_there_is_not_is_refused(member: FlaskClient) -> None:
    for offer in ({"assistant": "nobody"}, {"version": 99}, {"known_as": PHONE}):
        assert member.post("/api/v1/trials", json=offer, headers=OURS).status_code == 422
    assert member.get("/api/v1/trials/cci/+573000000001").status_code == 404


def test_nobody_reads_the_trials_of_another_organisation(app: Flask, member: FlaskClient, tenant: Tenant) -> None:
    trial = begin(member)
    post(member, f"{trial}/messages", text="canari-92")
    stranger = sign_in(app, make_member(make_tenant(f"other-{tenant.slug}")))
    assert "canari-92" not in stranger.get(f"/api/v1{trial}").text
    assert (stranger.get("/api/v1/trials").json or {})["trials"] == []


def test_a_viewer_reads_trials_and_begins_none(app: Flask, tenant: Tenant) -> None:
    viewer = sign_in(app, make_member(tenant, Role.VIEWER))
    assert viewer.get("/api/v1/trials").status_code == 200
    assert viewer.post("/api/v1/trials", json={}, headers=OURS).status_code == 403
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    assert agent.post("/api/v1/trials", json={}, headers=OURS).status_code == 201
    assert agent.post("/api/v1/trial-links", json={"days": 7}, headers=OURS).status_code == 403


def link_to(member: FlaskClient, **offer: Any) -> dict[str, str]:
    made = post(member, "/trial-links", **{"days": 7, **offer})
    return {"X-Trial-Link": made["link"].rpartition("/")[2]}


def test_a_link_lets_try_what_it_offers_and_nothing_else(member: FlaskClient, web: FlaskClient, tenant: Tenant) -> None:
    add_contact(tenant, PHONE, first_name="Camille")
    link = link_to(member, known_as=PHONE, note="Ana")
    begun = web.post("/api/v1/try", headers=link).json or {}
    told = web.post(f"/api/v1/try/{begun['trial_id']}/messages", json={"text": "Bonjour"}, headers=link)
    assert "Camille" in told.text
    assert PHONE not in told.text
    for path in ("/api/v1/trials", "/api/v1/contacts", "/api/v1/conversations", "/api/v1/admin/stats"):
        assert web.get(path, headers=link).status_code == 401
    # Nobody else's trial: not a member's, not one by another link.
    other = link_to(member)
    seen = web.get(f"/api/v1/try/{begun['trial_id']}", headers=other).json or {}
    assert seen["messages"] == []
    assert web.get("/api/v1/try/nonsense", headers=link).status_code == 404


def test_a_link_is_over_when_it_is_revoked_and_when_its_day_is_past(
    member: FlaskClient, web: FlaskClient, tenant: Tenant
) -> None:
    link, old = link_to(member), link_to(member)
    (newest, first) = (member.get("/api/v1/trial-links").json or {})["links"]
    assert member.delete(f"/api/v1/trial-links/{first['id']}", headers=OURS).status_code == 200
    assert web.post("/api/v1/try", headers=link).status_code == 401
    assert web.post("/api/v1/try", headers=old).status_code == 201
    with tenant_transaction(tenant.organisation_id) as session:
        past = sa.update(TrialLink).where(TrialLink.id == newest["id"])
        session.execute(past.values(expires_at=clock.now() - timedelta(seconds=1)))
    assert web.post("/api/v1/try", headers=old).status_code == 401
    entries = (member.get("/api/v1/admin/audit?act=trial_link.").json or {})["entries"]
    assert [each["act"] for each in entries] == ["trial_link.revoked", "trial_link.created", "trial_link.created"]


def test_a_link_is_limited_however_many_hold_it(member: FlaskClient, app: Flask, tenant: Tenant) -> None:
    link = link_to(member)
    for _ in range(20):
        holder = app.test_client()
        begun = holder.post("/api/v1/try", headers=link).json or {}
        path = f"/api/v1/try/{begun['trial_id']}/messages"
        answer = holder.post(path, json={"text": "Hola"}, headers=link)
        assert answer.status_code == 200, answer.text
    refused = app.test_client().post(path, json={"text": "Hola"}, headers=link)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


TRIALS = [Trial("m7", "abc-_9"), Trial("l12", "abc", 3), Trial("k1", "abc", 3, "manychat:8:9")]


@pytest.mark.parametrize("trial", TRIALS)
def test_an_id_tells_the_whole_trial(trial: Trial) -> None:
    assert Trial.read(trial.user_id) == trial


@pytest.mark.parametrize("user_id", ["+573000000001", "trial:", "trial:x", "trial:m7", "manychat:7", "trial:7.abc"])
def test_any_other_id_is_no_trial(user_id: str) -> None:
    assert Trial.read(user_id) is None


def test_a_turn_is_run_again_beside_what_was_said_and_nothing_is_kept(
    web: FlaskClient, member: FlaskClient, tenant: Tenant
) -> None:
    add_contact(tenant, PHONE, first_name="Camille", company="Café Uno")
    for text in ("Bonjour", "Oui, j'ai accédé à l'espace membre", "Les foires, très utiles"):
        body = {"user_id": PHONE, "message": text}
        assert web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers).status_code == 200
    log_conversations()
    found = (member.get(f"/api/v1/conversations?user_id={PHONE.replace('+', '%2B')}").json or {})["conversations"][0]
    read = member.get(f"/api/v1/conversations/{found['conversation_id']}").json or {}
    for message in read["messages"]:
        order = {"conversation_id": found["conversation_id"], "message_id": message["id"]}
        again = post(member, "/trials/again", **order)
        assert again["same_place"] is True
        assert again["old"]["agent_response"] == message["agent_response"]
        assert again["new"]["current_question"] == message["current_question"]
        assert again["new"]["intent"] == message["intent"]
    assert (
        "Camille"
        in post(member, "/trials/again", **{**order, "message_id": read["messages"][0]["id"]})["new"]["agent_response"]
    )
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM webhook_events")) == 3
        assert session.scalar(sa.text("SELECT count(*) FROM turn_state")) == 1
    other = sign_in(member.application, make_member(make_tenant(f"again-{tenant.slug}")))
    assert other.post("/api/v1/trials/again", json=order, headers=OURS).status_code == 404
    wrong = {**order, "message_id": order["message_id"] + 1000}
    assert member.post("/api/v1/trials/again", json=wrong, headers=OURS).status_code == 404


def test_what_was_tried_as_a_person_goes_with_them(member: FlaskClient, tenant: Tenant) -> None:
    add_contact(tenant, PHONE, first_name="Camille")
    post(member, f"{begin(member, known_as=PHONE)}/messages", text="Bonjour")
    kept = begin(member)
    post(member, f"{kept}/messages", text="Bonjour")
    link_to(member, known_as=PHONE)
    log_conversations()
    erase_person(tenant.organisation_id, PHONE)
    with tenant_transaction(tenant.organisation_id) as session:
        for table in ("webhook_events", "turn_state", "usage_logs", "trial_links"):
            counted = sa.text(f"SELECT count(*) FROM {table} WHERE user_id LIKE '%000000001'")
            assert session.scalar(counted) == 0, table
    assert len((member.get(f"/api/v1{kept}").json or {})["messages"]) == 1
