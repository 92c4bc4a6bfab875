"""HTTP shapes of exports."""

from typing import Any

import marshmallow as ma

from cci_app.conversation.models import RunStatus
from cci_app.core.http.fields import CleanText, PageSize, TrueOrFalse, UserId, WholeNumber, separator_field
from cci_app.exports.destinations.registry import PATTERN
from cci_app.exports.job import DOWNLOAD
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.jobs.models import Frequency, JobState


def _day(name: str, example: str) -> ma.fields.Date:
    return ma.fields.Date(
        format="iso",
        error_messages={"invalid": "Not a day: write it as 2026-01-31."},
        metadata={
            "description": f"{name} on which a conversation began, in the organisation's time zone",
            "example": example,
        },
    )


def _destination() -> ma.fields.String:
    known = ma.validate.Regexp(
        f"^({DOWNLOAD}|{PATTERN})$",
        error="Use download, folder, sharepoint or google_sheets; the last two also with a name: sharepoint:members.",
    )
    return ma.fields.String(
        load_default=DOWNLOAD,
        # Python's `$` lets a line's end pass.
        validate=[ma.validate.Length(max=64), ma.validate.ContainsNoneOf("\n"), known],
        metadata={"description": "Where to; an integration's name may follow a colon", "example": "sharepoint:members"},
    )


class Filters(ma.Schema):
    """Which conversations; all of them without a filter."""

    start_date = _day("First day", "2026-01-01")
    end_date = _day("Last day", "2026-01-31")
    user_id = UserId()
    language = ma.fields.String(
        # The length too: Python's `$` would let a line's end pass.
        validate=[ma.validate.Length(equal=2), ma.validate.Regexp(r"^[a-z]{2}$", error="Two letters, such as es.")],
        metadata={"description": "Language of the conversation", "example": "es"},
    )
    company = CleanText(
        min_length=1,
        max_length=255,
        metadata={"description": "Company, without case", "example": "Vinos del Valle SAS"},
    )
    status = ma.fields.String(
        validate=ma.validate.OneOf(list(RunStatus)),
        metadata={"description": "How far the conversation came", "example": "completed"},
    )
    assistant = CleanText(min_length=1, max_length=64, metadata={"description": "Assistant", "example": "cci"})

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        start, end = data.get("start_date"), data.get("end_date")
        if start and end and end < start:
            raise ma.ValidationError(f"Not before start_date ({start}).", "end_date")


class ExportQuery(Filters):
    """Which conversations, and in which form."""

    separator = separator_field()

    format = ma.fields.String(
        load_default=ExportFormat.EXCEL,
        validate=ma.validate.OneOf(list(ExportFormat)),
        metadata={"description": "Form of the export", "example": "json"},
    )


def selection_of(data: dict[str, Any]) -> Selection:
    """The selection that a loaded request asks for."""
    return Selection(**{name: value for name, value in data.items() if name in Filters._declared_fields})


class AnswerResponse(ma.Schema):
    """A question of the assistant with the person's answer, null where it was not answered."""

    question = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    answer = ma.fields.String(required=True, allow_none=True)
    status = ma.fields.String(required=True, allow_none=True)


class ConversationResponse(ma.Schema):
    """A conversation; times in milliseconds, null where there were no messages."""

    user_id = ma.fields.String(required=True)
    company = ma.fields.String(required=True, allow_none=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    started_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True)
    questions_answered = ma.fields.Integer(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf(list(RunStatus)))
    language = ma.fields.String(required=True, allow_none=True)
    answers = ma.fields.List(ma.fields.Nested(AnswerResponse), required=True)
    other_answers = ma.fields.Dict(required=True, allow_none=True)
    messages = ma.fields.Integer(required=True)
    mean_response_ms = ma.fields.Integer(required=True, allow_none=True)
    p95_response_ms = ma.fields.Integer(required=True, allow_none=True)
    longest_response_ms = ma.fields.Integer(required=True, allow_none=True)
    share_within_8s = ma.fields.Float(required=True, allow_none=True)
    late_answers = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    conversation_id = ma.fields.UUID(required=True)


class ExportPayload(Filters):
    """Which conversations, in which form, and where to."""

    format = ma.fields.String(load_default=ExportFormat.EXCEL, validate=ma.validate.OneOf(list(ExportFormat)))
    destination = _destination()
    separator = separator_field()


class JobsQuery(PageSize):
    """Which exports; jobs have no numbers, so a page begins after the last job of the page before."""

    before = ma.fields.UUID(
        metadata={
            "description": "Those older than this job: `next` of the page before",
            "example": "3f0c6f4e-3f5b-4a43-9d52-7b1d0c2c1e5a",
        }
    )
    state = ma.fields.Enum(JobState, by_value=True, metadata={"description": "Only those", "example": "failed"})


class StepResponse(ma.Schema):
    """What the work began, and when."""

    text = ma.fields.String(required=True)
    at = ma.fields.String(required=True, metadata={"format": "date-time"})


class ManifestResponse(ma.Schema):
    """What is in the file."""

    name = ma.fields.String(required=True)
    filters = ma.fields.Dict(required=True)
    rows = ma.fields.Integer(required=True)
    first_id = ma.fields.UUID(required=True, allow_none=True)
    last_id = ma.fields.UUID(required=True, allow_none=True)
    bytes = ma.fields.Integer(required=True)
    sha256 = ma.fields.String(required=True)
    timezone = ma.fields.String(required=True)
    days = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)


class ExportJobResponse(ma.Schema):
    """An export as a job; `delivered` are bytes of the file, or rows of the sheet, that are there.

    `schedule_id` names the schedule that asked for it. `goes_on_at` is when a delivery is tried again whose destination
    asked to wait; `reason` then says why it waits.
    """

    id = ma.fields.UUID(required=True)
    state = ma.fields.String(
        required=True, validate=ma.validate.OneOf(["queued", "running", "done", "failed", "cancelled"])
    )
    format = ma.fields.String(required=True)
    destination = ma.fields.String(required=True)
    filters = ma.fields.Dict(required=True)
    schedule_id = ma.fields.UUID(required=True, allow_none=True)
    rows_done = ma.fields.Integer(required=True)
    rows = ma.fields.Integer(required=True, allow_none=True)
    bytes = ma.fields.Integer(required=True, allow_none=True)
    delivered = ma.fields.Integer(required=True, allow_none=True)
    steps = ma.fields.List(ma.fields.Nested(StepResponse), required=True)
    link = ma.fields.String(required=True, allow_none=True)
    download = ma.fields.String(required=True, allow_none=True)
    reason = ma.fields.String(required=True, allow_none=True)
    goes_on_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    manifest = ma.fields.Nested(ManifestResponse, required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    started_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    finished_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ExportJobsResponse(ma.Schema):
    """A page of exports; `next` is the `before` of the page after it, null on the last."""

    jobs = ma.fields.List(ma.fields.Nested(ExportJobResponse), required=True)
    next = ma.fields.UUID(required=True, allow_none=True)


class DifferenceResponse(ma.Schema):
    """A day on which the export and the database differ."""

    day = ma.fields.String(required=True, metadata={"format": "date"})
    rows_then = ma.fields.Integer(required=True)
    rows_now = ma.fields.Integer(required=True)
    difference = ma.fields.String(required=True, validate=ma.validate.OneOf(["missing", "added", "changed"]))


class ReconciliationResponse(ma.Schema):
    """An export held against the database as it is now."""

    job_id = ma.fields.UUID(required=True)
    same = ma.fields.Boolean(required=True)
    rows_then = ma.fields.Integer(required=True)
    rows_now = ma.fields.Integer(required=True)
    days = ma.fields.List(ma.fields.Nested(DifferenceResponse), required=True)


class ScheduleFilters(Filters):
    """Which conversations; the days are those since the run before."""

    class Meta:
        exclude = ("start_date", "end_date")


class SchedulePayload(ma.Schema):
    """An export to be made again and again: of yesterday, of the seven days or of the month before."""

    name = CleanText(required=True, min_length=1, max_length=100)
    frequency = ma.fields.String(required=True, validate=ma.validate.OneOf(list(Frequency)))
    hour = WholeNumber(load_default=6, validate=ma.validate.Range(0, 23))
    weekday = WholeNumber(load_default=1, validate=ma.validate.Range(1, 7))
    month_day = WholeNumber(load_default=1, validate=ma.validate.Range(1, 28))
    format = ma.fields.String(load_default=ExportFormat.EXCEL, validate=ma.validate.OneOf(list(ExportFormat)))
    destination = _destination()
    filters = ma.fields.Nested(ScheduleFilters, load_default=dict)
    active = TrueOrFalse(load_default=True)


class ScheduleResponse(SchedulePayload):
    """A schedule: when it runs next, and the job of its last run."""

    id = ma.fields.UUID(required=True)
    next_run_at = ma.fields.AwareDateTime(required=True)
    last_job_id = ma.fields.UUID(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class RemovedScheduleResponse(ma.Schema):
    """A schedule that is no longer there."""

    id = ma.fields.UUID(required=True)
    removed = ma.fields.Boolean(required=True)
