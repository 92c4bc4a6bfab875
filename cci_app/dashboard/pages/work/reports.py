"""Reports: made on request, read, sent, and made by schedule."""

import uuid
from typing import Any

from flask import Blueprint, make_response, request

from cci_app.accounts.auth import current_caller
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.queue import Task
from cci_app.dashboard.asked import loaded
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.looking import language
from cci_app.dashboard.pages.work.shown import told, work_page
from cci_app.jobs.models import Frequency
from cci_app.jobs.schedules import list_schedules, remove_schedule
from cci_app.reports import making
from cci_app.reports.delivering import schedule_reports, send_report
from cci_app.reports.figures import ReportScope
from cci_app.reports.schemas import ReportSchedulePayload, SendReportPayload, WorkReportPayload
from cci_app.reports.words import texts_of, texts_of_all

_AT_ONCE = 20
_HERE = "/admin/work/reports"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/reports")(show_reports)
    pages.post("/reports")(make_report)
    pages.get("/reports/<int:report_id>")(show_report)
    pages.post("/reports/<int:report_id>/send")(send)
    pages.post("/reports/schedules")(add_schedule)
    pages.post("/reports/schedules/<uuid:schedule_id>/remove")(remove)


def show_reports(problem: str | None = None) -> str:
    """The reports that were made, the newest first, and those that are made by schedule."""
    before = request.args.get("before", "")
    found = making.list_reports(organisation_id(), int(before[:18]) if before.isdecimal() else None, _AT_ONCE)
    return work_page(
        "reports",
        "reports",
        found=texts_of_all(organisation_id(), found, language()),
        following=found[-1].id if len(found) == _AT_ONCE else None,
        schedules=list_schedules(organisation_id(), Task.REPORT),
        problem=problem,
    )


def show_report(report_id: int, problem: str | None = None) -> str:
    """One report, as it is sent."""
    report = making.find_report(organisation_id(), report_id)
    return work_page("report", "reports", texts=texts_of(report, language()), report=report, problem=problem)


def make_report() -> Any:
    """Make a report of what the form says."""
    whose = organisation_id()
    try:
        asked = loaded(WorkReportPayload(), _filled_in())
        scope = ReportScope(whose, asked["project_id"], asked["person_id"])
        span = making.span_until(whose, Frequency(asked["period"]), asked.get("day"))
    except InvalidInput as error:
        return make_response(show_reports(told(error)), error.status)
    return go(f"{_HERE}/{making.make_report(scope, span).id}")


def send(report_id: int) -> Any:
    """Send it to whom the form names."""
    try:
        asked = loaded(SendReportPayload(), _filled_in())
    except InvalidInput as error:
        return make_response(show_report(report_id, told(error)), error.status)
    send_report(making.find_report(organisation_id(), report_id), asked["send_to"], pdf=asked["pdf"])
    return go(f"{_HERE}/{report_id}")


def add_schedule() -> Any:
    """Have one made again and again."""
    try:
        asked = loaded(ReportSchedulePayload(), _filled_in())
        when = {name: asked[name] for name in ("name", "frequency", "hour", "weekday", "month_day")}
        schedule_reports(current_caller().organisation_id, when, asked)
    except (Conflict, InvalidInput) as error:
        return make_response(show_reports(told(error)), error.status)
    return go(_HERE)


def remove(schedule_id: uuid.UUID) -> Any:
    """Make no more of them."""
    remove_schedule(organisation_id(), Task.REPORT, schedule_id)
    return go(_HERE)


def _filled_in() -> dict[str, Any]:
    """The form as the API is asked: ids are numbers, and what is empty is left out."""
    form: dict[str, Any] = {name: value.strip() for name, value in request.form.items() if value.strip()}
    for name in ("project_id", "person_id", "hour", "weekday", "month_day"):
        if form.get(name, "").isdecimal():
            form[name] = int(form[name])
    people = [int(each) for each in request.form.getlist("send_to") if each.isdecimal()]
    return {**form, "send_to": people}
