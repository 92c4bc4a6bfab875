"""Bottlenecks and risks of the work: found by figures, each with what it counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.advice.words import found_in_words, nothing_found
from cci_app.coordination.figures import PersonLoad, WorkStats, loads_in, stats_of
from cci_app.coordination.finding import is_overdue, today_of
from cci_app.coordination.models import Collaborator, Project, ProjectStatus, ProjectTask, TaskStatus
from cci_app.coordination.monitor.calendar import WorkCalendar
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.ways import language_of
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of

STUCK_DAYS: Final = 5
_SOON_DAYS: Final = 7
_WORKING_DAYS: Final = 5
_MOST_TASKS: Final = 10


class FindingKind(StrEnum):
    """Whether it holds the work up now, may hurt it, or is room to use."""

    BOTTLENECK = "bottleneck"
    RISK = "risk"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class WorkFinding:
    """One thing that was found: `values` are its figures, `text` says it, `advice` what to do."""

    code: str
    kind: FindingKind
    text: str
    advice: str
    values: Mapping[str, Any]
    task_id: int | None = None
    project_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class WorkAnalysis:
    """The figures of the work, who has how much of it, and what that gives to think of, in words."""

    stats: WorkStats
    people: Sequence[PersonLoad]
    findings: Sequence[WorkFinding] = field(default=())
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    session: Session
    organisation_id: int
    met: Sequence[sa.ColumnElement[bool]]
    today: date
    calendar: WorkCalendar
    zone: Any
    language: str
    people: Sequence[PersonLoad]

    def found(self, code: str, kind: FindingKind, values: dict[str, Any], **about: int) -> WorkFinding:
        text, advice = found_in_words(code, values, self.language)
        return WorkFinding(code, kind, text, advice, values, **about)


def analyse(organisation_id: int, project_id: int | None = None, language: str | None = None) -> WorkAnalysis:
    """What the figures say of all the work, or of a project's, in a language or in the organisation's."""
    with tenant_transaction(organisation_id) as session:
        met: list[sa.ColumnElement[bool]] = [ProjectTask.organisation_id == organisation_id]
        if project_id is not None:
            met.append(ProjectTask.project_id == project_id)
        zone = timezone_of(session, organisation_id)
        look = _Look(
            session,
            organisation_id,
            met,
            today_of(session, organisation_id),
            WorkCalendar.of(zone, MONITOR_RULES.counting(session, organisation_id).country),
            zone,
            language_of(session, organisation_id, language),
            loads_in(session, organisation_id, met),
        )
        stats = stats_of(session, organisation_id, met)
        findings = [*_of_people(look), *_of_projects(look), *_of_tasks(look), *_of_estimates(look, stats)]
    lines = [f"{each.text} {each.advice}" for each in findings if each.kind is not FindingKind.ROOM]
    return WorkAnalysis(stats, look.people, findings, "\n".join(lines) or nothing_found(look.language))


def _of_people(look: _Look) -> Iterator[WorkFinding]:
    for each in look.people:
        if each.hours_left > each.hours_per_week:
            values = {"person": each.name, "hours": each.hours_left, "week": each.hours_per_week, "open": each.open}
            yield look.found("overloaded", FindingKind.BOTTLENECK, values, person_id=each.id)
    for each in look.people:
        if not each.open:
            yield look.found("free", FindingKind.ROOM, {"person": each.name}, person_id=each.id)


def _of_projects(look: _Look) -> Iterator[WorkFinding]:
    is_open = ProjectTask.status != TaskStatus.DONE
    count = sa.func.count
    left = sa.func.greatest(ProjectTask.estimate_hours - ProjectTask.spent_hours, 0)
    rows = look.session.execute(
        sa.select(
            Project.id,
            Project.name,
            Project.deadline,
            count().filter(is_open).label("open"),
            count().filter(is_overdue(look.today)).label("late"),
            sa.func.coalesce(sa.func.sum(left).filter(is_open), 0).label("hours"),
            sa.func.array_agg(ProjectTask.assignee_id.distinct()).filter(is_open).label("people"),
        )
        .join(ProjectTask, ProjectTask.project_id == Project.id)
        .where(*look.met, Project.status == ProjectStatus.ACTIVE)
        .group_by(Project.id)
        .order_by(Project.id)
    )
    whose = Collaborator.organisation_id == look.organisation_id
    people = look.session.execute(sa.select(Collaborator.id, Collaborator.hours_per_week).where(whose))
    weekly = {each.id: float(each.hours_per_week) for each in people}
    for row in rows:
        if row.late:
            values = {"project": row.name, "count": row.late, "open": row.open}
            yield look.found("overdue", FindingKind.BOTTLENECK, values, project_id=row.id)
        if row.deadline is None or not row.open:
            continue
        if row.deadline < look.today:
            values = {"project": row.name, "days": (look.today - row.deadline).days, "open": row.open}
            yield look.found("deadline_passed", FindingKind.RISK, values, project_id=row.id)
            continue
        days = look.calendar.between(look.today, row.deadline)
        a_week = sum(weekly.get(person, 0.0) for person in row.people or () if person is not None)
        capacity = round(a_week * days / _WORKING_DAYS, 1)
        if float(row.hours) > capacity:
            values = {"project": row.name, "hours": float(row.hours), "days": days, "capacity": capacity}
            yield look.found("deadline", FindingKind.RISK, values, project_id=row.id)


def _of_tasks(look: _Look) -> Iterator[WorkFinding]:
    open_tasks = sa.select(ProjectTask).join(Project, Project.id == ProjectTask.project_id)
    open_tasks = open_tasks.where(*look.met, Project.status == ProjectStatus.ACTIVE)
    doing = open_tasks.where(ProjectTask.status == TaskStatus.IN_PROGRESS).order_by(ProjectTask.touched_at)
    for task in look.session.scalars(doing.limit(_MOST_TASKS)):
        days = look.calendar.between(task.touched_at.astimezone(look.zone).date(), look.today)
        if days >= STUCK_DAYS:
            values = {"title": task.title, "days": days}
            yield look.found("stuck", FindingKind.BOTTLENECK, values, task_id=task.id, project_id=task.project_id)
    nobodys = open_tasks.where(ProjectTask.status != TaskStatus.DONE, ProjectTask.assignee_id.is_(None))
    due = nobodys.where(ProjectTask.due_date >= look.today).order_by(ProjectTask.due_date)
    for task in look.session.scalars(due.limit(_MOST_TASKS)):
        days = (task.due_date - look.today).days if task.due_date is not None else _SOON_DAYS + 1
        if days <= _SOON_DAYS:
            values = {"title": task.title, "days": days}
            yield look.found("unassigned", FindingKind.RISK, values, task_id=task.id, project_id=task.project_id)


def _of_estimates(look: _Look, stats: WorkStats) -> Iterator[WorkFinding]:
    missing = sa.select(sa.func.count()).select_from(ProjectTask)
    count = (
        look.session.scalar(
            missing.where(*look.met, ProjectTask.status != TaskStatus.DONE, ProjectTask.estimate_hours.is_(None))
        )
        or 0
    )
    is_open = stats.total - stats.by_status[TaskStatus.DONE]
    if count and count * 2 >= is_open:
        yield look.found("unestimated", FindingKind.RISK, {"count": count, "open": is_open})
