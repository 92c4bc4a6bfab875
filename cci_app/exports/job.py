"""An export as a job: made by a worker from one snapshot, kept as a file, delivered where it was asked for."""

import shutil
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from flask import current_app

from cci_app.contacts.wishes import last_erasure
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.csv_file import Separator
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.core.queue import Task
from cci_app.exports.destinations.registry import destination
from cci_app.exports.files import selected, write_file
from cci_app.exports.manifest import Manifest
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.files.store import FileStore, file_store
from cci_app.integrations.kinds import GOOGLE_SHEETS
from cci_app.integrations.ports import Destination
from cci_app.jobs import ledger
from cci_app.jobs.asking import ask, ask_again
from cci_app.jobs.claims import Claim, claimed
from cci_app.jobs.models import Job, JobState
from config.settings import Settings

KIND = Task.EXPORT.value
DOWNLOAD = "download"
_TELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """What an export is asked to be. A sheet takes CSV, everything else any form."""

    selection: Selection
    form: ExportFormat
    destination: str
    separator: Separator | None = None

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        kept = {"format": self.form, "destination": self.destination, "filters": self.selection.as_json()}
        return {**kept, "separator": self.separator} if self.separator else kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Order":
        """Read what `as_json` wrote."""
        separator = Separator(kept["separator"]) if kept.get("separator") else None
        return cls(Selection.from_json(kept["filters"]), ExportFormat(kept["format"]), kept["destination"], separator)


def check_order(organisation_id: int, order: Order) -> None:
    """Raises InvalidInput for an unknown assistant, Conflict for what this installation is not set up for."""
    # Rows of a sheet are read from CSV.
    if order.destination.partition(":")[0] == GOOGLE_SHEETS.name and order.form is not ExportFormat.CSV:
        raise Conflict("a Google Sheet takes csv", details={"format": ["Use csv for google_sheets."]})
    get_conversation().assistant(organisation_id, order.selection.assistant)
    try:
        _destination(organisation_id, order.destination)
    except InvalidInput as error:
        # The order is well written; it is the settings that lack something.
        raise Conflict(error.message) from error


def request_export(organisation_id: int, order: Order, request_id: str | None = None) -> Job:
    """Have a worker make an export. Raises InvalidInput, Conflict."""
    check_order(organisation_id, order)
    with tenant_transaction(organisation_id) as session:
        job = ask(organisation_id, Task.EXPORT, order.as_json(), request_id, within=session)
        told = {"format": order.form, "destination": order.destination}
        record(session, organisation_id, "export.requested", f"job:{job.id}", told)
    return job


def find_export(organisation_id: int, job_id: uuid.UUID) -> Job:
    """The organisation's export. Raises NotFound."""
    return ledger.find_job(organisation_id, job_id, KIND)


def cancel_export(organisation_id: int, job_id: uuid.UUID) -> Job:
    """Stop an export; whoever works on it notices within seconds. Raises NotFound, Conflict where it is over."""
    job = find_export(organisation_id, job_id)
    if not ledger.cancel(organisation_id, job_id):
        raise Conflict(f"the export is {job.state}: there is nothing to cancel")
    return find_export(organisation_id, job_id)


def retry_export(organisation_id: int, job_id: uuid.UUID) -> Job:
    """Try an export again that failed or was cancelled. A file that was made is not made again, but delivered.

    Raises NotFound, Conflict where it is neither.
    """
    job = find_export(organisation_id, job_id)
    if not ask_again(organisation_id, Task.EXPORT, job_id):
        raise Conflict(f"the export is {job.state}: only one that failed or was cancelled is tried again")
    return find_export(organisation_id, job_id)


def manifest_of(job: Job) -> Manifest | None:
    """What is in the job's file; None while there is none."""
    kept = (job.checkpoint or {}).get("manifest")
    return Manifest.from_json(kept) if kept else None


def finished_manifest(job: Job) -> Manifest:
    """What is in the job's file. Raises Conflict while there is none, which says what to do."""
    manifest = manifest_of(job)
    if manifest is not None:
        return manifest
    if job.state in {JobState.FAILED, JobState.CANCELLED}:
        raise Conflict(f"the export is {job.state} and its file was not made: POST …/jobs/{job.id}/retry makes it")
    raise Conflict("the export is not made yet: wait until it is done")


def open_file(job: Job) -> tuple[Manifest, IO[bytes]]:
    """The export's file, whether or not it was delivered. Raises Conflict while there is none, NotFound when gone."""
    manifest = finished_manifest(job)
    try:
        return manifest, file_store(_settings()).open(_key(job.organisation_id, job.id, manifest))
    except NotFound as error:
        raise NotFound("the file is no longer kept: ask for the export again") from error


def run_export(job_id: uuid.UUID) -> None:
    """Make and deliver an export that was asked for.

    The file and its manifest are kept before the delivery begins: where that fails the file stays for download, and
    whoever goes on with the job goes on from there.
    """
    with claimed(job_id) as claim:
        if claim is None:
            return
        order = Order.from_json(claim.payload)
        work = _Work(claim)
        with tempfile.TemporaryDirectory(prefix="cci-export-") as folder:
            path = Path(folder) / f"export.{order.form.extension}"
            manifest = _kept_file(claim, path) or _make_current_file(claim, work, order, path)
            claim.progress(manifest.rows, manifest.rows)
            where = _destination(claim.organisation_id, order.destination)
            link = where.deliver(manifest.parcel(path), work) if where else None
        work.step("done")
        claim.result = {"link": link}


def _kept_file(claim: Claim, path: Path) -> Manifest | None:
    """Fetch the file that a worker before this one has made."""
    kept = claim.checkpoint.get("manifest")
    if kept is None:
        return None
    manifest = Manifest.from_json(kept)
    try:
        with _store().open(_key(claim.organisation_id, claim.job_id, manifest)) as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    except NotFound:
        return None
    return manifest


def _make_current_file(claim: Claim, work: "_Work", order: Order, path: Path) -> Manifest:
    """The file, made anew where somebody was erased meanwhile, whom it may hold."""
    while True:
        before = _last_erasure(claim.organisation_id)
        manifest = _make_file(claim, work, order, path)
        # By now whoever erases somebody finds the file.
        if _last_erasure(claim.organisation_id) == before:
            return manifest
        _store().delete(_key(claim.organisation_id, claim.job_id, manifest))


def _last_erasure(organisation_id: int) -> datetime | None:
    with tenant_transaction(organisation_id) as session:
        return last_erasure(session, organisation_id)


def _make_file(claim: Claim, work: "_Work", order: Order, path: Path) -> Manifest:
    work.step("reading the record")
    with selected(claim.organisation_id, order.selection, separator=order.separator) as record:
        rows = record.count()
        record.watch = lambda done: claim.progress(min(done, rows), rows)
        record.watch(0)
        record.step = work.step
        write_file(record, order.form, path)
        name = order.selection.file_name(order.form, _settings().secret_key)
        manifest = Manifest.of(record, order.form, path, name)
    work.step("keeping the file")
    with path.open("rb") as file:
        _store().put(_key(claim.organisation_id, claim.job_id, manifest), file)
    work.keep_manifest(manifest)
    return manifest


class _Work:
    """The Progress of a job: its steps, and what its delivery keeps, on the job's checkpoint."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._told_at = 0.0

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        """See Progress."""
        kept: Mapping[str, Any] = self._claim.checkpoint.get("delivery", {})
        return kept

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        """See Progress."""
        self._keep(delivery=dict(checkpoint))

    def step(self, text: str) -> None:
        """See Progress."""
        steps = [*self._claim.checkpoint.get("steps", []), {"text": text, "at": clock.now().isoformat()}]
        self._keep(steps=steps[-50:])

    def advance(self, done: int, total: int) -> None:
        """See Progress."""
        now = time.monotonic()
        if done >= total or now - self._told_at > _TELL_SECONDS:
            self._told_at = now
            self._keep(delivered=done, to_deliver=total)

    def keep_manifest(self, manifest: Manifest) -> None:
        """Keep what is in the file. A delivery that was begun with another one stays for the destination to give up."""
        self._keep(manifest=manifest.as_json())

    def _keep(self, **changes: Any) -> None:
        self._claim.keep({**self._claim.checkpoint, **changes})


def forget_old_files(older_than_days: int, limit: int = 100) -> int:
    """Delete the files of exports that ended before that many days; returns how many. The manifests stay."""
    with system_transaction() as session:
        jobs = session.scalars(
            sa.select(Job)
            .where(
                Job.kind == KIND,
                Job.checkpoint.has_key("manifest"),
                sa.not_(Job.checkpoint.has_key("file_gone")),
                Job.finished_at < sa.func.now() - sa.func.make_interval(0, 0, 0, older_than_days),
                Job.state.in_((JobState.DONE, JobState.FAILED, JobState.CANCELLED)),
            )
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for job in jobs:
            delete_file(job)
        return len(jobs)


def delete_file(job: Job) -> None:
    """Delete the job's file, and note that on the job, whose session is open; its manifest stays."""
    manifest = manifest_of(job)
    if manifest is not None:
        _store().delete(_key(job.organisation_id, job.id, manifest))
    job.checkpoint = {**(job.checkpoint or {}), "file_gone": True}


def _destination(organisation_id: int, name: str) -> Destination | None:
    """Who delivers; None where people fetch the file themselves."""
    return None if name == DOWNLOAD else destination(name, organisation_id)


def _key(organisation_id: int, job_id: uuid.UUID, manifest: Manifest) -> str:
    return f"exports/{organisation_id}/{job_id}/{manifest.name}"


def _store() -> FileStore:
    return file_store(_settings())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
