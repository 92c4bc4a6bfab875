"""Tasks: given, found, changed, moved, and the time that they take."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination import figures, finding, importing, tasks
from cci_app.coordination.api import examples, schemas
from cci_app.coordination.api.schemas import IfMatch, seen
from cci_app.coordination.api.tasks import schemas as task_schemas
from cci_app.coordination.collaborators import collaborator_of
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint

_TASK_ID = [{"in": "path", "name": "task_id", "example": 7}]
_LISTED = examples.page(examples.TASK)

tasks_api = EdgeBlueprint("tasks", __name__, url_prefix="/api/tasks", description="Tasks")


def _shown(task_id: int) -> dict[str, Any]:
    return finding.show_task(current_caller().organisation_id, task_id)


@tasks_api.get("")
@tasks_api.arguments(task_schemas.TasksQuery, location="query")
@tasks_api.response(200, task_schemas.TasksResponse, example=_LISTED)
def list_tasks(query: dict[str, Any]) -> Any:
    """List tasks: those that are described, in an order, a page at a time."""
    wanted, page = task_schemas.wanted(query)
    return finding.find_tasks(current_caller(), wanted, **page)


@tasks_api.post("")
@tasks_api.arguments(task_schemas.NewTaskPayload, example=examples.NEW_TASK)
@tasks_api.response(201, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def add_task(payload: dict[str, Any]) -> dict[str, Any]:
    """Give a task. It comes last in its project."""
    return _shown(tasks.add_task(current_caller().organisation_id, payload).id)


@tasks_api.get("/search")
@tasks_api.arguments(task_schemas.SearchQuery, location="query")
@tasks_api.response(200, task_schemas.TasksResponse, example=_LISTED)
def search_tasks(query: dict[str, Any]) -> Any:
    """Find tasks by the beginnings of words in their title and description, without accents."""
    wanted, page = task_schemas.wanted(query)
    return finding.find_tasks(current_caller(), wanted, **page)


@tasks_api.get("/overdue")
@tasks_api.arguments(task_schemas.TaskPageQuery, location="query")
@tasks_api.response(200, task_schemas.TasksResponse, example=_LISTED)
def list_overdue_tasks(query: dict[str, Any]) -> Any:
    """List tasks whose day is over and that are not done."""
    return finding.find_tasks(current_caller(), finding.TaskFilter(overdue=True), **query)


@tasks_api.get("/stats")
@tasks_api.arguments(task_schemas.StatsQuery, location="query")
@tasks_api.response(200, schemas.WorkStatsResponse, example=examples.STATS)
def get_task_stats(query: dict[str, Any]) -> Any:
    """Count tasks, and hours."""
    return figures.work_stats(current_caller().organisation_id, **query)


@tasks_api.post("/bulk")
@tasks_api.arguments(task_schemas.BulkPayload, example={"ids": [7], "changes": {"priority": "high"}})
@tasks_api.response(200, task_schemas.BulkResponse, example={"items": [examples.TASK]})
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def change_many_tasks(payload: dict[str, Any]) -> dict[str, Any]:
    """Change what is named of several tasks: of all, or of none."""
    whose = current_caller().organisation_id
    changed = tasks.change_tasks(whose, payload["ids"], payload["changes"])
    with tenant_transaction(whose) as session:
        return {"items": finding.shown(session, whose, changed)}


@tasks_api.post("/import")
@tasks_api.arguments(task_schemas.ImportPayload, example=examples.CSV)
@tasks_api.response(200, task_schemas.ImportResponse, example=examples.IMPORTED)
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def import_csv(payload: dict[str, Any]) -> Any:
    """Give the tasks of a CSV: all of them, or none where a line is wrong. A dry run tells what would become of it."""
    text = payload.pop("csv")
    return importing.import_tasks(current_caller().organisation_id, text=text, **payload)


@tasks_api.get("/<int:task_id>", parameters=_TASK_ID)
@tasks_api.response(200, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
def get_task(task_id: int) -> dict[str, Any]:
    """Tell a task."""
    return _shown(task_id)


@tasks_api.patch("/<int:task_id>", parameters=_TASK_ID)
@tasks_api.arguments(IfMatch, location="headers")
@tasks_api.arguments(task_schemas.TaskPayload, example={"priority": "low", "due_date": None})
@tasks_api.response(200, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def change_task(headers: dict[str, Any], payload: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Change what is named of a task: what is left out stays, null empties."""
    tasks.change_task(current_caller().organisation_id, task_id, payload, seen(headers))
    return _shown(task_id)


@tasks_api.patch("/<int:task_id>/status", parameters=_TASK_ID)
@tasks_api.arguments(IfMatch, location="headers")
@tasks_api.arguments(task_schemas.TaskStatusPayload, example={"status": "in_progress"})
@tasks_api.response(200, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def set_task_status(headers: dict[str, Any], payload: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Say how far a task is. One that recurs is given again when it is done."""
    tasks.change_task(current_caller().organisation_id, task_id, payload, seen(headers))
    return _shown(task_id)


@tasks_api.post("/<int:task_id>/move", parameters=_TASK_ID)
@tasks_api.arguments(IfMatch, location="headers")
@tasks_api.arguments(task_schemas.MovePayload, example={"after": None})
@tasks_api.response(200, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def move_task(headers: dict[str, Any], payload: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Put a task behind another one of its project, or before all of them."""
    tasks.move_task(current_caller().organisation_id, task_id, payload["after"], seen(headers))
    return _shown(task_id)


@tasks_api.get("/<int:task_id>/time", parameters=_TASK_ID)
@tasks_api.response(200, task_schemas.TimeEntriesResponse, example=examples.page(examples.ENTRY))
@tasks_api.alt_response(404, "NOT_FOUND")
def list_time(task_id: int) -> dict[str, Any]:
    """List the time that was spent on a task, the newest first."""
    return {"items": tasks.time_entries(current_caller().organisation_id, task_id), "next": None}


@tasks_api.post("/<int:task_id>/time", parameters=_TASK_ID)
@tasks_api.arguments(task_schemas.TimePayload, example={"hours": 1.5, "note": "maqueta"})
@tasks_api.response(201, task_schemas.TaskResponse, example=examples.TASK)
@tasks_api.alt_response(404, "NOT_FOUND")
def log_time(payload: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Write down time that was spent on a task."""
    caller = current_caller()
    who = payload.get("person_id")
    with tenant_transaction(caller.organisation_id) as session:
        me = collaborator_of(session, caller)
    tasks.log_time(
        caller.organisation_id,
        task_id,
        payload["hours"],
        collaborator_id=who if who is not None else me.id if me else None,
        day=payload.get("day"),
        text=payload["note"],
    )
    return _shown(task_id)


@tasks_api.delete("/<int:task_id>", parameters=_TASK_ID)
@tasks_api.arguments(IfMatch, location="headers")
@tasks_api.response(200, schemas.RemovedRowResponse, example={"id": 7, "removed": True})
@tasks_api.alt_response(404, "NOT_FOUND")
@tasks_api.alt_response(409, "CONFLICT")
def remove_task(headers: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Remove a task with its sub-tasks."""
    tasks.remove_task(current_caller().organisation_id, task_id, seen(headers))
    return {"id": task_id, "removed": True}
