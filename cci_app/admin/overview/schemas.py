"""HTTP shapes of the figures of a period, and of what the installation is at."""

import marshmallow as ma

from cci_app.admin.overview.figures import Period
from cci_app.admin.schemas import CheckResponse
from cci_app.core.http.fields import PageSize
from cci_app.core.queue import Task
from cci_app.jobs.models import JobState
from cci_app.jobs.schemas import JobResponse


class OverviewQuery(ma.Schema):
    """Which period, and in which language questions are named."""

    period = ma.fields.Enum(
        Period, by_value=True, load_default=Period.WEEK, metadata={"description": "It ends now", "example": "week"}
    )
    language = ma.fields.String(
        load_default="en",
        validate=ma.validate.OneOf(["en", "es", "fr"]),
        metadata={"description": "Of the questions' names", "example": "fr"},
    )


class SlotResponse(ma.Schema):
    """An hour of a day, or a day of a longer period; `at` is its beginning in the organisation's time."""

    at = ma.fields.AwareDateTime(required=True)
    messages = ma.fields.Integer(required=True)
    people = ma.fields.Integer(required=True)


class QuestionFigures(ma.Schema):
    """A question: how many answered it, vaguely or not, skipped it, and are, or gave up, at it."""

    question = ma.fields.Integer(required=True)
    topic = ma.fields.String(required=True)
    answered = ma.fields.Integer(required=True)
    vague = ma.fields.Integer(required=True)
    skipped = ma.fields.Integer(required=True)
    stopped = ma.fields.Integer(required=True)


class FunnelResponse(ma.Schema):
    """An assistant's questions, of the conversations that began in the period."""

    assistant = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    conversations = ma.fields.Integer(required=True)
    completed = ma.fields.Integer(required=True)
    questions = ma.fields.List(ma.fields.Nested(QuestionFigures), required=True)


class ServiceFigures(ma.Schema):
    """What people wrote about a service: how much, how many people, how often nothing could be answered, how fast."""

    code = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    messages = ma.fields.Integer(required=True)
    people = ma.fields.Integer(required=True)
    failed = ma.fields.Integer(required=True)
    mean_ms = ma.fields.Integer(required=True, allow_none=True)


class DeskFigures(ma.Schema):
    """An assistant with a menu; `hours` are the messages in each hour of the day, from midnight."""

    assistant = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    services = ma.fields.List(ma.fields.Nested(ServiceFigures), required=True)
    hours = ma.fields.List(ma.fields.Integer(), required=True, validate=ma.validate.Length(equal=24))


class ConcernsResponse(ma.Schema):
    """What somebody may have to look at."""

    messages_waiting = ma.fields.Integer(required=True)
    messages_failed = ma.fields.Integer(required=True)
    sends_waiting = ma.fields.Integer(required=True)
    sends_failed = ma.fields.Integer(required=True)
    sends_uncertain = ma.fields.Integer(required=True)
    handoffs_open = ma.fields.Integer(required=True)
    people_with_a_human = ma.fields.Integer(required=True)
    documents_failed = ma.fields.Integer(required=True)
    jobs_failed = ma.fields.Integer(required=True)
    jobs_open = ma.fields.Integer(required=True)


class OverviewResponse(ma.Schema):
    """The figures of a period beside those of the one before; times in milliseconds, null where nobody wrote."""

    period = ma.fields.String(required=True, validate=ma.validate.OneOf([*Period]))
    begin = ma.fields.AwareDateTime(required=True)
    end = ma.fields.AwareDateTime(required=True)
    zone = ma.fields.String(required=True)
    messages = ma.fields.Integer(required=True)
    messages_before = ma.fields.Integer(required=True)
    people = ma.fields.Integer(required=True)
    people_before = ma.fields.Integer(required=True)
    share_within_8s = ma.fields.Float(required=True, allow_none=True)
    p50_ms = ma.fields.Integer(required=True, allow_none=True)
    p95_ms = ma.fields.Integer(required=True, allow_none=True)
    late = ma.fields.Integer(required=True)
    series = ma.fields.List(ma.fields.Nested(SlotResponse), required=True)
    conversations = ma.fields.Integer(required=True)
    states = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    languages = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    funnels = ma.fields.List(ma.fields.Nested(FunnelResponse), required=True)
    desks = ma.fields.List(ma.fields.Nested(DeskFigures), required=True)
    concerns = ma.fields.Nested(ConcernsResponse, required=True)


class SystemResponse(ma.Schema):
    """The installation's parts, how many bells wait in each queue, and what of the organisation's waits."""

    version = ma.fields.String(required=True)
    environment = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    checks = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(CheckResponse), required=True)
    queues = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(allow_none=True), required=True)
    receipts_waiting = ma.fields.Integer(required=True)
    receipts_unlogged = ma.fields.Integer(required=True)
    oldest_receipt_seconds = ma.fields.Float(required=True, allow_none=True)
    outbox = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    jobs = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)


class AllJobsQuery(PageSize):
    """Which jobs, and which page of them."""

    kind = ma.fields.String(
        validate=ma.validate.OneOf([*Task]), metadata={"description": "Only those", "example": "contacts.reload"}
    )
    state = ma.fields.Enum(JobState, by_value=True, metadata={"description": "Only those", "example": "failed"})
    before = ma.fields.UUID(
        metadata={"description": "`next` of the page before", "example": "6f1f0c52-3c3e-4c7e-9f0e-0b6b6f6f5a11"}
    )


class AllJobsResponse(ma.Schema):
    """Jobs of every kind, newest first; `next` is null on the last page."""

    jobs = ma.fields.List(ma.fields.Nested(JobResponse), required=True)
    next = ma.fields.UUID(required=True, allow_none=True)
