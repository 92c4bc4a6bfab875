"""Doing what was let through, by the same functions as the API's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from cci_app.coordination.actions.kinds import (
    AssignmentData,
    ChangeData,
    CommentData,
    NewTaskData,
    StatusData,
    TellData,
    TimeData,
    read_data,
)
from cci_app.coordination.changing import found
from cci_app.coordination.collaborators import assignable
from cci_app.coordination.comments import write_comment
from cci_app.coordination.models import AiActionKind, Collaborator, Project, ProjectTask
from cci_app.coordination.monitor.notices import NoticeKind, write_notice
from cci_app.coordination.tasks import rewrite_task, spend, write_task

# How comments of an assistant came.
ASSISTANT = "assistant"


def check_action(session: Session, organisation_id: int, kind: AiActionKind, data: Mapping[str, Any]) -> int | None:
    """Raise for what surely cannot be done: InvalidInput, NotFound, PersonLeft. The task that it is about."""
    read = read_data(kind, data)
    if isinstance(read, NewTaskData):
        found(session, Project, organisation_id, read.project_id)
        assignable(session, organisation_id, read.assignee_id)
        return None
    if isinstance(read, AssignmentData):
        assignable(session, organisation_id, read.assignee_id)
    elif isinstance(read, TellData):
        assignable(session, organisation_id, read.person_id)
    task_id: int = found(session, ProjectTask, organisation_id, read.task_id).id
    return task_id


def perform(
    session: Session, organisation_id: int, kind: AiActionKind, data: Mapping[str, Any], by: int | None
) -> dict[str, Any]:
    """Do an action, for the collaborator `by`; what came of it. Raises what the API's functions raise."""
    read = read_data(kind, data)
    if isinstance(read, NewTaskData):
        task = write_task(session, organisation_id, read.model_dump())
        return {"task_id": task.id}
    told: dict[str, Any] = {"task_id": read.task_id}
    if isinstance(read, AssignmentData):
        rewrite_task(session, organisation_id, read.task_id, {"assignee_id": read.assignee_id}, None)
        if read.tell and read.assignee_id is not None:
            told["told"] = _tell(session, organisation_id, read.task_id, read.assignee_id, NoticeKind.ASSIGNED)
    elif isinstance(read, StatusData):
        rewrite_task(session, organisation_id, read.task_id, {"status": read.status}, None)
    elif isinstance(read, ChangeData):
        changes = read.model_dump(exclude={"task_id"}, exclude_unset=True)
        rewrite_task(session, organisation_id, read.task_id, changes, None)
    elif isinstance(read, CommentData):
        author = found(session, Collaborator, organisation_id, by) if by is not None else None
        comment = write_comment(session, organisation_id, read.task_id, read.text, author=author, via=ASSISTANT)
        told["comment_id"] = comment.id
    elif isinstance(read, TimeData):
        task = found(session, ProjectTask, organisation_id, read.task_id, locked=True)
        spend(session, task, read.hours, by, None, read.note)
    elif isinstance(read, TellData):
        told["told"] = _tell(session, organisation_id, read.task_id, read.person_id, NoticeKind.TOLD, read.text)
    return told


def _tell(
    session: Session, organisation_id: int, task_id: int, person_id: int, kind: NoticeKind, text: str = ""
) -> bool:
    """Tell somebody of a task; whether there is a way to reach them."""
    task = found(session, ProjectTask, organisation_id, task_id)
    person = found(session, Collaborator, organisation_id, person_id)
    return write_notice(session, task, person, kind, text)
