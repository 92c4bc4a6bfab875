"""HTTP shapes of the monitor."""

import marshmallow as ma

from cci_app.coordination.api.schemas import row_id
from cci_app.coordination.monitor.rules import LONGEST_RULES
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery, WholeNumber


def _counts() -> ma.fields.Dict:
    return ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)


class MonitorStatusResponse(ma.Schema):
    """When the work was last looked at, what was found, and what became of it."""

    checked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    duration_ms = ma.fields.Integer(required=True)
    tasks = ma.fields.Integer(required=True)
    found = _counts()
    open_alerts = ma.fields.Integer(required=True)
    acknowledged = ma.fields.Integer(required=True)
    by_level = _counts()
    reminders = _counts()
    messages = _counts()


class ToldResponse(ma.Schema):
    """Who was told, at which step of which round."""

    person_id = ma.fields.Integer(required=True)
    step = ma.fields.String(required=True)
    round = ma.fields.Integer(required=True)
    state = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)


class TaskAlertResponse(ma.Schema):
    """A reason to speak of a task: how urgent and why, who was told, and when the next one is."""

    id = ma.fields.Integer(required=True)
    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    cause = ma.fields.String(required=True)
    anchor = ma.fields.String(required=True)
    level = ma.fields.String(required=True)
    score = ma.fields.Integer(required=True)
    reasons = ma.fields.List(ma.fields.Dict(), required=True)
    opened_at = ma.fields.AwareDateTime(required=True)
    round = ma.fields.Integer(required=True)
    next_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    acknowledged_by = ma.fields.String(required=True, allow_none=True)
    acknowledged_until = ma.fields.AwareDateTime(required=True, allow_none=True)
    told = ma.fields.List(ma.fields.Nested(ToldResponse), required=True)


class TaskAlertsResponse(ma.Schema):
    """A page of alerts that hold, newest first."""

    items = ma.fields.List(ma.fields.Nested(TaskAlertResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class TaskAlertsQuery(PageQuery):
    """Which alerts."""

    task_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})


class AboutTaskPayload(ma.Schema):
    """The task that it is about."""

    task_id = row_id("The task", required=True)


class EscalatedResponse(ma.Schema):
    """How many people hear of it now; by day, where it is night there."""

    task_id = ma.fields.Integer(required=True)
    reminders = ma.fields.Integer(required=True)


class AcknowledgedResponse(ma.Schema):
    """How many alerts somebody is on now, and until when nobody else hears of them."""

    alerts = ma.fields.Integer(required=True)
    until = ma.fields.AwareDateTime(required=True)


class MonitorRulesPayload(ma.Schema):
    """Rules, as YAML."""

    content = CleanText(
        min_length=1,
        max_length=LONGEST_RULES,
        required=True,
        metadata={"description": "As config/coordination/monitor.yaml", "example": "most_rounds: 3\n"},
    )


class MonitorRulesResponse(ma.Schema):
    """A set of rules; `active_from` is null for one that counts for nothing yet."""

    id = ma.fields.Integer(required=True)
    content = ma.fields.String(required=True)
    written_by = ma.fields.String(required=True)
    written_at = ma.fields.AwareDateTime(required=True)
    active_from = ma.fields.AwareDateTime(required=True, allow_none=True)


class AllMonitorRulesResponse(ma.Schema):
    """The rules that count, and the sets that were kept, newest first."""

    counting = ma.fields.String(required=True)
    items = ma.fields.List(ma.fields.Nested(MonitorRulesResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class RulesTrialPayload(ma.Schema):
    """How far back to look."""

    days = WholeNumber(load_default=30, validate=ma.validate.Range(1, 90), metadata={"example": 30})


class RulesTrialFigures(ma.Schema):
    """What rules would have come to."""

    days = ma.fields.Integer(required=True)
    tasks = ma.fields.Integer(required=True)
    alerts = _counts()
    levels = _counts()
    reminders = ma.fields.Integer(required=True)
    without_asking = _counts()


class RulesTrialResponse(ma.Schema):
    """What these rules would have come to, beside those that count now."""

    these = ma.fields.Nested(RulesTrialFigures, required=True)
    counting = ma.fields.Nested(RulesTrialFigures, required=True)
