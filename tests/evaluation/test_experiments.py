"""Two versions beside each other: who gets which, what is counted, what stops by itself, and how it ends."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.assistants.experiments.assignment import Running
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import Conversation as Logged
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.evaluation.experiments.watching import watch_experiments
from cci_app.feedback.models import Feedback
from cci_app.people.erasure import erase_person
from cci_app.usage.alerts import list_alerts
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant

HOLDING = {"texts": {"holding": {"es": "Deme un segundo.", "fr": "Une seconde, je vous prie."}}}


class Api:
    """The API as the organisation calls it."""

    def __init__(self, web: FlaskClient, tenant: Tenant) -> None:
        self.web, self.tenant = web, tenant

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.web.post(f"/api/v1{path}", headers=self.tenant.headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json

    def get(self, path: str) -> Any:
        answer = self.web.get(f"/api/v1{path}", headers=self.tenant.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def say(self, number: int, text: str = "Bonjour") -> None:
        user = f"+57300{number:07}"
        body: dict[str, Any] = {"user_id": user, "message": text, "message_id": uuid.uuid4().hex}
        self.post("/whatsapp/message", **body)


@pytest.fixture
def api(web: FlaskClient, tenant: Tenant) -> Api:
    return Api(web, tenant)


@pytest.fixture
def candidate(api: Api) -> int:
    made: int = api.post("/versions", 201, assistant="cci", changes=HOLDING, note="shorter")["version"]
    return made


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    real = clock.now

    def go(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return go


def test_a_version_of_a_file_is_the_organisations_alone(api: Api, tenant: Tenant, candidate: int) -> None:
    assert candidate == 1001
    catalogue = get_conversation().catalogue
    changed = catalogue.find(tenant.organisation_id, "cci", candidate)
    assert (changed.version, changed.holding("fr")) == (1001, "Une seconde, je vous prie.")
    assert changed.apology("fr") == catalogue.find(tenant.organisation_id, "cci").apology("fr")
    # It serves nobody yet, and is nobody else's.
    assert catalogue.find(tenant.organisation_id, "cci").version == 1
    other = make_tenant(f"other-{tenant.slug}")
    with pytest.raises(Exception, match="version 1001"):
        catalogue.find(other.organisation_id, "cci", candidate)
    assert api.post("/versions/serve", assistant="cci", version=1001)["before"] == 1
    assert catalogue.find(tenant.organisation_id, "cci").version == 1001
    assert catalogue.find(other.organisation_id, "cci").version == 1
    listed = api.get("/versions?assistant=cci")
    assert [(each["version"], each["serving"], each["note"]) for each in listed] == [
        (1001, True, "shorter"),
        (1, False, ""),
    ]
    assert api.post("/versions/serve", assistant="cci", version=1)["before"] == 1001
    assert catalogue.find(tenant.organisation_id, "cci").version == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        *(({}, "what is to differ"), ({"name": "other"}, "name"), ({"agents": {"nobody": {}}}, "agents")),
        *(({"agents": {"questionnaire": {"kind": "loop"}}}, "kind"), ({"texts": {"holding": {"fr": None}}}, "holding")),
        *(({"model": "none:such"}, "none"), ({"texts": None}, "texts"), ({"silence": "soon"}, "silence")),
    ],
)
def test_changes_that_make_no_assistant_are_refused(api: Api, changes: Any, told: str) -> None:
    assert told in str(api.post("/versions", 422, assistant="cci", changes=changes))
    assert [each["version"] for each in api.get("/versions?assistant=cci")] == [1]


def test_an_assistant_that_there_is_not_has_no_versions(api: Api) -> None:
    api.post("/versions", 422, assistant="none", changes=HOLDING)


def test_who_gets_what_is_kept_and_grows_with_the_share(app: Flask) -> None:
    people = [f"+57300{number:07}" for number in range(2_000)]

    def given(share: float) -> set[str]:
        running = Running(1, 1, 2, share, clock.now())
        return {each for each in people if running.version_of(1, "cci", each) == 2}

    fifth, half = given(0.2), given(0.5)
    assert fifth < half
    assert (320 < len(fifth) < 480, 900 < len(half) < 1100) == (True, True)
    assert given(0.2) == fifth
    # Another pair of versions shares them out anew.
    other = Running(2, 1, 3, 0.2, clock.now())
    assert len({each for each in people if other.version_of(1, "cci", each) == 3} & fifth) < 150


def test_an_experiment_from_its_beginning_to_everybody(
    api: Api, tenant: Tenant, candidate: int, ahead: Callable[[timedelta], None]
) -> None:
    api.say(900)
    begun = api.post("/experiments", 201, assistant="cci", candidate=candidate, share=0.5, goal="handoff")
    path = f"/experiments/{begun['id']}"
    assert api.post("/experiments", 409, assistant="cci", candidate=candidate)["error"]["message"]
    for number in range(12):
        api.say(number)
        api.say(number, "Je veux parler à une personne" if number < 4 else "Merci")
    # Whoever was in the middle of a conversation is in none of the versions.
    api.say(900, "Je veux parler à une personne")
    log_conversations()
    found = api.get(path)
    control, other = found["arms"]
    assert control["people"] + other["people"] == 12
    assert min(control["people"], other["people"]) > 0
    assert (control["closed"], other["closed"], found["verdict"]) == (0, 0, "early")
    ahead(timedelta(hours=25))
    found = api.get(path)
    assert sum(arm["closed"] for arm in found["arms"]) == 12
    assert sum(arm["did"] for arm in found["arms"]) == 4
    assert found["sequence"]["low"] < found["newcombe"]["low"] < found["newcombe"]["high"] < found["sequence"]["high"]
    with tenant_transaction(tenant.organisation_id) as session:
        rows = session.execute(
            sa.select(Logged.user_id, Logged.version, Logged.experiment_id).order_by(Logged.id)
        ).all()
    answered: dict[str, set[tuple[int | None, int | None]]] = {}
    for row in rows:
        answered.setdefault(row.user_id, set()).add((row.version, row.experiment_id))
    assert answered.pop("+573000000900") == {(1, None)}
    assert all(len(each) == 1 for each in answered.values())
    # A person who is erased counts no more.
    someone = next(iter(answered))
    erase_person(tenant.organisation_id, someone)
    assert sum(arm["people"] for arm in api.get(path)["arms"]) == 11
    assert api.post(f"{path}/adopt")["state"] == "adopted"
    assert get_conversation().catalogue.find(tenant.organisation_id, "cci").version == candidate
    api.post(f"{path}/stop", 409)
    api.post("/experiments", 422, assistant="cci", candidate=candidate)


def log_people(tenant: Tenant, experiment: Any, version: int, count: int, **more: Any) -> None:
    """So many people with a version, as the record has them."""
    began = clock.now()
    with tenant_transaction(tenant.organisation_id) as session:
        for number in range(count):
            event = uuid.uuid4().int >> 70
            whose = {"organisation_id": tenant.organisation_id, "assistant": "cci", "user_id": f"v{version}:{number}"}
            flags = {name: number < least for name, least in more.items() if name in {"failed", "late"}}
            session.add(
                Logged(
                    **whose,
                    event_id=event,
                    run_id=uuid.uuid4(),
                    user_message="hola",
                    agent_response="¡Hola!",
                    has_client_context=False,
                    response_time_ms=100,
                    timestamp=began,
                    version=version,
                    experiment_id=experiment["id"],
                    **flags,
                )
            )
            if number < more.get("down", 0):
                thumb = {"kind": "thumb", "value": -1, "source": "emoji", "given_at": clock.now()}
                session.add(Feedback(**whose, event_id=event, **thumb))


@pytest.mark.parametrize(("met", "guard"), [("failed", "failed"), ("late", "late"), ("down", "thumbs_down")])
def test_a_version_that_harms_is_stopped_by_itself(
    api: Api, tenant: Tenant, candidate: int, met: str, guard: str
) -> None:
    begun = api.post("/experiments", 201, assistant="cci", candidate=candidate, share=0.5)
    log_people(tenant, begun, 1, 60, **{met: 1})
    log_people(tenant, begun, candidate, 60, **{met: 3})
    assert watch_experiments() == 0
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.delete(Logged))
        session.execute(sa.delete(Feedback))
    log_people(tenant, begun, 1, 60, **{met: 1})
    log_people(tenant, begun, candidate, 60, **{met: 30})
    assert watch_experiments() == 1
    found = api.get(f"/experiments/{begun['id']}")
    assert (found["state"], found["reason"]) == ("guarded", guard)
    (alert,) = list_alerts(tenant.organisation_id, limit=5)["alerts"]
    assert (alert["severity"], alert["chatbot"]) == ("error", "cci")
    assert "50% of the people" in alert["error"]
    # From the next message on everybody gets what served before.
    api.say(1)
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        last = session.execute(
            sa.select(Logged.version, Logged.experiment_id).order_by(Logged.id.desc()).limit(1)
        ).one()
    assert tuple(last) == (1, None)


def test_a_split_that_is_wrong_is_told_once_and_decides_nothing(api: Api, tenant: Tenant, candidate: int) -> None:
    begun = api.post("/experiments", 201, assistant="cci", candidate=candidate, share=0.5)
    log_people(tenant, begun, 1, 200)
    log_people(tenant, begun, candidate, 90)
    assert (watch_experiments(), watch_experiments()) == (0, 0)
    found = api.get(f"/experiments/{begun['id']}")
    assert (found["verdict"], found["state"]) == ("split", "running")
    (alert,) = list_alerts(tenant.organisation_id, limit=5)["alerts"]
    assert (alert["count"], "shared out" in alert["error"]) == (1, True)


def test_a_version_that_is_gone_answers_nobody_and_stops_nothing(api: Api, tenant: Tenant, candidate: int) -> None:
    begun = api.post("/experiments", 201, assistant="cci", candidate=candidate, share=0.99)
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("DELETE FROM assistant_versions"))
    get_conversation().catalogue.forget(tenant.organisation_id)
    for number in range(3):
        api.say(number)
    log_conversations()
    assert sum(arm["people"] for arm in api.get(f"/experiments/{begun['id']}")["arms"]) <= 1


def test_somebody_who_only_tries_is_in_none(api: Api, tenant: Tenant, candidate: int) -> None:
    api.post("/experiments", 201, assistant="cci", candidate=candidate, share=0.99)
    conversation = get_conversation()
    tried = Person(tenant.organisation_id, "cci", "trial:m1.abcdefgh")
    assert conversation._chosen(tried, None) == (conversation.assistant(tenant.organisation_id, "cci"), None)


def test_a_chatbot_s_draft_becomes_a_version_that_nobody_gets(api: Api, tenant: Tenant) -> None:
    fields = {
        "name": "counter",
        "title": "Counter",
        "persona": "You are at the counter.",
        "languages": ["es"],
    }
    made = api.post("/chatbots", 201, **fields)
    api.post(f"/chatbots/{made['id']}/publish", version=None)
    assert api.post("/versions", 201, assistant="counter", changes={"persona": "You are brief."})["version"] == 2
    catalogue = get_conversation().catalogue
    assert catalogue.find(tenant.organisation_id, "counter").version == 1
    brief: Any = catalogue.find(tenant.organisation_id, "counter", 2).spec.agents["chatbot"]
    assert brief.persona == "You are brief."
    begun = api.post("/experiments", 201, assistant="counter", candidate=2, share=0.3, goal="lead")
    api.post(f"/experiments/{begun['id']}/adopt")
    assert catalogue.find(tenant.organisation_id, "counter").version == 2


def test_another_organisations_experiment_is_none(api: Api, tenant: Tenant, candidate: int) -> None:
    begun = api.post("/experiments", 201, assistant="cci", candidate=candidate)
    other = Api(api.web, make_tenant(f"other-{tenant.slug}"))
    assert other.get("/experiments") == {"experiments": []}
    assert other.post(f"/experiments/{begun['id']}/stop", 404)


def test_the_pages_lead_from_a_candidate_to_everybody(app: Flask, api: Api, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant, Role.ADMIN))

    def send(path: str, **form: Any) -> Any:
        return browser.post(f"/admin{path}", data=form, headers=OURS)

    assert "Una candidata" in browser.get("/admin/versions/cci").text
    wrong = send("/versions/cci", changes="texts: [", note="kept")
    assert (wrong.status_code, 'value="kept"' in wrong.text) == (422, True)
    assert send("/versions/cci", changes="texts:\n  holding:\n    es: Ya voy.\n", note="<b>").status_code == 303
    assert "&lt;b&gt;" in browser.get("/admin/versions/cci").text
    assert send("/versions/cci/experiment", candidate="1001", percent="0", goal="completed").status_code == 422
    order = {"candidate": "1001", "percent": "20", "goal": "completed", "window_hours": "24", "planned": "2000"}
    assert send("/versions/cci/experiment", **order).status_code == 303
    (begun,) = api.get("/experiments")["experiments"]
    assert (begun["share"], begun["state"]) == (0.2, "running")
    log_people(tenant, begun, 1, 60)
    log_people(tenant, begun, 1001, 15, failed=12)
    shown = browser.get("/admin/versions/cci").text
    assert "Volver a la versión 1" in shown
    assert watch_experiments() == 1
    stopped = browser.get("/admin/versions/cci").text
    assert "<strong>Se detuvo sola.</strong> Con la candidata, más personas recibieron una disculpa" in stopped
    assert "Todas reciben otra vez la versión 1." in stopped
    assert send("/versions/cci/experiment", **order).status_code == 303
    (begun, _) = api.get("/experiments")["experiments"]
    assert send(f"/experiments/{begun['id']}/adopt").status_code == 303
    assert get_conversation().catalogue.find(tenant.organisation_id, "cci").version == 1001
    assert send("/versions/cci/serve", version="1").status_code == 303
    assert send("/versions/none/serve", version="1").status_code == 404
