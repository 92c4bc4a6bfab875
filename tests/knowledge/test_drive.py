"""A folder at Google Drive: its files are documents, read again where they changed, gone where they are gone."""

import io
import uuid
from typing import Any

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from cci_app.admin import schedules
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.core.queue import Task
from cci_app.integrations.accounts import integrations
from cci_app.jobs.models import Job
from cci_app.knowledge.documents import drive as reading
from cci_app.knowledge.documents.drive import request_drive, run_drive
from cci_app.knowledge.reading.extraction import extract
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.fakes.drive import FOLDER, GOOGLE_DOCUMENT, ROOT, FakeDrive
from tests.fakes.sheets import EMAIL

MASS = "La messe du dimanche est à 10 h 30 à l'église Saint-Joseph, et la chorale répète le jeudi soir.".encode()
RETREAT = "# Retraite\n\nLa retraite des jeunes commence le 5 décembre au monastère, avec les animateurs.".encode()
BAPTISM = "Le baptême se prépare en trois rencontres, le samedi matin, avec le père Exemple et les parrains.".encode()


def word(text: str) -> bytes:
    """A document as Google exports one."""
    document, written = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(written)
    return written.getvalue()


WORD = word("Le guide de l'accueil dit comment inscrire un enfant au catéchisme, et à qui remettre les papiers.")


class Admin:
    """An admin whose organisation has a folder at Drive."""

    def __init__(self, web: FlaskClient, tenant: Tenant, drive: FakeDrive) -> None:
        self._web, self.tenant, self.drive = web, tenant, drive

    def send(self, method: str, path: str, body: Any = None) -> Any:
        return self._web.open(f"/api/v1{path}", method=method, json=body, headers=self.tenant.headers)

    def read(self, **more: str) -> dict[str, Any]:
        """The job of reading the folder, once it is over."""
        asked = self.send("POST", "/knowledge/drives", {"account": "facts", **more})
        assert asked.status_code == 202, asked.json
        run_drive(uuid.UUID(asked.json["id"]))
        return dict(self.send("GET", f"/admin/jobs/{asked.json['id']}").json)

    def figures(self, **more: str) -> dict[str, int]:
        """What came of reading it, where something did."""
        job = self.read(**more)
        assert job["state"] == "done", job
        return {name: count for name, count in job["result"].items() if count and name != "failed"}

    def titles(self) -> list[str]:
        return sorted(each["title"] for each in self.send("GET", "/knowledge/documents").json["documents"])

    def found(self, query: str, **more: str) -> list[str]:
        results = self.send("POST", "/knowledge/search", {"query": query, "language": "fr", **more}).json["results"]
        return [each["text"] for each in results]


@pytest.fixture
def admin(
    app: Flask, web: FlaskClient, tenant: Tenant, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> Admin:
    changes = {"fetch_loopback": True}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))
    # How documents are read in a process of their own is tested with uploads.
    monkeypatch.setattr(reading, "read", extract)
    drive = FakeDrive(httpserver)
    drive.put("mass", "horaires.txt", MASS)
    drive.put("sub-folder", "Jeunes", b"", FOLDER)
    drive.put("retreat", "retraite.md", RETREAT, "application/octet-stream", parent="sub-folder")
    drive.put("guide", "Guide", WORD, GOOGLE_DOCUMENT)
    drive.put("photo", "photo.png", b"\x89PNG", "image/png")
    order = {"folder_id": f"https://drive.google.com/drive/folders/{ROOT}?usp=sharing", "drive_url": drive.address}
    integrations.add(tenant.organisation_id, "google_drive", "facts", order, {"service_account": drive.account})
    return Admin(web, tenant, drive)


def test_the_files_of_the_folder_and_of_those_in_it_become_documents(admin: Admin) -> None:
    assert admin.figures() == {"added": 3, "ignored": 1}
    assert sorted(admin.drive.given) == ["guide", "mass", "retreat"]
    assert any("10 h 30" in text for text in admin.found("à quelle heure est la messe du dimanche"))
    (listed,) = admin.send("GET", "/integrations").json
    assert (listed["state"], listed["settings"]["folder_id"]) == ("working", ROOT)
    assert "PRIVATE KEY" not in str(listed)


def test_only_what_changed_is_read_again_and_what_is_gone_goes(admin: Admin) -> None:
    admin.read()
    assert admin.drive.given
    assert admin.figures() == {"unchanged": 3, "ignored": 1}
    assert admin.drive.given == []
    admin.drive.put("mass", "horaires.txt", MASS.replace(b"10 h 30", b"11 h"))
    admin.drive.put("baptism", "bapteme.txt", BAPTISM)
    del admin.drive.kept["guide"]
    assert admin.figures() == {"added": 1, "changed": 1, "unchanged": 1, "ignored": 1, "removed": 1}
    assert sorted(admin.drive.given) == ["baptism", "mass"]
    assert any("11 h" in text for text in admin.found("à quelle heure est la messe du dimanche"))
    assert len(admin.titles()) == 3


def test_a_document_that_was_only_touched_or_renamed_stays_itself(admin: Admin) -> None:
    admin.read()
    before = admin.send("GET", "/knowledge/documents").json["documents"]
    admin.drive.put("guide", "Guide", WORD, GOOGLE_DOCUMENT)
    admin.drive.put("mass", "messes.txt", MASS)
    assert admin.figures() == {"unchanged": 3, "ignored": 1}
    assert admin.send("GET", "/knowledge/documents").json["documents"] == before


def test_a_file_that_is_not_given_is_told_and_stops_nothing(admin: Admin) -> None:
    admin.read()
    admin.drive.put("mass", "horaires.txt", bytes(range(256)) * 4)
    admin.drive.put("guide", "Guide", WORD + b" ", GOOGLE_DOCUMENT)
    admin.drive.put("book", "livre.pdf", b"", "application/pdf")
    admin.drive.kept["book"]["told"]["size"] = str(10**9)
    admin.drive.put("secret", "secret.txt", BAPTISM)
    admin.drive.refused = {"guide": "exportSizeLimitExceeded", "secret": "cannotDownloadFile"}
    result = admin.read()["result"]
    told = {each["file"]: each["reason"] for each in result["failed"]}
    assert told == {
        "horaires.txt": "not_text",
        "Guide": "too_large",
        "livre.pdf": "too_large",
        "secret.txt": "unreachable",
    }
    assert {"en", "fr", "es"} <= result["failed"][0].keys()
    # What was made of them before stays.
    assert any("10 h 30" in text for text in admin.found("à quelle heure est la messe du dimanche"))


def test_a_folder_that_is_not_seen_empties_nothing_and_says_what_to_do(admin: Admin) -> None:
    admin.read()
    admin.drive.is_shared = False
    job = admin.read()
    assert job["state"] == "failed"
    assert f"share it with {EMAIL} as viewer" in job["reason"]
    assert job["reason"].startswith("folder_id: ")
    assert len(admin.titles()) == 3
    (listed,) = admin.send("GET", "/integrations").json
    assert (listed["state"], listed["reason"]) == ("failing", job["reason"])


def test_a_key_that_is_not_accepted_is_told(admin: Admin) -> None:
    admin.drive.key_accepted = False
    assert "does not accept the key" in admin.read()["reason"]
    checked = admin.send("POST", "/integrations/google_drive/facts/check").json
    assert checked["reason"].startswith("service_account: ")


def test_a_drive_that_does_not_serve_is_asked_later(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cci_app.integrations.patience.FAULTS", 1)
    admin.drive.ordered = [("GET /drive/v3/files$", 503, False)] * 3
    assert admin.read()["state"] == "queued"


def test_no_address_inside_is_connected_to(app: Flask, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    account = integrations.find(admin.tenant.organisation_id, "google_drive", "facts")
    assert account is not None
    closed = app.config["SETTINGS"].model_copy(update={"fetch_loopback": False})
    monkeypatch.setitem(app.config, "SETTINGS", closed)
    monkeypatch.setattr("cci_app.integrations.google.patiently", lambda _service, call: call())
    with pytest.raises(Exception, match="NotPublic"):
        account.open().files()
    assert admin.drive.requests == []


def test_the_documents_are_of_one_assistant_where_it_is_named(admin: Admin) -> None:
    admin.figures(assistant="concierge")
    question = "à quelle heure est la messe du dimanche"
    assert admin.found(question) == []
    assert any("10 h 30" in text for text in admin.found(question, assistant="concierge"))


def test_a_desk_answers_from_them(admin: Admin) -> None:
    admin.read(assistant="concierge")
    for number, text in enumerate(("Bonjour", "1", "à quelle heure est la messe du dimanche ?")):
        body = {"user_id": "+221770000009", "message": text, "assistant": "concierge", "message_id": str(number)}
        answer = admin.send("POST", "/whatsapp/message", body)
    assert "10 h 30" in answer.json["response"]


def test_none_of_them_is_read_again_alone(admin: Admin) -> None:
    admin.read()
    (first, *_) = admin.send("GET", "/knowledge/documents").json["documents"]
    refused = admin.send("POST", f"/knowledge/documents/{first['id']}/reindex")
    assert refused.status_code == 409
    assert "Google Drive" in refused.json["error"]["message"]


def test_whoever_has_no_folder_is_told_to_add_one(admin: Admin) -> None:
    other = make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id
    with pytest.raises(Conflict, match="add it first"):
        request_drive(other, "facts", None, None)


def test_it_is_read_again_and_again(admin: Admin) -> None:
    when = {"frequency": "daily", "hour": 5, "weekday": 1, "month_day": 1}
    made = schedules.schedule_drive(admin.tenant.organisation_id, when, None, None)
    assert (made.kind, made.payload) == (Task.READ_DRIVE, {"account": "facts", "assistant": ""})


@pytest.mark.parametrize("folder", ["https://example.org/folders/aaaaaaaaaa", "x' or '1", "short"])
def test_what_is_no_folder_is_refused(admin: Admin, folder: str) -> None:
    order = {"kind": "google_drive", "name": "other", "settings": {"folder_id": folder}}
    refused = admin.send("POST", "/integrations", order | {"secrets": {"service_account": admin.drive.account}})
    assert refused.status_code == 422
    assert "folder at Google Drive" in refused.json["error"]["message"]


def test_an_admin_reads_it_from_the_page_of_documents(app: Flask, admin: Admin) -> None:
    browser = sign_in(app, make_member(admin.tenant))
    shown = browser.get("/admin/knowledge").text
    assert 'action="/admin/knowledge/drive"' in shown
    asked = browser.post("/admin/knowledge/drive", data={}, headers=OURS).text
    assert "Google Drive, facts" in asked
    assert "recibido, se está leyendo" in asked
    with tenant_transaction(admin.tenant.organisation_id) as session:
        (job,) = session.query(Job).all()
    run_drive(job.id)
    assert len(admin.titles()) == 3
    # Of another organisation, which has none, the page says where one is connected.
    other = sign_in(app, make_member(make_tenant(f"other-{uuid.uuid4().hex[:8]}")))
    page = other.get("/admin/knowledge").text
    assert 'href="/admin/settings#integrations"' in page
    assert 'action="/admin/knowledge/drive"' not in page
    refused = other.post("/admin/knowledge/drive", data={}, headers=OURS).text
    assert "la organización no tiene una cuenta google_drive propia" in refused
