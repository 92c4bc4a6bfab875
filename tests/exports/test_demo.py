"""Conversations that never took place."""

import pytest
from flask import Flask

from cci_app.exports.files import selected
from cci_app.exports.selection import Selection
from tests.conftest import Tenant

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
