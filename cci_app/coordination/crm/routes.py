"""CRMs, a record for a task, and what the two sides did not agree on."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.crm import resolving, schemas
from cci_app.coordination.models import OutsideKind
from cci_app.coordination.sync.conflicts import list_conflicts
from cci_app.core.http.api import EdgeBlueprint

_MOMENT = "2026-01-15T14:03:20+00:00"
_CRM: dict[str, Any] = {
    "type": "crm",
    "name": "main",
    "mapping": "rest",
    "project_id": 7,
    "checked_at": _MOMENT,
    "error": None,
    "leads": {"mapping": "rest-leads", "checked_at": _MOMENT, "error": None},
}
_CONFLICT: dict[str, Any] = {
    "id": 7,
    "type": "crm",
    "record": "4711",
    "task_id": 7,
    "cause": "both_changed",
    "field": "status",
    "ours": "in_progress",
    "theirs": "done",
    "winner": "theirs",
    "reason": "",
    "at": _MOMENT,
    "ours_at": _MOMENT,
    "theirs_at": _MOMENT,
    "resolved_at": None,
    "resolved_by": None,
    "kept": None,
}
_SETTLED = {**_CONFLICT, "resolved_at": _MOMENT, "resolved_by": "Ana Pérez", "kept": "theirs"}
_RECORD: dict[str, Any] = {"type": "crm", "task_id": 7, "record": None}
_ID = [{"in": "path", "name": "conflict_id", "example": 7}]

blueprint = EdgeBlueprint(
    "crm", __name__, url_prefix="/integrations/crm", description="Records of a CRM that are tasks, and tasks that are"
)


def _whose() -> int:
    return current_caller().organisation_id


@blueprint.get("")
@blueprint.response(200, schemas.CrmsResponse, example={"items": [_CRM]})
def list_crms() -> dict[str, Any]:
    """List the organisation's CRMs, with when each was looked at and what was wrong then."""
    return {"items": resolving.list_crms(_whose())}


@blueprint.post("/records")
@blueprint.arguments(schemas.CrmRecordPayload, example={"task_id": 7, "type": "crm"})
@blueprint.response(202, schemas.CrmRecordResponse, example=_RECORD)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def make_crm_record(payload: dict[str, Any]) -> dict[str, Any]:
    """Have a task be a record, too: it is made within a minute, once, and from then on both are kept the same."""
    kind = OutsideKind(payload["type"]) if "type" in payload else None
    return resolving.make_record(_whose(), payload["task_id"], kind)


@blueprint.get("/conflicts")
@blueprint.arguments(schemas.ConflictsQuery, location="query")
@blueprint.response(200, schemas.ConflictsResponse, example={"items": [_CONFLICT], "next": None})
def list_sync_conflicts(query: dict[str, Any]) -> dict[str, Any]:
    """List what the two sides did not agree on: fields that both changed, and records that wait for a person."""
    limit = query["limit"]
    rows = list_conflicts(_whose(), is_open=query["state"] == "open", before=query.get("before"), limit=limit + 1)
    return {"items": rows[:limit], "next": rows[limit - 1].id if len(rows) > limit else None}


@blueprint.post("/conflicts/<int:conflict_id>/resolve", parameters=_ID)
@blueprint.arguments(schemas.ResolvePayload, example={"keep": "theirs"})
@blueprint.response(200, schemas.ConflictResponse, example=_SETTLED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def resolve_sync_conflict(payload: dict[str, Any], conflict_id: int) -> Any:
    """Say what holds: `ours`, as the task is here, or `theirs`, as the record is there."""
    return resolving.resolve(_whose(), conflict_id, payload["keep"])
