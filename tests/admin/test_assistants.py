"""Assistants to read, and what was answered to their questions."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import Tenant, make_tenant
from tests.exports.conftest import Add, add

__all__ = ["add"]


def test_an_assistant_is_read_side_by_side_with_the_place_of_each_text(web: FlaskClient, tenant: Tenant) -> None:
    told = web.get("/api/v1/assistants/cci", headers=tenant.headers).json or {}
    assert len(told["questions"]) == 7
    texts = {text["path"]: text for text in told["texts"]}
    hello = texts["agents.questionnaire.say.hello"]
    assert (hello["section"], hello["item"]) == ("say", "hello")
    assert set(hello["texts"]) == {"fr", "es"}
    assert texts["agents.questionnaire.questions.0.ask"]["texts"]["fr"][0].endswith("?")
    assert {text["section"] for text in told["texts"]} == {"questions", "services", "say", "intents", "other"}
    assert len(texts) == len(told["texts"])
    assert web.get("/api/v1/assistants/nobody", headers=tenant.headers).status_code == 404


def test_answers_are_counted_and_listed_with_who_gave_them(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    for number in range(3):
        add(answers={1: "Oui", 2: f"Une foire {number}"}, company="Café Uno", user_id=f"+57300000000{number}")
    counted = web.get("/api/v1/assistants/cci/answers/counts", headers=tenant.headers).json or {}
    assert {question: counts["answered"] for question, counts in counted["questions"].items()} == {"1": 3, "2": 3}
    first = web.get("/api/v1/assistants/cci/answers?question=2&limit=2", headers=tenant.headers).json or {}
    assert [each["text"] for each in first["answers"]] == ["Une foire 2", "Une foire 1"]
    assert first["answers"][0]["company"] == "Café Uno"
    rest = web.get(f"/api/v1/assistants/cci/answers?question=2&before={first['next']}", headers=tenant.headers).json
    assert [each["text"] for each in (rest or {})["answers"]] == ["Une foire 0"]
    none = web.get("/api/v1/assistants/cci/answers?question=2&status=skipped", headers=tenant.headers).json
    assert (none or {})["answers"] == []


@pytest.mark.parametrize("path", ["answers?question=2", "answers/counts"])
def test_answers_of_another_organisation_are_not_there(web: FlaskClient, tenant: Tenant, add: Add, path: str) -> None:
    add(answers={2: "canari-93"})
    stranger = make_tenant(f"other-{tenant.slug}")
    assert "canari-93" not in web.get(f"/api/v1/assistants/cci/{path}", headers=stranger.headers).text
    assert '"answered": 1' not in web.get(f"/api/v1/assistants/cci/{path}", headers=stranger.headers).text
