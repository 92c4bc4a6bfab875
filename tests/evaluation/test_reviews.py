"""Conversations that humans judge: each by two, who do not see each other's; and how far they agree."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.conversation.log import log_conversations
from cci_app.people.erasure import erase_person
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant

PEOPLE = 6


@pytest.fixture
def said(web: FlaskClient, tenant: Tenant) -> None:
    for number in range(PEOPLE):
        body = {"user_id": f"+57300000000{number}", "message": "Bonjour <b>", "message_id": uuid.uuid4().hex}
        assert web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body).status_code == 200
    log_conversations()


class Reader:
    """A member who judges."""

    def __init__(self, app: Flask, tenant: Tenant, role: Role = Role.AGENT) -> None:
        self.browser = sign_in(app, make_member(tenant, role))

    def post(self, path: str = "", **body: Any) -> Any:
        return self.browser.post(f"/api/v1/reviews{path}", headers=OURS, json=body)

    def get(self, path: str) -> Any:
        return self.browser.get(f"/api/v1/reviews{path}", headers=OURS).json

    def judge_all(self, served: list[bool]) -> list[int]:
        """Judge what comes, the last answer for all that is left; the ids."""
        ids: list[int] = []
        while (sample := self.get("/next")["sample"]) is not None:
            verdict = served[min(len(ids), len(served) - 1)]
            assert self.post(f"/{sample['id']}", served=verdict, correct=True).status_code == 200
            ids.append(sample["id"])
        return ids


def test_a_sample_is_judged_by_two_and_no_more(app: Flask, tenant: Tenant, said: None) -> None:
    first, second, third = (Reader(app, tenant) for _ in range(3))
    assert first.get("/next") == {"sample": None}
    assert first.post(assistant="cci", count=4).json == {"drawn": 4}
    assert first.post(assistant="cci", count=4).json == {"drawn": 2}
    assert first.post(assistant="cci").json == {"drawn": 0}
    assert first.post(assistant="none").status_code == 422
    ids = first.judge_all([True, True, True, False])
    assert len(ids) == PEOPLE
    assert sorted(second.judge_all([True, True, False, False])) == sorted(ids)
    # Each has two by now.
    assert third.judge_all([True]) == []
    figures = third.get("/figures")
    assert (figures["drawn"], figures["judged"], figures["twice"]) == (PEOPLE, PEOPLE, PEOPLE)
    # 2 both yes, 1 once yes, 3 both no: 5 of 6 agreed, 3/6·2/6 + 3/6·4/6 by chance.
    assert figures["kappa_served"] == pytest.approx((5 / 6 - 0.5) / 0.5)
    assert figures["kappa_correct"] is None
    (version,) = figures["versions"]
    assert (version["version"], version["marks"], version["served"]) == (1, 12, pytest.approx(5 / 12))
    # Whoever changes their mind counts once.
    assert first.post(f"/{ids[0]}", served=False, correct=True, comment="No.").status_code == 200
    assert third.get("/figures")["versions"][0]["marks"] == 12


def test_an_erasure_takes_what_was_judged_along(app: Flask, tenant: Tenant, said: None) -> None:
    reader = Reader(app, tenant)
    reader.post(assistant="cci")
    reader.judge_all([True])
    erase_person(tenant.organisation_id, "+573000000001")
    figures = reader.get("/figures")
    assert (figures["drawn"], figures["versions"][0]["marks"]) == (PEOPLE - 1, PEOPLE - 1)


def test_another_organisations_sample_is_none(app: Flask, tenant: Tenant, said: None) -> None:
    reader = Reader(app, tenant)
    reader.post(assistant="cci")
    sample = reader.get("/next")["sample"]
    other = Reader(app, make_tenant(f"other-{tenant.slug}"))
    assert other.get("/next") == {"sample": None}
    assert other.post(f"/{sample['id']}", served=True, correct=True).status_code == 404


def test_the_page_shows_one_after_the_other(app: Flask, tenant: Tenant, said: None) -> None:
    browser = sign_in(app, make_member(tenant, Role.AGENT))
    assert "No le queda nada por juzgar" in browser.get("/admin/reviews").text
    assert browser.post("/admin/reviews", headers=OURS, data={"assistant": "cci", "count": "3"}).status_code == 303
    shown = browser.get("/admin/reviews").text
    assert "Bonjour &lt;b&gt;" in shown
    path = shown.split('action="/admin/reviews/')[1].split('"')[0]
    half = browser.post(f"/admin/reviews/{path}", headers=OURS, data={"served": "yes"})
    assert half.status_code == 422
    both = {"served": "yes", "correct": "no", "comment": "<i>"}
    assert browser.post(f"/admin/reviews/{path}", headers=OURS, data=both).status_code == 303
    assert path != browser.get("/admin/reviews").text.split('action="/admin/reviews/')[1].split('"')[0]
