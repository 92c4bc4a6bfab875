"""HTTP shapes of what admins watch and trigger."""

import marshmallow as ma

from cci_app.conversation.models import LateState, OutboundReason, OutboundState, Via
from cci_app.core.http.fields import HIGHEST_ID, PageQuery, UserId


class CheckResponse(ma.Schema):
    """One dependency: `ok` or `down`, the time it took to answer, and what is wrong."""

    status = ma.fields.String(required=True)
    latency_ms = ma.fields.Float(required=True, allow_none=True)
    detail = ma.fields.String(required=True, allow_none=True)


class ReadyResponse(ma.Schema):
    """`ok`, `degraded` (people are answered, something else waits) or `down`."""

    status = ma.fields.String(required=True)
    checks = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(CheckResponse), required=True)


class MetricsFormatQuery(ma.Schema):
    """How the figures are to be written, and over how long."""

    format = ma.fields.String(
        validate=ma.validate.OneOf(["json", "prometheus"]), metadata={"description": "The form", "example": "json"}
    )
    hours = ma.fields.Integer(
        load_default=24,
        validate=ma.validate.Range(1, 24 * 31),
        metadata={"description": "How far back to look", "example": 24},
    )


class EndpointFigures(ma.Schema):
    """Requests to one endpoint; times in milliseconds."""

    endpoint = ma.fields.String(required=True)
    method = ma.fields.String(required=True)
    requests = ma.fields.Integer(required=True)
    client_errors = ma.fields.Integer(required=True)
    server_errors = ma.fields.Integer(required=True)
    p50_ms = ma.fields.Float(required=True)
    p95_ms = ma.fields.Float(required=True)


class ReplyFigures(ma.Schema):
    """Replies to people; times in milliseconds, null where there were none."""

    count = ma.fields.Integer(required=True)
    p50_ms = ma.fields.Float(required=True, allow_none=True)
    p95_ms = ma.fields.Float(required=True, allow_none=True)
    longest_ms = ma.fields.Float(required=True, allow_none=True)
    share_within_8s = ma.fields.Float(required=True, allow_none=True)


class MetricsResponse(ma.Schema):
    """Figures of the last hours."""

    hours = ma.fields.Integer(required=True)
    requests = ma.fields.Integer(required=True)
    replies = ma.fields.Nested(ReplyFigures, required=True)
    endpoints = ma.fields.List(ma.fields.Nested(EndpointFigures), required=True)


class StatsResponse(ma.Schema):
    """The organisation at a glance."""

    users = ma.fields.Integer(required=True)
    users_today = ma.fields.Integer(required=True)
    conversations = ma.fields.Integer(required=True)
    conversations_completed = ma.fields.Integer(required=True)
    completion_rate = ma.fields.Float(required=True, allow_none=True)
    messages = ma.fields.Integer(required=True)
    messages_today = ma.fields.Integer(required=True)
    mean_messages = ma.fields.Float(required=True, allow_none=True)
    languages = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    answers_by_question = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    handoffs_open = ma.fields.Integer(required=True)
    contacts = ma.fields.Integer(required=True)
    late_answers = ma.fields.Integer(required=True)
    failed_turns = ma.fields.Integer(required=True)
    not_logged = ma.fields.Integer(required=True)
    log_errors = ma.fields.Integer(required=True)
    jobs_open = ma.fields.Integer(required=True)
    model_calls = ma.fields.Integer(required=True)
    model_calls_failed = ma.fields.Integer(required=True)
    input_tokens = ma.fields.Integer(required=True)
    output_tokens = ma.fields.Integer(required=True)
    model_costs = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Float(),
        required=True,
        metadata={"description": "What the calls cost by currency, those without a known price left out"},
    )


class LateAnswersQuery(PageQuery):
    """Which late answers."""

    state = ma.fields.Enum(LateState, by_value=True, metadata={"description": "Only those", "example": "uncertain"})


class LateAnswer(ma.Schema):
    """An answer that came after the channel's time: `reason` tells why it was refused, or is uncertain."""

    receipt_id = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*LateState]))
    reason = ma.fields.String(required=True, allow_none=True)
    attempts = ma.fields.Integer(required=True)
    received_at = ma.fields.AwareDateTime(required=True)
    answered_at = ma.fields.AwareDateTime(required=True)
    answer = ma.fields.String(required=True, allow_none=True)


class LateAnswersResponse(ma.Schema):
    """Late answers, newest first; `next` is null on the last page."""

    late_answers = ma.fields.List(ma.fields.Nested(LateAnswer), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class OutboundQuery(PageQuery):
    """Which messages."""

    state = ma.fields.Enum(OutboundState, by_value=True, metadata={"description": "Only those", "example": "failed"})
    reason = ma.fields.Enum(OutboundReason, by_value=True, metadata={"description": "Only those", "example": "late"})
    user_id = UserId(metadata={"description": "Only to that person", "example": "+573001234567"})


class OutboundMessage(ma.Schema):
    """One part on its way out: `error` is what its last attempt met, `receipt_id` the event that caused it."""

    id = ma.fields.Integer(required=True)
    receipt_id = ma.fields.Integer(required=True, allow_none=True)
    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, validate=ma.validate.OneOf([*OutboundReason]))
    via = ma.fields.String(required=True, validate=ma.validate.OneOf([*Via]))
    channel = ma.fields.String(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*OutboundState]))
    attempts = ma.fields.Integer(required=True)
    not_before = ma.fields.AwareDateTime(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    error_code = ma.fields.String(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)
    part = ma.fields.Dict(required=True)
    text = ma.fields.String(required=True)


class OutboundResponse(ma.Schema):
    """Outbound messages, newest first; `next` is null on the last page."""

    messages = ma.fields.List(ma.fields.Nested(OutboundMessage), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class ReloadQuery(ma.Schema):
    """Whether only to tell what would change, and whether it is meant where much would go."""

    dry_run = ma.fields.Boolean(
        load_default=False,
        truthy={"true", "True", "TRUE"},
        falsy={"false", "False", "FALSE"},
        metadata={"description": "Return the difference, change nothing", "example": True},
    )
    confirm = ma.fields.Integer(
        validate=ma.validate.Range(0, HIGHEST_ID),
        metadata={
            "description": "How many contacts may be removed, where that is more than a tenth of the book: the number"
            " of the refusal or of the dry run",
            "example": 37,
        },
    )


class LeftOutRow(ma.Schema):
    """A row of the workbook that was left out, and why."""

    sheet = ma.fields.String(metadata={"description": "Where there are several"})
    row = ma.fields.Integer(required=True)
    reason = ma.fields.String(required=True)


class SheetOfContacts(ma.Schema):
    """A sheet that contacts were read from."""

    sheet = ma.fields.String(required=True)
    contacts = ma.fields.Integer(required=True)
    columns = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class SheetLeftOut(ma.Schema):
    """A sheet that nothing was read from, and why."""

    sheet = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)


class ExampleContact(ma.Schema):
    """A contact that a reload would add, change or remove; `row` and `changed` where they apply."""

    phone = ma.fields.String(required=True)
    name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    row = ma.fields.Integer()
    changed = ma.fields.List(ma.fields.String())


class DiffExamples(ma.Schema):
    """The first ten of each."""

    added = ma.fields.List(ma.fields.Nested(ExampleContact), required=True)
    changed = ma.fields.List(ma.fields.Nested(ExampleContact), required=True)
    removed = ma.fields.List(ma.fields.Nested(ExampleContact), required=True)


class DryRunResponse(ma.Schema):
    """What a reload would do."""

    sheet = ma.fields.String(required=True)
    columns = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    sheets = ma.fields.List(ma.fields.Nested(SheetOfContacts), required=True)
    sheets_passed_over = ma.fields.List(ma.fields.Nested(SheetLeftOut), required=True)
    contacts = ma.fields.Integer(required=True)
    added = ma.fields.Integer(required=True)
    changed = ma.fields.Integer(required=True)
    removed = ma.fields.Integer(required=True)
    unchanged = ma.fields.Integer(required=True)
    erased = ma.fields.Integer(
        required=True, metadata={"description": "Rows left out, of people whose data were erased"}
    )
    bad_rows = ma.fields.List(ma.fields.Nested(LeftOutRow), required=True)
    bad_rows_count = ma.fields.Integer(required=True)
    repeated_rows = ma.fields.List(ma.fields.Nested(LeftOutRow), required=True)
    repeated_rows_count = ma.fields.Integer(required=True)
    examples = ma.fields.Nested(DiffExamples, required=True)
