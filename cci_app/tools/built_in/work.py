"""Changes of the work: proposed, kept as proposals, and done once the person says yes; and what there is to be changed.

Whoever writes is known by the number or id that they write from: of a stranger nothing is proposed, and nothing told.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from pydantic import Field
from sqlalchemy.orm import Session

from cci_app.coordination.actions.proposing import carry_out, last_proposed, propose_or_do, refuse
from cci_app.coordination.collaborators import named
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks
from cci_app.coordination.models import (
    LONGEST_NAME,
    AiAction,
    AiActionKind,
    AiActionState,
    Project,
    TaskPriority,
    TaskStatus,
)
from cci_app.coordination.monitor.answering import answer_reminder
from cci_app.coordination.participants import Participant, participant
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.text import fold
from cci_app.tools.arguments import TypedArguments, TypedForm
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.ports import Consent, Tool, ToolContext, ToolFailed, ToolResult

_MOST_FOUND: Final = 20
_UNASKED: Final = "it was not asked for a yes, as a rule of the team lets it: say so, and name the rule"
_SHOWN: Final = ("id", "title", "project", "status", "priority", "assignee", "due_date", "overdue")


class WorkTool(StrEnum):
    """The changes of the work, by the names of their tools."""

    CREATE = "create_task"
    ASSIGN = "assign_task"
    MOVE = "move_task"
    COMMENT = "comment_task"
    LOG_TIME = "log_time"
    NOTIFY = "notify_person"


class _CreateAsked(TypedForm):
    title: str = Field(min_length=1, max_length=LONGEST_NAME, description="What is to be done, in the person's words")
    project: str | None = Field(None, max_length=200, description="The project's name; may be left out where one is")
    assignee: str | None = Field(None, max_length=200, description="Whoever shall do it: a name or handle")
    due_date: date | None = Field(None, description="By when, as 2026-01-31")
    priority: TaskPriority = TaskPriority.MEDIUM


class _AssignAsked(TypedForm):
    task: int = Field(description="The task's number")
    assignee: str = Field(min_length=1, max_length=200, description="Whoever gets it: a name or handle")
    tell: bool = Field(False, description="Whether they are told of it")


class _MoveAsked(TypedForm):
    task: int = Field(description="The task's number")
    status: TaskStatus


class _CommentAsked(TypedForm):
    task: int = Field(description="The task's number")
    text: str = Field(min_length=1, max_length=4_000, description="The comment, in the person's words")


class _TimeAsked(TypedForm):
    task: int = Field(description="The task's number")
    hours: Decimal = Field(gt=0, le=1_000, max_digits=6, decimal_places=2)
    note: str = Field("", max_length=300)


class _NotifyAsked(TypedForm):
    task: int = Field(description="The task's number")
    person: str = Field(min_length=1, max_length=200, description="Whoever is told: a name or handle")


class _TasksWanted(TypedForm):
    words: str | None = Field(None, max_length=200, description="Words of the title or description")
    assignee: str | None = Field(None, max_length=200, description="A name or handle, `me`, or `nobody`")
    status: TaskStatus | None = None
    overdue: bool | None = None


Reads = Callable[[Session, Participant, Mapping[str, Any]], dict[str, Any]]


def _new_task(session: Session, who: Participant, given: Mapping[str, Any]) -> dict[str, Any]:
    project = _project(session, who.organisation_id, given.get("project"))
    data = {"project_id": project, "title": given["title"], "priority": given["priority"]}
    if given.get("assignee"):
        data["assignee_id"] = named(session, who.organisation_id, given["assignee"]).id
    return data | ({"due_date": given["due_date"]} if given.get("due_date") else {})


def _assignment(session: Session, who: Participant, given: Mapping[str, Any]) -> dict[str, Any]:
    person = named(session, who.organisation_id, given["assignee"])
    return {"task_id": given["task"], "assignee_id": person.id, "tell": given["tell"]}


def _telling(session: Session, who: Participant, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"task_id": given["task"], "person_id": named(session, who.organisation_id, given["person"]).id}


def _of_task(*names: str) -> Reads:
    def read(_session: Session, _who: Participant, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"task_id": given["task"], **{name: given[name] for name in names if given.get(name)}}

    return read


# Of each tool: what it does, to a model; its arguments; the kind of action, and how its data is read of the arguments.
_CHANGES: Final[Mapping[WorkTool, tuple[str, type[TypedForm], AiActionKind, Reads]]] = {
    WorkTool.CREATE: ("Propose a new task.", _CreateAsked, AiActionKind.CREATE_TASK, _new_task),
    WorkTool.ASSIGN: ("Propose that somebody does a task.", _AssignAsked, AiActionKind.ASSIGN, _assignment),
    WorkTool.MOVE: ("Propose how far a task is.", _MoveAsked, AiActionKind.UPDATE_STATUS, _of_task("status")),
    WorkTool.COMMENT: ("Propose a comment on a task.", _CommentAsked, AiActionKind.COMMENT, _of_task("text")),
    WorkTool.LOG_TIME: (
        "Propose hours that were spent on a task.",
        _TimeAsked,
        AiActionKind.LOG_TIME,
        _of_task("hours", "note"),
    ),
    WorkTool.NOTIFY: ("Propose that somebody is told of a task.", _NotifyAsked, AiActionKind.NOTIFY, _telling),
}


def make_change(name: WorkTool) -> Callable[[ToolOptions, Desk], Tool]:
    """The factory of one of the changes."""
    told, form, kind, reads = _CHANGES[name]

    def proposed(session: Session, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        who = _participant(session, context, changing=True)
        data = reads(session, who, arguments)
        written = json.dumps([name, data], sort_keys=True, default=str)
        key = f"turn:{min(context.receipts)}:{hashlib.sha256(written.encode()).hexdigest()}"
        said = context.said[-1] if context.said else ""
        with acting_for(who.who, who.name):
            action = propose_or_do(
                session, who.organisation_id, kind, data, key=key, asked_by=who.person_id, reason=said
            )
        if "rule" in action.result:
            return ToolResult({"note": _UNASKED, **_outcome(action)}, settled=True)
        return ToolResult({"action_id": action.id})

    def record(session: Session, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        who = _participant(session, context, changing=True)
        data = reads(session, who, arguments)
        action = last_proposed(session, who.organisation_id, kind, data, who.person_id)
        if action is None:
            raise ToolFailed("nobody proposed just this: propose it first", certain=True)
        if action.status != AiActionState.PROPOSED:
            return ToolResult(_outcome(action, again=True))
        with acting_for(who.who, who.name):
            return ToolResult(_outcome(carry_out(session, action, who.person_id)))

    return lambda _options, _desk: Tool(
        name=name.value,
        description=f"{told} It is done when the person says yes.",
        arguments=TypedArguments(form),
        record=record,
        propose=proposed,
        writes=Consent.PERSON,
    )


def find_work(_options: ToolOptions, _desk: Desk) -> Tool:
    """Tasks with their numbers, for who takes part in the work."""

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        with tenant_transaction(context.organisation_id) as session:
            who = _participant(session, context, changing=False)
        assigned = arguments.get("assignee")
        if assigned and fold(assigned) == "me":
            assigned = str(who.person_id or 0)
        status = arguments.get("status")
        wanted = TaskFilter(
            q=arguments.get("words"),
            assigned_to=assigned,
            status=TaskStatus(status) if status else None,
            overdue=arguments.get("overdue"),
        )
        page = find_tasks(who.caller, wanted, TaskOrder.DUE_FIRST, limit=_MOST_FOUND)
        return ToolResult(
            {"tasks": [{key: each[key] for key in _SHOWN} for each in page.items], "more": bool(page.next)}
        )

    return Tool(
        name="find_tasks",
        description="Tasks of the workspace with their numbers, by words, person, status, or that are late.",
        arguments=TypedArguments(_TasksWanted),
        run=run,
    )


def _outcome(action: AiAction, *, again: bool = False) -> dict[str, Any]:
    told = {"action_id": action.id, "status": action.status, "again": again, **action.result}
    return told | ({"kept": True} if action.status == AiActionState.EXECUTED else {})


def _participant(session: Session, context: ToolContext, *, changing: bool) -> Participant:
    who = participant(session, context.organisation_id, context.user_id)
    if who is None:
        raise ToolFailed("whoever writes is nobody of the team: tell them nothing of the work", certain=True)
    if changing and not who.may_change:
        raise ToolFailed("whoever writes may look at the work and change nothing", certain=True)
    return who


def _project(session: Session, organisation_id: int, name: str | None) -> int:
    """The project of that name, or the only one that is worked on. Raises InvalidInput."""
    projects = session.query(Project).where(Project.organisation_id == organisation_id).all()
    if name:
        fits = [each for each in projects if fold(each.name) == fold(name)]
    else:
        fits = [each for each in projects if each.status == "active"]
    if len(fits) != 1:
        names = ", ".join(each.name for each in projects[:_MOST_FOUND])
        raise InvalidInput(f"which project? there are: {names}", details={"project": [name or "not named"]})
    return fits[0].id


class _Declined(TypedForm):
    action: int


def decline_change() -> Tool:
    """The person's no to a proposal of theirs, on record: it is an agent's own, and no model's to call."""

    def record(session: Session, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        who = _participant(session, context, changing=True)
        action = session.get(AiAction, arguments["action"])
        mine = action is not None and action.asked_by == who.person_id
        if action is None or not mine or action.status != AiActionState.PROPOSED:
            return ToolResult({"declined": False})
        with acting_for(who.who, who.name):
            refuse(session, action)
        return ToolResult({"declined": True})

    return Tool(
        name="decline_change",
        description="The person said no to a change that was proposed.",
        arguments=TypedArguments(_Declined),
        record=record,
        writes=Consent.PERSON,
    )


class _NothingNamed(TypedForm):
    pass


def say_on_it() -> Tool:
    """The person says that they are on what they were reminded of; an agent's own too."""

    def record(session: Session, context: ToolContext, _: Mapping[str, Any]) -> ToolResult:
        who = _participant(session, context, changing=True)
        if who.person_id is None:
            return ToolResult({"tasks": []})
        with acting_for(who.who, who.name):
            answered = answer_reminder(session, who.organisation_id, who.person_id, who.name, context.now)
        if answered is None:
            return ToolResult({"tasks": []})
        return ToolResult({"tasks": [list(each) for each in answered.tasks], "until": answered.until.isoformat()})

    return Tool(
        name="say_on_it",
        description="The person is on what they were reminded of: nobody else hears of it for a while.",
        arguments=TypedArguments(_NothingNamed),
        record=record,
        writes=Consent.PERSON,
    )
