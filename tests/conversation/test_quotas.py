"""Quotas: counted with the answer, warned of once, stopped at the limit, exact however many write at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.assistants.chatbots.draft import read_draft
from cci_app.assistants.chatbots.register import change_chatbot, create_chatbot
from cci_app.conversation import completing
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_statement, tenant_transaction
from cci_app.core.errors import PlanLimit
from cci_app.knowledge.documents.register import Said, add_text
from cci_app.usage.alerts import AlertState, list_alerts
from cci_app.usage.allowance import TurnRefused, counted
from cci_app.usage.models import TurnUsage
from cci_app.usage.plans import Plan
from cci_app.usage.quotas import leave_plan, read_quotas, reset_billing_periods, set_limits, set_plan
from tests.conftest import Tenant, make_tenant
from tests.conversation.scripted import ScriptedAgent, abandon, finish, say, until

Rows = Callable[..., list[dict[str, Any]]]
STOPPED = "stopped es"


def used(tenant: Tenant, assistant: str = "") -> tuple[int, bool]:
    """How many messages were counted, and whether nothing more is answered."""
    (quota,) = [each for each in read_quotas(tenant.organisation_id) if each["assistant"] == assistant]
    return quota["messages"], quota["stopped_at"] is not None


def alerts(tenant: Tenant, state: AlertState | None = None) -> list[tuple[str, str, int, str]]:
    listed = list_alerts(tenant.organisation_id, state=state, limit=50)["alerts"]
    return [(each["cause"], each["severity"], each["count"], each["state"]) for each in reversed(listed)]


def count(tenant: Tenant, number: int, assistant: str) -> bool:
    """Write what a turn used; whether that was allowed."""
    try:
        with counted(), tenant_transaction(tenant.organisation_id) as session:
            event_id = tenant.organisation_id * 10**6 + number
            session.execute(
                sa.insert(TurnUsage).values(
                    organisation_id=tenant.organisation_id, event_id=event_id, assistant=assistant, messages=1, tokens=0
                )
            )
    except TurnRefused:
        return False
    return True


def test_it_warns_once_stops_at_the_limit_and_starts_again(
    conversation: Conversation, person: Person, tenant: Tenant, agent: ScriptedAgent
) -> None:
    set_limits(tenant.organisation_id, "", {"message_limit": 10})
    for number in range(7):
        assert say(conversation, person, f"m{number}").startswith("answer")
    assert alerts(tenant) == []
    for number in range(7, 10):
        assert say(conversation, person, f"m{number}").startswith("answer")
    told = [("quota nearly reached", "warning", 1, "open"), ("quota reached", "critical", 1, "open")]
    assert alerts(tenant) == told
    assert used(tenant) == (10, True)
    for number in range(10, 13):
        assert say(conversation, person, f"m{number}") == STOPPED
    assert len(agent.asked) == 10
    # Nobody hears of it again, and what is refused counts for nothing.
    assert alerts(tenant) == told
    assert used(tenant) == (10, True)
    assert set_limits(tenant.organisation_id, "", {"message_limit": 12})["stopped_at"] is None
    assert ("quota reached", "critical", 1, "resolved") in alerts(tenant)
    assert [say(conversation, person, f"again {number}") for number in range(3)][-1] == STOPPED
    assert used(tenant) == (12, True)
    # Lowered below what is used: nothing is lost, nothing new is taken.
    set_limits(tenant.organisation_id, "", {"message_limit": 3})
    assert used(tenant) == (12, True)
    set_limits(tenant.organisation_id, "", {"message_limit": None})
    assert say(conversation, person, "unlimited").startswith("answer")


def test_a_human_can_still_be_had(conversation: Conversation, person: Person, tenant: Tenant, rows: Rows) -> None:
    set_limits(tenant.organisation_id, "cci", {"message_limit": 0})
    assert say(conversation, person, "hola") == STOPPED
    assert "una persona le responderá" in say(conversation, person, "quiero hablar con una persona")
    log_conversations()
    assert rows("SELECT reason FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id) == [
        {"reason": "asked"}
    ]


def test_a_repeat_counts_once_also_after_a_crash(
    conversation: Conversation, person: Person, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(tenant.organisation_id, "", {"message_limit": 10})
    first = say(conversation, person, "hola", "event 1")
    assert [say(conversation, person, "hola", "event 1") for _ in range(3)] == [first] * 3
    assert used(tenant) == (1, False)
    commit = tenant_statement

    def before(*_: Any, **__: Any) -> Any:
        raise ConnectionError("the process is killed before it commits")

    def after(*given: Any, **more: Any) -> Any:
        commit(*given, **more)
        raise ConnectionError("the process is killed before it answers")

    for killed, counted_so_far in ((before, 1), (after, 3)):
        with monkeypatch.context() as patch:
            patch.setattr(completing, "tenant_statement", killed)
            with pytest.raises(ConnectionError):
                say(conversation, person, killed.__name__)
        assert used(tenant) == (counted_so_far, False)
        if killed is before:
            abandon(person)
            finish(conversation, person)
        again = say(conversation, person, killed.__name__)
        assert again == "holding es" if killed is before else again.endswith("to after")
        assert used(tenant) == (max(2, counted_so_far), False)


def test_who_was_thinking_when_it_was_used_up_is_refused(
    app: Flask, conversation: Conversation, person: Person, tenant: Tenant, agent: ScriptedAgent, rows: Rows
) -> None:
    set_limits(tenant.organisation_id, "", {"message_limit": 1})
    agent.gate.clear()
    people = [Person(tenant.organisation_id, "cci", f"+57300000000{number}") for number in (1, 2)]

    def write(each: Person) -> str:
        with app.app_context():
            return say(conversation, each, "hola", each.user_id)

    with ThreadPoolExecutor(2) as both:
        answers = [both.submit(write, each) for each in people]
        until(lambda: len(agent.asked) == 2)
        agent.gate.set()
        replies = sorted(each.result() for each in answers)
    assert replies == ["answer 1 to hola", STOPPED]
    assert used(tenant) == (1, True)
    withheld = rows(
        "SELECT (outcome ->> 'withheld')::boolean AS withheld FROM webhook_events"
        " WHERE organisation_id = :id ORDER BY 1",
        id=tenant.organisation_id,
    )
    assert [each["withheld"] for each in withheld] == [False, True]


def test_many_at_once_are_neither_one_over_nor_one_short(app: Flask, tenant: Tenant, rows: Rows) -> None:
    """Turns are completed by many threads, of two assistants, while limits are set and a period is looked at."""
    limit, one, threads = 150, 60, 12
    set_limits(tenant.organisation_id, "", {"message_limit": limit})
    set_limits(tenant.organisation_id, "one", {"message_limit": one})
    gate = threading.Barrier(threads)

    def work(number: int) -> list[bool]:
        with app.app_context():
            gate.wait()
            return [count(tenant, number * 1000 + turn, "one" if turn % 2 else "two") for turn in range(30)]

    with ThreadPoolExecutor(threads) as pool:
        results = [pool.submit(work, number) for number in range(threads)]
        for _ in range(20):
            set_limits(tenant.organisation_id, "three", {"message_limit": 5})
            reset_billing_periods()
        answered = sum(sum(each.result()) for each in results)
    assert answered == limit
    assert used(tenant) == (limit, True)
    assert used(tenant, "one") == (one, True)
    (written,) = rows(
        "SELECT count(*), sum(messages) FROM turn_usage WHERE organisation_id = :id", id=tenant.organisation_id
    )
    assert tuple(written.values()) == (limit, limit)
    assert [each[:3] for each in alerts(tenant)].count(("quota reached", "critical", 1)) == 1


def test_what_was_used_before_somebody_limits_it_counts(app: Flask, tenant: Tenant) -> None:
    """Also what is being written in the moment in which they do."""
    threads, each = 8, 25
    gate = threading.Barrier(threads + 1)

    def work(number: int) -> None:
        with app.app_context():
            gate.wait()
            assert all(count(tenant, number * 1000 + turn, "one") for turn in range(each))

    with ThreadPoolExecutor(threads) as pool:
        results = [pool.submit(work, number) for number in range(threads)]
        gate.wait()
        set_limits(tenant.organisation_id, "one", {"message_limit": 10_000})
        for result in results:
            result.result()
    assert used(tenant) == used(tenant, "one") == (threads * each, False)


def test_a_period_ends_in_the_organisations_zone(
    conversation: Conversation, person: Person, tenant: Tenant, addresses: dict[str, str]
) -> None:
    set_limits(tenant.organisation_id, "", {"message_limit": 1})
    say(conversation, person, "uno")
    assert say(conversation, person, "dos") == STOPPED
    (quota,) = read_quotas(tenant.organisation_id)
    # Bogotá is five hours behind.
    assert (quota["period_start"].hour, quota["period_start"].day) == (5, 1)
    end_period(addresses, tenant)
    # Who writes before anybody looked begins it.
    assert say(conversation, person, "tres").startswith("answer")
    assert used(tenant) == (1, True)
    assert [each[3] for each in alerts(tenant) if each[0] == "quota reached"] == ["resolved", "open"]
    end_period(addresses, tenant)
    assert reset_billing_periods() >= 1
    assert used(tenant) == (0, False)
    (begun,) = read_quotas(tenant.organisation_id)
    assert (begun["period_start"], begun["period_end"]) == (quota["period_start"], quota["period_end"])
    assert reset_billing_periods() == 0


def end_period(addresses: dict[str, str], tenant: Tenant) -> None:
    """Let the present period be over, and nobody have noticed."""
    engine = sa.create_engine(addresses["superuser"].replace("postgresql://", "postgresql+psycopg2://"))
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        over = "UPDATE quotas SET period_end = clock_timestamp() - interval '1 second' WHERE organisation_id = :id"
        connection.execute(sa.text(over), {"id": tenant.organisation_id})
    engine.dispose()


def test_a_plan_limits_rate_length_documents(
    conversation: Conversation, person: Person, tenant: Tenant, agent: ScriptedAgent
) -> None:
    set_plan(tenant.organisation_id, "tiny", Plan(rate=2, length=20, documents=1))
    assert "menos de 20 caracteres" in say(conversation, person, "un mensaje que es demasiado largo")
    assert [say(conversation, person, text).split()[0] for text in ("uno", "dos", "tres")] == ["answer", "answer", "En"]
    assert agent.asked == ["uno", "dos"]
    add_text(tenant.organisation_id, "Abrimos a las 8.", Said("Horario"), None)
    with pytest.raises(PlanLimit, match="allows 1 documents"):
        add_text(tenant.organisation_id, "Cerramos a las 6.", Said("Otro"), None)
    # The same again is no other one.
    add_text(tenant.organisation_id, "Abrimos a las 8.", Said("Horario"), None)
    leave_plan(tenant.organisation_id)
    assert say(conversation, person, "un mensaje que es demasiado largo", "again").startswith("answer")
    add_text(tenant.organisation_id, "Cerramos a las 6.", Said("Otro"), None)


def test_a_plan_lowered_below_what_is_used_deletes_nothing_and_takes_nothing_new(
    conversation: Conversation, person: Person, tenant: Tenant, rows: Rows
) -> None:
    whose = tenant.organisation_id
    set_plan(whose, "pro", Plan(messages=100, documents=10, chatbots=5))
    for number in range(3):
        assert say(conversation, person, f"hola {number}", str(number)).startswith("answer")
        add_text(whose, f"Abrimos a las {number}.", Said(f"Horario {number}"), None)
    draft = read_draft({"title": "Panadería", "persona": "You bake.", "languages": ["es"]})
    made = create_chatbot(whose, "bakery", draft)
    set_plan(whose, "free", Plan(messages=1, documents=1, chatbots=0))
    assert used(tenant) == (3, True)
    assert say(conversation, person, "otra vez", "3") == STOPPED
    with pytest.raises(PlanLimit, match="allows 1 documents, and there are 3"):
        add_text(whose, "Cerramos a las 6.", Said("Otro"), None)
    with pytest.raises(PlanLimit, match="allows 0 chatbots, and there are 1"):
        create_chatbot(whose, "other", draft)
    # What there is stays, and can be worked on.
    [kept] = rows("SELECT count(*) AS count FROM knowledge_documents WHERE organisation_id = :id", id=whose)
    assert kept["count"] == 3
    assert change_chatbot(whose, made["id"], draft)["name"] == "bakery"
    assert used(tenant) == (3, True)


def test_the_lower_of_plan_and_own_limit_counts(tenant: Tenant) -> None:
    set_plan(tenant.organisation_id, "small", Plan(messages=100))

    def allowed(limit: int | None) -> Any:
        return set_limits(tenant.organisation_id, "", {"message_limit": limit})["messages_allowed"]

    assert [allowed(limit) for limit in (50, 500, None)] == [50, 100, 100]


def test_nobody_counts_for_somebody_else(conversation: Conversation, person: Person, tenant: Tenant) -> None:
    other = make_tenant(f"other-than-{tenant.slug}")
    set_limits(other.organisation_id, "", {"message_limit": 0})
    set_limits(tenant.organisation_id, "", {"message_limit": 5})
    assert say(conversation, person, "hola").startswith("answer")
    assert used(other) == (0, True)
    assert [each[0] for each in alerts(other)] == ["quota reached"]
    assert alerts(tenant) == []
