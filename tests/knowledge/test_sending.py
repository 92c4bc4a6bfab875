"""Documents sent again, sent wrongly, and those that are another one's copy: what the sender is told."""

from pathlib import Path

import pytest
from flask import Flask

from tests.fakes.addresses import SITE
from tests.fakes.internet import Internet
from tests.knowledge.desk import Desk

VISAS = "# Les visas\n\nNous suivons les visas de vos salariés.".encode()
_PART = 'Content-Disposition: form-data; name="file"; filename="{}"\r\n\r\nNous suivons les visas.\r\n'


def test_two_files_at_once_are_refused(desk: Desk) -> None:
    body = "".join(f"--limit\r\n{_PART.format(name)}" for name in ("a.txt", "b.txt")) + "--limit--\r\n"
    refused = desk.call("POST", data=body.encode(), content_type="multipart/form-data; boundary=limit")
    assert refused.status_code == 422
    assert refused.json is not None
    assert "More than one" in refused.json["error"]["details"]["file"][0]
    assert desk.call("GET").json == {"documents": [], "next": None}


def test_an_empty_object_is_told_what_there_may_be(desk: Desk) -> None:
    refused = desk.call("POST", json={})
    assert refused.status_code == 422
    assert refused.json is not None
    assert set(refused.json["error"]["details"]) == {"url", "text"}
    assert all(word in refused.json["error"]["message"] for word in ("url", "text", "title", "file"))


def test_the_limit_of_an_upload_is_named(desk: Desk, app: Flask) -> None:
    for size in (10_485_761, 11_000_000):
        refused = desk.upload("large.txt", b"x" * size)
        assert refused.status_code == 413
        assert "bytes" in refused.text
        assert "10,485,760" in refused.text or "10,551,296" in refused.text


@pytest.mark.parametrize("waits", [True, False])
def test_a_new_title_of_the_same_file_is_taken_over(desk: Desk, waits: bool) -> None:
    sent = desk.upload("a.md", VISAS, title="Visas 2025")
    assert sent.json is not None
    if not waits:
        desk.work()
    again = desk.upload("a.md", VISAS, title="Visas 2026", language="fr")
    assert again.status_code == 200
    assert again.json is not None
    assert (again.json["id"], again.json["title"], again.json["language"]) == (sent.json["id"], "Visas 2026", "fr")
    desk.work()
    shown = desk.call("GET", f"/{sent.json['id']}").json
    assert shown is not None
    assert (shown["status"], shown["title"]) == ("ready", "Visas 2026")
    assert {each["title"] for each in desk.find("visas salariés", language="fr")} == {"Visas 2026"}
    # Without a title of its own, or with the same, it stays as it is.
    for same in (desk.upload("b.md", VISAS), desk.upload("b.md", VISAS, title="Visas 2026")):
        assert same.json is not None
        assert (same.status_code, same.json["status"], same.json["title"]) == (200, "ready", "Visas 2026")


def test_a_copy_names_the_document_that_it_is_one_of(desk: Desk, internet: Internet, store: Path) -> None:
    first = desk.done(desk.call("POST", json={"url": f"https://{SITE}/visas", "title": "Visas de travail"}))
    copy = desk.done(desk.call("POST", json={"url": f"https://{SITE}/visas?again"}))
    assert (copy["status"], copy["reason"]["code"]) == ("failed", "duplicate")
    assert copy["reason"]["document_id"] == first["id"]
    assert copy["reason"]["fr"] == "Un autre document a le même contenu : Visas de travail."
    assert copy["reason"]["es"] == "Otro documento tiene el mismo contenido: Visas de travail."
    # Nothing is named any more once it is gone.
    desk.call("DELETE", f"/{first['id']}")
    alone = desk.call("GET", f"/{copy['id']}").json
    assert alone is not None
    assert (alone["reason"]["document_id"], alone["reason"]["fr"]) == (None, "Un autre document a le même contenu.")
