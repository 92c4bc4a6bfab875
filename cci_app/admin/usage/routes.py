"""What assistants used, and alerts."""

from typing import Any

from flask import Response

from cci_app.accounts.auth import current_caller
from cci_app.admin.usage.schemas import (
    AlertChange,
    AlertResponse,
    AlertsQuery,
    AlertsResponse,
    LimitsPayload,
    QuotaResponse,
    UsageOverviewResponse,
    UsageQuery,
    UsageRow,
    UsageTableQuery,
)
from cci_app.conversation.service import get_conversation
from cci_app.core.csv_file import Separator, separator_of
from cci_app.core.http.api import EdgeBlueprint
from cci_app.usage.alerts import AlertState, change_alert, list_alerts
from cci_app.usage.overview import usage_csv, usage_overview
from cci_app.usage.quotas import read_quotas, set_limits
from cci_app.usage.report import usage_report

usage = EdgeBlueprint("usage", __name__, url_prefix="/api/v1/usage", description="What assistants used")
alerts = EdgeBlueprint("alerts", __name__, url_prefix="/api/v1/alerts", description="What somebody should look at")

_ROW = {
    "day": "2026-01-15",
    "assistant": "cci",
    "provider": "openai",
    "model": "gpt-4o",
    "currency": "USD",
    "turns": 212,
    "calls": 260,
    "input_tokens": 181_000,
    "output_tokens": 22_400,
    "cost": 0.68,
}
_QUOTA = {
    "assistant": "",
    "plan": "free",
    "agreed": {"messages": 100, "tokens": 100_000, "documents": 15, "chatbots": 1, "rate": 20, "length": 2_000},
    "message_limit": 80,
    "token_limit": None,
    "messages": 64,
    "tokens": 41_000,
    "messages_allowed": 80,
    "tokens_allowed": 100_000,
    "period_start": "2026-01-01T05:00:00+00:00",
    "period_end": "2026-02-01T05:00:00+00:00",
    "warned_at": "2026-01-15T12:00:00+00:00",
    "stopped_at": None,
}
_CSV = (
    "\ufeffday;assistant;provider;model;turns;calls;input_tokens;output_tokens;cost;currency\n"
    "2026-01-15;cci;openai;gpt-4o;212;260;181000;22400;0,6800000000;USD\n"
)
_OVERVIEW = {
    "start_date": "2026-01-14",
    "end_date": "2026-01-15",
    "days": [
        {"day": "2026-01-14", "messages": 30, "tokens": 20_000},
        {"day": "2026-01-15", "messages": 34, "tokens": 21_000},
    ],
    "assistants": [{"assistant": "cci", "messages": 64, "tokens": 41_000}],
    "period_start": "2026-01-01T05:00:00+00:00",
    "period_end": "2026-02-01T05:00:00+00:00",
    "used": {"messages": 64, "tokens": 41_000},
    "forecast": {"messages": 132, "tokens": 84_000},
    "costs": [{"currency": "USD", "used": 1.36, "forecast": 2.8}],
    "quotas": [_QUOTA],
}
_ALERT = {
    "id": 17,
    "cause": "tool server shop changed",
    "severity": "warning",
    "chatbot": None,
    "step": "tools: shop",
    "error": "these tools were changed, and are off until they are accepted: order_status",
    "request_id": None,
    "count": 2,
    "state": "open",
    "first_at": "2026-01-15T12:00:00+00:00",
    "last_at": "2026-01-15T12:30:00+00:00",
    "acknowledged_at": None,
    "resolved_at": None,
}


@usage.get("")
@usage.arguments(UsageTableQuery, location="query")
@usage.response(200, UsageRow(many=True), example=[_ROW])
@usage.alt_response(200, schema={"type": "string"}, content_type="text/csv", example=_CSV)
@usage.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_usage(query: dict[str, Any]) -> Any:
    """Tell turns, calls of models, tokens and cost by day, assistant and model."""
    whose, form = current_caller().organisation_id, query.pop("format")
    separator = query.pop("separator", None)
    return usage_file(whose, query, separator) if form == "csv" else usage_report(whose, **query)


def usage_file(organisation_id: int, query: dict[str, Any], separator: Separator | None = None) -> Response:
    """The same as a file of CSV."""
    text = usage_csv(organisation_id, separator_of(organisation_id, separator), **query)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=usage.csv"
    return response


@usage.get("/overview")
@usage.arguments(UsageQuery, location="query")
@usage.response(200, UsageOverviewResponse, example=_OVERVIEW)
@usage.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_overview(query: dict[str, Any]) -> dict[str, Any]:
    """Tell messages and tokens by day and by assistant, and what the present billing period comes to."""
    return usage_overview(current_caller().organisation_id, **query)


@usage.get("/limits")
@usage.response(200, QuotaResponse(many=True), example=[_QUOTA])
def read_limits() -> Any:
    """Tell what may be used in this billing period and what is: of all assistants together, then of each."""
    return read_quotas(current_caller().organisation_id)


@usage.put("/limits")
@usage.arguments(LimitsPayload, example={"assistant": "cci", "message_limit": 500})
@usage.response(200, QuotaResponse, example={**_QUOTA, "assistant": "cci", "plan": None, "agreed": {}})
@usage.alt_response(422, "UNPROCESSABLE_ENTITY")
def change_limits(payload: dict[str, Any]) -> dict[str, Any]:
    """Set what an assistant, or all together, may use in a billing period. What is used up stops, at once."""
    whose, assistant = current_caller().organisation_id, payload.pop("assistant")
    if assistant:
        get_conversation().catalogue.find(whose, assistant)
    return set_limits(whose, assistant, payload)


@alerts.get("")
@alerts.arguments(AlertsQuery, location="query")
@alerts.response(200, AlertsResponse, example={"alerts": [_ALERT], "next": None})
def read_alerts(query: dict[str, Any]) -> dict[str, Any]:
    """List alerts, the newest first: one for each cause, with how often it came."""
    return list_alerts(current_caller().organisation_id, **query)


@alerts.patch("/<int:alert_id>", parameters=[{"in": "path", "name": "alert_id", "example": 17}])
@alerts.arguments(AlertChange, example={"state": "acknowledged"})
@alerts.response(200, AlertResponse, example={**_ALERT, "state": "acknowledged"})
@alerts.alt_response(404, "NOT_FOUND")
def set_alert(payload: dict[str, Any], alert_id: int) -> dict[str, Any]:
    """Say that somebody has seen an alert, or that it is over: then the same cause opens another."""
    return change_alert(current_caller().organisation_id, alert_id, AlertState(payload["state"]))
