"""What the server does for a page: statements, polls that find nothing new, roles, other sites, and all its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from babel.messages.extract import extract_from_dir
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.contacts.wishes import ContactWish, keep_wish
from cci_app.core import clock
from cci_app.core.database import db, tenant_transaction
from cci_app.core.queue import Task
from cci_app.dashboard import words
from cci_app.dashboard.formats import milliseconds, phone, share
from cci_app.dashboard.kept import Kept
from cci_app.jobs.ledger import enqueue
from cci_app.knowledge.models import UnansweredQuestion
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.admin.contacts import add_contact
from tests.conftest import Tenant
from tests.exports.conftest import Add, add
from tests.inbox.requests import request_for
from tests.knowledge.ready import make_document

__all__ = ["Add", "add"]

# What belongs to connections, transactions, the count of requests and what is remembered for seconds, not to the page.
BESIDE = (
    *("BEGIN", "COMMIT", "SELECT 1", "INSERT INTO api_metrics"),
    *("SELECT chatbots.id, chatbots.name", "SELECT assistant_versions.organisation_id"),
)
# Of the session, of who looks, and of the page itself.
STATEMENTS = {
    # One more where an assistant has a menu.
    "": 11,
    "/conversations": 6,
    "/conversations/{conversation}": 7,
    "/contacts": 4,
    "/contacts/{contact}": 6,
    "/knowledge": 5,
    "/knowledge/{document}": 5,
    "/knowledge/questions": 4,
    "/exports": 5,
    "/system": 8,
    "/chatbots": 3,
    "/tools": 8,
    "/usage": 12,
    "/inbox": 6,
    "/inbox/{handoff}": 14,
}
READS = [f"/admin{path}" for path in STATEMENTS]
CHANGES = (
    "/admin/contacts/compare",
    "/admin/contacts/replace",
    "/admin/contacts/+573001234567/erase",
    "/admin/knowledge",
    "/admin/knowledge/address",
    "/admin/knowledge/drive",
    "/admin/knowledge/1/read",
    "/admin/knowledge/1/remove",
    "/admin/knowledge/answers",
    "/admin/knowledge/answers/1/remove",
    "/admin/knowledge/questions/dismiss",
    "/admin/exports",
    *("/admin/chatbots", "/admin/tools/http", "/admin/tools/server", "/admin/usage/limits"),
    "/admin/usage/alerts/1/resolved",
    *(f"/admin/inbox/1/{act}" for act in ("take", "reply", "note", "assign", "labels", "close", "reopen", "draft")),
)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that are executed in the block, without those that set a transaction up."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "set_config" not in statement.split(";")[0] and not statement.startswith(BESIDE):
            seen.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_page_asks_the_database_so_often_however_much_there_is(
    app: Flask, tenant: Tenant, browser: FlaskClient, add: Add, path: str
) -> None:
    for number in range(12):
        add(texts=["Hola"] * 6, started_at=clock.now() - timedelta(hours=number + 1), company="Café Uno")
        add_contact(tenant, f"+5730000000{number:02}", first_name="Ana", company="Café Uno")
        document = make_document(tenant, f"Visas {number}", "Uno.", "Dos.")
    last = add(texts=["Hola"] * 30, user_id="+573000000001")
    handoff = request_for("get_handoff", tenant, browser)["handoff_id"]
    address = path.format(conversation=last, contact="+573000000001", document=document.id, handoff=handoff)
    with counted(app) as seen:
        assert browser.get(f"/admin{address}").status_code == 200
    assert len(seen) <= STATEMENTS[path], "\n".join(seen)


@pytest.mark.parametrize("path", ["", "/conversations?known=x", "/exports", "/system", "/knowledge", "/inbox"])
def test_a_poll_that_finds_nothing_new_is_told_so(browser: FlaskClient, add: Add, path: str) -> None:
    add(started_at=clock.now() - timedelta(hours=1))
    first = browser.get(f"/admin{path}", headers={"HX-Request": "true"})
    tag = first.headers.get("HX-PTag") or first.text.partition('hx-ptag="')[2].partition('"')[0]
    again = browser.get(f"/admin{path}", headers={"HX-Request": "true", "HX-PTag": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_an_idle_poll_asks_for_what_is_newest_once_a_second(app: Flask, browser: FlaskClient, add: Add) -> None:
    add(started_at=clock.now() - timedelta(hours=1))
    first = browser.get("/admin/conversations").text
    tag = first.partition('hx-ptag="')[2].partition('"')[0]
    asked = {"HX-Request": "true", "HX-PTag": tag}
    with counted(app) as seen:
        assert browser.get(f"/admin/conversations?known={tag}", headers=asked).status_code == 304
    assert len(seen) == 1, "\n".join(seen)
    # Not even that within a second; the look at the session goes by the driver, and is not counted.
    with counted(app) as seen:
        assert browser.get(f"/admin/conversations?known={tag}", headers=asked).status_code == 304
    assert len(seen) <= 1


def test_a_poll_hears_of_what_is_new(browser: FlaskClient, add: Add) -> None:
    add(started_at=clock.now() - timedelta(hours=2))
    page = browser.get("/admin/conversations").text
    known = page.partition('hx-ptag="')[2].partition('"')[0]
    add(started_at=clock.now() - timedelta(hours=1))
    poll = browser.get(f"/admin/conversations?known={known}", headers={"HX-Request": "true", "HX-PTag": known})
    assert poll.status_code == 200
    assert "Hay algo nuevo" in poll.text


@pytest.mark.parametrize("path", READS)
def test_a_page_is_shown_to_members_alone(app: Flask, web: FlaskClient, tenant: Tenant, path: str) -> None:
    of_nothing = "{" in path
    path = path.format(
        conversation="00000000-0000-0000-0000-000000000001", contact="+573000000001", document=1, handoff=1
    )
    stranger = web.get(path)
    assert (stranger.status_code, stranger.headers["Location"].partition("?")[0]) == (303, "/login")
    # A key is for programs.
    assert web.get(path, headers=tenant.headers).status_code == 303
    viewer = sign_in(app, make_member(tenant, Role.VIEWER)).get(path)
    assert viewer.status_code == (403 if path == "/admin/exports" else 404 if of_nothing else 200)
    assert "html" in viewer.content_type


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_is_changed_from_another_site_or_by_who_may_only_look(
    app: Flask, tenant: Tenant, browser: FlaskClient, path: str
) -> None:
    for origin in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert browser.post(path, headers=origin).status_code == 403
    roles = (Role.VIEWER,) if path.startswith("/admin/inbox") else (Role.VIEWER, Role.AGENT)
    for role in roles:
        assert sign_in(app, make_member(tenant, role)).post(path, headers=OURS).status_code == 403


@pytest.mark.parametrize("path", READS)
def test_a_page_shows_nothing_of_another_organisation(app: Flask, tenant: Tenant, add: Add, path: str) -> None:
    from tests.conftest import make_tenant

    run_id = add(texts=["canari-91"], company="canari-91", contact_name="canari-91")
    add_contact(tenant, first_name="canari-91")
    document = make_document(tenant, "canari-91", "canari-91")
    stranger = sign_in(app, make_member(make_tenant(f"other-{run_id.hex[:8]}")))
    handoff = request_for("get_handoff", tenant, stranger)["handoff_id"]
    address = path.format(conversation=run_id, contact="+573001234567", document=document.id, handoff=handoff)
    shown = stranger.get(address)
    assert b"canari-91" not in shown.data
    assert shown.status_code == (404 if "{" in path else 200)


def test_a_page_of_nothing_says_what_to_do(browser: FlaskClient) -> None:
    for path in ("/conversations", "/contacts", "/knowledge", "/exports", "/inbox", "/inbox?view=mine"):
        assert 'class="card empty"' in browser.get(f"/admin{path}").text, path
    assert "Nadie ha escrito en este periodo" in browser.get("/admin").text


@pytest.mark.parametrize(
    "path",
    [
        "/conversations?start_date=2026-02-01&end_date=2026-01-01",
        "/conversations?before=x",
        "/conversations?user_id=0",
        "/contacts?before=x",
        "/knowledge?status=gone",
        "/system?outbox=gone&jobs=gone",
        "/inbox?view=gone",
        "/usage?start_date=2026-02-01&end_date=2026-01-01",
        "/usage?start_date=x",
        "/inbox?before=x",
    ],
)
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(browser: FlaskClient, path: str) -> None:
    assert browser.get(f"/admin{path}").status_code in {200, 422}


@pytest.mark.parametrize("language", ["es", "fr"])
def test_the_files_of_words_are_read_without_a_complaint(language: str, capfd: pytest.CaptureFixture[str]) -> None:
    words.catalogue.cache_clear()
    assert words.catalogue(language) is not None
    told = capfd.readouterr()
    assert told.out + told.err == ""


def test_every_word_is_there_in_every_language() -> None:
    folder = Path(words.__file__).parent
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords: Any = {"_": None, "gettext": None, "ngettext": (1, 2)}
    used = {message for _, _, message, _, _ in extract_from_dir(folder, methods, keywords=keywords)}
    assert len(used) > 200
    for language in ("es", "fr"):
        catalogue = words.catalogue(language)
        assert catalogue is not None
        told = {message.id: message.string for message in catalogue if message.id}
        assert {each for each in used if not told.get(each)} == set(), language
        assert set(told) - used == set(), language
        pairs: Any = told.items()
        for english, said in pairs:
            for text in said if isinstance(said, tuple) else (said,):
                original = english[0] if isinstance(english, tuple) else english
                assert placeholders(text) == placeholders(original), text


def placeholders(text: str) -> set[str]:
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def test_figures_that_many_ask_for_are_found_once() -> None:
    now = [0.0]
    kept: Kept[int] = Kept(10.0, most=2, clock=lambda: now[0])
    found = iter(range(9))
    assert [kept.get("a", lambda: next(found)) for _ in range(3)] == [0, 0, 0]
    now[0] = 11.0
    assert kept.get("a", lambda: next(found)) == 1
    kept.get("b", lambda: next(found))
    kept.get("c", lambda: next(found))
    assert kept.get("a", lambda: next(found)) == 4


def test_a_figure_is_never_better_than_it_is(app: Flask) -> None:
    from flask import g

    with app.test_request_context():
        g.page_language = "fr"
        assert share(0.9999) == "99,9\u202f%"
        assert share(1.0) == "100\u202f%"
        assert milliseconds(0.4) == "< 1 ms"
        assert milliseconds(1250) == "1,2 s"
        assert phone("+573001234567") == "+57 300 123 4567"
        assert phone("manychat:12") == "manychat:12"


def test_a_person_is_erased_from_their_page(browser: FlaskClient, tenant: Tenant, store: Path) -> None:
    add_contact(tenant, "+573001234567", first_name="Ana")
    address = "/admin/contacts/+573001234567"
    with tenant_transaction(tenant.organisation_id) as session:
        keep_wish(session, tenant.organisation_id, "+573001234567", ContactWish.GONE)
    shown = browser.get(address).text
    assert "ya no trabaja" in shown
    assert "/api/v1/admin/people/%2B573001234567/export" in shown
    taken = browser.get("/api/v1/admin/people/%2B573001234567/export")
    assert taken.json is not None
    assert taken.json["contact"]["first_name"] == "Ana"
    assert browser.post(f"{address}/erase", headers=OURS).status_code == 303
    assert browser.get(address).status_code == 404


def test_the_right_answer_is_written_once(browser: FlaskClient, tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        for number, question in enumerate(("¿tienen parqueadero?", "¿hay parqueadero?"), 1):
            known = {"organisation_id": tenant.organisation_id, "assistant": "cci", "user_id": f"+57300000000{number}"}
            asked = {"question": question, "language": "es", "asked_at": clock.now()}
            session.add(UnansweredQuestion(**known, **asked, event_id=tenant.organisation_id * 100 + number))
    address = "/admin/knowledge/questions"
    shown = browser.get(address).text
    assert "preguntada 2 veces" in shown
    numbers = shown.partition('name="questions" value="')[2].partition('"')[0]
    form = {"questions": numbers, "examples": "¿tienen parqueadero?\n\navez-vous un parking ?", "es": "", "fr": ""}
    refused = browser.post("/admin/knowledge/answers", data=form, headers=OURS)
    assert "al menos en un idioma" in refused.text
    written = browser.post("/admin/knowledge/answers", data={**form, "es": "Sí, en el sótano."}, headers=OURS)
    assert (written.status_code, written.headers["Location"]) == (303, address)
    after = browser.get(address).text
    assert "Todas las preguntas tuvieron respuesta" in after
    assert "Sí, en el sótano." in after


def test_an_export_is_no_reload_of_contacts(browser: FlaskClient, tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        job = enqueue(session, tenant.organisation_id, Task.EXPORT, {}, "request-1").id
    assert browser.get(f"/admin/contacts/reloads/{job}").status_code == 404
