"""The monitor: how it stands, what it says now, and its rules."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.monitor import schemas, standing
from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.rules import DEFAULT_FILE
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.core import clock
from cci_app.core.http.api import EdgeBlueprint

_MOMENT = "2026-01-15T14:03:20+00:00"
_STATUS: dict[str, Any] = {
    "checked_at": _MOMENT,
    "duration_ms": 12,
    "tasks": 41,
    "found": {"late": 2},
    "open_alerts": 2,
    "acknowledged": 1,
    "by_level": {"high": 1, "low": 1},
    "reminders": {"carried": 3},
    "messages": {"sent": 2},
}
_ALERT: dict[str, Any] = {
    "id": 7,
    "task_id": 7,
    "title": "Diseño",
    "cause": "late",
    "anchor": "2026-01-12",
    "level": "normal",
    "score": 20,
    "reasons": [{"code": "late", "points": 15, "value": 3}],
    "opened_at": _MOMENT,
    "round": 1,
    "next_at": _MOMENT,
    "acknowledged_by": None,
    "acknowledged_until": None,
    "told": [{"person_id": 7, "step": "assignee", "round": 1, "state": "carried", "at": _MOMENT}],
}
_CONTENT = DEFAULT_FILE.read_text(encoding="utf-8")
_RULES: dict[str, Any] = {
    "id": 7,
    "content": _CONTENT,
    "written_by": "ana@example.org",
    "written_at": _MOMENT,
    "active_from": None,
}
_FIGURES: dict[str, Any] = {
    "days": 30,
    "tasks": 41,
    "alerts": {"late": 5},
    "levels": {"high": 5},
    "reminders": 11,
    "without_asking": {"own-notes": 4},
}
_RULES_ID = [{"in": "path", "name": "rules_id", "example": 7}]

blueprint = EdgeBlueprint("monitoring", __name__, url_prefix="/api/monitoring", description="What is late or stuck")
rules = EdgeBlueprint("monitor_rules", __name__, url_prefix="/api/monitoring/rules", description="The monitor's rules")


@blueprint.get("/status")
@blueprint.response(200, schemas.MonitorStatusResponse, example=_STATUS)
def get_monitoring_status() -> Any:
    """Tell when the work was last looked at, what was found, and what became of it."""
    return standing.standing(current_caller().organisation_id)


@blueprint.get("/alerts")
@blueprint.arguments(schemas.TaskAlertsQuery, location="query")
@blueprint.response(200, schemas.TaskAlertsResponse, example={"items": [_ALERT], "next": None})
def list_task_alerts(query: dict[str, Any]) -> dict[str, Any]:
    """List what holds now, the newest first: how urgent, why, and who was told."""
    alerts = standing.open_alerts(current_caller().organisation_id, **query)
    return {"items": alerts, "next": alerts[-1]["id"] if len(alerts) == query["limit"] else None}


@blueprint.post("/escalate")
@blueprint.arguments(schemas.AboutTaskPayload, example={"task_id": 7})
@blueprint.response(200, schemas.EscalatedResponse, example={"task_id": 7, "reminders": 1})
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def escalate_task(payload: dict[str, Any]) -> dict[str, Any]:
    """Have whoever is next of a task hear of it now, whatever the hours between say."""
    made = standing.escalate_now(current_caller().organisation_id, payload["task_id"], clock.now())
    return {"task_id": payload["task_id"], "reminders": made}


@blueprint.post("/acknowledge")
@blueprint.arguments(schemas.AboutTaskPayload, example={"task_id": 7})
@blueprint.response(200, schemas.AcknowledgedResponse, example={"alerts": 1, "until": _MOMENT})
@blueprint.alt_response(404, "NOT_FOUND")
def acknowledge_task(payload: dict[str, Any]) -> Any:
    """Say that you are on a task: nobody else hears of it for a while; then it begins again."""
    caller = current_caller()
    return standing.say_on_it(caller.organisation_id, payload["task_id"], caller.name, clock.now())


@rules.get("")
@rules.response(200, schemas.AllMonitorRulesResponse, example={"counting": _CONTENT, "items": [_RULES], "next": None})
def list_monitor_rules() -> dict[str, Any]:
    """Tell the rules that count, and the last fifty sets that were kept."""
    whose = current_caller().organisation_id
    return {"counting": MONITOR_RULES.text(whose), "items": MONITOR_RULES.listed(whose), "next": None}


@rules.post("")
@rules.arguments(schemas.MonitorRulesPayload, example={"content": _CONTENT})
@rules.response(201, schemas.MonitorRulesResponse, example=_RULES)
def write_monitor_rules(payload: dict[str, Any]) -> Any:
    """Keep a set of rules that counts for nothing yet. What is wrong with it is named by its place."""
    return MONITOR_RULES.draft(current_caller().organisation_id, payload["content"])


@rules.post("/<int:rules_id>/try", parameters=_RULES_ID)
@rules.arguments(schemas.RulesTrialPayload, example={"days": 30})
@rules.response(200, schemas.RulesTrialResponse, example={"these": _FIGURES, "counting": _FIGURES})
@rules.alt_response(404, "NOT_FOUND")
def try_monitor_rules(payload: dict[str, Any], rules_id: int) -> dict[str, Any]:
    """Try a set on what happened: which alerts there would have been, beside those of the rules that count."""
    whose, now = current_caller().organisation_id, clock.now()
    these, counting = (try_rules(whose, each, now, **payload) for each in MONITOR_RULES.beside(whose, rules_id))
    return {"these": these, "counting": counting}


@rules.post("/<int:rules_id>/count", parameters=_RULES_ID)
@rules.response(200, schemas.MonitorRulesResponse, example={**_RULES, "active_from": _MOMENT})
@rules.alt_response(404, "NOT_FOUND")
def make_monitor_rules_count(rules_id: int) -> Any:
    """Let a set count from now on; an earlier one may be chosen again."""
    return MONITOR_RULES.make_count(current_caller().organisation_id, rules_id)
