"""Leads and a CRM: one record for what a person wants, made once, changed as they say more; troubles are seen."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug import Response

from cci_app.assistants.intents import IntentRouter
from cci_app.coordination.crm.bringing import bring_crm_together
from cci_app.core.database import tenant_transaction
from cci_app.integrations.accounts import integrations
from cci_app.integrations.crm import mapping as mappings
from cci_app.leads.giving_out import give_leads
from cci_app.leads.models import Lead
from tests.catalog.ready import make_cars
from tests.conftest import Tenant, make_tenant
from tests.coordination.crm_bridge import Bridge, make_bridge
from tests.fakes.crm import SECRET, FakeCrm

Rows = Callable[..., list[dict[str, Any]]]
WHO = "+573000000001"


class Till:
    """Where the leads of an organisation go."""

    def __init__(self, bridge: Bridge, rows: Rows) -> None:
        self.bridge, self.whose, self._rows = bridge, bridge.whose, rows

    def add(self, crm: FakeCrm, *, leads: str = "rest-leads", **settings: str) -> None:
        """Have the CRM take leads, and do the round from which on it does."""
        kind = self.bridge.kind.value
        secrets = {"token": SECRET.removeprefix("Bearer ")} if kind == "hubspot" else {"secret": SECRET}
        integrations.add(self.whose, kind, "main", {"base_url": crm.url, "leads": leads, **settings}, secrets)
        assert self.round() is None

    def round(self) -> str | None:
        """A round with leads; what was wrong in it."""
        self.bridge.later()
        assert give_leads(self.bridge.kind, self.whose, self.bridge.now())
        (crm,) = self.bridge.call("GET", "/integrations/crm")["items"]
        wrong: str | None = crm["leads"]["error"]
        return wrong

    def lead(self, who: str = WHO, **values: Any) -> None:
        """Somebody wants something."""
        told = {"name": "Ana Ejemplo", "interest": "quiero verlo", "phone": who, **values}
        with tenant_transaction(self.whose) as session:
            session.add(
                Lead(
                    organisation_id=self.whose,
                    assistant="autos",
                    user_id=who,
                    event_id=1,
                    created_at=self.bridge.now(),
                    **told,
                )
            )

    def states(self) -> list[str]:
        """How each record stands."""
        found = self._rows("SELECT state FROM lead_records WHERE organisation_id = :o ORDER BY id", o=self.whose)
        return [row["state"] for row in found]


Sides = tuple[Till, FakeCrm]


@pytest.fixture
def sides(app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> Iterator[Sides]:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "crm")
    till = Till(bridge, rows)
    with crm:
        till.add(crm)
        yield till, crm


def without_find(monkeypatch: pytest.MonkeyPatch) -> None:
    read = mappings.mapping_named("rest-leads")
    places = read.records.model_copy(update={"key": None})
    changed = read.model_copy(update={"find": None, "records": places})
    monkeypatch.setattr("cci_app.integrations.kinds.mapping_named", lambda _: changed)


def test_a_lead_of_a_conversation_is_one_record_which_follows_it(
    app: Flask, web: FlaskClient, tenant: Tenant, sides: Sides
) -> None:
    till, crm = sides
    router = app.extensions["cci_conversation"].catalogue.find(tenant.organisation_id, "autos")._router
    assert isinstance(router, IntentRouter)
    router.learning.learnt()
    make_cars(tenant)

    def say(message: str) -> None:
        body = {"user_id": WHO, "message": message, "assistant": "autos"}
        assert web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers).status_code == 200

    say("lo quiero comprar")
    say("Ana Ejemplo")
    assert till.round() is None
    ((method, path, made),) = crm.writes
    assert (method, path) == ("POST", "/leads")
    assert (made["contact_name"], made["phone"], made["chat_id"]) == ("Ana Ejemplo", WHO, WHO)
    assert (made["said"], made["wants_visit"], made["campaign"]) == ("lo quiero comprar", False, "autos")
    assert made["notes"].startswith("Nombre: Ana Ejemplo. Dijo: lo quiero comprar.")
    assert (made["source"], made["status"]) == ("cci-app", "new")
    assert made["external_ref"].startswith("lead ")
    assert "product" not in made
    (name,) = crm.records
    crm.change(name, status="called", contact_name="Ana E.")

    say("busco un suv automatico de menos de 350 mil, nissan o masda")
    say("quiero agendar una cita para verlo, me llamo Ana Ejemplo")
    for _ in range(3):
        assert till.round() is None
    assert len(crm.writes) == 2
    (method, path, changed) = crm.writes[1]
    assert (method, path) == ("PATCH", f"/leads/{name}")
    assert changed["wants_visit"] is True
    # What somebody wrote there stays, for it did not change here.
    assert "contact_name" not in changed
    assert crm.records[name]["status"] == "called"


def test_three_rounds_write_once_and_a_later_wish_is_another_record(sides: Sides) -> None:
    till, crm = sides
    today = till.bridge.now().astimezone(ZoneInfo("America/Bogota")).date()
    till.lead(details={"plan": {"months": 48, "rate": "10"}, "thing": "2021 Mazda 3", "visit": True}, score=4)
    till.lead(who="+573000000002", name="–")
    for _ in range(3):
        assert till.round() is None
    first, second = (body for _, _, body in crm.writes)
    assert (first["payment_plan"], first["product"], first["score"]) == ("rate 10, months 48", "2021 Mazda 3", 4)
    assert (first["wants_visit"], first["received_on"]) == (True, today.isoformat())
    assert "contact_name" not in second
    till.lead(email="ana@example.org")
    till.round()
    assert crm.writes[2][2] == {"email": "ana@example.org"}
    till.bridge.later(31 * 24 * 60)
    till.lead(interest="ahora uno rojo")
    till.round()
    assert [method for method, *_ in crm.writes] == ["POST", "POST", "PATCH", "POST"]
    assert till.states() == ["given"] * 3


def test_leads_from_before_stay_where_they_are(
    app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "crm")
    till = Till(bridge, rows)
    till.lead()
    with crm:
        till.add(crm)
        assert till.round() is None
    assert (crm.writes, till.states()) == ([], [])


def test_a_making_whose_answer_never_came_is_looked_for(sides: Sides) -> None:
    till, crm = sides
    till.lead()
    crm.loses = 1
    told = till.round()
    assert told is not None
    assert till.states() == ["sent"]
    till.lead(company="Ejemplo S. A.")
    for _ in range(2):
        assert till.round() is None
    ((name, record),) = crm.records.items()
    assert [(method, path) for method, path, _ in crm.writes] == [("POST", "/leads"), ("PATCH", f"/leads/{name}")]
    assert record["company"] == "Ejemplo S. A."


def test_what_was_surely_not_made_is_made_again(sides: Sides) -> None:
    till, crm = sides
    till.lead()
    crm.loses = 1
    till.round()
    crm.records.clear()
    assert till.round() is None
    assert len(crm.records) == 1


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_where_nobody_can_look_a_person_says(sides: Sides, monkeypatch: pytest.MonkeyPatch, keep: str) -> None:
    till, crm = sides
    without_find(monkeypatch)
    till.lead()
    crm.loses = 1
    till.round()
    assert till.round() is None
    (conflict,) = till.bridge.conflicts()
    assert (conflict["type"], conflict["cause"], conflict["task_id"]) == ("crm_leads", "uncertain", None)
    assert till.round() is None
    assert len(crm.writes) == 1
    till.bridge.resolve(conflict, keep)
    for _ in range(2):
        assert till.round() is None
    assert (len(crm.writes), till.states()) == ((2, ["given"]) if keep == "ours" else (1, ["uncertain"]))
    assert till.bridge.conflicts() == []


def test_it_waits_as_long_as_it_is_asked_to_and_an_admin_sees_why(sides: Sides) -> None:
    till, crm = sides
    till.lead()
    till.bridge.later()
    now = till.bridge.now()
    crm.refuses = [(429, 300)]
    assert give_leads(till.bridge.kind, till.whose, now)
    (shown,) = till.bridge.call("GET", "/integrations/crm")["items"]
    assert shown["leads"]["error"] == "the CRM asks to wait (429)"
    assert not give_leads(till.bridge.kind, till.whose, now + timedelta(seconds=299))
    assert give_leads(till.bridge.kind, till.whose, now + timedelta(seconds=300))
    assert (till.states(), len(crm.writes)) == (["given"], 1)


def test_what_the_crm_refuses_is_told_and_the_others_go_on(sides: Sides, rows: Rows) -> None:
    till, crm = sides
    crm.rejects = {"email"}
    till.lead(email="no")
    till.lead(who="+573000000002")
    assert till.round() is None
    assert till.states() == ["refused", "given"]
    (conflict,) = till.bridge.conflicts()
    assert (conflict["cause"], conflict["record"]) == ("not_taken", crm.writes[0][2]["external_ref"])
    (alert,) = rows("SELECT severity FROM system_alerts WHERE organisation_id = :id", id=till.whose)
    assert alert["severity"] == "warning"
    till.round()
    assert len(crm.writes) == 2
    crm.rejects = set()
    till.bridge.resolve(conflict, "ours")
    till.round()
    assert (till.states(), len(crm.writes)) == (["given", "given"], 3)


def test_an_answer_that_cannot_be_read_makes_no_second_record(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    till, crm = sides
    till.lead()
    with monkeypatch.context() as patch:
        patch.setattr(crm, "_written", lambda request, given, told: _unread(crm, given))
        assert till.round() is not None
    for _ in range(2):
        assert till.round() is None
    assert (len(crm.records), till.states()) == (1, ["given"])


def _unread(crm: FakeCrm, given: dict[str, Any]) -> Any:
    crm.add(**given)
    return Response("<html>", 200, mimetype="application/json")


def test_another_organisation_s_crm_never_gets_it(sides: Sides, web: FlaskClient, rows: Rows) -> None:
    till, crm = sides
    other = make_tenant("another-shop")
    others = Bridge(other, web, "crm")
    with FakeCrm(till.bridge.now) as theirs:
        integrations.add(
            other.organisation_id, "crm", "main", {"base_url": theirs.url, "leads": "rest-leads"}, {"secret": SECRET}
        )
        now = till.bridge.now()
        assert give_leads(others.kind, other.organisation_id, now)
        till.lead()
        assert give_leads(others.kind, other.organisation_id, now + timedelta(hours=1))
        assert till.round() is None
        assert (theirs.writes, len(crm.writes)) == ([], 1)
    assert {row["organisation_id"] for row in rows("SELECT organisation_id FROM lead_records")} >= {till.whose}
    assert rows("SELECT 1 FROM lead_records WHERE organisation_id = :o", o=other.organisation_id) == []


def test_an_erased_person_s_lead_is_not_given(sides: Sides) -> None:
    till, crm = sides
    till.lead()
    crm.refuses = [(503, 1)]
    till.round()
    with tenant_transaction(till.whose) as session:
        session.execute(sa.delete(Lead).filter_by(user_id=WHO))
    assert till.round() is None
    assert crm.writes == []


def test_tasks_and_leads_of_one_account_do_not_mix(
    app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "crm")
    till = Till(bridge, rows)
    with crm:
        till.add(crm, mapping="rest", project_id=str(bridge.project.id))
        assert list(integrations.check(bridge.whose, "crm", "main"))[-1] == "the CRM can be asked for leads"
        crm.refuses = [(503, 1)]
        assert bridge.round() is not None
        till.lead()
        assert till.round() is None
        assert [path for _, path, _ in crm.writes] == ["/leads"]
        bridge.round()
        (shown,) = bridge.call("GET", "/integrations/crm")["items"]
        assert (shown["error"], shown["mapping"], shown["leads"]["mapping"]) == (None, "rest", "rest-leads")


def test_an_account_of_leads_alone_is_no_account_of_tasks(sides: Sides) -> None:
    till, crm = sides
    assert not bring_crm_together(till.bridge.kind, till.whose, till.bridge.now())
    (shown,) = till.bridge.call("GET", "/integrations/crm")["items"]
    assert (shown["mapping"], shown["error"]) == (None, None)
    assert crm.writes == []


def test_a_lead_is_a_contact_of_hubspot_s(
    app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "hubspot")
    till = Till(bridge, rows)
    with crm:
        till.add(crm, leads="hubspot-contacts")
        till.lead(email="ana@example.org", details={"summary": "Nombre: Ana Ejemplo."})
        for _ in range(2):
            assert till.round() is None
    ((_, path, told),) = crm.writes
    assert (path, till.states()) == ("/crm/v3/objects/contacts", ["given"])
    assert (told["firstname"], told["message"], told["lifecyclestage"]) == (
        "Ana Ejemplo",
        "Nombre: Ana Ejemplo.",
        "lead",
    )
