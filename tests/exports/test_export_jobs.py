"""Exports as jobs: made once, from one moment, kept, delivered, and held against the database."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.core.database import system_transaction
from cci_app.core.errors import Unavailable
from cci_app.exports import files
from cci_app.exports import job as exports
from cci_app.exports.destinations import registry
from cci_app.exports.job import find_export, forget_old_files, run_export
from cci_app.exports.record import Record
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.ports import Cell, Parcel, Progress
from cci_app.jobs import ledger
from cci_app.jobs.models import Job, JobState
from tests.conftest import Tenant
from tests.exports.conftest import NOON, Add
from tests.exports.orders import ask, made, read

JOBS = "/api/v1/export/jobs"
pytestmark = pytest.mark.usefixtures("store")


def kept(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


class Shelf:
    """A destination that fails as often as it is told to, and then takes what it gets."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.taken: list[bytes] = []
        self.rows: list[list[Cell]] = []
        self.checkpoints: list[Any] = []

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        self.checkpoints.append(dict(progress.checkpoint))
        progress.step("putting it on the shelf")
        progress.keep({"place": len(self.checkpoints)})
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(parcel.path.read_bytes())
        self.rows = [list(row) for row in parcel.rows()] if parcel.name.endswith("csv") else []
        progress.advance(parcel.size, parcel.size)
        return "https://example.org/shelf"


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shelf]:
    def make(*faults: Exception) -> Shelf:
        made_of = Shelf(*faults)
        monkeypatch.setattr(registry, "_folder", lambda _: made_of)
        return made_of

    return make


@pytest.mark.parametrize("form", ["excel", "csv", "json"])
def test_an_export_is_asked_for_made_and_fetched(
    web: FlaskClient, tenant: Tenant, add: Add, store: Path, form: str
) -> None:
    first, last = add(["Sí"]), add(["No"], started_at=NOON + timedelta(days=1))
    asked = web.post(JOBS, json={"format": form, "start_date": "2026-01-01"}, headers=tenant.headers)
    assert asked.status_code == 202
    address = asked.headers["Location"]
    queued = read(web, tenant, address)
    assert (queued["state"], queued["download"], queued["manifest"]) == ("queued", None, None)
    assert web.get(f"{address}/download", headers=tenant.headers).status_code == 409
    run_export(uuid.UUID(queued["id"]))
    run_export(uuid.UUID(queued["id"]))
    done = read(web, tenant, address)
    assert (done["state"], done["rows_done"], done["rows"], done["reason"]) == ("done", 2, 2, None)
    manifest = done["manifest"]
    assert (manifest["rows"], manifest["first_id"], manifest["last_id"]) == (2, str(first), str(last))
    assert manifest["days"] == {"2026-01-15": 1, "2026-01-16": 1}
    assert len(kept(store)) == 1
    fetched = web.get(done["download"], headers=tenant.headers, buffered=True)
    assert hashlib.sha256(fetched.data).hexdigest() == manifest["sha256"]
    assert manifest["name"] in fetched.headers["Content-Disposition"]
    assert manifest["filters"] == {"start_date": "2026-01-01"}
    assert fetched.headers["Content-Length"] == str(done["bytes"])
    query = {"format": form, "start_date": "2026-01-01"}
    direct = web.get("/api/v1/export/conversations", query_string=query, headers=tenant.headers, buffered=True)
    assert direct.data == fetched.data
    assert direct.headers["Content-Type"] == fetched.headers["Content-Type"]
    messages = ["reading the messages"] if form == "excel" else []
    assert [step["text"] for step in done["steps"]] == ["reading the record", *messages, "keeping the file", "done"]
    assert [job["id"] for job in read(web, tenant, JOBS)["jobs"]] == [done["id"]]


def test_a_download_that_was_cut_goes_on(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(["Sí"])
    address = f"{JOBS}/{made(tenant, 'excel').id}/download"
    whole = web.get(address, headers=tenant.headers, buffered=True)
    same = {**tenant.headers, "If-Range": whole.headers["ETag"]}
    rest = web.get(address, headers={**same, "Range": "bytes=100-"}, buffered=True)
    assert (rest.status_code, rest.data) == (206, whole.data[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole.data) - 1}/{len(whole.data)}"
    other = web.get(address, headers={**same, "If-Range": '"other"', "Range": "bytes=100-"}, buffered=True)
    assert (other.status_code, other.data) == (200, whole.data)
    beyond = web.get(address, headers={**tenant.headers, "Range": f"bytes={len(whole.data)}-"}, buffered=True)
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole.data)}")
    assert beyond.json["error"]["code"] == "requested_range_not_satisfiable"  # type: ignore[index]


@pytest.mark.parametrize("way", ["download", "reconcile"])
def test_what_will_never_be_done_is_not_to_be_waited_for(web: FlaskClient, tenant: Tenant, way: str) -> None:
    def told(job_id: uuid.UUID) -> str:
        answer = web.get(f"{JOBS}/{job_id}/{way}", headers=tenant.headers)
        assert answer.status_code == 409
        message: str = answer.json["error"]["message"]  # type: ignore[index]
        return message

    job_id = ask(tenant)
    assert "wait until it is done" in told(job_id)
    for state in ("cancelled", "failed"):
        with system_transaction() as session:
            session.execute(sa.update(Job).where(Job.id == job_id).values(state=state))
        assert told(job_id) == f"the export is {state} and its file was not made: POST …/jobs/{job_id}/retry makes it"
    assert web.post(f"{JOBS}/{job_id}/retry", headers=tenant.headers).status_code == 202
    run_export(job_id)
    assert web.get(f"{JOBS}/{job_id}/{way}", headers=tenant.headers, buffered=True).status_code == 200


def test_a_workbook_too_large_to_wait_for_becomes_a_job(
    web: FlaskClient, tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    add()
    monkeypatch.setattr(files, "WORKBOOK_AT_ONCE", 1)
    answer = web.get("/api/v1/export/conversations", headers=tenant.headers)
    assert (answer.status_code, answer.json["state"]) == (202, "queued")  # type: ignore[index]
    run_export(uuid.UUID(answer.json["id"]))  # type: ignore[index]
    assert read(web, tenant, answer.headers["Location"])["rows"] == 2


def test_an_export_sees_one_moment(tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    add(["before"])
    count = Record.count

    def meanwhile(self: Record) -> int:
        counted = count(self)
        add(["meanwhile"])
        return counted

    monkeypatch.setattr(Record, "count", meanwhile)
    job = made(tenant)
    manifest = exports.manifest_of(job)
    assert manifest is not None
    with exports.open_file(job)[1] as file:
        content = file.read()
    assert (manifest.rows, content.count(b"before"), content.count(b"meanwhile")) == (1, 1, 0)


def test_a_folder_gets_the_same_bytes(app: Flask, tenant: Tenant, add: Add) -> None:
    add(["Sí"])
    job = made(tenant, "excel", "folder", start_date=date(2026, 1, 1))
    assert (job.state, job.reason) == (JobState.DONE, None)
    assert job.result is not None
    assert job.result["link"].startswith("file://")
    written = app.config["SETTINGS"].export_folder / "conversations_from-2026-01-01.xlsx"
    manifest = exports.manifest_of(job)
    assert manifest is not None
    assert hashlib.sha256(written.read_bytes()).hexdigest() == manifest.sha256


def test_each_selection_has_a_file_of_its_own(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    everything: list[dict[str, Any]] = [
        {},
        {"start_date": "2026-01-01"},
        {"end_date": "2026-01-01"},
        {"start_date": "2026-01-01", "end_date": "2026-01-01"},
        {"start_date": "2026-01-01", "end_date": "2026-01-31"},
        {"status": "completed"},
        {"language": "es"},
        {"assistant": "cci"},
        {"user_id": "+573001234567"},
        {"user_id": "+573001234568"},
        {"company": "Vinos Ejemplo"},
        {"company": "+573001234567"},
        {"user_id": "+573001234567", "company": "Vinos Ejemplo", "language": "es", "status": "completed"},
    ]
    folder = app.config["SETTINGS"].export_folder
    for again in (False, True):
        for filters in everything:
            body = {"format": "csv", "destination": "folder", **filters}
            asked = web.post(JOBS, json=body, headers=tenant.headers)
            run_export(uuid.UUID(asked.json["id"]))  # type: ignore[index]
            assert read(web, tenant, asked.headers["Location"])["state"] == "done"
        names = sorted(path.name for path in folder.iterdir())
        assert len(names) == len(everything), again
    assert {"conversations_all.csv", "conversations_until-2026-01-01.csv", "conversations_all_language-es.csv"} < {
        *names
    }
    assert not [name for name in names if "57300" in name or "inos" in name]


def test_the_name_of_a_file_gives_nobody_away(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    def name(**query: str) -> str:
        query["format"] = "csv"
        answer = web.get("/api/v1/export/conversations", query_string=query, headers=tenant.headers, buffered=True)
        return answer.headers["Content-Disposition"]

    ours = name(user_id="+573001234567")
    assert ours == name(user_id="300 123 4567")
    assert name(company="Vinos Ejemplo") == name(company="VINOS EJEMPLO")
    # Without the key nobody finds the phone by trying: with another key the same phone has another name.
    changed = {"secret_key": SecretStr("another secret of at least 32 characters")}
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=changed)
    assert ours != name(user_id="+573001234567")


def test_rows_for_a_sheet_are_what_was_written(tenant: Tenant, add: Add, shelf: Callable[..., Shelf]) -> None:
    add(["=1+1", "línea\nnueva"], ["Hola"], company="-10 %")
    taken = shelf()
    job = made(tenant, "csv", "folder")
    manifest = exports.manifest_of(job)
    assert manifest is not None
    parcel = manifest.parcel(Path())
    (row,) = taken.rows
    cells = dict(zip(parcel.header, row, strict=True))
    assert (cells["Empresa"], cells["Mensajes"], cells["Proporción en 8 s"]) == ("-10 %", 1, 1.0)
    assert row[8:10] == ["=1+1", "línea\nnueva"]
    assert cells["Inicio"] == NOON.replace(hour=12, tzinfo=None)
    assert cells[parcel.key] == manifest.first_id


def test_a_delivery_that_fails_leaves_the_file_and_is_tried_again(
    web: FlaskClient, tenant: Tenant, add: Add, shelf: Callable[..., Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(["Sí"])
    taken = shelf(DeliveryFailed("the shelf is locked: unlock it"))
    job = made(tenant, "csv", "folder")
    address = f"{JOBS}/{job.id}"
    failed = read(web, tenant, address)
    assert (failed["state"], failed["reason"]) == ("failed", "the shelf is locked: unlock it")
    content = web.get(failed["download"], headers=tenant.headers, buffered=True).data
    add(["later"])
    monkeypatch.setattr(exports, "_make_file", lambda *_: pytest.fail("the file is made already"))
    assert web.post(f"{address}/retry", headers=tenant.headers).status_code == 202
    run_export(job.id)
    done = read(web, tenant, address)
    assert (done["state"], done["link"], done["reason"]) == ("done", "https://example.org/shelf", None)
    assert taken.taken == [content]
    assert taken.checkpoints == [{}, {"place": 1}]
    assert done["delivered"] == len(content)
    assert web.post(f"{address}/retry", headers=tenant.headers).status_code == 409


def test_a_destination_that_is_away_is_waited_for(tenant: Tenant, add: Add, shelf: Callable[..., Shelf]) -> None:
    add(["Sí"])
    shelf(Unavailable("the shelf is full", retry_after=300))
    job = made(tenant, "csv", "folder")
    assert (job.state, job.reason, job.not_before is not None) == (JobState.QUEUED, "the shelf is full", True)


def test_a_cancelled_export_stops(
    web: FlaskClient, tenant: Tenant, add: Add, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(3):
        add(["Sí"], started_at=NOON + timedelta(minutes=place))
    monkeypatch.setattr("cci_app.exports.record._FETCH_ROWS", 1)
    monkeypatch.setattr("cci_app.jobs.claims.BEAT_SECONDS", 0.02)
    job_id = ask(tenant, "excel")
    address = f"{JOBS}/{job_id}"
    conversations = Record.conversations

    def cancelled_meanwhile(self: Record) -> Iterator[tuple[Any, ...]]:
        assert web.post(f"{address}/cancel", headers=tenant.headers).status_code == 200
        for row in conversations(self):
            import time

            time.sleep(0.1)
            yield row

    monkeypatch.setattr(Record, "conversations", cancelled_meanwhile)
    run_export(job_id)
    assert read(web, tenant, address)["state"] == "cancelled"
    assert kept(store) == []
    assert web.post(f"{address}/cancel", headers=tenant.headers).status_code == 409


def test_files_are_kept_for_some_time(web: FlaskClient, tenant: Tenant, add: Add, store: Path) -> None:
    add(["Sí"])
    job = made(tenant)
    forget_old_files(30)
    assert len(kept(store)) == 1
    with system_transaction() as session:
        old = sa.func.now() - sa.func.make_interval(0, 0, 0, 31)
        session.execute(sa.update(Job).where(Job.id == job.id).values(finished_at=old))
    forget_old_files(30)
    assert kept(store) == []
    shown = read(web, tenant, f"{JOBS}/{job.id}")
    assert (shown["state"], shown["download"], shown["manifest"]["rows"]) == ("done", None, 1)
    gone = web.get(f"{JOBS}/{job.id}/download", headers=tenant.headers)
    assert (gone.status_code, gone.json["error"]["message"]) == (  # type: ignore[index]
        404,
        "the file is no longer kept: ask for the export again",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"format": "pdf"},
        {"destination": "moon"},
        {"start_date": "2026-02-01", "end_date": "2026-01-01"},
        {"start": "2026-01-01"},
        {"assistant": "none"},
    ],
)
def test_a_bad_order_is_refused(web: FlaskClient, tenant: Tenant, body: dict[str, str]) -> None:
    assert web.post(JOBS, json=body, headers=tenant.headers).status_code == 422
    assert read(web, tenant, JOBS)["jobs"] == []


def test_a_destination_without_its_settings_is_refused(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"export_folder": None})
    refused = web.post(JOBS, json={"destination": "folder"}, headers=tenant.headers)
    assert refused.status_code == 409
    assert "EXPORT_FOLDER" in refused.json["error"]["message"]  # type: ignore[index]


def test_exports_come_in_pages_and_by_state(web: FlaskClient, tenant: Tenant) -> None:
    asked = [str(ask(tenant)) for _ in range(5)]
    with system_transaction() as session:
        # As when one look of the beat asks for several.
        session.execute(sa.update(Job).where(Job.id.in_(asked[:3])).values(created_at=sa.func.now()))
    ledger.cancel(tenant.organisation_id, uuid.UUID(asked[4]))
    pages, before = [], ""
    while before is not None:
        page = read(web, tenant, f"{JOBS}?limit=2&before={before}")
        pages.append([job["id"] for job in page["jobs"]])
        before = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {job_id for page in pages for job_id in page} == {*asked}
    assert {*pages[0], pages[1][0]} == {*asked[:3]}
    assert [job["id"] for job in read(web, tenant, f"{JOBS}?state=cancelled")["jobs"]] == [asked[4]]
    for query, status in (("state=over", 422), ("before=4711", 422), (f"before={uuid.uuid4()}", 404)):
        assert web.get(f"{JOBS}?{query}", headers=tenant.headers).status_code == status, query


def test_other_jobs_are_no_exports(web: FlaskClient, tenant: Tenant) -> None:
    from cci_app.core.database import tenant_transaction

    with tenant_transaction(tenant.organisation_id) as session:
        other = ledger.enqueue(session, tenant.organisation_id, "contacts.reload", {})
    assert web.get(f"{JOBS}/{other.id}", headers=tenant.headers).status_code == 404
    assert find_export(tenant.organisation_id, ask(tenant)).state == JobState.QUEUED
