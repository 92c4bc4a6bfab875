"""HTTP shapes of usage and alerts."""

from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import AssistantFilter, CleanText, PageQuery, WholeNumber, separator_field
from cci_app.usage.alerts import AlertState, Severity


class UsageQuery(ma.Schema):
    """Which days; without any the present month."""

    start_date = ma.fields.Date(
        attribute="start", metadata={"description": "From that day on", "example": "2026-01-01"}
    )
    end_date = ma.fields.Date(attribute="end", metadata={"description": "Up to that day", "example": "2026-01-31"})
    assistant = AssistantFilter()


class UsageTableQuery(UsageQuery):
    """The same, and in which form."""

    format = ma.fields.String(
        load_default="json", validate=ma.validate.OneOf(["json", "csv"]), metadata={"example": "csv"}
    )
    separator = separator_field()


class UsageRow(ma.Schema):
    """What an assistant used of a model on a day of the organisation's; `cost` is null where no price is known."""

    day = ma.fields.Date(required=True)
    assistant = ma.fields.String(required=True)
    provider = ma.fields.String(required=True)
    model = ma.fields.String(required=True)
    currency = ma.fields.String(required=True, allow_none=True)
    turns = ma.fields.Integer(required=True)
    calls = ma.fields.Integer(required=True)
    input_tokens = ma.fields.Integer(required=True)
    output_tokens = ma.fields.Integer(required=True)
    cost = ma.fields.Float(required=True, allow_none=True)


class AlertsQuery(PageQuery):
    """Which alerts."""

    state = ma.fields.Enum(AlertState, by_value=True, metadata={"example": "open"})


class AlertChange(ma.Schema):
    """What somebody did about an alert."""

    state = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf([AlertState.ACKNOWLEDGED.value, AlertState.RESOLVED.value]),
        metadata={"example": "acknowledged"},
    )


class AlertResponse(ma.Schema):
    """Something that somebody should look at; `count` is how often it came since `first_at`."""

    id = ma.fields.Integer(required=True)
    cause = ma.fields.String(required=True)
    severity = ma.fields.String(required=True, validate=ma.validate.OneOf([*Severity]))
    chatbot = ma.fields.String(required=True, allow_none=True)
    step = ma.fields.String(required=True)
    error = ma.fields.String(required=True)
    request_id = ma.fields.String(required=True, allow_none=True)
    count = ma.fields.Integer(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*AlertState]))
    first_at = ma.fields.AwareDateTime(required=True)
    last_at = ma.fields.AwareDateTime(required=True)
    acknowledged_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    resolved_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class AlertsResponse(ma.Schema):
    """Alerts, the newest first; `next` is null on the last page."""

    alerts = ma.fields.List(ma.fields.Nested(AlertResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


_LIMIT: dict[str, Any] = {"allow_none": True, "validate": ma.validate.Range(0, 10**12)}


class LimitsPayload(ma.Schema):
    """What an assistant may use in a billing period, or without one all together; null takes a limit away."""

    assistant = CleanText(load_default="", max_length=64, metadata={"example": "bakery"})
    message_limit = WholeNumber(**_LIMIT, metadata={"description": "Messages that are answered", "example": 500})
    token_limit = WholeNumber(
        **_LIMIT, metadata={"description": "Tokens that models read and write", "example": 500_000}
    )


class QuotaResponse(ma.Schema):
    """What may be used in the present billing period and what is; `assistant` is empty for all of them together.

    `agreed` are the plan's figures, `messages_allowed` and `tokens_allowed` what counts of them and of the own limits;
    null is not limited. `stopped_at`: since then nothing is answered.
    """

    assistant = ma.fields.String(required=True)
    plan = ma.fields.String(required=True, allow_none=True)
    agreed = ma.fields.Dict(keys=ma.fields.String(), required=True)
    message_limit = ma.fields.Integer(required=True, allow_none=True)
    token_limit = ma.fields.Integer(required=True, allow_none=True)
    messages = ma.fields.Integer(required=True)
    tokens = ma.fields.Integer(required=True)
    messages_allowed = ma.fields.Integer(required=True, allow_none=True)
    tokens_allowed = ma.fields.Integer(required=True, allow_none=True)
    period_start = ma.fields.AwareDateTime(required=True)
    period_end = ma.fields.AwareDateTime(required=True)
    warned_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    stopped_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class _Used(ma.Schema):
    messages = ma.fields.Integer(required=True)
    tokens = ma.fields.Integer(required=True)


class _UsedOnDay(_Used):
    day = ma.fields.Date(required=True)


class _UsedByAssistant(_Used):
    assistant = ma.fields.String(required=True)


class _Cost(ma.Schema):
    currency = ma.fields.String(required=True)
    used = ma.fields.Float(required=True)
    forecast = ma.fields.Float(required=True)


class UsageOverviewResponse(ma.Schema):
    """What was used; `used`, `forecast` and `costs` are of the present billing period, whatever days were asked for."""

    start_date = ma.fields.Date(required=True)
    end_date = ma.fields.Date(required=True)
    days = ma.fields.List(ma.fields.Nested(_UsedOnDay), required=True)
    assistants = ma.fields.List(ma.fields.Nested(_UsedByAssistant), required=True)
    period_start = ma.fields.AwareDateTime(required=True)
    period_end = ma.fields.AwareDateTime(required=True)
    used = ma.fields.Nested(_Used, required=True)
    forecast = ma.fields.Nested(_Used, required=True)
    costs = ma.fields.List(ma.fields.Nested(_Cost), required=True)
    quotas = ma.fields.List(ma.fields.Nested(QuotaResponse), required=True)
