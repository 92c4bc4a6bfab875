"""Reports on the work: made, read, sent, and made by schedule."""

import uuid
from typing import Any

from flask import Response

from cci_app.accounts.auth import current_caller
from cci_app.coordination.ways import language_of
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.queue import Task
from cci_app.jobs.models import Frequency
from cci_app.jobs.schedules import list_schedules, remove_schedule
from cci_app.reports import making, schemas
from cci_app.reports.delivering import paper_name, schedule_reports, send_report
from cci_app.reports.figures import ReportScope
from cci_app.reports.models import WorkReport
from cci_app.reports.page import as_page
from cci_app.reports.words import ReportTexts, texts_of, texts_of_all

# A page of a mail has its styles at each element, and asks for nothing.
_PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_MOMENT = "2026-01-19T12:00:00+00:00"
_TOTALS = {
    "given": 4,
    "done": 6,
    "open": 21,
    "overdue": 3,
    "unassigned": 2,
    "due_soon": 5,
    "hours": 31.5,
    "comments": 9,
    "reminders": 4,
}
_COUNTS = {"total": 14, "given": 2, "done": 3, "open": 9, "overdue": 2, "hours": 18.0}
_TASK = {"id": 7, "title": "Portada", "project": "Sitio web", "who": 7, "due": "2026-01-15"}
_REPORT: dict[str, Any] = {
    "id": 7,
    "period": "weekly",
    "starts": "2026-01-12",
    "ends": "2026-01-18",
    "project_id": None,
    "person_id": None,
    "title": "Informe de la semana",
    "summary": "*Informe de la semana*\n12–18 ene 2026\n\nTerminadas: 6. Nuevas: 4. Horas dedicadas: 31,5.",
    "figures": {
        "as_of": _MOMENT,
        "totals": _TOTALS,
        "projects": [{"id": 7, "name": "Sitio web", **_COUNTS}],
        "people": [{"id": 7, **_COUNTS}],
        "late": [{**_TASK, "days": 4}],
        "finished": [_TASK],
    },
    "deliveries": [{"person_id": 7, "via": "email", "sent": True, "reason": None}],
    "made_by": "ana@example.org",
    "created_at": _MOMENT,
}
_SCHEDULE: dict[str, Any] = {
    "id": "5b1f7a0e-2f0c-4a53-9d5e-0d3a3a7f1c11",
    "name": "Los lunes",
    "frequency": "weekly",
    "hour": 8,
    "weekday": 1,
    "month_day": 1,
    "about": {"project_id": None, "person_id": None, "send_to": [7], "pdf": True},
    "active": True,
    "next_run_at": _MOMENT,
}
_REPORT_ID = [{"in": "path", "name": "report_id", "example": 7}]
_SCHEDULE_ID = [{"in": "path", "name": "schedule_id", "example": _SCHEDULE["id"]}]
_FILE = {"type": "string", "format": "binary"}

blueprint = EdgeBlueprint("work_reports", __name__, url_prefix="/api/reports", description="Reports on the work")


def _language(asked: str | None) -> str:
    whose = current_caller().organisation_id
    with tenant_transaction(whose) as session:
        return language_of(session, whose, asked)


def shown(texts: ReportTexts) -> dict[str, Any]:
    """A report as it is told."""
    columns = {column.key: getattr(texts.report, column.key) for column in WorkReport.__table__.columns}
    return {**columns, "title": texts.title, "summary": texts.short}


def _found(report_id: int) -> WorkReport:
    return making.find_report(current_caller().organisation_id, report_id)


@blueprint.post("")
@blueprint.arguments(schemas.WorkReportPayload, example={"period": "weekly", "send_to": [7]})
@blueprint.response(201, schemas.WorkReportResponse, example=_REPORT)
@blueprint.alt_response(404, "NOT_FOUND")
def make_work_report(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a report of a day, a week or a month, and send it to whom `send_to` names."""
    whose = current_caller().organisation_id
    scope = ReportScope(whose, payload["project_id"], payload["person_id"])
    report = making.make_report(scope, making.span_until(whose, Frequency(payload["period"]), payload.get("day")))
    if payload["send_to"]:
        send_report(report, payload["send_to"], pdf=payload["pdf"])
    return shown(texts_of(_found(report.id), _language(None)))


@blueprint.get("")
@blueprint.arguments(schemas.WorkReportsQuery, location="query")
@blueprint.response(200, schemas.WorkReportsResponse, example={"items": [_REPORT], "next": None})
def list_work_reports(query: dict[str, Any]) -> dict[str, Any]:
    """List reports, the newest first."""
    whose = current_caller().organisation_id
    reports = making.list_reports(whose, **query)
    following = reports[-1].id if len(reports) == query["limit"] else None
    return {"items": [shown(each) for each in texts_of_all(whose, reports, _language(None))], "next": following}


@blueprint.get("/<int:report_id>", parameters=_REPORT_ID)
@blueprint.arguments(schemas.ReportLanguageQuery, location="query")
@blueprint.response(200, schemas.WorkReportResponse, example=_REPORT)
@blueprint.alt_response(404, "NOT_FOUND")
def get_work_report(query: dict[str, Any], report_id: int) -> dict[str, Any]:
    """Tell a report, in the organisation's language or another one."""
    return shown(texts_of(_found(report_id), _language(query.get("language"))))


@blueprint.get("/<int:report_id>/pdf", parameters=_REPORT_ID)
@blueprint.arguments(schemas.ReportLanguageQuery, location="query")
@blueprint.response(200, _FILE, content_type="application/pdf", example="(bytes)")
@blueprint.alt_response(404, "NOT_FOUND")
def get_report_paper(query: dict[str, Any], report_id: int) -> Response:
    """Fetch a report as PDF."""
    report = _found(report_id)
    # What makes papers brings fonts and pictures with it: whoever asks for none does not carry it.
    from cci_app.reports.paper import as_paper

    response = Response(as_paper(texts_of(report, _language(query.get("language")))), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename={paper_name(report)}"
    return response


@blueprint.get("/<int:report_id>/mail", parameters=_REPORT_ID)
@blueprint.arguments(schemas.ReportLanguageQuery, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/html", example="<!doctype html>")
@blueprint.alt_response(404, "NOT_FOUND")
def get_report_page(query: dict[str, Any], report_id: int) -> Response:
    """Show a report as the page that a mail has."""
    page = as_page(texts_of(_found(report_id), _language(query.get("language"))))
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _PAGE_CSP
    return response


@blueprint.post("/<int:report_id>/send", parameters=_REPORT_ID)
@blueprint.arguments(schemas.SendReportPayload, example={"send_to": [7]})
@blueprint.response(200, schemas.WorkReportResponse, example=_REPORT)
@blueprint.alt_response(404, "NOT_FOUND")
def send_work_report(payload: dict[str, Any], report_id: int) -> dict[str, Any]:
    """Send a report to these people: to each once, by mail with its page (and its PDF), else as a few lines."""
    send_report(_found(report_id), payload["send_to"], pdf=payload["pdf"])
    return shown(texts_of(_found(report_id), _language(None)))


@blueprint.get("/schedules")
@blueprint.response(200, schemas.ReportSchedulesResponse, example={"items": [_SCHEDULE], "next": None})
def list_report_schedules() -> dict[str, Any]:
    """List which reports are made again and again."""
    return {"items": list_schedules(current_caller().organisation_id, Task.REPORT), "next": None}


@blueprint.post("/schedules")
@blueprint.arguments(
    schemas.ReportSchedulePayload, example={"name": "Los lunes", "frequency": "weekly", "send_to": [7]}
)
@blueprint.response(201, schemas.ReportScheduleResponse, example=_SCHEDULE)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def add_report_schedule(payload: dict[str, Any]) -> Any:
    """Have a report made and sent every day, week or month, at an hour of the organisation's time zone."""
    when = {name: payload[name] for name in ("name", "frequency", "hour", "weekday", "month_day")}
    return schedule_reports(current_caller().organisation_id, when, payload)


@blueprint.delete("/schedules/<uuid:schedule_id>", parameters=_SCHEDULE_ID)
@blueprint.response(200, schemas.RemovedReportScheduleResponse, example={"id": _SCHEDULE["id"], "removed": True})
@blueprint.alt_response(404, "NOT_FOUND")
def remove_report_schedule(schedule_id: uuid.UUID) -> dict[str, Any]:
    """Make no more of them; the reports that were made stay."""
    remove_schedule(current_caller().organisation_id, Task.REPORT, schedule_id)
    return {"id": schedule_id, "removed": True}
