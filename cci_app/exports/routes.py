"""Exports: the record of conversations as files, as jobs and by schedule."""

import uuid
from typing import Any

from flask import Response, current_app, g, make_response, request, send_file, url_for
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from cci_app.accounts.auth import current_caller
from cci_app.core.audit import record_reading
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.queue import Task
from cci_app.exports import examples, schedules
from cci_app.exports.files import make_workbook, stream_text
from cci_app.exports.job import (
    DOWNLOAD,
    KIND,
    Order,
    cancel_export,
    find_export,
    finished_manifest,
    manifest_of,
    open_file,
    request_export,
    retry_export,
)
from cci_app.exports.manifest import reconcile
from cci_app.exports.schemas import (
    ConversationResponse,
    ExportJobResponse,
    ExportJobsResponse,
    ExportPayload,
    ExportQuery,
    JobsQuery,
    ReconciliationResponse,
    RemovedScheduleResponse,
    SchedulePayload,
    ScheduleResponse,
    selection_of,
)
from cci_app.exports.selection import XLSX, ExportFormat, Selection
from cci_app.jobs.ledger import list_jobs
from cci_app.jobs.models import Job, JobState, Schedule
from cci_app.jobs.schedules import list_schedules, remove_schedule

blueprint = EdgeBlueprint("exports", __name__, url_prefix="/api/v1/export", description="The record as files")

_FILE = {"type": "string", "format": "binary"}
_JOB = {"in": "path", "name": "job_id", "example": examples.JOB["id"]}
_SCHEDULE = {"in": "path", "name": "schedule_id", "example": examples.SCHEDULE["id"]}


@blueprint.get("/conversations")
@blueprint.arguments(ExportQuery, location="query")
@blueprint.response(200, ConversationResponse(many=True), example=[examples.CONVERSATION])
@blueprint.alt_response(200, schema=_FILE, content_type=XLSX, example=examples.WORKBOOK)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/csv", example=examples.CSV)
@blueprint.alt_response(
    202, schema=ExportJobResponse, description="A workbook too large to wait for", example=examples.QUEUED
)
def export_conversations(query: dict[str, Any]) -> Response:
    """Export conversations, a row each, with every question and its answer.

    As a workbook (the default) with a summary and all messages, as CSV, or as JSON. A workbook of more than 20,000
    conversations is made as a job: the answer says where it will be.
    """
    form, selection = ExportFormat(query["format"]), selection_of(query)
    organisation_id = current_caller().organisation_id
    name = selection.file_name(form, current_app.config["SETTINGS"].secret_key)
    record_reading(organisation_id, "export.taken", "conversations", {"format": form})
    if form is not ExportFormat.EXCEL:
        response = Response(
            stream_text(organisation_id, selection, form, query.get("separator")), content_type=form.content_type
        )
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response
    workbook = make_workbook(organisation_id, selection)
    if workbook is None:
        job, status, headers = _queued(Order(selection, form, DOWNLOAD))
        return make_response(ExportJobResponse().dump(job), status, headers)
    return send_file(workbook, mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.post("/jobs")
@blueprint.arguments(ExportPayload, required=False, example=examples.ORDER)
@blueprint.response(202, ExportJobResponse, example=examples.QUEUED)
@blueprint.alt_response(409, "CONFLICT")
def create_export(payload: dict[str, Any]) -> Any:
    """Have a worker make an export, and deliver it where `destination` says."""
    form, destination = ExportFormat(payload["format"]), payload["destination"]
    return _queued(Order(selection_of(payload), form, destination, payload.get("separator")))


@blueprint.get("/jobs")
@blueprint.arguments(JobsQuery, location="query")
@blueprint.response(200, ExportJobsResponse, example={"jobs": [examples.JOB], "next": None})
@blueprint.alt_response(404, "NOT_FOUND")
def list_exports(query: dict[str, Any]) -> dict[str, Any]:
    """Show the newest exports first."""
    jobs = [shown(job) for job in list_jobs(current_caller().organisation_id, KIND, **query)]
    return {"jobs": jobs, "next": jobs[-1]["id"] if len(jobs) == query["limit"] else None}


@blueprint.get("/jobs/<uuid:job_id>", parameters=[_JOB])
@blueprint.response(200, ExportJobResponse, example=examples.JOB)
@blueprint.alt_response(404, "NOT_FOUND")
def get_export(job_id: uuid.UUID) -> dict[str, Any]:
    """Tell how far an export is, what is in it, and where it went."""
    return shown(find_export(current_caller().organisation_id, job_id))


@blueprint.post("/jobs/<uuid:job_id>/cancel", parameters=[_JOB])
@blueprint.response(200, ExportJobResponse, example=examples.CANCELLED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def cancel_export_job(job_id: uuid.UUID) -> dict[str, Any]:
    """Stop an export that is not finished."""
    return shown(cancel_export(current_caller().organisation_id, job_id))


@blueprint.post("/jobs/<uuid:job_id>/retry", parameters=[_JOB])
@blueprint.response(202, ExportJobResponse, example=examples.QUEUED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def retry_export_job(job_id: uuid.UUID) -> dict[str, Any]:
    """Try an export again that failed or was cancelled; a file that was made is only delivered."""
    return shown(retry_export(current_caller().organisation_id, job_id))


@blueprint.get("/jobs/<uuid:job_id>/download", parameters=[_JOB])
@blueprint.response(200, ConversationResponse(many=True), example=[examples.CONVERSATION])
@blueprint.alt_response(200, schema=_FILE, content_type=XLSX, example=examples.WORKBOOK)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/csv", example=examples.CSV)
@blueprint.alt_response(206, schema=_FILE, content_type="*/*", description="What Range asks for", example="(bytes)")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(416, "REQUESTED_RANGE_NOT_SATISFIABLE")
def download_export(job_id: uuid.UUID) -> Response:
    """Fetch the file of an export, also where its delivery failed.

    A download that was cut goes on where it was: `Range` is heard, and `ETag` is that of the file's bytes.
    """
    organisation_id = current_caller().organisation_id
    manifest, file = open_file(find_export(organisation_id, job_id))
    record_reading(organisation_id, "export.downloaded", f"job:{job_id}")
    # Of a file without a path the framework knows no length; without that it can serve no range.
    response = send_file(file, XLSX, True, manifest.name, conditional=False, etag=manifest.sha256)
    response.content_type = ExportFormat(manifest.form).content_type
    response.content_length = manifest.bytes
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=manifest.bytes)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    return response


@blueprint.get("/jobs/<uuid:job_id>/reconcile", parameters=[_JOB])
@blueprint.response(200, ReconciliationResponse, example=examples.RECONCILIATION)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def reconcile_export(job_id: uuid.UUID) -> dict[str, Any]:
    """Hold an export against the database as it is now, and name the days that differ."""
    organisation_id = current_caller().organisation_id
    return reconcile(organisation_id, job_id, finished_manifest(find_export(organisation_id, job_id)))


@blueprint.get("/schedules")
@blueprint.response(200, ScheduleResponse(many=True), example=[examples.SCHEDULE])
def list_export_schedules() -> Any:
    """Show the exports that are made again and again."""
    return [_shown_schedule(each) for each in list_schedules(current_caller().organisation_id, Task.EXPORT)]


@blueprint.post("/schedules")
@blueprint.arguments(SchedulePayload, example=examples.WEEKLY)
@blueprint.response(201, ScheduleResponse, example=examples.SCHEDULE)
@blueprint.alt_response(409, "CONFLICT")
def create_export_schedule(payload: dict[str, Any]) -> Any:
    """Have an export made every day, week or month, at an hour of the organisation's time zone."""
    added = schedules.add_export_schedule(current_caller().organisation_id, _schedule_of(payload))
    return _shown_schedule(added)


@blueprint.put("/schedules/<uuid:schedule_id>", parameters=[_SCHEDULE])
@blueprint.arguments(SchedulePayload, example=examples.WEEKLY)
@blueprint.response(200, ScheduleResponse, example=examples.SCHEDULE)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def change_export_schedule(payload: dict[str, Any], schedule_id: uuid.UUID) -> Any:
    """Put these values in place of the schedule's."""
    organisation_id, values = current_caller().organisation_id, _schedule_of(payload)
    return _shown_schedule(schedules.change_export_schedule(organisation_id, schedule_id, values))


@blueprint.delete("/schedules/<uuid:schedule_id>", parameters=[_SCHEDULE])
@blueprint.response(200, RemovedScheduleResponse, example=examples.REMOVED)
@blueprint.alt_response(404, "NOT_FOUND")
def delete_export_schedule(schedule_id: uuid.UUID) -> dict[str, Any]:
    """Remove a schedule; the exports that it made stay."""
    remove_schedule(current_caller().organisation_id, Task.EXPORT, schedule_id)
    return {"id": schedule_id, "removed": True}


def _queued(order: Order) -> tuple[dict[str, Any], int, dict[str, str]]:
    job = request_export(current_caller().organisation_id, order, g.request_id)
    return shown(job), 202, {"Location": url_for("exports.get_export", job_id=job.id)}


def _schedule_of(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "filters": Selection(**payload["filters"]).as_json()}


def _shown_schedule(schedule: Schedule) -> dict[str, Any]:
    """The schedule as a ScheduleResponse."""
    names = ("name", "frequency", "hour", "weekday", "month_day", "active")
    kept = ("id", "next_run_at", "last_job_id", "created_at")
    return {**{name: getattr(schedule, name) for name in (*names, *kept)}, **schedule.payload}


def shown(job: Job) -> dict[str, Any]:
    """The job as an ExportJobResponse, and as the page of exports shows it."""
    kept, manifest = job.checkpoint or {}, manifest_of(job)
    there = manifest is not None and not kept.get("file_gone")
    days = {day: rows for day, (rows, _) in manifest.days.items()} if manifest else {}
    return {
        **{name: getattr(job, name) for name in ("id", "state", "rows_done", "rows", "reason")},
        **{name: getattr(job, name) for name in ("created_at", "started_at", "finished_at")},
        "schedule_id": None,
        **job.payload,
        "bytes": manifest.bytes if manifest else None,
        "delivered": kept.get("delivered"),
        "goes_on_at": job.not_before if job.state == JobState.QUEUED else None,
        "steps": kept.get("steps", []),
        "link": (job.result or {}).get("link"),
        "download": url_for("exports.download_export", job_id=job.id) if there else None,
        "manifest": {**manifest.as_json(), "days": days} if manifest else None,
    }
