"""Tickets at Zendesk, and a ticket for a task."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.zendesk import linking, schemas
from cci_app.core.http.api import EdgeBlueprint

_TICKET: dict[str, Any] = {
    "id": 4711,
    "subject": "No puedo entrar",
    "status": "open",
    "priority": "high",
    "updated_at": "2026-01-15T14:03:20+00:00",
    "url": "https://example.zendesk.com/agent/tickets/4711",
    "task_id": 7,
}

blueprint = EdgeBlueprint(
    "zendesk_tickets", __name__, url_prefix="/integrations/zendesk", description="Tickets at Zendesk"
)


@blueprint.get("/tickets")
@blueprint.arguments(schemas.TicketsQuery, location="query")
@blueprint.response(200, schemas.TicketsResponse, example={"items": [_TICKET], "next": None})
@blueprint.alt_response(409, "CONFLICT")
def list_zendesk_tickets(query: dict[str, Any]) -> dict[str, Any]:
    """List tickets as Zendesk has them now, the last changed first, each with the task that it is."""
    return linking.list_tickets(current_caller().organisation_id, query.get("after"), query["limit"])


@blueprint.post("/tickets")
@blueprint.arguments(schemas.TicketPayload, example={"task_id": 7})
@blueprint.response(201, schemas.MadeTicketResponse, example={"ticket_id": 4711, "task_id": 7})
@blueprint.alt_response(
    200,
    schema=schemas.MadeTicketResponse,
    example={"ticket_id": 4711, "task_id": 7},
    description="It was one before",
)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def make_zendesk_ticket(payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Have a task be a ticket, too: from then on both are kept the same."""
    ticket_id, is_new = linking.make_ticket(current_caller().organisation_id, payload["task_id"])
    return {"ticket_id": ticket_id, "task_id": payload["task_id"]}, 201 if is_new else 200
