"""Webhooks out: signed, once each, none missed; who fails for long is told no more, and nobody inside is told."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from standardwebhooks import Webhook
from werkzeug import Request, Response

from cci_app.coordination.hooks import telling
from cci_app.coordination.hooks.schemas import ACTS
from cci_app.coordination.hooks.telling import KEPT, MOST_FAILURES, tell_subscribers
from cci_app.coordination.tasks import change_task, write_task
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.usage.alerts import list_alerts
from tests.conftest import Tenant, make_tenant
from tests.coordination.test_api import Client
from tests.coordination.work import give, make_project
from tests.fakes.serving import LoopbackServer

Rows = Callable[..., list[dict[str, Any]]]


class Subscriber:
    """Somebody who is told: `answers` are the next statuses, 204 after them; `seen` what came, by delivery."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.server = LoopbackServer()

    @property
    def url(self) -> str:
        return str(self.server.url_for("/hook")).replace("localhost", "127.0.0.1")

    def take(self, request: Request) -> Response:
        self.seen.append((dict(request.headers), request.get_data()))
        return Response(status=self.answers.pop(0) if self.answers else 204)


@pytest.fixture
def subscriber(app: Flask, monkeypatch: pytest.MonkeyPatch, tenant: Tenant) -> Iterator[Subscriber]:
    loopback = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", loopback)
    with system_transaction() as session:
        # Of other tests: this one is told at once.
        session.execute(sa.text("DELETE FROM webhook_posts"))
    there = Subscriber()
    there.server.expect_request("/hook", method="POST").respond_with_handler(there.take)
    with there.server:
        yield there


@pytest.fixture
def call(web: FlaskClient, tenant: Tenant) -> Client:
    return Client(web, tenant)


def subscribe(call: Client, there: Subscriber, *events: str) -> dict[str, Any]:
    made: dict[str, Any] = call("POST", "/integrations/webhooks", 201, json={"url": there.url, "events": [*events]})
    return made


def posts(call: Client, hook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call("GET", f"/integrations/webhooks/{hook['id']}/deliveries{query}")["items"]
    return items


def test_what_is_done_is_told_once_and_signed(tenant: Tenant, call: Client, subscriber: Subscriber) -> None:
    hook = subscribe(call, subscriber, "task.changed")
    assert "secret" not in call("GET", f"/integrations/webhooks/{hook['id']}")
    task = give(tenant, make_project(tenant))
    change_task(tenant.organisation_id, task.id, {"status": "in_progress"})
    assert [tell_subscribers(), tell_subscribers()] == [1, 0]
    ((headers, body),) = subscriber.seen
    told = Webhook(hook["secret"]).verify(body, headers)
    assert told["type"] == "task.changed"
    assert told["data"]["changes"]["status"] == ["todo", "in_progress"]
    assert told["data"]["task_id"] == task.id
    (post,) = posts(call, hook, "?state=sent")
    assert (post["status"], post["attempts"], post["body"]) == (204, 1, told)
    call("POST", f"/integrations/webhooks/deliveries/{post['id']}/replay", 202)
    assert tell_subscribers() == 1
    assert subscriber.seen[1][0]["Webhook-Id"] == headers["Webhook-Id"]
    assert subscriber.seen[1][1] == body


def test_what_was_taken_back_is_not_told(tenant: Tenant, call: Client, subscriber: Subscriber) -> None:
    hook, project = subscribe(call, subscriber), make_project(tenant)
    with tenant_transaction(tenant.organisation_id) as session:
        write_task(session, tenant.organisation_id, {"project_id": project.id, "title": "Nada"})
        session.rollback()
    assert [post["event"] for post in posts(call, hook)] == ["project.created"]
    assert posts(call, hook)[0]["event"] in ACTS


def test_who_does_not_answer_is_told_later_and_in_the_end_no_more(
    tenant: Tenant, call: Client, subscriber: Subscriber
) -> None:
    hook = subscribe(call, subscriber)
    subscriber.answers = [500] * 100
    make_project(tenant)
    now = clock.now() + timedelta(seconds=5)
    assert tell_subscribers(now) == 0
    assert len(subscriber.seen) == 1
    assert tell_subscribers(now) == 0
    assert len(subscriber.seen) == 1
    assert tell_subscribers(now + timedelta(minutes=1)) == 0
    assert len(subscriber.seen) == 2
    for _ in range(MOST_FAILURES - 2):
        call("POST", f"/integrations/webhooks/{hook['id']}/ping", 202)
    tell_subscribers(now + timedelta(hours=1))
    state = call("GET", f"/integrations/webhooks/{hook['id']}")
    assert (state["state"], state["failures"]) == ("disabled", MOST_FAILURES)
    assert f"{MOST_FAILURES} deliveries failed in a row; the last: it answered 500" == state["reason"]
    (alert,) = list_alerts(tenant.organisation_id, limit=10)["alerts"]
    assert (alert["step"], alert["severity"]) == ("webhooks", "error")
    seen = len(subscriber.seen)
    tell_subscribers(now + timedelta(days=1))
    assert len(subscriber.seen) == seen
    call("PATCH", f"/integrations/webhooks/{hook['id']}", json={"state": "active"})
    subscriber.answers = []
    waiting = len(posts(call, hook, "?state=queued"))
    assert waiting == MOST_FAILURES - 1
    assert tell_subscribers(now + timedelta(days=1)) == waiting


def test_who_is_told_much_or_is_slow_leaves_the_others_their_turn(
    tenant: Tenant, call: Client, subscriber: Subscriber, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = subscribe(call, subscriber)
    project = make_project(tenant)
    for _ in range(30):
        give(tenant, project)
    other = make_tenant(f"other-{noisy['id']}")
    quiet = subscribe(Client(web, other), subscriber)
    make_project(other)
    assert tell_subscribers() == 21
    assert posts(Client(web, other), quiet)[0]["state"] == "sent"
    # Eleven are left. After the first that takes long the rest waits for the next time, and no attempt is counted.
    monkeypatch.setattr(telling, "_SECONDS_EACH", 0.0)
    now = clock.now()
    assert [tell_subscribers(now), tell_subscribers(now)] == [1, 1]
    waiting = posts(call, noisy, "?state=queued")
    assert (len(waiting), {post["attempts"] for post in waiting}) == (9, {0})


def test_who_is_gone_or_inside_is_told_no_more(
    app: Flask, tenant: Tenant, call: Client, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = subscribe(call, subscriber)
    subscriber.answers = [410]
    make_project(tenant)
    tell_subscribers()
    assert call("GET", f"/integrations/webhooks/{gone['id']}")["state"] == "disabled"
    call("DELETE", f"/integrations/webhooks/{gone['id']}")
    moved = subscribe(call, subscriber)
    outside = app.config["SETTINGS"].model_copy(update={"fetch_loopback": False})
    monkeypatch.setitem(app.config, "SETTINGS", outside)
    make_project(tenant)
    seen = len(subscriber.seen)
    tell_subscribers()
    # It was allowed once, and leads inside now.
    (post,) = posts(call, moved)
    assert (post["state"], len(subscriber.seen)) == ("failed", seen)
    for url in ("http://example.org/", "https://127.0.0.1/", "https://10.0.0.1/hook", "https://169.254.169.254/", "x"):
        call("POST", "/integrations/webhooks", 422, json={"url": url})


def test_a_death_tells_again_under_the_same_id(
    tenant: Tenant, call: Client, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(call, subscriber)
    make_project(tenant)
    now = clock.now()

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(telling, "_settle", die)
        with pytest.raises(SystemExit):
            tell_subscribers(now)
    assert [tell_subscribers(now), tell_subscribers(now + timedelta(minutes=1))] == [0, 1]
    first, second = (headers["Webhook-Id"] for headers, _ in subscriber.seen)
    assert first == second


def test_old_deliveries_are_forgotten(tenant: Tenant, call: Client, subscriber: Subscriber) -> None:
    hook = subscribe(call, subscriber)
    make_project(tenant)
    tell_subscribers()
    tell_subscribers(datetime.now(tz=clock.now().tzinfo) + KEPT + timedelta(days=1))
    assert posts(call, hook) == []


def test_another_organisations_work_is_not_told(
    tenant: Tenant, call: Client, subscriber: Subscriber, web: FlaskClient
) -> None:
    hook = subscribe(call, subscriber)
    other = make_tenant(f"other-{hook['id']}")
    make_project(other)
    assert tell_subscribers() == 0
    Client(web, other)("GET", f"/integrations/webhooks/{hook['id']}/deliveries", 404)
    Client(web, other)("PATCH", f"/integrations/webhooks/{hook['id']}", 404, json={"state": "paused"})
    assert json.dumps(posts(call, hook)) == "[]"
