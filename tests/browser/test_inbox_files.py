"""Files in a request: a picture that a person sent, and one that a colleague sends."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.accounts.caller import Role
from cci_app.conversation.inbound import Person
from cci_app.conversation.media import InboundFile
from cci_app.conversation.models import Conversation as Said
from cci_app.core.database import tenant_transaction
from cci_app.files.store import file_store
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.courier import FakeCourier
from tests.inbox.conftest import Colleague, person
from tests.inbox.test_answering import courier, write
from tests.inbox.test_files import public, read, requested

__all__ = ["courier", "person", "public", "read", "requested", "write"]

pytestmark = pytest.mark.browser


def picture(side: int = 120) -> bytes:
    """A square of one colour as PNG."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\x2a\x7f\x62" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def colleague(app: Flask, tenant: Tenant) -> Colleague:
    return Colleague(app, tenant)


def test_pictures_go_both_ways(
    app: Flask,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    requested: int,
    read: Callable[[], list[str]],
    colleague: Colleague,
    courier: FakeCourier,
    person: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"max_upload_bytes": 100_000})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    file_store(app.config["SETTINGS"]).put("media/1/1.png", picture())
    with tenant_transaction(person.organisation_id) as session:
        said = session.scalars(sa.select(Said).order_by(Said.id.desc()).limit(1)).one()
        told: dict[str, Any] = {**person.columns, "receipt_id": said.event_id, "kind": "image"}
        session.add(InboundFile(**told, position=0, file_key="media/1/1.png", media_type="image/png", size=400))
    assert colleague.post(f"/{requested}/assign", member_id=None).status_code == 200
    page = signed_in(tenant, Role.AGENT)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/inbox/{requested}")
    theirs = page.locator(".person .file img")
    expect(theirs).to_be_visible()
    assert theirs.evaluate("image => image.naturalWidth") == 120
    page.set_input_files("input[name=file]", {"name": "plano.png", "mimeType": "image/png", "buffer": picture()})
    page.fill("#text", "Este es el plano.")
    page.click("text=Enviar")
    ours = page.locator(".human .file img")
    expect(ours).to_be_visible()
    assert ours.evaluate("image => image.naturalWidth") == 120
    expect(page.locator(".human .bubble")).to_have_text("Este es el plano.")
    assert read()[0].splitlines()[0] == "Este es el plano."
    assert complaints.all() == []
