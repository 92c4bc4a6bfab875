"""Files in both directions: what a colleague sends is fetched by its channel, what a person sent can be opened."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.conversation.inbound import Person
from cci_app.conversation.media import InboundFile
from cci_app.conversation.models import Conversation as Said
from cci_app.core.database import tenant_transaction
from cci_app.files.store import file_store
from cci_app.handoff.models import OutboundFile
from cci_app.inbox import files
from tests.accounts.signed_in import OURS
from tests.conftest import make_tenant
from tests.fakes.courier import FakeCourier
from tests.inbox.conftest import NUMBER, Colleague
from tests.inbox.test_answering import courier, write

__all__ = ["courier", "write"]

PUBLIC = "https://chat.example.org"
PDF = b"%PDF-1.7 fictional"


@pytest.fixture(autouse=True)
def public(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    changed = app.config["SETTINGS"].model_copy(
        update={"public_url": PUBLIC, "file_storage": str(tmp_path), "max_upload_bytes": 1000}
    )
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    return tmp_path


def send(colleague: Colleague, handoff_id: int, name: str = "plan.pdf", content: bytes = PDF, **form: str) -> Any:
    data = {"file": (io.BytesIO(content), name), **form}
    return colleague.upload(f"/{handoff_id}/files", data)


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def requested(write: Callable[[str], None], colleague: Colleague) -> int:
    """A person who writes by a channel that can be written to, and is answered by a colleague."""
    write("Bonjour")
    return int(colleague.post("", user_id=NUMBER).json["id"])


@pytest.fixture
def read(requested: int, courier: FakeCourier) -> Callable[[], list[str]]:
    """What the person reads from now on; the courier takes nothing but texts."""
    before = len(courier.texts(NUMBER))
    return lambda: courier.texts(NUMBER)[before:]


def test_a_file_reaches_the_person_once_and_its_link_opens_it(
    app: Flask, colleague: Colleague, requested: int, read: Callable[[], list[str]], public: Path
) -> None:
    for _ in range(2):
        answer = send(colleague, requested, text="Votre plan", key="plan")
        assert answer.status_code == 200, answer.text
    (text,) = read()
    caption, url = text.splitlines()
    assert (caption, url.startswith(f"{PUBLIC}/files/")) == ("Votre plan", True)
    # The second time nothing was kept for nothing.
    assert len(kept(public)) == 1
    stranger = app.test_client().get(url.removeprefix(PUBLIC))
    assert (stranger.status_code, stranger.data, stranger.mimetype) == (200, PDF, "application/pdf")
    assert "sandbox" in stranger.headers["Content-Security-Policy"]
    (item,) = [each for each in answer.json["items"] if each["kind"] == "reply"]
    assert (item["text"], item["files"][0]["name"]) == ("Votre plan", "plan.pdf")
    opened = colleague.get(f"/{requested}/files/{item['files'][0]['id']}")
    assert opened.data == PDF


def test_a_link_is_over_after_its_time_and_cannot_be_made_up(
    app: Flask, colleague: Colleague, requested: int, read: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LINK_SECONDS", -1)
    assert send(colleague, requested).status_code == 200
    link = read()[0].splitlines()[-1].removeprefix(PUBLIC)
    for each in (link, "/files/made-up", "/files/"):
        assert app.test_client().get(each).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("run.exe", b"MZ", 422), ("plan.pdf", b"", 422), ("plan.pdf", b"x" * 1001, 422), ("page.html", b"<p>", 422)],
)
def test_what_cannot_be_sent_is_refused_and_not_kept(
    colleague: Colleague, requested: int, public: Path, name: str, content: bytes, status: int
) -> None:
    assert send(colleague, requested, name, content).status_code == status
    assert kept(public) == []


def test_a_second_colleague_leaves_no_file_behind(
    colleague: Colleague, other: Colleague, requested: int, read: Callable[[], list[str]], public: Path
) -> None:
    assert colleague.post(f"/{requested}/take").status_code == 200
    refused = send(other, requested)
    assert refused.status_code == 409
    assert kept(public) == []


def test_without_a_public_address_nothing_can_be_sent(
    app: Flask, colleague: Colleague, requested: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"public_url": None, "public_base_url": None})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    refused = send(colleague, requested)
    assert (refused.status_code, "PUBLIC_URL" in refused.text) == (409, True)


def test_what_a_person_sent_is_opened_by_those_who_answer_them(
    app: Flask, web: FlaskClient, colleague: Colleague, asked: int, person: Person
) -> None:
    file_store(app.config["SETTINGS"]).put("media/1/1.jpg", b"\xff\xd8 fictional")
    with tenant_transaction(person.organisation_id) as session:
        said = session.scalars(sa.select(Said).order_by(Said.id.desc()).limit(1)).one()
        told = {**person.columns, "receipt_id": said.event_id, "kind": "image", "media_type": "image/jpeg"}
        session.add(InboundFile(**told, position=0, file_key="media/1/1.jpg", size=12))
        session.add(InboundFile(**told, position=1, error="too large"))
        elsewhere = {**told, "user_id": "+573000000099", "receipt_id": 10**12}
        session.add(InboundFile(**elsewhere, position=2, file_key="media/1/1.jpg"))
        session.flush()
        numbers = session.scalars(sa.select(InboundFile.id).order_by(InboundFile.position)).all()
    items = colleague.get(f"/{asked}").json["items"]
    (found,) = [each["files"] for each in items if each["files"]]
    assert [(each["id"], each["error"]) for each in found] == [(str(numbers[0]), None), (str(numbers[1]), "too large")]
    opened = colleague.get(f"/{asked}/files/{numbers[0]}")
    assert (opened.status_code, opened.mimetype, opened.data) == (200, "image/jpeg", b"\xff\xd8 fictional")
    for number in (numbers[1], numbers[2], 10**19, "none", "00000000-0000-4000-8000-000000000000"):
        assert colleague.get(f"/{asked}/files/{number}").status_code == 404
    stranger = web.get(f"/api/v1/handoffs/{asked}/files/{numbers[0]}", headers=make_tenant("org-elsewhere").headers)
    assert stranger.status_code == 404


def test_the_page_shows_and_sends_files(
    app: Flask, colleague: Colleague, requested: int, read: Callable[[], list[str]], public: Path
) -> None:
    page = f"/admin/inbox/{requested}"
    sent = colleague.browser.post(
        f"{page}/reply", headers=OURS, data={"file": (io.BytesIO(PDF), "plan.pdf"), "text": ""}
    )
    assert sent.status_code == 303
    assert [text.splitlines()[0] for text in read()] == ["plan.pdf"]
    with tenant_transaction(colleague.member.organisation_id) as session:
        number = session.scalars(sa.select(OutboundFile.id)).one()
    assert f"{page}/files/{number}" in colleague.browser.get(page, headers=OURS).text
    assert colleague.browser.get(f"{page}/files/{number}", headers=OURS).data == PDF
    refused = colleague.browser.post(
        f"{page}/reply", headers=OURS, data={"file": (io.BytesIO(b"MZ"), "run.exe"), "text": "voici"}
    )
    assert (refused.status_code, "voici" in refused.text) == (422, True)
