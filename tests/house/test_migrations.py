"""Migrations run up, down and up again on a database of their own."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from cci_app import create_app
from cci_app.channels.message import Address, Image, Text, address_from_json, part_from_json, parts_from_json
from cci_app.core.database import db
from cci_app.embedded.postgres import EmbeddedPostgres
from tests.conftest import make_settings

Scratch = Callable[..., list[dict[str, Any]]]
BEFORE_PARTS, PARTS, BEFORE_OUTBOX, OUTBOX = "0011", "0012", "0013", "0014"
BEFORE_SCHEDULES, SCHEDULES = "0019", "0020"


@pytest.fixture
def scratch(addresses: dict[str, str]) -> Iterator[Scratch]:
    """An empty database that the application of this test uses, by a function that runs a statement in it."""
    superuser = sa.make_url(addresses["superuser"])
    name = f"{superuser.database}_migrations"
    admin = sa.create_engine(
        superuser.set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = superuser.set(database=name).render_as_string(hide_password=False)
    app = create_app(make_settings(url, addresses["redis"]))

    def run(statement: str, **values: Any) -> list[dict[str, Any]]:
        with db.engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [dict(row._mapping) for row in result] if result.returns_rows else []

    with app.app_context():
        yield run
        db.engine.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name}"))


def test_migrations_can_be_rolled_back(scratch: Scratch) -> None:
    upgrade()
    scratch("INSERT INTO organisations (slug, name) VALUES ('one', 'One')")
    downgrade(revision="base")
    tables = scratch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables == [{"tablename": "alembic_version"}]
    upgrade()


_RECEIPT = (
    "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    " media, delivery, reply_format, status, rendered)"
    " SELECT min(id), 'cci', :who, 'api', :who, false, 'message', :text, :media, :delivery, :form, :status, :rendered"
    " FROM organisations"
)
_IN_TIME = (
    "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    " channel, status) SELECT min(id), 'cci', '+573000000002', 'api', 'in time', false, 'message', 'Hola', 'api',"
    " 'completed' FROM organisations"
)
_IN_FLIGHT: dict[str, Any] = {
    "who": "+573000000001",
    "text": "Miren",
    "media": '{"kind": "image", "data": {"url": "https://example.org/a.jpg"}}',
    "delivery": '{"subscriber_id": 4711}',
    "form": "manychat",
    "status": "received",
    "rendered": None,
}
_ANSWERED = {
    "who": "+573000000002",
    "text": "Hola",
    "media": None,
    "delivery": "{}",
    "form": "json",
    "status": "completed",
    "rendered": '{"response": "¡Buenos días! 👋"}',
}


def test_receipts_are_carried_over_and_back(scratch: Scratch) -> None:
    upgrade(revision=BEFORE_PARTS)
    scratch("INSERT INTO organisations (slug, name) VALUES ('one', 'One')")
    scratch(_RECEIPT, **_IN_FLIGHT)
    scratch(_RECEIPT, **_ANSWERED)
    read = "SELECT text, media, delivery, reply_format, status, rendered FROM webhook_events ORDER BY user_id"
    before = scratch(read)
    upgrade(revision=PARTS)
    flying, answered = scratch("SELECT * FROM webhook_events ORDER BY user_id")
    parts = parts_from_json(flying["parts"])
    assert parts == (Text("Miren"), Image("https://example.org/a.jpg"))
    assert address_from_json(flying["reply_to"]) == Address("manychat", "manychat", "4711")
    assert (flying["channel"], flying["reply"], flying["reply_type"]) == ("manychat", None, None)
    assert (answered["channel"], answered["reply_type"]) == ("api", "application/json")
    assert bytes(answered["reply"]).decode() == _ANSWERED["rendered"]
    assert (answered["parts"], answered["reply_to"]) == (None, None)
    downgrade(revision=BEFORE_PARTS)
    # The subscriber's id is text from then on: Manychat takes either.
    before[0]["delivery"] = {"subscriber_id": "4711"}
    assert scratch(read) == before


_LATE = (
    "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    " channel, reply_to, status, outcome, held, late, late_reason, push_attempts, push_after)"
    " SELECT min(id), 'cci', '+573000000001', 'api', :event_id, false, 'message', 'Hola', 'api', :reply_to,"
    " 'completed', :outcome, true, :late, :why, :attempts, CAST(:after AS timestamptz) FROM organisations"
)
_SOON = "2026-01-15T10:00:00+00:00"
# Each state of the version before, with how the outbox holds it.
_LATE_ROWS = [
    ("waiting", None, 0, None, ("reply", "queued")),
    ("waiting", "Manychat answered 503", 2, _SOON, ("push", "queued")),
    ("refused", "Manychat answered 400: no", 1, None, ("reply", "queued")),
    ("opening", None, 0, None, ("reply", "sending")),
    ("pushing", None, 1, _SOON, ("push", "sending")),
    ("opened", None, 0, None, ("reply", "sent")),
    ("pushed", None, 1, None, ("push", "sent")),
    ("uncertain", "Manychat answered 500", 1, None, ("push", "uncertain")),
]
# Either version of an outcome.
_TEXT, _PARTS = (
    '{"text": "Bienvenue"}',
    '{"version": 2, "parts": [{"kind": "text", "version": 1, "text": "uno"}, {"kind": "text", "text": "dos"}]}',
)


def test_late_answers_are_carried_over_and_back(scratch: Scratch) -> None:
    upgrade(revision=BEFORE_OUTBOX)
    scratch("INSERT INTO organisations (slug, name) VALUES ('one', 'One')")
    scratch(_IN_TIME)
    address = '{"channel": "manychat", "account": "manychat", "to": "4711"}'
    for number, (late, why, attempts, after, _) in enumerate(_LATE_ROWS):
        values = {"late": late, "event_id": f"late {number}", "why": why, "attempts": attempts, "after": after}
        scratch(_LATE, outcome=_PARTS if number % 2 else _TEXT, reply_to=address, **values)
    read = "SELECT event_id, late, late_reason, push_attempts, push_after FROM webhook_events ORDER BY id"
    before = scratch(read)
    upgrade(revision=OUTBOX)
    messages = scratch("SELECT * FROM outbound_messages ORDER BY receipt_id, position")
    firsts = [(message["via"], message["state"]) for message in messages if message["position"] == 1]
    assert firsts == [row[-1] for row in _LATE_ROWS]
    texts = [part_from_json(message["part"]).plain for message in messages]
    assert texts[:3] == ["Bienvenue", "uno", "dos"]
    assert {address_from_json(message["address"]) for message in messages} == {Address("manychat", "manychat", "4711")}
    assert scratch("SELECT count(*) FROM delivery_events") == [{"count": len(messages)}]
    assert scratch("SELECT count(*) FROM webhook_events WHERE late") == [{"count": len(_LATE_ROWS)}]
    downgrade(revision=BEFORE_OUTBOX)
    assert scratch(read) == before
    upgrade(revision=OUTBOX)


def test_one_login_that_may_create_roles_serves_all(addresses: dict[str, str], tmp_path: Path) -> None:
    """As a managed PostgreSQL gives one: the owner of its database, and no superuser."""
    postgres = EmbeddedPostgres(tmp_path, durable=False)
    postgres.start()
    try:
        _run(
            postgres,
            "postgres",
            "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'test'",
            "CREATE DATABASE d OWNER manager",
        )
        _run(postgres, "d", "CREATE EXTENSION vector")
        app = create_app(make_settings(f"postgresql://manager:test@{postgres.address}/d", addresses["redis"]))
        with app.app_context():
            upgrade()
            made = app.test_cli_runner().invoke(args=["organisations", "create", "one", "--name", "One"])
            assert made.exit_code == 0, made.output
            downgrade(revision="base")
            db.engine.dispose()
    finally:
        postgres.stop()


def _run(postgres: EmbeddedPostgres, database: str, *statements: str) -> None:
    url = sa.make_url(postgres.superuser_url(database)).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_schedules_of_exports_survive_the_way_down_and_up(scratch: Scratch) -> None:
    upgrade(revision=BEFORE_SCHEDULES)
    scratch("INSERT INTO organisations (slug, name) VALUES ('one', 'One')")
    scratch(
        "INSERT INTO export_schedules (id, organisation_id, name, frequency, hour, weekday, month_day, format,"
        " destination, filters, next_run_at) SELECT gen_random_uuid(), min(id), 'Daily', 'daily', 6, 1, 1, 'csv',"
        """ 'sharepoint:main', '{"status": "completed"}', now() FROM organisations"""
    )
    before = scratch("SELECT * FROM export_schedules")
    upgrade(revision=SCHEDULES)
    (kept,) = scratch("SELECT kind, payload FROM schedules")
    assert kept == {
        "kind": "exports.run",
        "payload": {"format": "csv", "destination": "sharepoint:main", "filters": {"status": "completed"}},
    }
    scratch(
        "INSERT INTO schedules (id, organisation_id, kind, name, frequency, hour, weekday, month_day, next_run_at)"
        " SELECT gen_random_uuid(), min(id), 'contacts.reload', 'Book', 'daily', 6, 1, 1, now() FROM organisations"
    )
    downgrade(revision=BEFORE_SCHEDULES)
    assert scratch("SELECT * FROM export_schedules") == before
    upgrade()
    assert scratch("SELECT kind, name FROM schedules") == [{"kind": "exports.run", "name": "Daily"}]


def test_an_answer_has_the_assistant_of_its_conversation(scratch: Scratch) -> None:
    upgrade(revision="0060")
    scratch("INSERT INTO organisations (slug, name) VALUES ('one', 'One')")
    for number, assistant in ((1, "cci"), (2, "events")):
        scratch(
            "INSERT INTO conversation_runs (id, organisation_id, assistant, user_id, started_at, last_message_at)"
            " SELECT CAST(:run AS uuid), id, :assistant, '+573000000001', now(), now() FROM organisations",
            run=str(uuid.UUID(int=number)),
            assistant=assistant,
        )
    # As the version before writes it, before the migration and while it is still at work after it.
    answer = (
        "INSERT INTO answers (organisation_id, run_id, question, text, status, asked_at, answered_at)"
        " SELECT organisation_id, id, :question, 'x', 'answered', now(), now() FROM conversation_runs"
    )
    scratch(answer, question=1)
    upgrade(revision="0061")
    scratch(answer, question=2)
    told = scratch("SELECT assistant, question FROM answers ORDER BY 1, 2")
    assert [tuple(row.values()) for row in told] == [("cci", 1), ("cci", 2), ("events", 1), ("events", 2)]
    downgrade(revision="0060")
    scratch(answer, question=3)
    upgrade(revision="0061")
    assert scratch("SELECT count(*) FROM answers WHERE assistant = 'events'") == [{"count": 3}]
