"""Webhooks out: who is told, and what became of each telling."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.api.schemas import RemovedRowResponse
from cci_app.coordination.hooks import schemas, subscribing
from cci_app.coordination.hooks.models import PostState
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.queue import Task, ring

_MOMENT = "2026-01-15T14:03:20+00:00"
_HOOK: dict[str, Any] = {
    "id": 7,
    "url": "https://example.org/hook",
    "events": ["task.changed"],
    "state": "active",
    "reason": None,
    "failures": 0,
    "created_at": _MOMENT,
    "succeeded_at": None,
}
_POST: dict[str, Any] = {
    "id": 7,
    "webhook_id": 7,
    "event": "task.changed",
    "body": {
        "type": "task.changed",
        "timestamp": _MOMENT,
        "data": {"task_id": 7, "project_id": 7, "changes": {"status": ["todo", "done"]}},
    },
    "state": "sent",
    "attempts": 1,
    "not_before": _MOMENT,
    "status": 200,
    "error": None,
    "created_at": _MOMENT,
    "sent_at": _MOMENT,
}
_ID = [{"in": "path", "name": "webhook_id", "example": 7}]

blueprint = EdgeBlueprint(
    "webhooks_out", __name__, url_prefix="/integrations/webhooks", description="Who is told what is done with the work"
)


def _whose() -> int:
    return current_caller().organisation_id


@blueprint.get("")
@blueprint.response(200, schemas.WebhooksResponse, example={"items": [_HOOK], "next": None})
def list_webhooks() -> dict[str, Any]:
    """List the addresses that are told, with how they fare."""
    return {"items": subscribing.list_subscribers(_whose()), "next": None}


@blueprint.post("")
@blueprint.arguments(schemas.NewWebhookPayload, example={"url": _HOOK["url"], "events": _HOOK["events"]})
@blueprint.response(201, schemas.NewWebhookResponse, example={**_HOOK, "secret": "whsec_bWFkZS11cC1zZWNyZXQtMTIzNA=="})
@blueprint.alt_response(409, "CONFLICT")
def add_webhook(payload: dict[str, Any]) -> dict[str, Any]:
    """Have an address told, signed as Standard Webhooks has it. The secret is shown this once."""
    row, secret = subscribing.subscribe(_whose(), **payload)
    columns = ("id", "url", "acts", "state", "reason", "failures", "created_at", "succeeded_at")
    return {**{name: getattr(row, name) for name in columns}, "secret": secret}


@blueprint.get("/<int:webhook_id>", parameters=_ID)
@blueprint.response(200, schemas.WebhookResponse, example=_HOOK)
@blueprint.alt_response(404, "NOT_FOUND")
def get_webhook(webhook_id: int) -> Any:
    """Tell of one address how it fares."""
    return subscribing.find_subscriber(_whose(), webhook_id)


@blueprint.patch("/<int:webhook_id>", parameters=_ID)
@blueprint.arguments(schemas.WebhookPayload, example={"state": "active"})
@blueprint.response(200, schemas.WebhookResponse, example=_HOOK)
@blueprint.alt_response(404, "NOT_FOUND")
def change_webhook(payload: dict[str, Any], webhook_id: int) -> Any:
    """Change what is named. One that is active again, as after it was disabled, is told what waited."""
    return subscribing.change_subscriber(_whose(), webhook_id, payload)


@blueprint.delete("/<int:webhook_id>", parameters=_ID)
@blueprint.response(200, RemovedRowResponse, example={"id": 7, "removed": True})
@blueprint.alt_response(404, "NOT_FOUND")
def remove_webhook(webhook_id: int) -> dict[str, Any]:
    """Tell an address no more."""
    subscribing.unsubscribe(_whose(), webhook_id)
    return {"id": webhook_id, "removed": True}


@blueprint.post("/<int:webhook_id>/ping", parameters=_ID)
@blueprint.response(202, schemas.WebhookDeliveryResponse, example={**_POST, "event": "ping", "state": "queued"})
@blueprint.alt_response(404, "NOT_FOUND")
def ping_webhook(webhook_id: int) -> Any:
    """Tell an address that it would be told."""
    post = subscribing.ping(_whose(), webhook_id)
    ring(Task.TELL_SUBSCRIBERS)
    return post


@blueprint.get("/<int:webhook_id>/deliveries", parameters=_ID)
@blueprint.arguments(schemas.WebhookDeliveriesQuery, location="query")
@blueprint.response(200, schemas.WebhookDeliveriesResponse, example={"items": [_POST], "next": None})
@blueprint.alt_response(404, "NOT_FOUND")
def list_webhook_deliveries(query: dict[str, Any], webhook_id: int) -> dict[str, Any]:
    """List what an address was told in the last thirty days, and is to be told, the newest first."""
    state = query.pop("state", None)
    rows = subscribing.list_posts(_whose(), webhook_id, None if state is None else PostState(state), **query)
    return {"items": rows, "next": rows[-1].id if len(rows) == query["limit"] else None}


@blueprint.post(
    "/deliveries/<int:delivery_id>/replay", parameters=[{"in": "path", "name": "delivery_id", "example": 7}]
)
@blueprint.response(202, schemas.WebhookDeliveryResponse, example={**_POST, "state": "queued"})
@blueprint.alt_response(404, "NOT_FOUND")
def replay_webhook_delivery(delivery_id: int) -> Any:
    """Tell something once more, under the same id."""
    post = subscribing.tell_again(_whose(), delivery_id)
    ring(Task.TELL_SUBSCRIBERS)
    return post
