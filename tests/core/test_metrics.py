"""Figures of requests."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

Rows = Callable[..., list[dict[str, Any]]]


def test_a_single_request_of_nobody_is_written_too(application: Flask, web: FlaskClient, rows: Rows) -> None:
    metrics = application.extensions["cci_metrics"]
    metrics.flush()
    query = "SELECT count(*) AS n FROM api_metrics WHERE organisation_id IS NULL"
    before = rows(query)[0]["n"]
    assert web.get("/health").status_code == 200
    metrics.flush()
    assert rows(query)[0]["n"] == before + 1
