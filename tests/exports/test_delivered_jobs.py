"""Exports from the request to their destination: the job, the file and the real clients together."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from cci_app.core.database import system_transaction
from cci_app.exports.job import run_export
from cci_app.integrations import patience, upload
from cci_app.integrations.ports import Parcel
from cci_app.jobs.ledger import open_jobs
from cci_app.jobs.models import Job
from tests.conftest import Tenant
from tests.exports.conftest import Add
from tests.exports.orders import read
from tests.fakes.graph import FakeGraph
from tests.fakes.sheets import FakeGoogle

JOBS = "/api/v1/export/jobs"
F = TypeVar("F")


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(upload, "SMALL_BYTES", 1024)
    monkeypatch.setattr(upload, "PIECE_BYTES", 320 * 1024)


@pytest.fixture
def record(add: Add) -> None:
    """Conversations whose export takes some pieces."""
    for number in range(20):
        add([random.Random(number).randbytes(10_000).hex()] * 7, company="Vinos Ejemplo")


@pytest.fixture
def graph(app: Flask, tenant: Tenant, tmp_path: Path) -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        values = {name.lower(): value for name, value in fake.settings.items()}
        yield from _with_settings(app, tenant, tmp_path, fake, values)


@pytest.fixture
def google(app: Flask, tenant: Tenant, tmp_path: Path, httpserver: HTTPServer) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(httpserver)
    fake.spreadsheets["book"] = {}
    values = {
        "google_service_account": fake.account,
        "google_spreadsheet_id": "book",
        "google_sheets_url": fake.address,
        "google_drive_url": fake.address,
    }
    yield from _with_settings(app, tenant, tmp_path, fake, values)


def _with_settings(app: Flask, tenant: Tenant, folder: Path, fake: F, values: dict[str, str]) -> Iterator[F]:
    before = app.config["SETTINGS"]
    ours = {"file_storage": str(folder / "files"), "default_organisation": tenant.slug}
    app.config["SETTINGS"] = type(before)(**{**before.model_dump(), **values, **ours})
    yield fake
    app.config["SETTINGS"] = before


def asked(web: FlaskClient, tenant: Tenant, destination: str) -> str:
    accepted = web.post(JOBS, json={"format": "csv", "destination": destination}, headers=tenant.headers)
    assert accepted.status_code == 202
    assert accepted.json is not None
    return f"{JOBS}/{accepted.json['id']}"


def work(address: str) -> None:
    run_export(uuid.UUID(address.rpartition("/")[2]))


def job_row(address: str) -> Any:
    with system_transaction() as session:
        return session.execute(sa.text("SELECT * FROM jobs WHERE id = :id"), {"id": address.rpartition("/")[2]}).one()


def change(address: str, **values: Any) -> None:
    with system_transaction() as session:
        session.execute(sa.update(Job).where(Job.id == address.rpartition("/")[2]).values(**values))


def downloaded(web: FlaskClient, tenant: Tenant, job: dict[str, Any]) -> bytes:
    content: bytes = web.get(job["download"], headers=tenant.headers, buffered=True).data
    return content


@pytest.mark.usefixtures("record")
def test_an_export_that_is_cut_twenty_times_is_in_sharepoint(
    web: FlaskClient, tenant: Tenant, graph: FakeGraph
) -> None:
    graph.cuts = random.Random(3).sample(range(2_800_000), 20)
    address = asked(web, tenant, "sharepoint")
    work(address)
    done = read(web, tenant, address)
    assert (done["state"], done["reason"]) == ("done", None)
    content = downloaded(web, tenant, done)
    assert len(content) > 2_800_000
    assert [published for _, published in graph.published] == [content]
    assert graph.cut_count == 20
    assert done["delivered"] == len(content)
    assert done["link"].startswith("https://example.sharepoint.com/sites/members/Exports/Monthly/Members/")
    assert "uploading to SharePoint, Exports/Monthly/Members" in [step["text"] for step in done["steps"]]


@pytest.mark.usefixtures("record")
def test_a_worker_that_died_leaves_its_upload_and_no_secret(web: FlaskClient, tenant: Tenant, graph: FakeGraph) -> None:
    address = asked(web, tenant, "sharepoint")
    # What is not an error of the work ends it as the end of its process would, in the middle of the upload.
    send = upload.Upload._send_piece
    sent: list[int] = []

    def dies(self: upload.Upload, session: str, piece: bytes, position: int, parcel: Parcel) -> Any:
        if len(sent) == 4:
            raise SystemExit
        sent.append(position)
        return send(self, session, piece, position, parcel)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upload.Upload, "_send_piece", dies)
        with pytest.raises(SystemExit):
            work(address)
    (session,) = graph.sessions
    assert session not in repr(job_row(address))
    assert session not in repr(read(web, tenant, address))
    graph.requests.clear()
    work(address)
    done = read(web, tenant, address)
    assert done["state"] == "done"
    assert [published for _, published in graph.published] == [downloaded(web, tenant, done)]
    # The four pieces that were there were not sent again.
    assert not [line for line in graph.requests if "createUploadSession" in line]
    assert job_row(address).attempts == 2


@pytest.mark.usefixtures("record")
def test_throttling_puts_the_job_back_for_as_long_as_it_says(
    web: FlaskClient, tenant: Tenant, graph: FakeGraph
) -> None:
    graph.order("createUploadSession", 429, retry_after="315")
    address = asked(web, tenant, "sharepoint")
    work(address)
    waiting = read(web, tenant, address)
    assert (waiting["state"], waiting["link"]) == ("queued", None)
    assert "asks to wait 315 s" in waiting["reason"]
    goes_on_in = datetime.fromisoformat(waiting["goes_on_at"]) - datetime.now(UTC)
    assert 300 < goes_on_in.total_seconds() <= 315
    assert job_row(address).attempts == 0
    job_id = uuid.UUID(waiting["id"])
    work(address)
    # Other tests left jobs of their own behind, which wait too.
    assert job_id not in [job.job_id for job in open_jobs(limit=10**6)]
    assert read(web, tenant, address)["state"] == "queued"
    # Once that time has come, the next look of the sweeper, seconds later at most, has it go on.
    change(address, not_before=sa.func.now(), created_at=sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 5))
    assert job_id in [job.job_id for job in open_jobs(limit=10**6)]
    work(address)
    done = read(web, tenant, address)
    assert (done["state"], done["goes_on_at"]) == ("done", None)


@pytest.mark.usefixtures("record")
def test_a_file_that_had_to_be_made_anew_does_not_meet_its_old_upload(
    web: FlaskClient, tenant: Tenant, graph: FakeGraph, add: Add, tmp_path: Path
) -> None:
    graph.order("PUT /upload/", 429, retry_after="315")
    address = asked(web, tenant, "sharepoint")
    work(address)
    (old,) = graph.sessions
    for path in (tmp_path / "files").rglob("*.csv"):
        path.unlink()
    add(["meanwhile"])
    change(address, not_before=sa.func.now())
    work(address)
    done = read(web, tenant, address)
    assert (done["state"], done["reason"]) == ("done", None)
    assert [published for _, published in graph.published] == [downloaded(web, tenant, done)]
    assert old not in graph.sessions


@pytest.mark.usefixtures("record")
def test_a_refused_export_says_why_and_stays_to_be_fetched(web: FlaskClient, tenant: Tenant, graph: FakeGraph) -> None:
    graph.rights = "read"
    address = asked(web, tenant, "sharepoint")
    work(address)
    failed = read(web, tenant, address)
    assert failed["state"] == "failed"
    assert "grant it the role write" in failed["reason"]
    content = downloaded(web, tenant, failed)
    graph.rights = "write"
    assert web.post(f"{address}/retry", headers=tenant.headers).status_code == 202
    work(address)
    assert read(web, tenant, address)["state"] == "done"
    assert [published for _, published in graph.published] == [content]


def test_rows_are_kept_in_a_sheet_from_export_to_export(
    web: FlaskClient, tenant: Tenant, google: FakeGoogle, add: Add
) -> None:
    add(["=1+1", "Sí"], company="Vinos Ejemplo")
    first = asked(web, tenant, "google_sheets")
    work(first)
    assert read(web, tenant, first)["link"] == "https://docs.google.com/spreadsheets/d/book/edit"
    table = google.table("book", "Conversations")
    assert len(table) == 2
    assert "=1+1" in table[1]
    add(["Hola"], company="Café Ejemplo")
    work(asked(web, tenant, "google_sheets"))
    after = google.table("book", "Conversations")
    assert (len(after), after[:2]) == (3, table)
    writes = google.writes
    work(asked(web, tenant, "google_sheets"))
    assert (google.table("book", "Conversations"), google.writes) == (after, writes)


def test_another_organisation_may_not_use_what_is_set_up(
    app: Flask, web: FlaskClient, tenant: Tenant, graph: FakeGraph
) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"default_organisation": "somebody-else"})
    refused = web.post(JOBS, json={"format": "csv", "destination": "sharepoint"}, headers=tenant.headers)
    assert refused.status_code == 409
    assert graph.requests == []
