"""Tasks as a list, as a board by status, as a month, and those of whoever looks."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.members.register import find_member
from cci_app.coordination.api.tasks.schemas import NewTaskPayload, TasksQuery, wanted
from cci_app.coordination.collaborators import join
from cci_app.coordination.finding import ME, TaskFilter, TaskOrder, TaskPage, find_tasks
from cci_app.coordination.models import TaskStatus
from cci_app.coordination.monitor.standing import alerts_told_to
from cci_app.coordination.tasks import add_task
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.dashboard.asked import asked, sent
from cci_app.dashboard.frame import go, organisation_id, tag_of, tagged, unchanged
from cci_app.dashboard.pages.work.shown import me, today, told, work_page
from cci_app.dashboard.words import gettext

_ON_THE_BOARD = 100
_IN_A_MONTH = 200
_MINE = 100
_NOT_USED = {"before", "known"}
_Found = tuple[TaskPage, str | None]


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(list_work)
    pages.get("/board")(show_board)
    pages.get("/calendar")(show_calendar)
    pages.get("/mine")(show_mine)
    pages.post("/mine/join")(join_work)
    pages.post("/tasks")(give_task)


def list_work(problem: str | None = None, typed: Mapping[str, str] | None = None) -> str:
    """Tasks that fit what is asked, what moved last first."""
    found, wrong = _found(TaskOrder.TOUCHED)
    return work_page(
        "list",
        "list",
        found=found,
        problem=wrong,
        refused=problem,
        typed=typed or {},
        filtered=any(value for name, value in request.args.items() if name not in {*_NOT_USED, "order_by"}),
    )


def _found(order: TaskOrder) -> _Found:
    try:
        filters, paging = wanted(asked(TasksQuery()))
        chosen = {**paging, "order_by": paging["order_by"] if "order_by" in request.args else order}
        return find_tasks(current_caller(), filters, **chosen), None
    except InvalidInput:
        return TaskPage((), None), gettext("A filter cannot be used as it is: begin again without it.")


def show_board() -> Response:
    """Tasks by how far they are, in columns; in a project in its order."""
    problem, columns = None, dict[str, TaskPage]()
    try:
        filters, _ = wanted(asked(TasksQuery()))
        for status in TaskStatus:
            order = TaskOrder.POSITION if filters.project_id else _ORDERS[status]
            mine = replace(filters, status=status)
            columns[status.value] = find_tasks(current_caller(), mine, order, limit=_ON_THE_BOARD)
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
    tag = tag_of(columns, problem)
    if (same := unchanged(tag)) is not None:
        return same
    filtered = any(request.args.get(name) for name in ("project_id", "assigned_to", "label", "q", "priority"))
    body = work_page(
        "board",
        "board",
        columns=columns,
        problem=problem,
        filtered=filtered,
        tag=tag,
    )
    return tagged(body, tag)


_ORDERS = {
    TaskStatus.TODO: TaskOrder.DUE_FIRST,
    TaskStatus.IN_PROGRESS: TaskOrder.DUE_FIRST,
    TaskStatus.DONE: TaskOrder.TOUCHED,
}


def show_calendar() -> str:
    """A month, and what is due on each of its days."""
    now, problem, found = today(), None, TaskPage((), None)
    first = _month(request.args.get("month")) or now.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    try:
        filters, _ = wanted(asked(TasksQuery()))
        since, until = weeks[0][0] - timedelta(days=1), weeks[-1][-1] + timedelta(days=1)
        shown = replace(filters, due_after=since, due_before=until)
        found = find_tasks(current_caller(), shown, TaskOrder.DUE_FIRST, limit=_IN_A_MONTH)
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
    by_day: dict[date, list[dict[str, Any]]] = {}
    for task in found.items:
        by_day.setdefault(task["due_date"], []).append(task)
    return work_page(
        "calendar",
        "calendar",
        weeks=weeks,
        first=first,
        today=now,
        by_day=by_day,
        more=found.next is not None,
        problem=problem,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{first + timedelta(days=31):%Y-%m}",
    )


def _month(word: str | None) -> date | None:
    try:
        found = date.fromisoformat(f"{word}-01") if word else None
    except ValueError:
        return None
    return found if found is not None and 1990 <= found.year < 2199 else None


def show_mine(problem: str | None = None) -> str:
    """What whoever looks has to do, by when it is due; and what they were reminded of."""
    mine, now = me(), today()
    tasks: list[dict[str, Any]] = []
    if mine is not None:
        for status in (TaskStatus.IN_PROGRESS, TaskStatus.TODO):
            filters = TaskFilter(assigned_to=ME, status=status)
            tasks += find_tasks(current_caller(), filters, TaskOrder.DUE_FIRST, limit=_MINE).items
    soon = now + timedelta(days=7)
    groups: dict[str, list[dict[str, Any]]] = {"late": [], "week": [], "later": [], "never": []}
    for task in sorted(tasks, key=lambda each: (each["due_date"] or date.max, each["id"])):
        due = task["due_date"]
        name = "never" if due is None else "late" if due < now else "week" if due <= soon else "later"
        groups[name].append(task)
    return work_page(
        "mine",
        "mine",
        me=mine,
        groups=groups,
        alerts=alerts_told_to(organisation_id(), mine.id) if mine is not None else (),
        problem=problem,
    )


def join_work() -> Any:
    """Become one of those who work."""
    caller = current_caller()
    member = find_member(caller.organisation_id, caller.member_id or 0)
    try:
        join(caller, member.name, member.email)
    except Conflict:
        refused = gettext("Somebody else has your name here: ask an admin to make the two of you one.")
        return make_response(show_mine(refused), Conflict.status)
    return go("/admin/work/mine")


def give_task() -> Any:
    """Give a task."""
    try:
        task = add_task(organisation_id(), sent(NewTaskPayload()))
    except (Conflict, InvalidInput) as error:
        return make_response(list_work(told(error), request.form), error.status)
    return go(f"/admin/work/tasks/{task.id}")
