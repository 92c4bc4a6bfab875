"""HTTP shapes of tasks."""

from typing import Any

import marshmallow as ma

from cci_app.coordination.api.schemas import Hours, VersionedRowResponse, day, hours, row_id
from cci_app.coordination.finding import TaskFilter, TaskOrder
from cci_app.coordination.importing import MOST_ROWS
from cci_app.coordination.models import LONGEST_NAME, LONGEST_RULE, LONGEST_TEXT, TaskPriority, TaskStatus
from cci_app.coordination.tasks import MOST_AT_ONCE
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageSize, TrueOrFalse

_MOST_LABELS = 30
_STATUSES = [each.value for each in TaskStatus]


def _status(**options: Any) -> Any:
    """An unknown one is told of by the code `unknown_status`, wherever it comes from."""
    metadata = {"enum": _STATUSES, "example": "in_progress"}
    return ma.fields.String(validate=ma.validate.Length(1, 40), metadata=metadata, **options)


class TaskPayload(ma.Schema):
    """A task, or what changes of it: what is left out stays, null empties."""

    title = CleanText(min_length=1, max_length=LONGEST_NAME, metadata={"example": "Diseño de la portada"})
    description = CleanText(max_length=LONGEST_TEXT, metadata={"example": "Con las fotos de marzo"})
    status = _status()
    priority = ma.fields.String(
        validate=ma.validate.OneOf([each.value for each in TaskPriority]), metadata={"example": "high"}
    )
    project_id = row_id("The project")
    parent_id = row_id("The task of the same project that it is a part of", allow_none=True)
    assignee_id = row_id("Who does it", allow_none=True)
    start_date = day("When it may begin", "2026-02-02", allow_none=True)
    due_date = day("By when it shall be done", "2026-02-13", allow_none=True)
    estimate_hours = hours("How long it may take", 6.5, allow_none=True)
    spent_hours = hours("How long it took so far: the difference is written down as time", 2.0)
    recurrence = CleanText(
        min_length=1,
        max_length=LONGEST_RULE,
        allow_none=True,
        metadata={"description": "When it comes again: a rule of RFC 5545 in days", "example": "FREQ=WEEKLY;BYDAY=FR"},
    )
    labels = ma.fields.List(
        CleanText(min_length=1, max_length=60),
        validate=ma.validate.Length(max=_MOST_LABELS),
        metadata={"description": "Its labels, by name; new ones are made", "example": ["diseño"]},
    )


class NewTaskPayload(TaskPayload):
    """A task to give."""

    title = CleanText(min_length=1, max_length=LONGEST_NAME, required=True, metadata={"example": "Diseño"})
    project_id = row_id("The project", required=True)


class TaskStatusPayload(ma.Schema):
    """How far a task is from now on."""

    status = _status(required=True)


class MovePayload(ma.Schema):
    """Where in its project a task stands from now on."""

    after = row_id("The task that it comes after; null for before all", required=True, allow_none=True)


class TimePayload(ma.Schema):
    """Time that was spent; less than none corrects."""

    hours = hours("How long; less than none corrects", 1.5, least=-1000, required=True)
    day = day("When; today where it is left out", "2026-02-03")
    person_id = row_id("Who spent it; whoever calls where it is left out")
    note = CleanText(max_length=300, load_default="", metadata={"example": "maqueta"})


class TimeEntryResponse(ma.Schema):
    """Time that was spent."""

    id = ma.fields.Integer(required=True)
    task_id = ma.fields.Integer(required=True)
    collaborator_id = ma.fields.Integer(required=True, allow_none=True)
    day = ma.fields.Date(required=True)
    hours = Hours(required=True, metadata={"type": "number"})
    note = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class TimeEntriesResponse(ma.Schema):
    """What was spent on a task, newest first: the last 200."""

    items = ma.fields.List(ma.fields.Nested(TimeEntryResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class TaskResponse(VersionedRowResponse):
    """A task as it stands."""

    project_id = ma.fields.Integer(required=True)
    project = ma.fields.String(required=True)
    parent_id = ma.fields.Integer(required=True, allow_none=True)
    title = ma.fields.String(required=True)
    description = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    priority = ma.fields.String(required=True)
    assignee_id = ma.fields.Integer(required=True, allow_none=True)
    assignee = ma.fields.String(required=True, allow_none=True)
    start_date = ma.fields.Date(required=True, allow_none=True)
    due_date = ma.fields.Date(required=True, allow_none=True)
    overdue = ma.fields.Boolean(required=True)
    estimate_hours = Hours(required=True, allow_none=True, metadata={"type": "number"})
    spent_hours = Hours(required=True, metadata={"type": "number"})
    recurrence = ma.fields.String(required=True, allow_none=True)
    series_id = ma.fields.Integer(required=True, allow_none=True)
    labels = ma.fields.List(ma.fields.String(), required=True)
    comments = ma.fields.Integer(required=True)
    subtasks = ma.fields.Integer(required=True)
    completed_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class TasksResponse(ma.Schema):
    """A page of tasks; `next` is null on the last."""

    items = ma.fields.List(ma.fields.Nested(TaskResponse), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class TaskPageQuery(PageSize):
    """Which page of tasks, in which order."""

    order_by = ma.fields.Enum(
        TaskOrder, by_value=True, load_default=TaskOrder.NEWEST, metadata={"example": "-created_at"}
    )
    before = ma.fields.String(
        validate=ma.validate.Length(1, 400),
        metadata={
            "description": "`next` of the page before, in the same order",
            "example": "WyItY3JlYXRlZF9hdCIsICIyMDk5LTAxLTAxIDAwOjAwOjAwKzAwIiwgMV0",
        },
    )


class TasksQuery(TaskPageQuery):
    """Which tasks."""

    project_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})
    parent_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})
    status = ma.fields.Enum(TaskStatus, by_value=True, metadata={"example": "todo"})
    assigned_to = CleanText(
        min_length=1,
        max_length=160,
        metadata={"description": "An id, a handle, a name, an address, `me` or `nobody`", "example": "nobody"},
    )
    priority = ma.fields.Enum(TaskPriority, by_value=True, metadata={"example": "high"})
    label = CleanText(min_length=1, max_length=60, metadata={"example": "diseño"})
    due_before = day("Those due before that day", "2026-03-01")
    due_after = day("Those due after that day", "2026-01-01")
    overdue = ma.fields.Boolean(metadata={"description": "Those whose day is over, or the others", "example": True})
    q = CleanText(min_length=1, max_length=200, metadata={"description": "Words of it", "example": "portada"})


def wanted(query: dict[str, Any]) -> tuple[TaskFilter, dict[str, Any]]:
    """The filter of a query, and what is left of it: order and page."""
    names = set(TaskFilter.__dataclass_fields__)
    page = {name: value for name, value in query.items() if name not in names}
    return TaskFilter(**{name: value for name, value in query.items() if name in names}), page


class SearchQuery(TaskPageQuery):
    """Which words."""

    q = CleanText(
        min_length=1, max_length=200, metadata={"description": "All of them where none are given", "example": "portada"}
    )


class StatsQuery(ma.Schema):
    """Of which project; of all where none is named."""

    project_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})


class BulkPayload(ma.Schema):
    """Tasks, and what changes of all of them: all change, or none."""

    ids = ma.fields.List(
        row_id("A task"), required=True, validate=ma.validate.Length(1, MOST_AT_ONCE), metadata={"example": [7]}
    )
    changes = ma.fields.Nested(TaskPayload, required=True)


class BulkResponse(ma.Schema):
    """The tasks as they stand now."""

    items = ma.fields.List(ma.fields.Nested(TaskResponse), required=True)


class ImportPayload(ma.Schema):
    """Tasks as CSV, with a line of names first; nothing is kept where `dry_run` is true, or where a line is wrong."""

    project_id = row_id("The project", required=True)
    csv = CleanText(
        min_length=1,
        max_length=1_000_000,
        required=True,
        metadata={
            "description": "Columns: title, description, status, priority, assignee, start_date, due_date,"
            f" estimate_hours, labels (with | between them); at most {MOST_ROWS} lines",
            "example": "title,priority,due_date,labels\nDiseño,high,2026-02-13,web|diseño\nTextos,,,\n",
        },
    )
    dry_run = TrueOrFalse(load_default=False, metadata={"example": True})


class ImportFault(ma.Schema):
    """What is wrong with a line; the first one after the names is line 2."""

    line = ma.fields.Integer(required=True)
    field = ma.fields.String(required=True)
    message = ma.fields.String(required=True)


class ImportResponse(ma.Schema):
    """How many tasks the lines are, and what is wrong; `imported` says whether they are kept."""

    tasks = ma.fields.Integer(required=True)
    imported = ma.fields.Boolean(required=True)
    ids = ma.fields.List(ma.fields.Integer(), required=True)
    faults = ma.fields.List(ma.fields.Nested(ImportFault), required=True)
