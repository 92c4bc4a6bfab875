"""The parts of `make fuzz` that have a product of their own, each as small as it shows that a fault would be seen."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.cli import routes_command
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from benchmarks import doors, every_page, forged, members
from cci_app.accounts.caller import Scope
from cci_app.conversation.log import log_conversations
from tests.accounts.signed_in import PASSWORD, make_member
from tests.conftest import Tenant, make_tenant
from tests.fakes.every_route import Route, listed
from tests.fakes.watching import NoChromium, chromium
from tests.fakes.wire import Outcome, over_wsgi

Rows = Callable[..., list[dict[str, Any]]]


def test_forged_deliveries_are_refused_and_would_be_seen(application: Flask, tenant: Tenant, rows: Rows) -> None:
    receiver = forged.programs(tenant.key)
    address = "http://127.0.0.1"
    assert forged.forge([receiver], address, over_wsgi(application)) == (8, Counter(), [])
    kept_of_it = "SELECT text FROM webhook_events WHERE organisation_id = :org"
    assert rows(kept_of_it, org=tenant.organisation_id) == []
    whole = replace(receiver, kind="whole", signs_the_body=True)
    assert forged.forge([whole], address, lambda _: Outcome(200))[:2] == (12, Counter(whole=12))
    assert forged.forge([receiver], address, lambda _: Outcome(500))[2][0] == "api, no signature: 500"


def test_what_services_document_as_signed_is_accepted() -> None:
    accepted = [channel.kind for channel, one in forged.documented() if channel.verify(one)]
    assert accepted == ["meta", "waha", "twilio", "twilio"]


def routes_of(app: Flask) -> list[Route]:
    """As `flask routes` lists them."""
    return listed(app.test_cli_runner().invoke(routes_command, ["--all-methods"]).output)


def test_every_route_is_listed_and_has_an_address(app: Flask) -> None:
    routes = routes_of(app)
    known = {
        (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(route.method, route.rule, route.endpoint) for route in routes} == known
    site = app.url_map.bind("127.0.0.1")
    for route in routes:
        assert site.match(route.made_up(), method=route.method)[0] == route.endpoint, route
        assert route.blueprint in every_page.accesses()


def test_nobody_is_let_in_or_told_anything(
    app: Flask, application: Flask, web: FlaskClient, tenant: Tenant, rows: Rows
) -> None:
    said = {"user_id": "+573000000001", "message": f"Bonjour, {doors.CANARY}"}
    assert web.post("/api/v1/whatsapp/message", json=said, headers=tenant.headers).status_code == 200
    log_conversations()

    def asking(name: str, key: str | None, scopes: Iterable[Scope] = (), *, own: bool = True) -> doors.Asking:
        headers = {} if key is None else {"X-API-Key": key}
        transport = httpx.WSGITransport(app=application)
        client = httpx.Client(transport=transport, base_url="http://127.0.0.1", headers=headers)
        return doors.Asking(name, client, own, frozenset(scopes))

    foreign = make_tenant(f"foreign-{tenant.slug}").key
    some = make_tenant(tenant.slug, {Scope.MESSAGES}).key
    ours = doors.Doors(routes_of(app), doors.things(rows, tenant.organisation_id))
    assert {"conversation_id", "message_id", "user_id"} <= set(ours.values)
    asked = [asking("nobody", None), asking("foreign", foreign, Scope, own=False)]
    heard = ours.strangers([*asked, asking("messages", some, {Scope.MESSAGES})])
    assert heard.leaks == []
    assert heard.asked["nobody"] == heard.asked["foreign"] == len(ours.routes)
    # Whoever is let in though they may not, or reads what is not theirs, would be seen.
    for one in (asking("own", tenant.key, own=True), asking("own", tenant.key, Scope, own=False)):
        assert ours.strangers([one], reading=True).leaks
    assert ours.members([asking("own", tenant.key, Scope)]).shown > 0


def test_what_pages_and_routes_are_tried_with_can_be_made(
    application: Flask, tenant: Tenant, store: Path, rows: Rows
) -> None:
    owner, transport = make_member(tenant), httpx.WSGITransport(app=application)
    with members.signed_in("http://127.0.0.1", owner.email, PASSWORD, transport) as browser:
        members.make(browser, tenant.key)
    found = doors.things(rows, tenant.organisation_id)
    assert {"chatbot_id", "document_id", "handoff_id", "job_id", "link_id", "project_id", "report_id"} <= set(found)


def test_what_pages_must_not_have_is_seen(httpserver: HTTPServer) -> None:
    policy = {"Content-Security-Policy": "script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"}
    begun = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>"
    pages = {
        "/a": "<a href='/b/7?x=1#y'>more</a></main></html>",
        "/b/7": "<input><script>1</script><script src='/s.js'></script></main></html>",
        "/c": "part",
    }
    for path, text in pages.items():
        httpserver.expect_request(path).respond_with_data(
            text if text == "part" else begun + text, headers=policy, content_type="text/html"
        )
    script = "document.createElement('p').innerHTML = ''"
    httpserver.expect_request("/s.js").respond_with_data(script, content_type="text/javascript")
    httpserver.expect_request("/favicon.ico").respond_with_data("")
    routes = [Route("GET", rule, f"pages.{rule}") for rule in ("/a", "/b/<int:number>", "/c")]
    address = httpserver.url_for("").rstrip("/")
    try:
        with chromium() as browser:
            looked = every_page.walk(browser, address, httpx.Cookies(), routes)
    except NoChromium as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    assert (looked.opened, looked.parts) == ({"/a": ["/a"], "/b/<int:number>": ["/b/7"]}, {"/c"})
    assert sorted(looked.violations) == ["/b/7: require-trusted-types-for", "/b/7: script-src-elem"]
    assert [one.partition(": <")[0] for one in looked.barriers] == ["/b/7: light, label", "/b/7: dark, label"]


def test_what_another_site_sends_is_seen_where_it_is_taken(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/taken", method="POST").respond_with_data("")
    httpserver.expect_request("/refused", method="DELETE").respond_with_data("", status=403)
    routes = [Route("POST", "/taken", "pages.take"), Route("DELETE", "/refused", "pages.refuse")]
    taken = every_page.from_other_sites(httpx.Cookies(), httpserver.url_for("").rstrip("/"), routes)
    assert [one.partition(" {")[0] for one in taken] == ["POST /taken"] * len(every_page.OTHER_SITES)
