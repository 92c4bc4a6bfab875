"""Alerts: one for each cause until it is resolved; and what was used, by day."""

import json
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.core.database import system_transaction
from cci_app.usage.models import UsageLog
from cci_app.usage.slack import tell_alerts
from tests.conftest import Tenant, make_tenant
from tests.fakes.tools import FakeService
from tests.tools.ready import make_alert


def read(web: FlaskClient, tenant: Tenant, path: str, status: int = 200) -> Any:
    response = web.get(path, headers=tenant.headers)
    assert response.status_code == status, response.data
    return json.loads(response.data)


def test_a_cause_has_one_alert_until_it_is_resolved(web: FlaskClient, app: Any, tenant: Tenant) -> None:
    first = make_alert(tenant)
    assert make_alert(tenant) == first
    [alert] = read(web, tenant, "/api/v1/alerts")["alerts"]
    assert (alert["count"], alert["state"], alert["severity"]) == (2, "open", "error")
    other = make_tenant(f"other-than-{tenant.slug}")
    assert read(web, other, "/api/v1/alerts")["alerts"] == []
    for who, status in ((other, 404), (tenant, 200)):
        change = web.patch(f"/api/v1/alerts/{first}", json={"state": "acknowledged"}, headers=who.headers)
        assert change.status_code == status
    # Who knows of it hears no other of the same cause.
    assert make_alert(tenant) == first
    assert read(web, tenant, "/api/v1/alerts?state=open")["alerts"] == []
    web.patch(f"/api/v1/alerts/{first}", json={"state": "resolved"}, headers=tenant.headers)
    second = make_alert(tenant)
    assert second != first
    listed = read(web, tenant, "/api/v1/alerts?limit=1")
    assert [each["id"] for each in listed["alerts"]] == [int(second)]
    assert listed["next"] == int(second)
    again = web.patch(f"/api/v1/alerts/{first}", json={"state": "acknowledged"}, headers=tenant.headers)
    assert again.status_code == 404


def test_usage_is_told_by_the_organisations_days(web: FlaskClient, app: Any, tenant: Tenant) -> None:
    common = {
        "organisation_id": tenant.organisation_id,
        "assistant": "cci",
        "user_id": "+573001234567",
        "purpose": "loop",
        "provider": "openai",
        "model": "gpt-4o",
        "outcome": "answered",
        "input_tokens": 100,
        "output_tokens": 10,
        "currency": "USD",
        "cost": "0.001",
        "duration_ms": 5,
    }
    # In Bogotá the first of these is still the 14th.
    moments = ["2026-01-15T04:59:00+00:00", "2026-01-15T05:01:00+00:00", "2026-01-15T23:00:00+00:00"]
    with system_transaction() as session:
        for number, moment in enumerate(moments, start=1):
            event = 10**9 + tenant.organisation_id * 10 + min(number, 2)
            session.add(UsageLog(**common, event_id=event, number=number, timestamp=moment))
    told = read(web, tenant, "/api/v1/usage?start_date=2026-01-14&end_date=2026-01-15")
    assert [(row["day"], row["turns"], row["calls"], row["input_tokens"], row["cost"]) for row in told] == [
        ("2026-01-15", 1, 2, 200, 0.002),
        ("2026-01-14", 1, 1, 100, 0.001),
    ]
    assert len(read(web, tenant, "/api/v1/usage?start_date=2026-01-15&end_date=2026-01-15")) == 1
    assert read(web, tenant, "/api/v1/usage?start_date=2026-01-14&end_date=2026-01-15&assistant=other") == []
    assert read(web, make_tenant(f"other-than-{tenant.slug}"), "/api/v1/usage?start_date=2026-01-14") == []
    read(web, tenant, "/api/v1/usage?start_date=2026-01-15&end_date=2026-01-14", 422)
    read(web, tenant, "/api/v1/usage?start_date=2020-01-15&end_date=2026-01-14", 422)


def test_slack_hears_of_an_alert_once_and_again_while_it_goes_on(app: Any, tenant: Tenant, rows: Any) -> None:
    answers = iter([500, 200, 200])
    before = app.config["SETTINGS"]
    with system_transaction() as session:
        session.execute(sa.text("UPDATE system_alerts SET state = 'resolved'"))
    with FakeService(lambda _: (next(answers), "ok")) as slack:
        hook = SecretStr(f"{slack.url}/services/T0/B0/made-up")
        app.config["SETTINGS"] = before.model_copy(update={"slack_alert_webhook": hook, "fetch_loopback": True})
        try:
            make_alert(tenant, "slack")
            # What Slack does not take is told the next time, and then no more.
            assert [tell_alerts(), tell_alerts(), tell_alerts()] == [0, 1, 0]
            make_alert(tenant, "slack")
            assert tell_alerts() == 0
            with system_transaction() as session:
                session.execute(sa.text("UPDATE system_alerts SET told_at = told_at - interval '2 hours'"))
            assert tell_alerts() == 1
        finally:
            app.config["SETTINGS"] = before
    assert [heard.path for heard in slack.heard] == ["/services/T0/B0/made-up"] * 3
    assert slack.heard[1].body["text"] == "ERROR: a step"
    assert slack.heard[2].body["text"] == "ERROR: a step (2 times)"
    [attachment] = slack.heard[1].body["attachments"]
    assert attachment["fields"][0] == {"title": "Organisation", "value": tenant.slug, "short": True}


def test_limits_are_set_and_read(web: FlaskClient, app: Any, tenant: Tenant) -> None:
    assert read(web, tenant, "/api/v1/usage/limits") == []
    for body, status in (
        ({"message_limit": 10}, 200),
        ({"assistant": "cci", "token_limit": 5_000}, 200),
        ({"assistant": "nobody", "message_limit": 1}, 422),
        ({"message_limit": -1}, 422),
        ({"message_limit": 1.5}, 422),
    ):
        set_ = web.put("/api/v1/usage/limits", json=body, headers=tenant.headers)
        assert set_.status_code == status, set_.data
    told = read(web, tenant, "/api/v1/usage/limits")
    assert [(each["assistant"], each["messages_allowed"], each["tokens_allowed"]) for each in told] == [
        ("", 10, None),
        ("cci", None, 5_000),
    ]
    assert read(web, make_tenant(f"other-than-{tenant.slug}"), "/api/v1/usage/limits") == []


def test_plans_are_a_command(app: Any, tenant: Tenant) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["plans", "show", tenant.slug]).output == "nothing is limited\n"
    assert run(args=["plans", "set", tenant.slug, "free"]).exit_code == 0
    assert run(args=["plans", "show", tenant.slug]).output == "all: plan free, messages 0 of 100, tokens 0 of 100000\n"
    assert "there are: free, starter" in run(args=["plans", "set", tenant.slug, "huge"]).output
    assert run(args=["plans", "set", tenant.slug, "none"]).exit_code == 0
    assert run(args=["plans", "show", tenant.slug]).output == "all: plan none, messages 0, tokens 0\n"
