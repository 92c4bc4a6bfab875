"""What follows from what channels deliver: answers that leave once, reports, identities, windows."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.message import DeliveryReport, Inbound, Text
from cci_app.channels.registry import load_channels
from cci_app.conversation import identities
from cci_app.conversation.identities import person_behind
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import set_mode
from cci_app.conversation.outbox import note_report, outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant
from tests.conversation.scripted import ScriptedAgent, ScriptedAssistant, ScriptedCatalogue, until
from tests.fakes.twilio import NUMBER, SID, TOKEN, FakeTwilio, message, signed

PUBLIC = "https://bot.example.org"
PERSON = "+573001234567"
BSUID = "US.13491208655302741918"
BUDGET = 1.0


@pytest.fixture
def service() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        yield twilio


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def conversation(
    app: Flask, settings: Any, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Conversation]:
    """The application with an agent that does as it is told."""
    reached = {"fetch_loopback": True, "public_base_url": PUBLIC}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=reached))
    changed = settings.model_copy(update={"reply_budget_seconds": BUDGET})
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    monkeypatch.setitem(app.extensions, "cci_conversation", made)
    forget_accounts()
    identities._known.forget_all()
    yield made
    agent.gate.set()
    made.stop()
    forget_accounts()


@pytest.fixture
def deliver(application: Flask, conversation: Conversation, tenant: Tenant, service: FakeTwilio) -> Callable[..., Any]:
    """Deliver a form to the organisation's number, signed as Twilio does."""
    number = f"+57300{secrets.randbelow(10**7):07d}"
    fields = {"account_sid": SID, "number": number, "base_url": service.address}
    channel_accounts.add(tenant.organisation_id, "twilio", "main", fields, {"auth_token": TOKEN})
    path = f"/api/v1/channels/twilio/%2B{number[1:]}"

    def post(form: dict[str, str], query: str = "") -> Any:
        body, headers = signed(PUBLIC + path + query, form)
        return application.test_client().post(path + query, data=body, headers=headers)

    return post


@pytest.fixture
def person(tenant: Tenant) -> Person:
    return Person(tenant.organisation_id, "cci", PERSON)


def states(tenant: Tenant) -> list[tuple[str, str | None]]:
    return [(one["state"], one["error_code"]) for one in outbound_messages(tenant.organisation_id)]


def report(sid: str, status: str, **more: str) -> dict[str, str]:
    to = {"From": f"whatsapp:{NUMBER}", "To": f"whatsapp:{PERSON}"}
    return {"MessageSid": sid, "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, **to, **more}


def late(conversation: Conversation, agent: ScriptedAgent, deliver: Callable[..., Any], tenant: Tenant) -> None:
    """A message whose answer comes after the budget, and is sent."""
    agent.gate.clear()
    assert b"holding" in deliver(message("SM1", "¿Qué hay?")).data
    agent.gate.set()
    until(lambda: states(tenant) == [("sent", None)])


def test_a_late_answer_leaves_through_twilio_once(
    conversation: Conversation,
    agent: ScriptedAgent,
    deliver: Callable[..., Any],
    tenant: Tenant,
    person: Person,
    service: FakeTwilio,
) -> None:
    late(conversation, agent, deliver, tenant)
    with ThreadPoolExecutor(5) as threads:
        again = list(threads.map(lambda _: deliver(message("SM1", "¿Qué hay?")).data, range(5)))
    # Who delivers it again is told what the first was told.
    assert all(b"holding" in answer for answer in again)
    conversation.outbox.send(person)
    assert service.texts(PERSON) == ["answer 1 to ¿Qué hay?"]
    assert agent.asked == ["¿Qué hay?"]


def test_reports_lift_a_state_and_never_lower_it(
    conversation: Conversation, agent: ScriptedAgent, deliver: Callable[..., Any], tenant: Tenant, service: FakeTwilio
) -> None:
    late(conversation, agent, deliver, tenant)
    query = service.sent[0]["StatusCallback"].partition("?")[2]
    for status, state in [
        ("queued", "sent"),
        ("delivered", "delivered"),
        ("sent", "delivered"),
        ("read", "read"),
        ("delivered", "read"),
        ("failed", "read"),
    ]:
        assert deliver(report(f"SM{1:032d}", status), f"?{query}").status_code == 200
        assert states(tenant) == [(state, None)]
    # Of a message that is not ours nothing follows.
    assert deliver(report("SMother", "delivered")).status_code == 200


def test_a_report_before_we_knew_the_id_finds_its_message_by_the_key(
    conversation: Conversation, agent: ScriptedAgent, deliver: Callable[..., Any], tenant: Tenant
) -> None:
    late(conversation, agent, deliver, tenant)
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET vendor_id = NULL"))
        key = session.scalar(sa.text("SELECT idempotency_key FROM outbound_messages"))
    assert note_report(tenant.organisation_id, DeliveryReport("failed", "SM9", key, "63016", "too late"))
    assert states(tenant) == [("failed", "63016")]


def test_nothing_leaves_outside_the_window(
    conversation: Conversation,
    agent: ScriptedAgent,
    deliver: Callable[..., Any],
    tenant: Tenant,
    person: Person,
    service: FakeTwilio,
) -> None:
    late(conversation, agent, deliver, tenant)
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET received_at = received_at - interval '23 hours 59 minutes'"))
        for position, part in ((7, '{"kind": "text", "text": "x"}'), (8, TEMPLATE)):
            session.execute(
                sa.text(
                    "INSERT INTO outbound_messages (organisation_id, assistant, user_id, reason, position,"
                    " idempotency_key, address, part, via) SELECT organisation_id, assistant, user_id, 'reply',"
                    " :position, concat('test ', CAST(:position AS text)), address, CAST(:part AS jsonb), 'push'"
                    " FROM outbound_messages WHERE position = 1"
                ),
                {"position": position, "part": part},
            )
    conversation.outbox.send(person)
    assert states(tenant) == [("sent", None), ("failed", "window_closed"), ("sent", None)]
    assert [sent.get("ContentSid") for sent in service.sent] == [None, "HX1"]


TEMPLATE = '{"kind": "template", "name": "HX1", "language": "es", "text": "Hola", "values": []}'


def test_an_account_that_is_not_accepted_is_shown_to_admins(
    web: FlaskClient,
    conversation: Conversation,
    agent: ScriptedAgent,
    deliver: Callable[..., Any],
    tenant: Tenant,
    service: FakeTwilio,
) -> None:
    service.refuses = [(401, 20003)]
    agent.gate.clear()
    deliver(message("SM1", "¿Qué hay?"))
    agent.gate.set()
    until(lambda: states(tenant) == [("queued", "20003")])
    listed = web.get("/api/v1/channels/accounts", headers=tenant.headers).json
    assert listed
    (account,) = listed
    assert account["state"] == "failing"
    assert "20003" in account["reason"]


def test_all_ids_of_a_person_lead_to_their_phone(
    conversation: Conversation, agent: ScriptedAgent, deliver: Callable[..., Any], tenant: Tenant
) -> None:
    scoped = {"From": f"whatsapp:{BSUID}"}
    deliver(message("SM1", "uno") | scoped)
    deliver(message("SM2", "dos", ExternalUserIdentifier=BSUID))
    identities._known.forget_all()
    deliver(message("SM3", "tres") | scoped)
    deliver(message("SM4", "cuatro"))
    # The second already goes on where the first stood, though it was another id.
    with tenant_transaction(tenant.organisation_id) as session:
        rows = session.execute(sa.text("SELECT user_id, text FROM webhook_events ORDER BY id")).all()
        counts = session.execute(sa.text("SELECT user_id, sequence FROM turn_state")).all()
    assert [tuple(row) for row in rows] == [(BSUID, "uno"), (PERSON, "dos"), (PERSON, "tres"), (PERSON, "cuatro")]
    assert [tuple(row) for row in counts] == [(PERSON, 4)]


def test_nobodys_state_is_overwritten_when_a_phone_becomes_known(app: Flask, tenant: Tenant) -> None:
    identities._known.forget_all()
    for user_id, mode in ((BSUID, TurnMode.HUMAN), (PERSON, TurnMode.PAUSED)):
        set_mode(Person(tenant.organisation_id, "cci", user_id), mode)
    inbound = Inbound("meta", "meta:main", PERSON, (Text("hola"),), also=(BSUID,))
    assert person_behind(tenant.organisation_id, inbound) == PERSON
    with tenant_transaction(tenant.organisation_id) as session:
        rows = session.execute(sa.text("SELECT user_id, mode FROM turn_state ORDER BY mode")).all()
    assert [tuple(row) for row in rows] == [(BSUID, "human"), (PERSON, "paused")]


def test_ids_of_one_organisation_are_not_anothers(app: Flask, tenant: Tenant) -> None:
    from tests.conftest import make_tenant

    identities._known.forget_all()
    other = make_tenant(f"other-{secrets.token_hex(4)}").organisation_id
    person_behind(tenant.organisation_id, Inbound("meta", "x", PERSON, also=(BSUID,)))
    assert person_behind(other, Inbound("meta", "x", BSUID)) == BSUID
    assert person_behind(tenant.organisation_id, Inbound("meta", "x", BSUID)) == PERSON


def test_a_delivery_is_played_from_a_file(
    app: Flask, conversation: Conversation, deliver: Callable[..., Any], tenant: Tenant, tmp_path: Any
) -> None:
    file = tmp_path / "message.txt"
    file.write_bytes(signed("https://example.org", message("SM1", "hola"))[0])
    words = ["channels", "simulate", "twilio", str(file), "--account", "main", "--organisation", tenant.slug]
    read = app.test_cli_runner().invoke(args=[*words, "--read-only"])
    assert "Text(text='hola')" in read.output
    played = app.test_cli_runner().invoke(args=words)
    assert "answer 1 to hola" in played.output, played.output
    wrong = app.test_cli_runner().invoke(args=[*words[:4], "--account", "nobodys", "--organisation", tenant.slug])
    assert wrong.exit_code == 1
    assert "add it first" in wrong.output
