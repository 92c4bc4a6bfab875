"""HTTP shapes of reports."""

from typing import Any

import marshmallow as ma

from cci_app.coordination.api.schemas import day, row_id
from cci_app.core.http.fields import CleanText, PageQuery, TrueOrFalse, WholeNumber
from cci_app.jobs.models import Frequency
from cci_app.language.detect import ADMIN_LANGUAGES

_MOST_PEOPLE = 50
_PERIODS = [each.value for each in Frequency]


def _people() -> Any:
    return ma.fields.List(
        row_id("Who gets it, by the first of their ways"),
        load_default=list,
        validate=ma.validate.Length(max=_MOST_PEOPLE),
        metadata={"example": [7]},
    )


def _with_paper() -> Any:
    return TrueOrFalse(
        load_default=False, metadata={"description": "Whether mails carry the report as PDF", "example": True}
    )


class ReportAboutPayload(ma.Schema):
    """What a report is about, and who gets it; of all work where nothing is named."""

    project_id = row_id("Of this project alone", load_default=None, allow_none=True)
    person_id = row_id("Of what this person does alone", load_default=None, allow_none=True)
    send_to = _people()
    pdf = _with_paper()


class WorkReportPayload(ReportAboutPayload):
    """A report to make."""

    period = ma.fields.String(required=True, validate=ma.validate.OneOf(_PERIODS), metadata={"example": "weekly"})
    day = day("Its last day; the last one that is over where it is left out", "2026-01-18")


class SendReportPayload(ma.Schema):
    """Who gets a report."""

    send_to = ma.fields.List(
        row_id("Who gets it"),
        required=True,
        validate=ma.validate.Length(1, _MOST_PEOPLE),
        metadata={"example": [7]},
    )
    pdf = _with_paper()


class ReportLanguageQuery(ma.Schema):
    """In which language."""

    language = ma.fields.String(validate=ma.validate.OneOf(ADMIN_LANGUAGES), metadata={"example": "es"})


class ReportDeliveryResponse(ma.Schema):
    """How a report went to somebody: into the outbox, or why not."""

    person_id = ma.fields.Integer(required=True)
    via = ma.fields.String(required=True, allow_none=True)
    sent = ma.fields.Boolean(required=True)
    reason = ma.fields.String(required=True, allow_none=True)


class WorkReportResponse(ma.Schema):
    """A report; `summary` is all of it in a few lines."""

    id = ma.fields.Integer(required=True)
    period = ma.fields.String(required=True)
    starts = ma.fields.Date(required=True)
    ends = ma.fields.Date(required=True)
    project_id = ma.fields.Integer(required=True, allow_none=True)
    person_id = ma.fields.Integer(required=True, allow_none=True, attribute="collaborator_id")
    title = ma.fields.String(required=True)
    summary = ma.fields.String(required=True)
    figures = ma.fields.Dict(required=True)
    deliveries = ma.fields.List(ma.fields.Nested(ReportDeliveryResponse), required=True)
    made_by = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class WorkReportsResponse(ma.Schema):
    """A page of reports, newest first."""

    items = ma.fields.List(ma.fields.Nested(WorkReportResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class WorkReportsQuery(PageQuery):
    """Which page of reports."""


class ReportSchedulePayload(ReportAboutPayload):
    """A report that is made again and again, of the day, week or month before."""

    name = CleanText(min_length=1, max_length=100, required=True, metadata={"example": "Los lunes"})
    frequency = ma.fields.String(required=True, validate=ma.validate.OneOf(_PERIODS), metadata={"example": "weekly"})
    hour = WholeNumber(load_default=7, validate=ma.validate.Range(0, 23), metadata={"example": 8})
    weekday = WholeNumber(load_default=1, validate=ma.validate.Range(1, 7), metadata={"example": 1})
    month_day = WholeNumber(load_default=1, validate=ma.validate.Range(1, 28), metadata={"example": 1})


class ReportScheduleResponse(ma.Schema):
    """A schedule of reports, and when it makes the next one."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    frequency = ma.fields.String(required=True)
    hour = ma.fields.Integer(required=True)
    weekday = ma.fields.Integer(required=True)
    month_day = ma.fields.Integer(required=True)
    about = ma.fields.Dict(required=True, attribute="payload")
    active = ma.fields.Boolean(required=True)
    next_run_at = ma.fields.AwareDateTime(required=True)


class ReportSchedulesResponse(ma.Schema):
    """All schedules of reports: one page."""

    items = ma.fields.List(ma.fields.Nested(ReportScheduleResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class RemovedReportScheduleResponse(ma.Schema):
    """The schedule that was removed."""

    id = ma.fields.UUID(required=True)
    removed = ma.fields.Boolean(required=True)
