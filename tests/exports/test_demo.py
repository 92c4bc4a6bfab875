"""Conversations that never took place."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import tenant_connection
from cci_app.exports.files import selected
from cci_app.exports.selection import Selection
from tests.conftest import Tenant

Rows = Callable[..., list[dict[str, Any]]]
FILL = ("demo", "fill", "--conversations", "200", "--until", "2026-06-30", "--organisation")


@pytest.fixture
def record(app: Flask, tenant: Tenant) -> list[tuple[object, ...]]:
    done = app.test_cli_runner().invoke(args=[*FILL, tenant.slug])
    assert done.exit_code == 0, done.output
    with selected(tenant.organisation_id, Selection()) as made:
        return list(made.conversations())


def test_they_are_believable(record: list[tuple[object, ...]]) -> None:
    assert len(record) == 200
    assert {row[7] for row in record} == {"fr", "es"}
    assert {row[6] for row in record} == {"completed", "in_progress", "abandoned"}
    for row in record:
        answered = sum(cell is not None for cell in row[8:15])
        assert row[5] == answered
        assert (row[6] == "completed") == (answered == 7)
        assert row[16] == 14


def test_a_seed_is_filled_in_once(app: Flask, tenant: Tenant, record: list[tuple[object, ...]]) -> None:
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
