"""A reload as a job, from the request to its result."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cci_app.contacts import book, reload
from cci_app.contacts import job as reload_job
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.job import dry_run, request_reload, run_reload
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Conflict, TooManyRequests, Unavailable
from cci_app.core.seats import Seats
from cci_app.jobs import asking
from cci_app.jobs.ledger import find_job
from cci_app.jobs.models import Job, JobState
from tests.conftest import Tenant, make_tenant
from tests.fakes.workbooks import contacts, workbook

GOOD = contacts(("3001234567", "Una"), ("nada", "Dos"))


def configure(app: Flask, **changes: Any) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=changes)


def kept(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def count(organisation_id: int) -> int:
    with tenant_transaction(organisation_id) as session:
        return book.count(session, organisation_id)


def test_an_upload_becomes_the_contact_book(store: Path, organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bells: list[tuple[str, str]] = []
    monkeypatch.setattr(asking, "ring", lambda task, record_id: bells.append((task, record_id)))
    job = request_reload(organisation_id, GOOD, "request-1")
    assert (job.state, job.kind, job.request_id) == (JobState.QUEUED, "contacts.reload", "request-1")
    assert bells == [("contacts.reload", str(job.id))]
    assert len(kept(store)) == 1
    run_reload(job.id)
    run_reload(job.id)
    done = find_job(organisation_id, job.id)
    assert (done.state, done.attempts, done.rows_done, done.rows) == (JobState.DONE, 1, 1, 1)
    assert done.result is not None
    assert done.result["added"] == 1
    assert done.result["bad_rows"] == [{"row": 3, "reason": "the phone has no digits"}]
    assert "300" not in str(done.result)
    assert kept(store) == []


def test_a_dry_run_changes_nothing(store: Path, organisation_id: int) -> None:
    planned = dry_run(organisation_id, GOOD)
    assert (planned["added"], planned["examples"]["added"][0]["phone"]) == (1, "+573001234567")
    assert count(organisation_id) == 0
    assert kept(store) == []


def test_a_workbook_that_cannot_be_used_fails_the_job(store: Path, organisation_id: int) -> None:
    reload.apply(organisation_id, GOOD, "CO")
    job = request_reload(organisation_id, workbook(("Empresa",), ("Una",)))
    run_reload(job.id)
    failed = find_job(organisation_id, job.id)
    assert failed.state == JobState.FAILED
    assert failed.reason is not None
    assert failed.reason.startswith("no sheet has a column with phone numbers")
    assert count(organisation_id) == 1
    assert kept(store) == []


@pytest.mark.parametrize("upload", [b"", b"%PDF-1.7", b"\x01\x02\x03", b"x" * 20_000_000])
def test_what_is_plainly_no_workbook_is_refused_at_once(store: Path, organisation_id: int, upload: bytes) -> None:
    for attempt in (request_reload, dry_run):
        with pytest.raises(WorkbookError):
            attempt(organisation_id, upload)
    assert kept(store) == []


def test_an_upload_that_went_missing_fails_the_job(store: Path, organisation_id: int) -> None:
    job = request_reload(organisation_id, GOOD)
    kept(store)[0].unlink()
    run_reload(job.id)
    assert find_job(organisation_id, job.id).reason == "the uploaded workbook is no longer there: upload it again"


def test_the_configured_workbook(app: Flask, store: Path, tenant: Tenant, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="is not set"):
        request_reload(tenant.organisation_id, None)
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)
    configure(app, contacts_excel_path=str(path), default_organisation=tenant.slug)
    assert dry_run(tenant.organisation_id, None)["added"] == 1
    run_reload(request_reload(tenant.organisation_id, None).id)
    assert count(tenant.organisation_id) == 1


def test_the_configured_workbook_is_not_another_organisations(app: Flask, store: Path, organisation_id: int) -> None:
    configure(app, contacts_excel_path="/anything.xlsx", default_organisation="somebody-else")
    for attempt in (request_reload, dry_run):
        with pytest.raises(Conflict, match="another organisation"):
            attempt(organisation_id, None)


def test_an_upload_waits_while_the_store_is_down(
    store: Path, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = request_reload(organisation_id, GOOD)

    def down(*_: Any) -> bytes:
        raise Unavailable("the store does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(reload_job, "_workbook", down)
        run_reload(job.id)
    waiting = find_job(organisation_id, job.id)
    assert (waiting.state, waiting.reason) == (JobState.QUEUED, "the store does not answer")
    assert len(kept(store)) == 1
    with system_transaction() as session:
        found = session.get(Job, job.id)
        assert found is not None
        found.not_before = None
    run_reload(job.id)
    done = find_job(organisation_id, job.id)
    assert (done.state, done.reason) == (JobState.DONE, None)
    assert kept(store) == []


def test_a_worker_that_lost_its_lease_reloads_nothing(
    store: Path, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = request_reload(organisation_id, GOOD)
    read = reload_job._workbook

    def slow(claim: Any, settings: Any) -> bytes:
        with system_transaction() as session:
            found = session.get(Job, job.id)
            assert found is not None
            found.lease_token = uuid.uuid4()
        return read(claim, settings)

    monkeypatch.setattr(reload_job, "_workbook", slow)
    run_reload(job.id)
    assert find_job(organisation_id, job.id).state == JobState.RUNNING
    assert count(organisation_id) == 0
    assert len(kept(store)) == 1


def test_few_workbooks_are_read_in_requests_at_once(
    store: Path, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload_job, "_READING", Seats(of_one=1, of_all=2))
    with reload_job._READING.take(organisation_id):
        with pytest.raises(TooManyRequests) as refused:
            dry_run(organisation_id, GOOD)
        assert refused.value.retry_after == 10
        # Somebody else's is read meanwhile.
        assert dry_run(make_tenant("workbooks-other").organisation_id, GOOD)["contacts"]
    # The control: the seat was given back each time.
    for _ in range(3):
        assert dry_run(organisation_id, GOOD)["contacts"]
