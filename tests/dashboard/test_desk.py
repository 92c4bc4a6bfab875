"""The desk's page: when people answer, who is told, what is said often, and the facts."""

from datetime import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.handoff.desk import Weekday, desk_of
from cci_app.inbox.finding import canned_replies
from cci_app.records.facts import list_facts
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant

HERE = "/admin/desk"
PLAIN = {"escalate_minutes": "15", "resume_minutes": "720"}


@pytest.fixture
def admin(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant, Role.ADMIN))


def send(browser: FlaskClient, place: str = "", **form: str) -> tuple[int, str]:
    answer = browser.post(f"{HERE}{place}", data=form, headers=OURS)
    return answer.status_code, answer.text


def test_hours_holidays_and_template_are_kept_as_they_are_written(admin: FlaskClient, tenant: Tenant) -> None:
    template = {"template_name": "reopen", "template_language": "fr", "template_text": "Bonjour, …"}
    form = {
        **PLAIN,
        "monday": "8:00-12:00, 14h00 – 18h00",
        "saturday": "20:00-24:00",
        "holidays": "2026-12-25\n2027-01-01",
    }
    assert send(admin, **form, **template, drafts="on")[0] == 303
    desk = desk_of(tenant.organisation_id)[0]
    shifts = [(each.since, each.until) for each in desk.hours[Weekday.MONDAY]]
    assert shifts == [(time(8), time(12)), (time(14), time(18))]
    assert desk.hours[Weekday.SATURDAY][0].until == time(0)
    assert (len(desk.holidays), desk.drafts, desk.ask_rating) == (2, True, False)
    assert desk.template is not None
    shown = admin.get(HERE, headers=OURS).text
    assert "08:00–12:00, 14:00–18:00" in shown
    # What the page shows can be saved as it stands.
    assert send(admin, **{**form, "monday": "08:00–12:00, 14:00–18:00"}, **template)[0] == 303
    assert desk_of(tenant.organisation_id)[0].hours == desk.hours


@pytest.mark.parametrize(
    "form",
    [
        {"monday": "matin"},
        {"monday": "12:00-08:00"},
        {"monday": "08:00-12:99"},
        {"holidays": "Noël"},
        {"escalate_minutes": "0"},
        {"template_name": "reopen"},
    ],
)
def test_what_cannot_be_is_told_with_what_was_typed(admin: FlaskClient, tenant: Tenant, form: dict[str, str]) -> None:
    before = desk_of(tenant.organisation_id)[0]
    status, text = send(admin, **{**PLAIN, "tuesday": "09:00-10:00", **form})
    assert (status, 'role="alert"' in text) == (200, True)
    assert "09:00-10:00" in text
    assert desk_of(tenant.organisation_id)[0] == before


def test_receivers_come_and_go(admin: FlaskClient, tenant: Tenant) -> None:
    assert send(admin, "/receivers", via="email", to="accueil@example.org")[0] == 303
    assert send(admin, "/receivers", via="channel", to="waha:default:+573001234567")[0] == 303
    for via, to in (("email", "nobody"), ("channel", "waha"), ("pigeon", "home")):
        assert 'role="alert"' in send(admin, "/receivers", via=via, to=to)[1]
    assert send(admin, "/receivers/remove", via="email", to="accueil@example.org")[0] == 303
    assert [each.via for each in desk_of(tenant.organisation_id)[0].notify] == ["channel"]


def test_facts_and_ready_answers_are_written_and_removed(admin: FlaskClient, tenant: Tenant) -> None:
    fact = {"title": "Kermesse", "text": "Samedi à 15 h.", "words": "fête, kermesse"}
    assert send(admin, "/facts", **fact, ends_on="2026-12-12")[0] == 303
    assert send(admin, "/facts", **{**fact, "text": "Samedi à 16 h."})[0] == 303
    (kept,) = list_facts(tenant.organisation_id)
    assert (kept.text, kept.words, kept.ends_on) == ("Samedi à 16 h.", ["fête", "kermesse"], None)
    assert "Samedi à 16 h." in admin.get(HERE, headers=OURS).text
    wrong = send(admin, "/facts", **fact, starts_on="2026-12-12", ends_on="2026-12-11")
    assert ('role="alert"' in wrong[1], "Samedi à 15 h." in wrong[1]) == (True, True)
    assert 'role="alert"' in send(admin, "/facts", title="", text="")[1]
    assert send(admin, f"/facts/{kept.id}/remove")[0] == 303
    assert list(list_facts(tenant.organisation_id)) == []
    assert send(admin, "/replies", title="Merci", text="Merci beaucoup !")[0] == 303
    (reply,) = canned_replies(tenant.organisation_id)
    assert send(admin, f"/replies/{reply.id}/remove")[0] == 303
    assert list(canned_replies(tenant.organisation_id)) == []


def test_an_agent_looks_and_changes_nothing(app: Flask, tenant: Tenant) -> None:
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    assert agent.get(HERE, headers=OURS).status_code == 200
    assert send(agent, **PLAIN)[0] == 403


def test_facts_are_kept_by_the_api(web: FlaskClient, tenant: Tenant) -> None:
    kept: Any = web.put("/api/v1/facts", headers=tenant.headers, json={"title": "Fête", "text": "Samedi."})
    assert (kept.status_code, kept.json["words"]) == (200, [])
    found: Any = web.get("/api/v1/facts", headers=tenant.headers).json
    assert [each["title"] for each in found["facts"]] == ["Fête"]
    wrong = {"title": "Fête", "text": "Samedi.", "starts_on": "2026-12-12", "ends_on": "2026-12-11"}
    assert web.put("/api/v1/facts", headers=tenant.headers, json=wrong).status_code == 422
    assert web.delete(f"/api/v1/facts/{kept.json['id']}", headers=tenant.headers).status_code == 200
    assert web.delete(f"/api/v1/facts/{kept.json['id']}", headers=tenant.headers).status_code == 404
