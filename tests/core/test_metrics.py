"""Figures of requests."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.core import metrics
from tests.conftest import Tenant

Rows = Callable[..., list[dict[str, Any]]]


def test_a_single_request_of_nobody_is_written_too(
    application: Flask, web: FlaskClient, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A minute of its own: other tests' requests of nobody may have used up the present one.
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: 3_000_000.0))
    recorder = application.extensions["cci_metrics"]
    recorder.flush()
    query = "SELECT count(*) AS n FROM api_metrics WHERE organisation_id IS NULL"
    before = rows(query)[0]["n"]
    assert web.get("/health").status_code == 200
    recorder.flush()
    assert rows(query)[0]["n"] == before + 1


def test_of_many_requests_of_nobody_few_become_rows(
    application: Flask, web: FlaskClient, rows: Rows, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = application.extensions["cci_metrics"]
    recorder.flush()
    monkeypatch.setattr(metrics, "STRANGERS_A_MINUTE", 5)
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: 6_000_000.0))
    query = "SELECT organisation_id IS NULL AS nobody, count(*) AS n FROM api_metrics GROUP BY 1 ORDER BY 1"
    before = {row["nobody"]: row["n"] for row in rows(query)}
    for _ in range(12):
        assert web.get("/health").status_code == 200
        assert web.get("/api/v1/users/+573000000001/status", headers=tenant.headers).status_code == 200
    recorder.flush()
    after = {row["nobody"]: row["n"] for row in rows(query)}
    # Those of the organisation are the control: each is a row.
    assert (after[True] - before.get(True, 0), after[False] - before.get(False, 0)) == (5, 12)
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: 6_000_060.0))
    assert web.get("/health").status_code == 200
    recorder.flush()
    assert rows(query)[-1]["n"] == after[True] + 1
