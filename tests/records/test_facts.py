"""Facts are told while they hold, by the words that people ask by; those at Baserow are read once in some minutes."""

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import yaml
from flask import Flask

from cci_app.core.deadline import Deadline
from cci_app.integrations.accounts import integrations
from cci_app.records.baserow import facts_at_baserow, forget_tables
from cci_app.records.facts import ToldFact, best_fact, facts_of, keep_facts
from tests.conftest import SAMPLES, Tenant
from tests.fakes.serving import serving

TODAY = date(2026, 11, 29)
FACTS = [
    ToldFact(each["title"], each["text"], tuple(each["words"]))
    for each in yaml.safe_load((SAMPLES / "desk" / "facts.yaml").read_text())
]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("à quelle heure est la messe dimanche ?", "Horaires des messes"),
        ("le secrétariat est ouvert quand ?", "Horaires du secrétariat"),
        ("je veux inscrire mon enfant au catéchisme", "Inscription à la catéchèse"),
        ("comment faire baptiser ma fille", "Demander un baptême"),
        ("on veut se marier en juin", "Préparation au mariage"),
        ("combien coûte un visa ?", None),
        ("bonjour", None),
    ],
)
def test_the_fact_that_is_asked_for_is_found(question: str, title: str | None) -> None:
    found = best_fact(FACTS, question, TODAY)
    assert (found.title if found else None) == title


def test_a_fact_holds_from_its_first_day_to_its_last(tenant: Tenant) -> None:
    row = {"title": "Kermesse", "text": "Samedi à 15 h.", "starts_on": "2026-11-01", "ends_on": "2026-11-29"}
    assert keep_facts(tenant.organisation_id, [row]) == 1
    facts = facts_of(tenant.organisation_id)
    told = {day: best_fact(facts, "la kermesse", date(2026, 11, day)) is not None for day in (1, 29, 30)}
    assert told == {1: True, 29: True, 30: False}
    assert best_fact(facts, "la kermesse", date(2026, 10, 31)) is None
    keep_facts(tenant.organisation_id, [{**row, "ends_on": None}])
    assert best_fact(facts_of(tenant.organisation_id), "la kermesse", date(2030, 1, 1)) is not None


@pytest.fixture
def baserow(app: Flask, tenant: Tenant) -> Iterator[list[int]]:
    """A table of two pages behind a token, and the statuses that it answers with first."""
    statuses: list[int] = []
    pages = {"1": [{"title": "Retraite", "text": "Le 5 décembre.", "words": "retraite, jeunes"}], "2": [{"title": ""}]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = "2" if "page=2" in self.path else "1"
            known = self.headers["Authorization"] == "Token fictional" and "/table/7/" in self.path
            status = statuses.pop(0) if statuses else 200 if known else 401
            self.send_response(status)
            self.end_headers()
            if status == 200:
                self.server.asked += 1  # type: ignore[attr-defined]
                following = "more" if page == "1" else None
                self.wfile.write(json.dumps({"results": pages[page], "next": following}).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = 0  # type: ignore[attr-defined]
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"fetch_loopback": True})
    address = {"base_url": f"http://127.0.0.1:{server.server_address[1]}", "table_id": 7}
    integrations.add(tenant.organisation_id, "baserow", "facts", address, {"token": "fictional"})
    forget_tables()
    with serving(server):
        yield statuses
    assert server.asked <= 4  # type: ignore[attr-defined]
    app.config["SETTINGS"] = before
    forget_tables()


def test_a_table_at_baserow_is_read_once_in_some_minutes(
    tenant: Tenant, baserow: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> list[str]:
        return [fact.title for fact in facts_at_baserow(tenant.organisation_id, "facts", Deadline.after(5))]

    baserow.append(503)
    assert read() == []
    for _ in range(5):
        assert read() == ["Retraite"]
    assert facts_at_baserow(tenant.organisation_id, "other", Deadline.after(5)) == ()
    # Read anew after some minutes; while it is away what was read stays true.
    from cci_app.records import baserow as module

    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    baserow.append(401)
    assert read() == ["Retraite"]
