"""Chats on the web: who may show one, who may write in it, and what a page is told."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.conversation.log import log_conversations
from cci_app.core.database import db
from cci_app.core.errors import InvalidInput
from cci_app.people.erasure import erase_person
from cci_app.web_chats.page_routes import STATIC
from cci_app.web_chats.register import read_origin
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.tools.ready import make_chatbot

Rows = Callable[..., list[dict[str, Any]]]
SITE = "https://www.example.org"


class Visit:
    """A browser on somebody's page."""

    def __init__(self, web: FlaskClient, token: str, origin: str | None = SITE) -> None:
        self._web = web
        self._path = f"/api/v1/chat/{token}"
        self._origin = {"Origin": origin} if origin else {}
        self.visitor = ""
        self._number = 0

    def ask(self, method: str, rest: str = "", **body: Any) -> Any:
        headers = {**self._origin, **({"X-Chat-Visitor": self.visitor} if self.visitor else {})}
        return self._web.open(f"{self._path}{rest}", method=method, headers=headers, **body)

    def begin(self) -> "Visit":
        self.visitor = self.ask("POST", "/visits").get_json()["visitor"]
        return self

    def say(self, text: str, message_id: str | None = None) -> Any:
        self._number += 1
        body = {"text": text, "message_id": message_id or f"message-{self._number}"}
        return self.ask("POST", "/messages", json=body)


def opened(web: FlaskClient, tenant: Tenant, **more: Any) -> dict[str, Any]:
    body = {"origins": [SITE], "has_link": True, **more}
    answer = web.put("/api/v1/web-chats/cci", json=body, headers=tenant.headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_a_visitor_writes_on_a_page_and_reads_it_again(web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    made = opened(web, tenant)
    assert made["snippet"] == f'<script src="http://localhost/chat.js" data-chat="{made["token"]}" async></script>'
    visit = Visit(web, made["token"])
    about = visit.ask("GET")
    assert about.headers["Access-Control-Allow-Origin"] == SITE
    assert about.get_json()["languages"] == ["fr", "es"]
    # Nobody is known before they begin.
    assert visit.say("Bonjour").status_code == 401
    visit.begin()
    first = visit.say("Bonjour", "message-one").get_json()
    assert [each["by"] for each in first["messages"]] == ["visitor", "assistant"]
    assert first["messages"][0]["text"] == "Bonjour"
    again = visit.say("Bonjour", "message-one").get_json()
    assert again == first
    read = visit.ask("GET", "/messages").get_json()
    assert read == first
    assert visit.ask("GET", f"/messages?seen={read['tag']}").get_json()["messages"] is None
    second = visit.say("Oui, j'ai accédé à l'espace membre").get_json()
    assert [each["by"] for each in second["messages"]] == ["visitor", "assistant"] * 2
    # Another browser has a conversation of its own.
    assert Visit(web, made["token"]).begin().ask("GET", "/messages").get_json()["messages"] == []
    log_conversations()
    kept = rows(
        "SELECT user_id, user_message FROM conversations WHERE organisation_id = :id", id=tenant.organisation_id
    )
    assert {each["user_id"].partition(":")[0] for each in kept} == {"web"}
    assert len(kept) == 2


def test_a_humans_words_reach_the_page(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    visit = Visit(web, opened(web, tenant)["token"]).begin()
    visit.say("Bonjour")
    visit.say("Je veux parler à une personne")
    log_conversations()
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    request = agent.get("/api/v1/handoffs").get_json()["handoffs"][0]
    reply = agent.post(
        f"/api/v1/handoffs/{request['id']}/reply", json={"text": "Bonjour, ici Ana : je regarde."}, headers=OURS
    )
    assert reply.status_code == 200, reply.text
    thread = visit.ask("GET", "/messages").get_json()
    assert (thread["messages"][-1]["by"], thread["messages"][-1]["text"]) == ("human", "Bonjour, ici Ana : je regarde.")
    # The assistant says nothing while a human answers.
    after = visit.say("Merci").get_json()["messages"]
    assert [each["by"] for each in after[-2:]] == ["human", "visitor"]


@pytest.fixture
def public(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are sent only where channels can fetch them."""
    changed = {"public_url": "https://chat.example.org", "file_storage": str(tmp_path)}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changed))


@pytest.mark.usefixtures("public")
def test_a_colleagues_file_is_opened_by_whoever_may_read_its_message(
    app: Flask, web: FlaskClient, tenant: Tenant
) -> None:
    made = opened(web, tenant)
    visit = Visit(web, made["token"]).begin()
    visit.say("Bonjour")
    visit.say("Je veux parler à une personne")
    log_conversations()
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    request = agent.get("/api/v1/handoffs").get_json()["handoffs"][0]
    data = {"file": (io.BytesIO(b"%PDF-1.7 fictional"), "plan.pdf"), "text": "Voici le plan."}
    sent = agent.post(f"/api/v1/handoffs/{request['id']}/files", data=data, headers=OURS)
    assert sent.status_code == 200, sent.text
    message = visit.ask("GET", "/messages").get_json()["messages"][-1]
    assert message["text"] == "Voici le plan."
    assert message["files"] == [{"kind": "document", "name": "plan.pdf", "url": None}]
    file = visit.ask("GET", f"/files/{message['id']}", buffered=True)
    assert (file.status_code, file.data, file.mimetype) == (200, b"%PDF-1.7 fictional", "application/pdf")
    assert file.headers["Access-Control-Allow-Origin"] == SITE
    for other in ("o0", "a1", f"{message['id']}0", "x"):
        assert visit.ask("GET", f"/files/{other}").status_code == 404
    # Neither another visitor, nor another page, nor a chat that is over.
    assert Visit(web, made["token"]).begin().ask("GET", f"/files/{message['id']}").status_code == 404
    assert Visit(web, made["token"]).ask("GET", f"/files/{message['id']}").status_code == 401
    elsewhere = Visit(web, made["token"], "https://www.example.com")
    elsewhere.visitor = visit.visitor
    assert elsewhere.ask("GET", f"/files/{message['id']}").status_code == 403
    web.post("/api/v1/web-chats/cci/renew", headers=tenant.headers)
    assert visit.ask("GET", f"/files/{message['id']}").status_code == 401


def test_a_page_can_read_that_a_chat_is_over(web: FlaskClient, tenant: Tenant) -> None:
    visit = Visit(web, opened(web, tenant)["token"]).begin()
    web.post("/api/v1/web-chats/cci/renew", headers=tenant.headers)
    for method, rest in (("GET", ""), ("GET", "/messages"), ("POST", "/visits")):
        answer = visit.ask(method, rest)
        assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (401, SITE)
    before = visit.ask("OPTIONS", "/messages")
    assert (before.status_code, before.headers.get("Access-Control-Allow-Origin")) == (204, SITE)
    assert "X-Chat-Visitor" in before.headers["Access-Control-Allow-Headers"]


def test_it_is_set_though_somebody_removes_it_meanwhile(
    app: Flask, web: FlaskClient, tenant: Tenant, rows: Rows
) -> None:
    opened(web, tenant)

    def remove(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "web_chats" in statement and statement.startswith("SELECT"):
            rows("DELETE FROM web_chats WHERE organisation_id = :id", id=tenant.organisation_id)

    sa.event.listen(db.engine, "before_cursor_execute", remove)
    try:
        assert opened(web, tenant, has_link=False)["has_link"] is False
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", remove)


@pytest.mark.parametrize(
    "origin", ["https://www.example.com", "http://www.example.org", "https://www.example.org:8443", "null", ""]
)
def test_no_other_page_shows_it(web: FlaskClient, tenant: Tenant, origin: str) -> None:
    token = opened(web, tenant, has_link=False)["token"]
    for method, rest in (
        ("GET", ""),
        ("POST", "/visits"),
        ("GET", "/messages"),
        ("POST", "/messages"),
        ("OPTIONS", ""),
    ):
        answer = Visit(web, token, origin or None).ask(method, rest)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert web.get(f"/chat/{token}").status_code == 404


def test_a_browser_may_ask_before_it_sends(web: FlaskClient, tenant: Tenant) -> None:
    answer = Visit(web, opened(web, tenant)["token"]).ask("OPTIONS", "/messages")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "X-Chat-Visitor" in answer.headers["Access-Control-Allow-Headers"]


def test_a_token_is_of_one_chat_and_a_renewal_ends_it(web: FlaskClient, tenant: Tenant) -> None:
    token = opened(web, tenant)["token"]
    visit = Visit(web, token).begin()
    other = make_tenant(f"{tenant.slug}-2")
    stolen = Visit(web, opened(web, other)["token"])
    for given in (visit.visitor, visit.visitor[:-2] + "xx", "x", "WzEsIiJd.x"):
        stolen.visitor = given
        assert stolen.ask("GET", "/messages").status_code == 401
        assert stolen.say("Bonjour").status_code == 401
    renewed = web.post("/api/v1/web-chats/cci/renew", headers=tenant.headers).get_json()["token"]
    assert renewed != token
    assert visit.ask("GET", "/messages").status_code == 401
    assert Visit(web, renewed).begin().say("Bonjour").status_code == 200
    assert web.delete("/api/v1/web-chats/cci", headers=tenant.headers).get_json()["removed"]
    assert Visit(web, renewed).ask("GET").status_code == 401
    assert web.delete("/api/v1/web-chats/cci", headers=tenant.headers).status_code == 404
    # What belongs to another organisation is not seen, renewed or removed.
    assert web.post("/api/v1/web-chats/cci/renew", headers=tenant.headers).status_code == 404
    assert web.get("/api/v1/web-chats", headers=tenant.headers).get_json() == {"web_chats": []}
    assert len(web.get("/api/v1/web-chats", headers=other.headers).get_json()["web_chats"]) == 1


def test_who_writes_too_much_waits(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    token = opened(web, tenant)["token"]
    statuses = [
        web.post(
            f"/api/v1/chat/{token}/visits", headers={"Origin": SITE}, environ_base={"REMOTE_ADDR": "198.51.100.77"}
        ).status_code
        for _ in range(61)
    ]
    assert statuses == [201] * 60 + [429]


def test_bad_input_is_named(web: FlaskClient, tenant: Tenant) -> None:
    visit = Visit(web, opened(web, tenant)["token"]).begin()
    for body in ({"text": ""}, {"text": "x" * 4097, "message_id": "message-1"}, {"text": "x", "message_id": "1"}):
        assert visit.ask("POST", "/messages", json=body).status_code == 422
    assert visit.ask("GET", "/messages?sen=x").status_code == 422
    nobody = web.put("/api/v1/web-chats/nobody", json={}, headers=tenant.headers)
    assert nobody.status_code == 422


@pytest.mark.parametrize(
    "written",
    [
        *(
            "example.org",
            "ftp://example.org",
            "http://example.org",
            "https://example.org/shop",
            "https://*.example.org",
        ),
        *(
            "https://a:b@example.org",
            "https://",
            "https://example.org?x",
            "javascript:alert(1)",
            "https://[::1",
            "null",
        ),
    ],
)
def test_what_is_no_place_of_a_page_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="https"):
        read_origin(written)


def test_a_place_is_kept_as_browsers_tell_it() -> None:
    for written in ("https://Example.org/", " https://example.org:443 "):
        assert read_origin(written) == "https://example.org"
    assert read_origin("http://localhost:8080") == "http://localhost:8080"


def test_the_script_is_one_file_that_any_page_may_load(web: FlaskClient) -> None:
    with web.get("/chat.js") as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    text = (STATIC / "chat.js").read_text()
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
        "import(",
    ):
        assert forbidden not in text, forbidden


def test_the_page_of_a_link_asks_for_nothing_else(web: FlaskClient, tenant: Tenant) -> None:
    made = opened(web, tenant)
    page = web.get(made["link"], headers={"Accept-Language": "es"})
    assert page.status_code == 200
    assert 'lang="es"' in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert web.get("/chat/x").status_code == 404
    alone = Visit(web, made["token"], None).begin()
    assert alone.say("Hola").status_code == 200


def test_where_nobody_answers_the_page_is_told_so(web: FlaskClient, tenant: Tenant) -> None:
    chatbot = make_chatbot(tenant)
    path = f"/api/v1/chatbots/{chatbot}"
    name = web.get(path, headers=tenant.headers).get_json()["name"]
    assert web.post(f"{path}/publish", json={}, headers=tenant.headers).status_code == 200
    body = {"origins": [SITE], "has_link": True}
    made = web.put(f"/api/v1/web-chats/{name}", json=body, headers=tenant.headers).get_json()
    visit = Visit(web, made["token"]).begin()
    about = visit.ask("GET").get_json()
    assert set(about["greeting"]) == set(about["languages"])
    assert all(isinstance(text, str) and "{" not in text for text in about["greeting"].values())
    assert web.post(f"{path}/withdraw", headers=tenant.headers).status_code == 200
    for method, rest in (("GET", ""), ("GET", "/messages")):
        assert visit.ask(method, rest).status_code == 404
    assert visit.say("Hola").status_code == 404
    assert web.get(made["link"]).status_code == 404


def test_a_visitor_is_erased_as_anybody(web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    visit = Visit(web, opened(web, tenant)["token"]).begin()
    visit.say("Bonjour")
    log_conversations()
    found = rows("SELECT user_id FROM conversations WHERE organisation_id = :id", id=tenant.organisation_id)
    erase_person(tenant.organisation_id, found[0]["user_id"])
    assert visit.ask("GET", "/messages").get_json()["messages"] == []
