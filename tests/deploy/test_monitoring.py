"""The names in Prometheus' rules and on Grafana's dashboard are those that the product exposes."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from cci_app.llm.calls import CallOutcome, ModelCall, Tokens, note
from cci_app.tools.calls import ToolCall, ToolStatus, note_tool
from cci_app.tools.ports import ToolKind
from tests.conftest import Tenant

MONITORING = Path(__file__).parents[2] / "deploy" / "chart" / "monitoring"
RULES: list[dict[str, Any]] = yaml.safe_load((MONITORING / "rules.yaml").read_text())["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
QUERIES = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
# Prometheus adds it, from the labels of the pod.
OF_THE_POD = "app_kubernetes_io_component"
SELECTOR = re.compile(r"\b(cci[_:][\w:]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')

Exposed = dict[str, list[dict[str, str]]]


@pytest.fixture
def exposed(web: FlaskClient, tenant: Tenant) -> Exposed:
    """The labels of each sample that an operator is told, after a message, and calls of a model and a tool."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for outcome in CallOutcome:
        note(ModelCall("answer", "openai", "m", outcome, Tokens(1, 1), None, None, 10, at))
    for status in ToolStatus:
        note_tool(ToolCall("t", ToolKind.BUILT_IN, status, {}, "", 1, 10, at))
    payload = {"user_id": "+573000000001", "message": "Bonjour"}
    assert web.post("/api/v1/whatsapp/message", json=payload, headers=tenant.headers).status_code == 200
    answer = web.get("/api/v1/metrics?format=prometheus", headers={"Authorization": f"Bearer {tenant.key}"})
    samples: Exposed = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(dict(sample.labels))
    return samples


def test_every_name_is_one_that_is_exposed(exposed: Exposed) -> None:
    used = [found for query in QUERIES for found in SELECTOR.findall(query)]
    assert {name for name, _ in used} >= {"cci_http_requests_total", "cci_dependency_up", "cci_model_calls_total"}
    for name, matchers in used:
        if name in RECORDED:
            continue
        assert name in exposed, f"{name} is exposed by nothing"
        for label, _, value in MATCHER.findall(matchers):
            there = {labels.get(label) for labels in exposed[name]}
            assert None not in there, f"{name} has no label {label}"
            # A status that did not occur here is none the less one.
            assert (label == "status" and value in {"5..", "429"}) or value in there, f"{name} has no {label} {value}"


def test_every_label_that_is_grouped_by_is_there(exposed: Exposed) -> None:
    for query in QUERIES:
        grouped = {label for group in re.findall(r"by \(([^)]*)\)", query) for label in re.split(r",\s*", group)}
        names = {name for name, _ in SELECTOR.findall(query)} - RECORDED
        for label in grouped - {OF_THE_POD}:
            assert any(label in exposed[name][0] for name in names), f"{label} of {query}"


def test_what_a_legend_names_is_left_by_its_query() -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                assert label in target["expr"] or label == OF_THE_POD, panel["title"]


def test_an_alert_says_what_to_do() -> None:
    for rule in RULES:
        if "alert" in rule:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"]


def test_a_dependency_is_told(exposed: Exposed) -> None:
    assert {labels["dependency"] for labels in exposed["cci_dependency_up"]} == {"postgresql", "redis", "worker"}
