"""Documents from the request that sends them to the question that finds them."""

import io
import socket
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from cci_app.core.database import system_transaction
from cci_app.core.errors import Unavailable
from cci_app.core.outbound.fetch import FetchError, FetchReason
from cci_app.jobs.models import Job
from cci_app.knowledge.documents import ingestion, register
from cci_app.knowledge.documents.ingestion import run_ingestion
from cci_app.knowledge.reading import process
from cci_app.knowledge.search.retrieval import search
from config.samples.guide.make_pdf import GUIDES, HERE
from tests.conftest import Tenant
from tests.fakes.addresses import NAMES, SITE
from tests.fakes.internet import Internet
from tests.knowledge.desk import Desk

DOCUMENTS = "/api/v1/knowledge/documents"
GUIDE = (HERE.parent / "documents" / GUIDES["guide-des-services.md"]).read_bytes()
MARKDOWN = "# Les visas\n\nNous suivons les visas de vos salariés.\n\n## Délais\n\nLes délais varient.".encode()
Rows = Callable[..., list[dict[str, Any]]]


def word() -> bytes:
    made = docx.Document()
    made.add_heading("Los visados", 0)
    made.add_heading("Plazos", 1)
    made.add_paragraph("Los plazos de un visado varían según el país y la temporada.")
    made.add_paragraph("un pasaporte", style="List Bullet")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Largo", "libre"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


PAGE = """<!doctype html><title>Visas | Site</title><nav><a href="/menu">Menu</a></nav><main><h1>Les visas</h1>
<p>Nous suivons les visas de vos salariés, de la demande à la carte, avec les services de l'immigration.</p>
<h2>Délais</h2><p>Les délais varient selon le pays et la saison, comptez souvent trois semaines.</p></main>"""


_TEXT = ("text", "Lettre", "fr", None, None)


@pytest.mark.parametrize(
    ("name", "data", "kind", "title", "language", "heading", "page"),
    [
        ("guide.pdf", GUIDE, "pdf", "Guide des services", "fr", "Diagnostic de marché", 2),
        ("visados.docx", word(), "docx", "Los visados", "es", "Plazos", None),
        ("visas.md", MARKDOWN, "markdown", "Les visas", "fr", "Délais", None),
        ("visas.html", PAGE.encode(), "html", "Les visas", "fr", "Délais", None),
        ("visas.txt", "Les visas\n\nNous suivons les délais.".encode(), "text", "Les visas", "fr", None, None),
        ("visas.txt", PAGE.encode(), "html", "Les visas", "fr", "Délais", None),
        ("visas.xml", b"<?xml version='1.0'?>\n" + PAGE.encode(), "html", "Les visas", "fr", "Délais", None),
        ("lettre.txt", "Objet : visas\nDe: a@example.org\n\nNous suivons les délais.".encode(), *_TEXT),
    ],
)
def test_a_file_is_read_by_its_content_and_found(
    desk: Desk, name: str, data: bytes, kind: str, title: str, language: str, heading: str | None, page: int | None
) -> None:
    sent = desk.upload(name, data)
    assert sent.json is not None
    assert (sent.json["status"], sent.json["progress"], sent.json["title"]) == ("pending", 0, name)
    ready = desk.done(sent)
    assert (ready["status"], ready["progress"], ready["reason"]) == ("ready", 100, None)
    assert (ready["kind"], ready["title"], ready["language"]) == (kind, title, language)
    assert ready["passages"] >= 1
    [best, *_] = desk.find("diagnostic de marché" if kind == "pdf" else "plazos délais", limit=1, language=language)
    assert (best["document_id"], best["heading"], best["page"]) == (ready["id"], heading, page)


def test_a_text_and_what_a_person_says_of_it(desk: Desk) -> None:
    named = desk.done(desk.upload("a.md", MARKDOWN, title="Nos visas", language="es"))
    assert (named["title"], named["language"]) == ("Nos visas", "es")
    assert "Les visas › Délais" in {each["heading"] for each in desk.find("visas délais", language="es")}
    sent = desk.call("POST", json={"title": "Horario", "text": "Abrimos\n\nDe ocho a cinco.", "language": "es"})
    ready = desk.done(sent)
    assert (ready["origin"], ready["title"], ready["language"], ready["status"]) == ("text", "Horario", "es", "ready")
    assert desk.find("abrimos", language="es")[0]["text"] == "De ocho a cinco."


def test_what_is_sent_again_is_no_second_document(desk: Desk, store: Path) -> None:
    first = desk.done(desk.upload("a.md", MARKDOWN))
    again = desk.upload("b.md", MARKDOWN)
    assert again.status_code == 200
    assert again.json is not None
    assert again.json["id"] == first["id"]
    assert len([path for path in store.rglob("*") if path.is_file()]) == 1


def test_the_same_file_many_times_at_once_is_one_document(
    app: Flask, tenant: Tenant, desk: Desk, bells: list[uuid.UUID]
) -> None:
    ids: set[int] = set()

    def send() -> None:
        with app.app_context():
            ids.add(register.add_file(tenant.organisation_id, "a.md", MARKDOWN, register.Said(), None)[0])

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 1
    assert len(bells) == 1


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", 415),
        ("book.xlsx", b"", 422),
        ("old.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), 415),
        ("large.txt", b"x" * 10_485_761, 413),
        ("visas.rtf", rb"{\rtf1\ansi Les visas}", 415),
        ("visas.txt", b"\xef\xbb\xbf\n" + rb"{\rtf1\ansi Les visas}", 415),
        ("plan.svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>Visas</text></svg>', 415),
        ("plan.txt", b'<svg viewBox="0 0 9 9"><text>Visas</text></svg>', 415),
        ("feed.md", "<?xml version='1.0'?><rss><title>Visas</title></rss>".encode("utf-16"), 415),
        ("page.ps", b"%!PS-Adobe-3.0\n(Les visas) show", 415),
        ("mail.eml", b"From: a@example.org\r\nSubject: Les visas\r\n of May\r\nMIME-Version: 1.0\r\n\r\nBonjour", 415),
        ("card.txt", b"BEGIN:VCARD\r\nFN:Camille\r\nEND:VCARD", 415),
        ("key.txt", b"-----BEGIN PRIVATE KEY-----\nMIIE\n", 415),
    ],
)
def test_what_is_no_document_is_refused_at_the_door(
    desk: Desk, store: Path, name: str, data: bytes, status: int
) -> None:
    refused = desk.upload(name, data)
    assert refused.status_code == status
    assert refused.json is not None
    assert refused.json["error"]["message"]
    assert desk.call("GET").json == {"documents": [], "next": None}
    assert not store.exists()


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"url": "http://example.org/"}, {"url": "https://user:secret@example.org/"}, {"text": "a"}, [1]),
        *(
            {"url": "https://example.org/", "text": "a"},
            {"text": "", "title": "a"},
            {"title": "a", "text": "a", "x": 1},
        ),
    ],
)
def test_other_bodies_are_refused(desk: Desk, body: Any) -> None:
    assert desk.call("POST", json=body).status_code == 422


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("cut.pdf", GUIDE[:700], "damaged"), ("cut.docx", word()[:2000], "damaged"), ("rule.md", b"***", "empty")],
)
def test_what_cannot_be_read_has_a_reason_in_words(desk: Desk, name: str, data: bytes, code: str) -> None:
    failed = desk.done(desk.upload(name, data))
    assert (failed["status"], failed["reason"]["code"]) == ("failed", code)
    assert all(failed["reason"][language].endswith(".") for language in ("en", "fr", "es"))


def test_the_list_and_its_filters(desk: Desk) -> None:
    for name, data in (("a.md", MARKDOWN), ("b.docx", word()), ("c.md", b"***")):
        desk.done(desk.upload(name, data))
    desk.upload("d.txt", b"Plus tard.")

    def listed(**query: Any) -> list[str]:
        found = desk.call("GET", query_string=query).json
        assert found is not None
        return [each["source"] for each in found["documents"]]

    assert listed() == ["d.txt", "c.md", "b.docx", "a.md"]
    assert listed(status="ready") == ["b.docx", "a.md"]
    assert (listed(status="failed"), listed(status="pending")) == (["c.md"], ["d.txt"])
    assert (listed(kind="docx"), listed(language="es"), listed(title="VISAS")) == (["b.docx"], ["b.docx"], ["a.md"])
    assert listed(title="%") == []
    page = desk.call("GET", query_string={"limit": 2}).json
    assert page is not None
    assert listed(limit=2, before=page["next"]) == ["b.docx", "a.md"]


def test_a_removed_document_is_gone_with_its_passages_and_its_file(desk: Desk, store: Path, rows: Rows) -> None:
    ready = desk.done(desk.upload("a.md", MARKDOWN))
    assert desk.call("DELETE", f"/{ready['id']}").json == {"id": ready["id"], "removed": True}
    assert desk.call("DELETE", f"/{ready['id']}").status_code == 404
    assert desk.call("GET", f"/{10**30}").status_code == 404
    assert desk.find("visas") == []
    assert [path for path in store.rglob("*") if path.is_file()] == []
    assert rows("SELECT 1 FROM knowledge_chunks WHERE document_id = :id", id=ready["id"]) == []


def test_a_document_that_is_removed_under_work_stays_removed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    sent = desk.upload("a.md", MARKDOWN)
    assert sent.json is not None
    read = process.read

    def removed_meanwhile(*args: Any) -> Any:
        assert desk.call("DELETE", f"/{sent.json['id']}").status_code == 200  # type: ignore[index]
        return read(*args)

    monkeypatch.setattr(ingestion, "read", removed_meanwhile)
    desk.work()
    assert rows("SELECT 1 FROM knowledge_documents WHERE id = :id", id=sent.json["id"]) == []


def test_an_upload_that_the_store_does_not_take_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def put(self, *_: Any) -> None:
            raise Unavailable("the store does not answer")

        def delete(self, _: str) -> None:
            """Nothing is there."""

    monkeypatch.setattr(register, "file_store", lambda _: Down())
    assert desk.upload("a.md", MARKDOWN).status_code == 503
    assert desk.call("GET").json == {"documents": [], "next": None}


def test_an_upload_that_was_lost_says_so(desk: Desk, store: Path) -> None:
    sent = desk.upload("a.md", MARKDOWN)
    next(path for path in store.rglob("*") if path.is_file()).unlink()
    assert desk.done(sent)["reason"]["code"] == "upload_lost"


def interrupt(job_id: uuid.UUID, attempts: int) -> None:
    """Leave a job as a worker does that is killed."""
    with system_transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.id == job_id)
            .values(state="running", attempts=attempts, lease_token=uuid.uuid4(), lease_until=sa.func.now())
        )


def test_a_killed_worker_is_followed_by_another(desk: Desk, bells: list[uuid.UUID], rows: Rows) -> None:
    sent = desk.upload("a.md", MARKDOWN)
    assert sent.json is not None
    job_id = bells[0]
    interrupt(job_id, attempts=1)
    assert desk.call("GET", f"/{sent.json['id']}").json["status"] == "processing"  # type: ignore[index]
    ready = desk.done(sent)
    run_ingestion(job_id)
    assert (ready["status"], ready["passages"]) == ("ready", 2)
    counted = rows("SELECT count(*) AS n FROM knowledge_chunks WHERE document_id = :id", id=ready["id"])
    assert counted[0]["n"] == 2


def test_work_that_is_interrupted_too_often_fails(desk: Desk, bells: list[uuid.UUID]) -> None:
    sent = desk.upload("a.md", MARKDOWN)
    interrupt(bells[0], attempts=3)
    failed = desk.done(sent)
    assert (failed["status"], failed["reason"]["code"]) == ("failed", "interrupted")
    assert desk.done(desk.call("POST", f"/{failed['id']}/reindex"))["status"] == "ready"


def test_a_page_of_the_web(desk: Desk, internet: Internet) -> None:
    ready = desk.done(desk.call("POST", json={"url": f"https://{SITE}/visas"}))
    assert (ready["status"], ready["kind"], ready["title"]) == ("ready", "html", "Site")
    assert desk.call("POST", json={"url": f"https://{SITE}/visas"}).status_code == 200
    copy = desk.done(desk.call("POST", json={"url": f"https://{SITE}/visas?again"}))
    assert (copy["status"], copy["reason"]["code"]) == ("failed", "duplicate")
    inside = desk.done(desk.call("POST", json={"url": "https://internal.example.org/"}))
    assert inside["reason"]["code"] == "address_not_allowed"
    assert internet.hits == 0


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("exmaple.org", "host_not_found"),
        ("wwww.example.co.uk", "host_not_found"),
        # Whether there is such a name inside is not told.
        *(
            (name, "address_not_allowed")
            for name in ("redis", "nobody", "db.internal", "x.svc.cluster.local", "a.corp")
        ),
        ("internal.example.org", "address_not_allowed"),
    ],
)
def test_a_site_that_does_not_exist_is_named_as_such(
    desk: Desk, internet: Internet, monkeypatch: pytest.MonkeyPatch, host: str, code: str
) -> None:
    resolve = socket.getaddrinfo

    def nowhere(name: Any, *args: Any, **options: Any) -> Any:
        if name == host and host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(name, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    failed = desk.done(desk.call("POST", json={"url": f"https://{host}/"}))
    assert (failed["status"], failed["reason"]["code"]) == ("failed", code)


def test_this_machine_is_fetched_from_where_a_setting_allows_it(
    desk: Desk, app: Flask, httpserver: HTTPServer, web: FlaskClient, tenant: Tenant
) -> None:
    httpserver.expect_request("/visas").respond_with_data(PAGE, content_type="text/html")
    here, crawls = httpserver.url_for("/visas"), "/api/v1/knowledge/crawls"
    for refused in (
        desk.call("POST", json={"url": here}),
        web.post(crawls, json={"url": here}, headers=tenant.headers),
        desk.call("POST", json={"url": "ftp://example.org/"}),
    ):
        assert refused.status_code == 422
        assert refused.json is not None
        assert "https://" in str(refused.json["error"]["details"]["url"])
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"fetch_loopback": True})
    assert desk.done(desk.call("POST", json={"url": here}))["status"] == "ready"
    assert web.post(crawls, json={"url": here}, headers=tenant.headers).status_code == 202
    # Still nowhere else over http.
    assert desk.call("POST", json={"url": "http://example.org/"}).status_code == 422
    app.config["SETTINGS"] = before


def test_a_site_that_does_not_answer_is_waited_for(desk: Desk, bells: list[uuid.UUID]) -> None:
    sent = desk.call("POST", json={"url": "https://example.org/"})
    assert sent.json is not None

    def busy(*_: Any, **__: Any) -> Any:
        raise FetchError(FetchReason.BUSY, "example.org cannot answer at present (503)")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingestion, "fetch", busy)
        waiting = desk.done(sent)
    assert (waiting["status"], waiting["reason"]["code"]) == ("pending", "site_unreachable")


def test_while_a_document_is_read_again_readers_see_the_old_or_the_new(
    app: Flask, desk: Desk, tenant: Tenant, store: Path
) -> None:
    old = " ".join(f"Ancienne phrase numéro {number} sur les visas." for number in range(120))
    new = " ".join(f"Nouvelle phrase numéro {number} sur les visas." for number in range(120))
    ready = desk.done(desk.upload("a.txt", old.encode()))
    seen: list[set[str]] = []
    ended = threading.Event()

    def look() -> None:
        with app.app_context():
            while not ended.is_set():
                found = search(tenant.organisation_id, "phrase visas", "fr", 20)
                seen.append({passage.text.split()[0] for passage in found})

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    file = next(path for path in store.rglob("*") if path.is_file())
    for text in (new, old) * 4:
        file.write_bytes(text.encode())
        assert desk.done(desk.call("POST", f"/{ready['id']}/reindex"))["status"] == "ready"
    ended.set()
    for reader in readers:
        reader.join()
    assert {"Ancienne"} in seen
    assert {"Nouvelle"} in seen
    assert [mixed for mixed in seen if len(mixed) != 1] == []


def test_a_reading_that_fails_keeps_what_was_there(desk: Desk, store: Path) -> None:
    ready = desk.done(desk.upload("a.md", MARKDOWN))
    next(path for path in store.rglob("*") if path.is_file()).write_bytes(b"\x00\x01\x02\x03")
    failed = desk.done(desk.call("POST", f"/{ready['id']}/reindex"))
    assert (failed["status"], failed["reason"]["code"], failed["passages"]) == ("failed", "not_text", 2)
    assert len(desk.find("visas délais", language="fr")) == 2
