"""What is old is forgotten by its setting, and nothing else."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.admin.schedules import PAYLOADS
from cci_app.conversation import retention
from cci_app.conversation.retention import run_retention
from cci_app.core.database import system_transaction
from cci_app.core.queue import Task
from cci_app.files.store import file_store
from cci_app.jobs.asking import ask
from cci_app.jobs.ledger import find_job
from cci_app.jobs.models import Job, Schedule
from cci_app.jobs.schedules import ask_due, list_schedules, schedule_for_all
from tests.conftest import make_tenant

Rows = Callable[..., list[dict[str, Any]]]
OLD, YOUNG = datetime.now(UTC) - timedelta(days=100), datetime.now(UTC) - timedelta(days=80)
FILLED = {
    "webhook_events": "(organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text, channel,"
    " status, logged_at, received_at) VALUES (:org, 'cci', :user, 'api', :id, false, 'message', 'Hola', 'api',"
    " 'completed', :at, :at)",
    "outbound_messages": "(organisation_id, assistant, user_id, reason, position, idempotency_key, part, via, state,"
    " created_at) VALUES (:org, 'cci', :user, 'late', 0, :id, '{}', 'push', :state, :at)",
    "conversations": "(organisation_id, assistant, user_id, event_id, run_id, user_message, agent_response,"
    " has_client_context, timestamp, response_time_ms) VALUES (:org, 'cci', :user, :number, gen_random_uuid(), 'Hola',"
    " 'Hola', false, :at, 1)",
    "unanswered_questions": "(organisation_id, assistant, user_id, event_id, question, asked_at)"
    " VALUES (:org, 'cci', :user, :number, '¿Tienen parqueadero?', :at)",
    "conversation_runs": "(id, organisation_id, assistant, user_id, started_at, last_message_at)"
    " VALUES (gen_random_uuid(), :org, 'cci', :user, :at, :at)",
    "user_sessions": "(organisation_id, assistant, user_id, first_interaction, last_interaction)"
    " VALUES (:org, 'cci', :user, :at, :at)",
    "inbound_files": "(organisation_id, assistant, user_id, receipt_id, position, kind, file_key, media_type,"
    " created_at) VALUES (:org, 'cci', :user, :number, 0, 'audio', :key, 'audio/ogg', :at)",
    "outbound_files": "(organisation_id, assistant, user_id, id, outbound_id, file_key, name, media_type, size,"
    " created_at) VALUES (:org, 'cci', :user, gen_random_uuid(), :number, :key, 'plan.pdf', 'application/pdf', 1, :at)",
    "tool_effects": "(organisation_id, assistant, user_id, event_id, tool, key, attempt, state, created_at)"
    " VALUES (:org, 'cci', :user, :number, 'cancel', 'key', gen_random_uuid(), 'done', :at)",
    "tool_executions": "(organisation_id, assistant, user_id, event_id, number, tool, type, status, arguments, result,"
    " iteration, duration_ms, timestamp) VALUES (:org, 'cci', :user, :number, 1, 'cancel', 'http', 'done', '{}', '',"
    " 1, 1, :at)",
    "api_metrics": "(organisation_id, endpoint, method, response_time_ms, status_code, timestamp)"
    " VALUES (:org, '/', 'GET', 1, 200, :at)",
}


def fill(organisation_id: int, at: datetime, state: str = "sent") -> None:
    """A row of each table, of that time."""
    number = uuid.uuid4().int % 2**60
    values = {
        "org": organisation_id,
        "user": f"+57{number}"[:16],
        "id": str(number),
        "number": number,
        "at": at,
        "state": state,
        "key": f"media/{organisation_id}/{number}.ogg",
    }
    with system_transaction() as session:
        for table, row in FILLED.items():
            session.execute(sa.text(f"INSERT INTO {table} {row}"), values)


def held(organisation_id: int) -> dict[str, int]:
    with system_transaction() as session:
        return {
            table: session.execute(
                sa.text(f"SELECT count(*) FROM {table} WHERE organisation_id = :org"), {"org": organisation_id}
            ).scalar_one()
            for table in FILLED
        }


def forget(app: Flask, monkeypatch: pytest.MonkeyPatch, organisation_id: int, **days: int) -> dict[str, int]:
    changes = {f"retention_{name}_days": value for name, value in days.items()}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))
    job = ask(organisation_id, Task.FORGET_OLD, {})
    run_retention(job.id)
    done = find_job(organisation_id, job.id)
    assert (done.state, done.rows_done) == ("done", sum((done.result or {}).values()))
    return {table: rows for table, rows in (done.result or {}).items() if table != "api_metrics"}


def test_each_goes_by_its_setting_and_only_what_is_old(
    app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    other = make_tenant(f"kept-{uuid.uuid4().hex[:8]}").organisation_id
    for _ in range(5):
        fill(organisation_id, OLD)
    fill(organisation_id, YOUNG)
    fill(other, OLD)
    # The control: 0 keeps everything.
    assert not any(forget(app, monkeypatch, organisation_id, receipts=0, record=0, metrics=0).values())
    assert set(held(organisation_id).values()) == {6}
    gone = forget(app, monkeypatch, organisation_id, receipts=90, record=0, metrics=90)
    assert gone == {
        "webhook_events": 5,
        "turn_state": 0,
        "outbound_messages": 5,
        "conversations": 0,
        "unanswered_questions": 0,
        "conversation_runs": 0,
        "user_sessions": 0,
        "inbound_files": 5,
        "outbound_files": 5,
        "tool_effects": 5,
        "tool_executions": 0,
        "turn_usage": 0,
        "feedback": 0,
        "review_samples": 0,
    }
    assert held(organisation_id)["api_metrics"] == 1
    assert held(organisation_id)["conversations"] == 6
    forget(app, monkeypatch, organisation_id, receipts=90, record=90, metrics=90)
    assert set(held(organisation_id).values()) == {1}
    assert set(held(other).values()) == {1}


@pytest.mark.parametrize("table", ["inbound_files", "outbound_files"])
def test_a_file_goes_with_its_row(
    app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch, store: Path, table: str
) -> None:
    key = f"media/{organisation_id}/1.ogg"
    file_store(app.config["SETTINGS"]).put(key, b"OggS")
    with system_transaction() as session:
        values = {"org": organisation_id, "user": "+573000000001", "number": 1, "key": key, "at": OLD}
        session.execute(sa.text(f"INSERT INTO {table} {FILLED[table]}"), values)
    assert (store / key).exists()
    forget(app, monkeypatch, organisation_id, receipts=90)
    assert not (store / key).exists()


def test_what_is_not_over_stays(app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        fill(organisation_id, OLD, "queued")
    with system_transaction() as session:
        for statement in (
            "UPDATE webhook_events SET logged_at = NULL WHERE id = (SELECT max(id) {own})",
            "UPDATE webhook_events SET status = 'received' WHERE id = (SELECT min(id) {own})",
        ):
            own = "FROM webhook_events WHERE organisation_id = :org"
            session.execute(sa.text(statement.format(own=own)), {"org": organisation_id})
    gone = forget(app, monkeypatch, organisation_id, receipts=90)
    assert (gone["webhook_events"], gone["outbound_messages"]) == (1, 0)


def test_what_belongs_to_nobody_goes_too(
    app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    with system_transaction() as session:
        session.execute(sa.text(f"INSERT INTO api_metrics {FILLED['api_metrics']}"), {"org": None, "at": OLD})
    forget(app, monkeypatch, organisation_id, metrics=90)
    old = "SELECT count(*) AS n FROM api_metrics WHERE organisation_id IS NULL AND timestamp < :at"
    assert rows(old, at=OLD + timedelta(1))[0]["n"] == 0


def test_every_organisation_has_it_once_a_day(organisation_id: int) -> None:
    with system_transaction() as session:
        session.execute(sa.delete(Schedule))
        session.execute(sa.delete(Job).where(Job.kind == Task.FORGET_OLD))
    for _ in range(2):
        schedule_for_all(Task.FORGET_OLD, "retention", 3)
    (schedule,) = list_schedules(organisation_id)
    assert (schedule.kind, schedule.frequency, schedule.hour) == ("conversation.forget_old", "daily", 3)
    while ask_due(PAYLOADS):
        continue
    with system_transaction() as session:
        asked = session.scalars(sa.select(Job.organisation_id).where(Job.kind == Task.FORGET_OLD)).all()
    assert asked.count(organisation_id) == 1
    assert len(asked) == len(set(asked))


def test_of_a_trial_nothing_is_left_when_its_receipts_are_gone(
    app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with system_transaction() as session:
        for user_id in ("trial:m7.abc:+573000000001", "+573000000001"):
            session.execute(
                sa.text("INSERT INTO turn_state (organisation_id, assistant, user_id) VALUES (:org, 'cci', :user_id)"),
                {"org": organisation_id, "user_id": user_id},
            )
    assert forget(app, monkeypatch, organisation_id, receipts=90, record=0, metrics=90)["turn_state"] == 1
    with system_transaction() as session:
        left = session.scalars(
            sa.text("SELECT user_id FROM turn_state WHERE organisation_id = :org"), {"org": organisation_id}
        )
        assert left.all() == ["+573000000001"]
