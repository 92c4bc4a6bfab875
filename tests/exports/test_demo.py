"""Conversations that never took place."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.admin.rehearsal import Phrases
from cci_app.conversation.log import log_conversations
from cci_app.core.database import tenant_connection
from cci_app.exports.files import selected
from cci_app.exports.selection import Selection
from cci_app.language.typography import typeset
from tests.admin.contacts import add_contact
from tests.conftest import Tenant, make_tenant

Rows = Callable[..., list[dict[str, Any]]]
FILL = ("demo", "fill", "--conversations", "200", "--until", "2026-06-30", "--organisation")


@pytest.fixture
def record(app: Flask, tenant: Tenant) -> list[tuple[Any, ...]]:
    done = app.test_cli_runner().invoke(args=[*FILL, tenant.slug])
    assert done.exit_code == 0, done.output
    with selected(tenant.organisation_id, Selection()) as made:
        return list(made.conversations())


def test_they_are_believable(record: list[tuple[Any, ...]]) -> None:
    assert len(record) == 200
    assert {row[7] for row in record} == {"fr", "es"}
    assert {row[6] for row in record} == {"Terminada", "En curso", "Abandonada"}
    assert {row[16] for row in record} >= set(range(12, 21))
    answers_to = {name: texts for name, texts in Phrases.of("cci").answers.items() if name not in {"yes_no", "open"}}
    fitting = [{text for texts in by_language.values() for text in texts} for by_language in answers_to.values()]
    for row in record:
        answers = [cell for cell in row[8:15] if cell is not None]
        assert row[5] == len(answers) == len(set(answers))
        assert (row[6] == "Terminada") == (len(answers) == 7)
        # Each answer is one to the question in whose column it stands.
        wrong = [cell for cell, known in zip(row[8:15], fitting, strict=True) if cell is not None and cell not in known]
        assert not wrong, (row[0], wrong)
        assert 7 <= row[3].hour <= 21
    at_work = sum(row[3].weekday() < 5 and 8 <= row[3].hour < 18 for row in record)
    assert 140 <= at_work < 200
    assert sum(row[20] for row in record) > 0  # late answers


def test_their_own_questions_are_answered_and_the_open_one_is_asked_again(
    app: Flask, tenant: Tenant, record: list[tuple[Any, ...]], rows: Rows
) -> None:
    said = rows(
        "SELECT user_message, agent_response, current_question, detected_language, client_company FROM conversations"
        " WHERE organisation_id = :id ORDER BY run_id, timestamp",
        id=tenant.organisation_id,
    )
    asides = {
        text: (typeset(aside.answer[language], language), aside.source[language])
        for aside in Phrases.of("cci").asides
        for language, text in aside.question.items()
    }
    asked = [row for row in said if row["user_message"] in asides]
    assert len({row["user_message"] for row in asked}) == len(asides)
    for row in asked:
        answer, source = asides[row["user_message"]]
        assert answer in row["agent_response"], row
        assert source in row["agent_response"]
        assert row["current_question"] is None or row["agent_response"].endswith("?")
    assert not any("{" in row["agent_response"] for row in said)
    assert any(row["client_company"] and row["client_company"] in row["agent_response"] for row in said)


def test_an_assistant_without_phrases_of_its_own_gets_neutral_ones(app: Flask, tenant: Tenant, tmp_path: Path) -> None:
    source = Path(app.config["SETTINGS"].assistants_path, "cci.yaml").read_text()
    (tmp_path / "other.yaml").write_text(source.replace("name: cci\n", "name: other\n", 1))
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"assistants_path": tmp_path})
    done = app.test_cli_runner().invoke(args=[*FILL, tenant.slug, "--assistant", "other"])
    app.config["SETTINGS"] = before
    assert done.exit_code == 0, done.output
    with tenant_connection(tenant.organisation_id) as connection:
        completed = connection.scalar(sa.text("SELECT count(*) FROM conversation_runs WHERE questions_answered = 7"))
    assert completed == 130


def test_what_was_made_up_goes_and_nothing_else(
    app: Flask, web: FlaskClient, tenant: Tenant, record: list[tuple[Any, ...]], rows: Rows
) -> None:
    other = make_tenant(f"{tenant.slug}-other")
    assert app.test_cli_runner().invoke(args=[*FILL, other.slug]).exit_code == 0
    # One of them has the number of somebody made up.
    for user_id in ("+573001234567", "+573000000007"):
        message = {"user_id": user_id, "message": "Bonjour, je suis bien réel"}
        assert web.post("/api/v1/whatsapp/message", json=message, headers=tenant.headers).status_code == 200
    log_conversations()
    done = app.test_cli_runner().invoke(args=["demo", "clear", "--organisation", tenant.slug])
    assert done.exit_code == 0, done.output
    assert "200 conversations" in done.output
    for table in ("conversation_runs", "conversations", "user_sessions"):
        left = rows(f"SELECT user_id FROM {table} WHERE organisation_id = :id", id=tenant.organisation_id)
        assert sorted(row["user_id"] for row in left) == ["+573000000007", "+573001234567"], table
    assert rows("SELECT 1 FROM answers WHERE organisation_id = :id", id=tenant.organisation_id) == []
    since = rows(
        "SELECT min(first_interaction) AS s FROM user_sessions WHERE organisation_id = :id", id=tenant.organisation_id
    )
    assert since[0]["s"] > datetime(2026, 7, 1, tzinfo=UTC)
    assert len(rows("SELECT 1 FROM conversation_runs WHERE organisation_id = :id", id=other.organisation_id)) == 200
    assert app.test_cli_runner().invoke(args=[*FILL, tenant.slug]).exit_code == 0


def test_a_seed_is_filled_in_once(app: Flask, tenant: Tenant, record: list[tuple[Any, ...]]) -> None:
    again = app.test_cli_runner().invoke(args=[*FILL, tenant.slug])
    assert (again.exit_code, "choose another seed" in again.output) == (1, True)
    other = app.test_cli_runner().invoke(args=[*FILL, tenant.slug, "--seed", "2"])
    assert other.exit_code == 0, other.output
    with selected(tenant.organisation_id, Selection()) as made:
        assert made.size() == (400, 400 * 14)


def test_a_record_without_statistics_is_read_as_cheaply(app: Flask, tenant: Tenant, rows: Rows) -> None:
    """Such is one that was written a moment ago, or restored. Pages are counted, which no other work disturbs."""
    done = app.test_cli_runner().invoke(args=["demo", "fill", "--conversations", "2000", "--organisation", tenant.slug])
    assert done.exit_code == 0, done.output
    for table in ("conversation_runs", "conversations", "answers"):
        rows("SELECT pg_clear_relation_stats('public', :name)", name=table)
        rows(_FORGET_COLUMNS, name=table)
    with tenant_connection(tenant.organisation_id) as connection:
        connection.execute(sa.text("SET LOCAL enable_sort = off"))
        plan = connection.scalar(_READ)[0]["Plan"]
    assert plan["Actual Rows"] == 2000
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 20 * 2000


_FORGET_COLUMNS = (
    "SELECT pg_clear_attribute_stats('public', :name, attname, false) FROM pg_attribute"
    " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped"
)
_READ = sa.text(
    "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM export_conversations v ORDER BY v.started_at, v.id"
)


def test_whoever_is_in_the_contact_book_is_who_stands_there(app: Flask, tenant: Tenant, rows: Rows) -> None:
    for number in range(20):
        card = {"first_name": "Noé", "last_name": "Ibarra", "company": "Faros del Sur"}
        add_contact(tenant, f"+57300{number:07d}", **card)
    done = app.test_cli_runner().invoke(args=[*FILL, tenant.slug])
    assert done.exit_code == 0, done.output
    told = rows(
        "SELECT contact_name, client_company, user_id < '+573000000020' AS known FROM conversation_runs"
        " WHERE organisation_id = :id AND contact_name IS NOT NULL",
        id=tenant.organisation_id,
    )
    in_the_book = {(row["contact_name"], row["client_company"]) for row in told if row["known"]}
    assert in_the_book == {("Noé Ibarra", "Faros del Sur")}
    assert ("Noé Ibarra", "Faros del Sur") not in {
        (row["contact_name"], row["client_company"]) for row in told if not row["known"]
    }
