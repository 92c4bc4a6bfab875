"""Tasks and comments as the handbook's rules look at them, and what of them breaks a rule."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.comments import MONITOR
from cci_app.coordination.handbook.rules import (
    Checked,
    Conditions,
    Detail,
    HandbookRule,
    TaskPart,
    Written,
)
from cci_app.coordination.models import Label, Project, ProjectStatus, ProjectTask, TaskComment, TaskLabel, TaskStatus
from cci_app.core.text import fold, plain_letters

# What was done longer ago is history.
DONE_FOR = timedelta(days=30)
_CLOSING = timedelta(days=1)
_MOST_COMMENTS = 50
# Of a description or a comment, from its beginning.
_READ = 4_000
_DIGITS = re.compile(r"[0-9]+(?:[ -][0-9]+)*")
_CARD_LENGTHS = range(13, 20)


@dataclass(frozen=True, slots=True)
class SubjectComment:
    """A comment as rules look at it; as it is written."""

    id: int
    via: str
    text: str


@dataclass(frozen=True, slots=True)
class SubjectTask:
    """A task as rules look at it; as it is written."""

    id: int
    status: str
    priority: str
    labels: frozenset[str]
    parts: frozenset[TaskPart]
    title: str
    description: str
    comments: Sequence[SubjectComment]


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """A rule, and what it is about: a task, or a comment on it."""

    rule: HandbookRule
    task_id: int
    comment_id: int | None = None
    text: str = ""

    @property
    def key(self) -> tuple[str, int, int | None]:
        """What tells it from all others."""
        return (self.rule.id, self.task_id, self.comment_id)


def looked_at(organisation_id: int, now: datetime) -> sa.Select[int]:
    """The ids of the tasks that rules look at: of active projects, open or done lately."""
    return (
        sa.select(ProjectTask.id)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            ProjectTask.organisation_id == organisation_id,
            Project.status == ProjectStatus.ACTIVE,
            sa.or_(ProjectTask.status != TaskStatus.DONE, ProjectTask.completed_at > now - DONE_FOR),
        )
    )


def subjects(session: Session, ids: Sequence[int]) -> list[SubjectTask]:
    """Those tasks, with what was said of each lately."""
    facts = ("assignee_id", "start_date", "due_date", "estimate_hours", "spent_hours", "parent_id", "completed_at")
    rows = session.execute(
        sa.select(
            *(getattr(ProjectTask, name) for name in ("id", "status", "priority", "title", *facts)),
            sa.func.left(ProjectTask.description, _READ).label("description"),
        ).where(ProjectTask.id.in_(ids))
    ).all()
    labels: dict[int, set[str]] = {}
    labelled = sa.select(TaskLabel.task_id, Label.name).join(Label, Label.id == TaskLabel.label_id)
    for task_id, name in session.execute(labelled.where(TaskLabel.task_id.in_(ids))):
        labels.setdefault(task_id, set()).add(fold(name))
    said = _said(session, ids)
    return [_subject(row, labels.get(row.id, set()), said.get(row.id, [])) for row in rows]


def _said(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The last comments of people on each task, the newest first."""
    place = sa.func.row_number().over(partition_by=TaskComment.task_id, order_by=TaskComment.id.desc())
    last = (
        sa.select(
            TaskComment.id,
            TaskComment.task_id,
            TaskComment.via,
            sa.func.left(TaskComment.content, _READ).label("content"),
            TaskComment.created_at,
            place.label("place"),
        )
        .where(TaskComment.task_id.in_(ids), TaskComment.via != MONITOR)
        .subquery()
    )
    columns = (last.c.id, last.c.task_id, last.c.via, last.c.content, last.c.created_at)
    found: dict[int, list[Any]] = {}
    for row in session.execute(sa.select(*columns).where(last.c.place <= _MOST_COMMENTS).order_by(last.c.id.desc())):
        found.setdefault(row.task_id, []).append(row)
    return found


def _subject(row: Any, labels: set[str], said: Sequence[Any]) -> SubjectTask:
    closes = row.completed_at - _CLOSING if row.completed_at is not None else None
    there = {
        TaskPart.DESCRIPTION: row.description.strip() != "",
        TaskPart.ASSIGNEE: row.assignee_id is not None,
        TaskPart.START_DATE: row.start_date is not None,
        TaskPart.DUE_DATE: row.due_date is not None,
        TaskPart.ESTIMATE: row.estimate_hours is not None,
        TaskPart.TIME: row.spent_hours > 0,
        TaskPart.LABEL: bool(labels),
        TaskPart.PARENT: row.parent_id is not None,
        TaskPart.COMMENT: bool(said),
        TaskPart.CLOSING_COMMENT: closes is not None and any(each.created_at >= closes for each in said),
    }
    return SubjectTask(
        row.id,
        row.status,
        row.priority,
        frozenset(labels),
        frozenset(part for part, is_there in there.items() if is_there),
        row.title,
        row.description,
        [SubjectComment(each.id, each.via, each.content) for each in said],
    )


def held_against(task: SubjectTask, rules: Sequence[HandbookRule]) -> Iterator[tuple[HeldAgainst, bool]]:
    """What of a task, and of the comments on it, which rules are about; and whether it breaks them.

    Of a rule that a model is asked about it does not, for all that is known here.
    """
    for rule in rules:
        said: Sequence[SubjectComment | None] = (None,) if rule.checks is Checked.TASK else task.comments
        for comment in said:
            if rule.when is None or _are_so(rule.when, task, comment):
                text = _asked_of(task, comment) if rule.ask is not None else ""
                found = HeldAgainst(rule, task.id, comment.id if comment is not None else None, text)
                yield found, _breaks(rule, task, comment)


def _asked_of(task: SubjectTask, comment: SubjectComment | None) -> str:
    """What a model reads of it."""
    about = f"task: {task.title}\nstatus: {task.status}\npriority: {task.priority}"
    return f"{about}\ncomment: {comment.text}" if comment else f"{about}\ndescription: {task.description}"


def _breaks(rule: HandbookRule, task: SubjectTask, comment: SubjectComment | None) -> bool:
    if rule.must is not None:
        return not _are_so(rule.must, task, comment)
    return rule.must_not is not None and _are_so(rule.must_not, task, comment)


def _are_so(conditions: Conditions, task: SubjectTask, comment: SubjectComment | None) -> bool:
    said = {Written.TITLE: task.title, Written.DESCRIPTION: task.description}
    if comment is not None:
        said[Written.COMMENT] = comment.text
    return (
        (not conditions.status or task.status in conditions.status)
        and (not conditions.priority or task.priority in conditions.priority)
        and (not conditions.labels or not task.labels.isdisjoint(map(fold, conditions.labels)))
        and (not conditions.via or (comment is not None and comment.via in conditions.via))
        and task.parts.issuperset(conditions.has)
        and task.parts.isdisjoint(conditions.lacks)
        and all(expression.is_in(plain_letters(said[place])) for place, expression in conditions.expressions.items())
        and all(_DETAILS[each](said[Written.COMMENT]) for each in conditions.contains)
    )


def has_card_number(text: str) -> bool:
    """Whether a text has digits that are a payment card's: so many of them, and the last one follows from the others.

    They may stand in groups. ISO/IEC 7812 has the check digit from the others by Luhn's formula.
    """
    for chain in _DIGITS.findall(text):
        groups = re.split("[ -]", chain)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first : first + _CARD_LENGTHS.stop]:
                digits += group
                if len(digits) >= _CARD_LENGTHS.stop:
                    break
                if len(digits) in _CARD_LENGTHS and _has_check_digit(digits):
                    return True
    return False


def _has_check_digit(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(each), 10)) for each in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


_DETAILS = {Detail.CARD_NUMBER: has_card_number}
