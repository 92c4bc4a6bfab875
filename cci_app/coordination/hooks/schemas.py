"""HTTP shapes of webhooks out."""

from typing import Any, Final

import marshmallow as ma

from cci_app.coordination.hooks.models import LONGEST_URL, PostState, SubscriberState
from cci_app.core.http.fields import CleanText, PageQuery

# What is written down of the work, as `project_events` calls it.
ACTS: Final = (
    *("project.created", "project.changed"),
    *("task.created", "task.changed", "task.removed", "task.recurred", "task.reminded", "task.escalated"),
    "task.acknowledged",
    *("comment.added", "comment.changed", "comment.removed", "time.logged"),
)
_STATES = (SubscriberState.ACTIVE.value, SubscriberState.PAUSED.value)


def _acts(**options: Any) -> Any:
    return ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(ACTS)),
        validate=ma.validate.Length(max=len(ACTS)),
        metadata={"description": "What it is told of; of everything where it is empty", "example": ["task.changed"]},
        **options,
    )


class WebhookPayload(ma.Schema):
    """What changes of a webhook."""

    url = CleanText(min_length=1, max_length=LONGEST_URL, metadata={"example": "https://example.org/hook"})
    events = _acts(attribute="acts")
    state = ma.fields.String(
        validate=ma.validate.OneOf(_STATES),
        metadata={"description": "`active` again delivers what waited", "example": "active"},
    )


class NewWebhookPayload(ma.Schema):
    """An address to be told."""

    url = CleanText(
        min_length=1, max_length=LONGEST_URL, required=True, metadata={"example": "https://example.org/hook"}
    )
    events = _acts(attribute="acts", load_default=list)


class WebhookResponse(ma.Schema):
    """An address that is told what is done with the work."""

    id = ma.fields.Integer(required=True)
    url = ma.fields.String(required=True)
    events = ma.fields.List(ma.fields.String(), required=True, attribute="acts")
    state = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    failures = ma.fields.Integer(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    succeeded_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class NewWebhookResponse(WebhookResponse):
    """The same with its secret, which is shown this once."""

    secret = ma.fields.String(required=True)


class WebhooksResponse(ma.Schema):
    """All webhooks: one page."""

    items = ma.fields.List(ma.fields.Nested(WebhookResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class WebhookDeliveriesQuery(PageQuery):
    """Which deliveries."""

    state = ma.fields.String(
        validate=ma.validate.OneOf([state.value for state in PostState]), metadata={"example": "failed"}
    )


class WebhookDeliveryResponse(ma.Schema):
    """One event told to one address: `status` is what it answered last, `error` what was wrong."""

    id = ma.fields.Integer(required=True)
    webhook_id = ma.fields.Integer(required=True, attribute="subscriber_id")
    event = ma.fields.String(required=True, attribute="act")
    body = ma.fields.Dict(required=True)
    state = ma.fields.String(required=True)
    attempts = ma.fields.Integer(required=True)
    not_before = ma.fields.AwareDateTime(required=True)
    status = ma.fields.Integer(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    sent_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class WebhookDeliveriesResponse(ma.Schema):
    """A page of deliveries, newest first."""

    items = ma.fields.List(ma.fields.Nested(WebhookDeliveryResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)
