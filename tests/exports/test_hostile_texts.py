"""Texts that mean something to SQL, in headings, questions, names and filters: they are texts everywhere."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.conversation.models import RunStatus
from cci_app.exports import columns
from config.settings import Settings
from tests.conftest import Tenant
from tests.exports.conftest import NOON, Add

ADDRESS = "/api/v1/export/conversations"
HOSTILE = """L'été "à 100 %" \\' %s %(timezone)s ; -- :status /* $$"""
FORMS = ("csv", "json", "excel")


@pytest.fixture
def hostile(app: Flask, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """An installation whose first question, and whose word for a completed conversation, are hostile."""
    path = settings.assistants_path / "cci.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    (agent,) = content["agents"].values()
    agent["questions"][0]["ask"] = dict.fromkeys(agent["questions"][0]["ask"], HOSTILE)
    (tmp_path / path.name).write_text(yaml.safe_dump(content, allow_unicode=True))
    monkeypatch.setitem(columns.STATUSES, RunStatus.COMPLETED, (HOSTILE,) * 3)
    made = create_app(settings.model_copy(update={"assistants_path": tmp_path}))
    yield made.test_client()
    before_exit(made)


def export(web: FlaskClient, tenant: Tenant, form: str, **query: str) -> bytes:
    answer = web.get(ADDRESS, query_string={"format": form, **query}, headers=tenant.headers, buffered=True)
    assert answer.status_code == 200, answer.text
    content: bytes = answer.data
    return content


def test_headings_questions_and_statuses(hostile: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(["Sí", "No"], completed_at=NOON)
    rows = list(csv.reader(io.StringIO(export(hostile, tenant, "csv").decode("utf-8-sig"), newline=""), delimiter=";"))
    place = rows[0].index(f"1. {HOSTILE}")
    assert rows[1][place] == "Sí"
    (one,) = json.loads(export(hostile, tenant, "json"))
    first = one["answers"][0]
    assert (first["question"], first["text"], first["answer"]) == (1, HOSTILE, "Sí")
    sheet = openpyxl.load_workbook(io.BytesIO(export(hostile, tenant, "excel"))).worksheets[1]
    header, cells = list(sheet.iter_rows(values_only=True))[:2]
    assert cells[header.index(f"1. {HOSTILE}")] == "Sí"
    assert HOSTILE in cells


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [HOSTILE, "it's", "back\\slash\\", "100 %", "%s %d %%", "' OR 1=1 --", "a\x00b'"])
def test_filters(web: FlaskClient, tenant: Tenant, add: Add, form: str, text: str) -> None:
    add(["Sí"], company=text.replace("\x00", ""))
    add(["No"], company="another", user_id="+573000000002")
    found = export(web, tenant, form, company=text)
    none = export(web, tenant, form, company=f"{text}'")
    assert [count(form, content) for content in (found, none)] == [1, 0]


def count(form: str, content: bytes) -> int:
    if form == "csv":
        return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))) - 1
    if form == "json":
        return len(json.loads(content))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    return len([row for row in sheet.iter_rows(min_row=2, values_only=True) if any(row)])
