"""The project assistant: a chat, an analysis, suggestions, and what it proposed."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.actions import proposing
from cci_app.coordination.advice.analysing import analyse
from cci_app.coordination.advice.distributing import Assignment, best_assignments
from cci_app.coordination.advice.suggesting import suggestions
from cci_app.coordination.advice.weighing import TimeShare, time_analysis, weighed
from cci_app.coordination.api import examples
from cci_app.coordination.collaborators import collaborator_of
from cci_app.coordination.models import AiAction, AiActionKind, AiActionState
from cci_app.coordinator import schemas
from cci_app.coordinator.chatting import ChatAnswer, chat
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.request import elapsed

_MOMENT = "2026-01-15T14:03:20+00:00"
_ACTION_ID = [{"in": "path", "name": "action_id", "example": 7}]
_ACTION: dict[str, Any] = {
    "id": 7,
    "kind": "comment",
    "data": {"task_id": 7, "text": "¿Cómo va?"},
    "reason": "Vence mañana",
    "status": "proposed",
    "task_id": 7,
    "asked_by": None,
    "result": {},
    "decided_by": None,
    "decided_at": None,
    "created_at": _MOMENT,
}
_DECIDED = {**_ACTION, "decided_by": "ana@example.org", "decided_at": _MOMENT}
_CHAT: dict[str, Any] = {
    "assistant": "coordinator",
    "user_id": "key:3",
    "language": "es",
    "response": "No hay nada atrasado.",
    "parts": [],
    "actions": [],
}
_FINDING: dict[str, Any] = {
    "code": "overdue",
    "kind": "bottleneck",
    "text": "Sitio web: tareas atrasadas, 2 de 5 abiertas.",
    "advice": "Ponga a cada una nueva fecha o ayuda.",
    "values": {"project": "Sitio web", "count": 2, "open": 5},
    "task_id": None,
    "project_id": 7,
    "person_id": None,
}
_ANALYSIS: dict[str, Any] = {
    "stats": examples.STATS,
    "people": [examples.LOAD],
    "findings": [_FINDING],
    "text": f"{_FINDING['text']} {_FINDING['advice']}",
}
_SUGGESTION: dict[str, Any] = {
    "kind": "notify",
    "data": {"task_id": 7, "person_id": 7},
    "task_id": 7,
    "title": "Diseño",
    "reason": "Está en curso y no se mueve desde hace 6 días hábiles.",
}
_ASSIGNMENT: dict[str, Any] = {
    "task_id": 7,
    "title": "Diseño",
    "person_id": 7,
    "person": "Ana Pérez",
    "skills": ["diseño"],
    "weeks": 0.5,
    "reason": "Ana Pérez sabe de diseño; tareas abiertas: 2.",
    "action_id": 7,
}
_WEIGHED: dict[str, Any] = {
    "task_id": 7,
    "title": "Diseño",
    "project_id": 7,
    "priority": "medium",
    "suggested": "high",
    "level": "high",
    "score": 45,
    "reasons": [{"code": "late", "points": 15, "value": 3}, {"code": "urgent_word", "points": 30, "value": "urgente"}],
}
_SHARE: dict[str, Any] = {
    "id": 7,
    "name": "Ana Pérez",
    "tasks": 3,
    "estimate_hours": 10.0,
    "spent_hours": 12.5,
    "ratio": 1.25,
}
_TIME: dict[str, Any] = {
    "total": {**_SHARE, "id": None, "name": ""},
    "people": [_SHARE],
    "projects": [],
    "overruns": [{"task_id": 7, "title": "Diseño", "status": "done", "estimate_hours": 4.0, "spent_hours": 6.5}],
}


def _page(example: dict[str, Any]) -> dict[str, Any]:
    return {"items": [example], "next": None}


blueprint = EdgeBlueprint("project_assistant", __name__, url_prefix="/ai", description="The project assistant")


@blueprint.post("/chat")
@blueprint.arguments(schemas.AiChatPayload, example={"message": "¿Qué está atrasado y quién tiene demasiado?"})
@blueprint.response(200, schemas.AiChatResponse, example=_CHAT)
@blueprint.alt_response(409, "CONFLICT")
def chat_about_work(payload: dict[str, Any]) -> ChatAnswer:
    """Talk with the project assistant, which remembers: it answers, proposes, and does what you say yes to."""
    return chat(current_caller(), **payload, waited=elapsed())


@blueprint.post("/analyze")
@blueprint.arguments(schemas.AnalysePayload, example={"language": "es"})
@blueprint.response(200, schemas.WorkAnalysisResponse, example=_ANALYSIS)
def analyse_work(payload: dict[str, Any]) -> Any:
    """Tell bottlenecks, risks and who has room: figures, and what they mean in words."""
    return analyse(current_caller().organisation_id, **payload)


@blueprint.get("/suggestions")
@blueprint.arguments(schemas.AdviceQuery, location="query")
@blueprint.response(200, schemas.SuggestionsResponse, example=_page(_SUGGESTION))
def list_suggestions(query: dict[str, Any]) -> dict[str, Any]:
    """Tell what could be done now, and why; nothing of it is proposed yet."""
    return {"items": suggestions(current_caller().organisation_id, **query), "next": None}


@blueprint.get("/actions")
@blueprint.arguments(schemas.AiActionsQuery, location="query")
@blueprint.response(200, schemas.AiActionsResponse, example=_page(_ACTION))
def list_ai_actions(query: dict[str, Any]) -> dict[str, Any]:
    """List what was proposed and what became of it, the newest first."""
    status = AiActionState(query.pop("status")) if "status" in query else None
    found = proposing.list_actions(current_caller().organisation_id, status, **query)
    return {"items": found, "next": found[-1].id if len(found) == query["limit"] else None}


@blueprint.post("/actions")
@blueprint.arguments(
    schemas.AiActionPayload,
    example={"kind": "comment", "data": {"task_id": 7, "text": "¿Cómo va?"}, "reason": "Vence mañana"},
)
@blueprint.response(201, schemas.AiActionResponse, example=_ACTION)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def propose_action(payload: dict[str, Any]) -> AiAction:
    """Propose an action: somebody else, or you, lets it through or refuses it; what a rule lets you have is done."""
    whose, kind = current_caller().organisation_id, AiActionKind(payload.pop("kind"))
    with tenant_transaction(whose) as session:
        asked_by = collaborator_of(session, current_caller())
        key = f"api:{uuid.uuid4().hex}"
        by = asked_by.id if asked_by else None
        data, reason = payload["data"], payload["reason"]
        return proposing.propose_or_do(session, whose, kind, data, key=key, asked_by=by, reason=reason)


@blueprint.post("/actions/<int:action_id>/execute", parameters=_ACTION_ID)
@blueprint.response(
    200, schemas.AiActionResponse, example={**_DECIDED, "status": "executed", "result": {"task_id": 7, "comment_id": 9}}
)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def execute_ai_action(action_id: int) -> AiAction:
    """Let a proposal through: it is done now, or `failed` with the reason in `result`."""
    caller = current_caller()
    with tenant_transaction(caller.organisation_id) as session:
        me = collaborator_of(session, caller)
    return proposing.execute_action(caller.organisation_id, action_id, me.id if me else None)


@blueprint.post("/actions/<int:action_id>/reject", parameters=_ACTION_ID)
@blueprint.response(200, schemas.AiActionResponse, example={**_DECIDED, "status": "rejected"})
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def reject_ai_action(action_id: int) -> AiAction:
    """Refuse a proposal: nothing is done."""
    return proposing.reject_action(current_caller().organisation_id, action_id)


@blueprint.post("/auto-assign")
@blueprint.arguments(schemas.AutoAssignPayload, example={"propose": True})
@blueprint.response(200, schemas.AssignmentsResponse, example=_page(_ASSIGNMENT))
def auto_assign(payload: dict[str, Any]) -> dict[str, Any]:
    """Say who should do what nobody has, by skills and load, and propose it."""
    whose, wanted = current_caller().organisation_id, payload.pop("propose")
    with tenant_transaction(whose) as session:
        found = best_assignments(session, whose, **payload)
        ids = {each.task_id: _proposed(session, whose, each) for each in found} if wanted else {}
    return {"items": _shown(found, ids), "next": None}


def _proposed(session: Any, organisation_id: int, each: Assignment) -> int:
    data = {"task_id": each.task_id, "assignee_id": each.person_id, "tell": True}
    key = f"auto:{uuid.uuid4().hex}"
    return proposing.propose(session, organisation_id, AiActionKind.ASSIGN, data, key=key, reason=each.reason).id


def _shown(found: Sequence[Assignment], ids: dict[int, int]) -> list[dict[str, Any]]:
    return [{**asdict(each), "action_id": ids.get(each.task_id)} for each in found]


@blueprint.get("/priority-analysis")
@blueprint.arguments(schemas.AdviceQuery, location="query")
@blueprint.response(200, schemas.PriorityAnalysisResponse, example=_page(_WEIGHED))
def analyse_priorities(query: dict[str, Any]) -> dict[str, Any]:
    """Weigh the open tasks: urgency by the monitor's rules, with reasons, beside the priority that was given."""
    return {"items": weighed(current_caller().organisation_id, **query), "next": None}


@blueprint.get("/time-analysis")
@blueprint.arguments(schemas.AdviceQuery, location="query")
@blueprint.response(200, schemas.TimeAnalysisResponse, example=_TIME)
def analyse_time(query: dict[str, Any]) -> dict[str, Any]:
    """Tell how long things took beside what was thought, by person and project, and what is beyond its estimate."""
    found = time_analysis(current_caller().organisation_id, **query)
    shares: dict[str, Any] = {name: [_share(each) for each in getattr(found, name)] for name in ("people", "projects")}
    return {**shares, "total": _share(found.total), "overruns": found.overruns}


def _share(share: TimeShare) -> dict[str, Any]:
    return {**asdict(share), "ratio": share.ratio}
