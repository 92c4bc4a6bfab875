"""The handbook: its rules, how they are written and tried, and where they are broken."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.handbook import schemas, violations
from cci_app.coordination.handbook.checking import try_handbook
from cci_app.coordination.handbook.rules import DEFAULT_FILE, default_handbook
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.core import clock
from cci_app.core.http.api import EdgeBlueprint

_MOMENT = "2026-01-15T14:03:20+00:00"
_CONTENT = DEFAULT_FILE.read_text(encoding="utf-8")
_FIRST = default_handbook().rules[0]
_RULE: dict[str, Any] = {
    "id": _FIRST.id,
    "version": _FIRST.version,
    **_FIRST.told,
    "checks": "task",
    "when": {"status": ["in_progress"]},
    "must": {"has": ["assignee"]},
    "open": 2,
    "waived": 1,
}
_EDITION: dict[str, Any] = {
    "id": 7,
    "content": _CONTENT,
    "written_by": "ana@example.org",
    "written_at": _MOMENT,
    "active_from": None,
}
_FIGURES: dict[str, Any] = {
    "tasks": 41,
    "about": {_FIRST.id: 12},
    "broken": {_FIRST.id: 2},
    "examples": {_FIRST.id: [7]},
}
_VIOLATION: dict[str, Any] = {
    "id": 7,
    "rule": _FIRST.id,
    "version": _FIRST.version,
    **_FIRST.told,
    "task_id": 7,
    "task": "Diseño",
    "comment_id": None,
    "project_id": 7,
    "project": "Sitio web",
    "why": None,
    "state": "open",
    "since": _MOMENT,
    "state_at": _MOMENT,
    "waived_by": None,
    "reason": None,
}
_WAIVED = {**_VIOLATION, "state": "waived", "waived_by": "Ana", "reason": "Se cerró por teléfono con el cliente."}
_RULE_ID = [{"in": "path", "name": "rule", "example": _FIRST.id}]
_EDITION_ID = [{"in": "path", "name": "edition_id", "example": 7}]
_VIOLATION_ID = [{"in": "path", "name": "violation_id", "example": 7}]

rules = EdgeBlueprint("handbook", __name__, url_prefix="/api/handbook", description="The handbook's rules")
broken = EdgeBlueprint(
    "violations", __name__, url_prefix="/api/handbook/violations", description="Where the handbook's rules are broken"
)


@rules.get("/rules")
@rules.response(200, schemas.HandbookResponse, example={"items": [_RULE], "next": None})
def list_handbook_rules() -> dict[str, Any]:
    """List the rules that count, with how often each is broken and waived."""
    return {"items": violations.list_handbook(current_caller().organisation_id), "next": None}


@rules.get("/rules/<string:rule>", parameters=_RULE_ID)
@rules.response(200, schemas.HandbookRuleResponse, example=_RULE)
@rules.alt_response(404, "NOT_FOUND")
def get_handbook_rule(rule: str) -> dict[str, Any]:
    """Show one of the rules that count."""
    return violations.find_handbook_rule(current_caller().organisation_id, rule)


@rules.put("/rules")
@rules.arguments(schemas.HandbookPayload, example={"content": _CONTENT})
@rules.response(200, schemas.HandbookEditionResponse, example=_EDITION)
def write_handbook(payload: dict[str, Any]) -> Any:
    """Keep a handbook that counts for nothing yet. What is wrong with it is named by its place."""
    return HANDBOOK.draft(current_caller().organisation_id, payload["content"])


@rules.get("/editions")
@rules.response(
    200, schemas.HandbookEditionsResponse, example={"counting": _CONTENT, "items": [_EDITION], "next": None}
)
def list_handbook_editions() -> dict[str, Any]:
    """Tell the text of the handbook that counts, and the last fifty that were kept."""
    whose = current_caller().organisation_id
    return {"counting": HANDBOOK.text(whose), "items": HANDBOOK.listed(whose), "next": None}


@rules.post("/editions/<int:edition_id>/try", parameters=_EDITION_ID)
@rules.response(200, schemas.HandbookTrialResponse, example={"these": _FIGURES, "counting": _FIGURES})
@rules.alt_response(404, "NOT_FOUND")
def try_handbook_edition(edition_id: int) -> dict[str, Any]:
    """Hold a handbook against the newest thousand tasks, beside the one that counts. Nothing is written down."""
    whose, now = current_caller().organisation_id, clock.now()
    these, counting = (try_handbook(whose, each, now) for each in HANDBOOK.beside(whose, edition_id))
    return {"these": these, "counting": counting}


@rules.post("/editions/<int:edition_id>/count", parameters=_EDITION_ID)
@rules.response(200, schemas.HandbookEditionResponse, example={**_EDITION, "active_from": _MOMENT})
@rules.alt_response(404, "NOT_FOUND")
def make_handbook_count(edition_id: int) -> Any:
    """Let a handbook count from now on; all work is checked against it. An earlier one may be chosen again."""
    return HANDBOOK.make_count(current_caller().organisation_id, edition_id)


@broken.get("")
@broken.arguments(schemas.ViolationsQuery, location="query")
@broken.response(200, schemas.ViolationsResponse, example={"items": [_VIOLATION], "next": None})
def list_rule_violations(query: dict[str, Any]) -> dict[str, Any]:
    """List where rules are broken, the newest first: which rule, where it stands, what to do, and since when."""
    limit, before = query.pop("limit"), query.pop("before", None)
    wanted = violations.ViolationFilter(**query)
    found = violations.list_violations(current_caller().organisation_id, wanted, before, limit)
    return {"items": found, "next": found[-1]["id"] if len(found) == limit else None}


@broken.post("/<int:violation_id>/waive", parameters=_VIOLATION_ID)
@broken.arguments(schemas.WaivePayload, example={"reason": _WAIVED["reason"]})
@broken.response(200, schemas.ViolationResponse, example=_WAIVED)
@broken.alt_response(404, "NOT_FOUND")
@broken.alt_response(409, "CONFLICT")
def waive_violation(payload: dict[str, Any], violation_id: int) -> dict[str, Any]:
    """Say why something may break a rule; 409 where it does no more."""
    return violations.waive(current_caller().organisation_id, violation_id, payload["reason"])


@broken.post("/<int:violation_id>/reopen", parameters=_VIOLATION_ID)
@broken.response(200, schemas.ViolationResponse, example=_VIOLATION)
@broken.alt_response(404, "NOT_FOUND")
@broken.alt_response(409, "CONFLICT")
def reopen_violation(violation_id: int) -> dict[str, Any]:
    """Take back that something may break a rule."""
    return violations.reopen(current_caller().organisation_id, violation_id)
