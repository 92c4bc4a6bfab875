"""Examples of the API's description."""

from typing import Any

_MOMENT = "2026-01-15T14:03:20+00:00"
_ROW: dict[str, Any] = {"id": 7, "version": 1, "created_at": _MOMENT, "updated_at": _MOMENT}
NEW_PROJECT: dict[str, Any] = {"name": "Sitio web", "deadline": "2026-06-30"}
PROJECT: dict[str, Any] = {
    **_ROW,
    "name": "Sitio web",
    "description": "",
    "status": "active",
    "start_date": None,
    "deadline": "2026-06-30",
    "owner_id": None,
    "manager_id": None,
}
STATS: dict[str, Any] = {
    "total": 12,
    "by_status": {"todo": 6, "in_progress": 2, "done": 4},
    "by_priority": {"low": 1, "medium": 5, "high": 2},
    "overdue": 1,
    "due_this_week": 3,
    "unassigned": 2,
    "completed_last_7_days": 2,
    "estimate_hours": 64.5,
    "spent_hours": 31.25,
}
LOAD: dict[str, Any] = {
    "id": 7,
    "handle": "ana.perez",
    "name": "Ana Pérez",
    "open": 5,
    "overdue": 1,
    "in_progress": 2,
    "unestimated": 1,
    "hours_left": 31.5,
    "hours_per_week": 40.0,
    "weeks_left": 0.79,
}
FIGURES: dict[str, Any] = {
    "stats": STATS,
    "burn_up": [{"day": "2026-01-15", "total": 12, "done": 4}],
    "people": [LOAD],
}
NEW_PERSON: dict[str, Any] = {
    "name": "Ana Pérez",
    "role": "designer",
    "reach": [{"via": "telegram", "to": "4711"}, {"via": "email", "to": "ana@example.org"}],
}
PERSON: dict[str, Any] = {
    **_ROW,
    **NEW_PERSON,
    "handle": "ana.perez",
    "skills": ["figma"],
    "member_id": None,
    "manager_id": None,
    "language": "es",
    "timezone": None,
    "hours_per_week": 40.0,
    "left_on": None,
}
NEW_TASK: dict[str, Any] = {
    "title": "Diseño de la portada",
    "project_id": 7,
    "priority": "high",
    "due_date": "2026-02-13",
    "estimate_hours": 6.5,
}
TASK: dict[str, Any] = {
    **_ROW,
    **NEW_TASK,
    "project": "Sitio web",
    "parent_id": None,
    "description": "",
    "status": "todo",
    "assignee_id": 7,
    "assignee": "ana.perez",
    "start_date": None,
    "overdue": False,
    "spent_hours": 0.0,
    "recurrence": None,
    "series_id": None,
    "labels": ["diseño"],
    "comments": 0,
    "subtasks": 0,
    "completed_at": None,
}
ENTRY: dict[str, Any] = {
    "id": 3,
    "task_id": 7,
    "collaborator_id": 7,
    "day": "2026-01-15",
    "hours": 1.5,
    "note": "maqueta",
    "created_at": _MOMENT,
}
LABEL: dict[str, Any] = {**_ROW, "name": "diseño", "color": "#007bff"}
COMMENT: dict[str, Any] = {
    **_ROW,
    "task_id": 7,
    "author_id": 7,
    "author": "Ana Pérez",
    "content": "Lista la primera versión",
    "mentions": [],
    "via": "api",
}
EVENT: dict[str, Any] = {
    "id": 41,
    "at": _MOMENT,
    "project_id": 7,
    "task_id": 7,
    "act": "task.changed",
    "who": "member:3",
    "name": "ana@example.org",
    "changes": {"status": ["todo", "in_progress"]},
}
CSV: dict[str, Any] = {
    "project_id": 7,
    "csv": "title,priority,due_date,labels\nDiseño,high,2026-02-13,web|diseño\nTextos,,,\n",
    "dry_run": True,
}
IMPORTED: dict[str, Any] = {"tasks": 2, "imported": False, "ids": [], "faults": []}


def page(item: dict[str, Any]) -> dict[str, Any]:
    """The last page of a list."""
    return {"items": [item], "next": None}
