"""A workspace that never was, for trying the coordinator out: projects with a past, people, what is late and stuck.

It is written with the times that it has in the file, which the functions that change the work would not do. What tells
it from real work is who made it, in the log of each project and in the audit log.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import yaml
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Role
from cci_app.accounts.members.models import Member
from cci_app.accounts.models import Organisation
from cci_app.coordination.collaborators import write_collaborator
from cci_app.coordination.comments import mentioned
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.labels import labels_named
from cci_app.coordination.models import (
    POSITION_GAP,
    Collaborator,
    Label,
    OutsideKind,
    Project,
    ProjectEvent,
    ProjectStatus,
    ProjectTask,
    TaskComment,
    TaskLabel,
    TaskPriority,
    TaskStatus,
    TimeEntry,
)
from cci_app.coordination.monitor.watching import look
from cci_app.core import clock
from cci_app.core.audit import SYSTEM, AuditEntry, acting_for
from cci_app.core.database import tenant_transaction
from config.settings import ROOT

FOLDER = ROOT / "config" / "samples" / "work"
_LANGUAGE = "es"
_WHO, _NAME = "sample", "sample workspace"
# At work, and nobody's night.
_HOUR = time(10)


class SamplePerson(BaseModel):
    """Somebody of the file; their address is one of example.org, where nobody reads."""

    model_config = ConfigDict(extra="forbid")

    handle: str
    name: str
    role: str
    skills: list[str]
    hours_per_week: Decimal
    manager: str | None = None
    member: bool = False


class SampleTask(BaseModel):
    """A task of the file; days are counted from the day of filling."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    who: str | None = None
    priority: TaskPriority = TaskPriority.MEDIUM
    given: int
    begun: int | None = None
    done: int | None = None
    due: int
    estimate: Decimal
    labels: list[str] = []
    recurrence: str | None = None
    time: list[tuple[str, int, Decimal]] = []
    comments: list[tuple[str, int, str]] = []
    parts: list["SampleTask"] = []


class SampleProject(BaseModel):
    """A project of the file."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    status: ProjectStatus = ProjectStatus.ACTIVE
    owner: str
    manager: str | None = None
    start: int
    deadline: int | None = None
    tasks: list[SampleTask]


class SampleWork(BaseModel):
    """All of the file."""

    model_config = ConfigDict(extra="forbid")

    people: list[SamplePerson]
    labels: dict[str, str] = Field(default_factory=dict)
    projects: list[SampleProject]

    @classmethod
    def of(cls, language: str, folder: Path = FOLDER) -> "SampleWork":
        """That of a language; the Spanish one where it has none."""
        path = folder / f"{language}.yaml"
        text = (path if path.exists() else folder / f"{_LANGUAGE}.yaml").read_text(encoding="utf-8")
        return cls.model_validate(yaml.safe_load(text))


class SampleCounts(NamedTuple):
    """How much of a sample workspace there is now, and whether it is new."""

    projects: int
    tasks: int
    new: bool


def fill_work(organisation_id: int) -> SampleCounts:
    """Add the sample workspace, and have the monitor look at it; once: where it is, it stays as it is.

    Raises Conflict where somebody else has a handle of its people.
    """
    with tenant_transaction(organisation_id) as session:
        session.execute(_ONE_AFTER_THE_OTHER, {"organisation_id": organisation_id})
        known = session.scalars(_made_up(organisation_id)).all()
        if known:
            tasks = sa.select(sa.func.count()).where(ProjectTask.project_id.in_(known))
            return SampleCounts(len(known), session.scalar(tasks) or 0, False)
        whose = session.get_one(Organisation, organisation_id)
        filling = _Filling(session, organisation_id, ZoneInfo(whose.timezone))
        with acting_for(_WHO, _NAME):
            work = SampleWork.of(whose.language)
            filling.write(work)
    # As the worker does it, whoever fills.
    with acting_for(SYSTEM.who, SYSTEM.name):
        # What breaks the handbook first, of which the monitor then tells: its first minute finds nothing new.
        check_work(organisation_id, clock.now())
        look(organisation_id, clock.now())
    return SampleCounts(len(work.projects), filling.tasks, True)


def clear_work(organisation_id: int) -> int:
    """Take the sample workspace away with all that hangs on it; how many projects that were."""
    with tenant_transaction(organisation_id) as session:
        projects = session.scalars(sa.select(Project).where(Project.id.in_(_made_up(organisation_id)))).all()
        for project in projects:
            session.delete(project)
        subjects = sa.select(AuditEntry.subject).where(
            AuditEntry.organisation_id == organisation_id,
            AuditEntry.who == _WHO,
            AuditEntry.act == "collaborator.added",
        )
        ids = [int(subject.partition(":")[2]) for subject in session.scalars(subjects)]
        people = sa.select(Collaborator).where(
            Collaborator.organisation_id == organisation_id, Collaborator.id.in_(ids)
        )
        for person in session.scalars(people).all():
            session.delete(person)
        return len(projects)


_ONE_AFTER_THE_OTHER = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended('sample workspace of ' || :organisation_id, 0))"
)


def _made_up(organisation_id: int) -> sa.Select[Any]:
    return sa.select(ProjectEvent.project_id).where(
        ProjectEvent.organisation_id == organisation_id,
        ProjectEvent.act == "project.created",
        ProjectEvent.who == _WHO,
    )


class _Filling:
    """One filling: today, and who is who."""

    def __init__(self, session: Session, organisation_id: int, zone: ZoneInfo) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._zone = zone
        self._now = clock.now()
        self._today = self._now.astimezone(zone).date()
        self._people: dict[str, Collaborator] = {}
        self._labels: dict[str, int] = {}
        self._events: list[ProjectEvent] = []
        self._position = 0
        self.tasks = 0

    def write(self, work: SampleWork) -> None:
        """Write all of the file."""
        for person in work.people:
            self._people[person.handle] = self._person(person)
        known = set(self._session.scalars(sa.select(Label.name)))
        for name, color in work.labels.items():
            (label_id,) = labels_named(self._session, self._organisation_id, [name])
            self._labels[name] = label_id
            if name not in known:
                self._session.execute(sa.update(Label).where(Label.id == label_id).values(color=color))
        for project in work.projects:
            self._project(project)
        # A log tells what was done in the order in which it was.
        self._session.add_all(sorted(self._events, key=attrgetter("at")))
        self._session.flush()

    def _person(self, person: SamplePerson) -> Collaborator:
        values = {
            **person.model_dump(include={"handle", "name", "role", "skills", "hours_per_week"}),
            "reach": [{"via": OutsideKind.EMAIL.value, "to": f"{person.handle}@example.org"}],
            "manager_id": self._people[person.manager].id if person.manager else None,
            "member_id": self._first_owner() if person.member else None,
        }
        return write_collaborator(self._session, self._organisation_id, values)

    def _first_owner(self) -> int | None:
        """The owner who was first, unless they work on something already."""
        known = sa.select(Collaborator.member_id).where(Collaborator.member_id.is_not(None))
        owners = sa.select(Member.id).where(
            Member.organisation_id == self._organisation_id, Member.role == Role.OWNER, Member.id.not_in(known)
        )
        return self._session.scalar(owners.order_by(Member.id).limit(1))

    def _project(self, project: SampleProject) -> None:
        at = self._moment(project.start)
        row = Project(
            organisation_id=self._organisation_id,
            name=project.name,
            description=project.description,
            status=project.status,
            start_date=self._day(project.start),
            deadline=self._day(project.deadline),
            owner_id=self._people[project.owner].id,
            manager_id=self._people[project.manager].id if project.manager else None,
            created_at=at,
            updated_at=at,
        )
        self._session.add(row)
        self._session.flush()
        self._event(row.id, None, "project.created", {"name": [None, project.name]}, at)
        self._position = 0
        for task in project.tasks:
            self._task(row.id, task, None)

    def _task(self, project_id: int, task: SampleTask, parent: ProjectTask | None) -> None:
        status = TaskStatus.DONE if task.done is not None else TaskStatus.IN_PROGRESS if task.begun else TaskStatus.TODO
        given, status_at = self._moment(task.given), self._moment(task.done or task.begun or task.given)
        touched = [
            task.given,
            *filter(None, (task.begun, task.done)),
            *(each[1] for each in (*task.time, *task.comments)),
        ]
        self._position += POSITION_GAP
        row = ProjectTask(
            organisation_id=self._organisation_id,
            project_id=project_id,
            parent_id=parent.id if parent else None,
            title=task.title,
            description=task.description,
            status=status,
            priority=task.priority,
            assignee_id=self._people[task.who].id if task.who else None,
            due_date=self._day(task.due),
            estimate_hours=task.estimate,
            spent_hours=sum((hours for _, _, hours in task.time), Decimal(0)),
            recurrence=task.recurrence,
            recurrence_from=self._day(task.due) if task.recurrence else None,
            position=self._position,
            created_at=given,
            updated_at=self._moment(max(touched)),
            status_at=status_at,
            touched_at=self._moment(max(touched)),
            completed_at=status_at if status is TaskStatus.DONE else None,
        )
        self._session.add(row)
        self._session.flush()
        self.tasks += 1
        if task.recurrence:
            row.series_id = row.id
        for name in task.labels:
            self._session.add(
                TaskLabel(organisation_id=self._organisation_id, task_id=row.id, label_id=self._labels[name])
            )
        self._past(row, task)
        for part in task.parts:
            self._task(project_id, part, row)

    def _past(self, row: ProjectTask, task: SampleTask) -> None:
        """What was done with a task, said of it and spent on it."""
        self._event(row.project_id, row.id, "task.created", {"title": [None, row.title]}, self._moment(task.given))
        before = TaskStatus.TODO
        for day, status in ((task.begun, TaskStatus.IN_PROGRESS), (task.done, TaskStatus.DONE)):
            if day is not None:
                told = {"status": [before.value, status.value]}
                self._event(row.project_id, row.id, "task.changed", told, self._moment(day), task.who)
                before = status
        spent = Decimal(0)
        for who, day, hours in task.time:
            entry = {"collaborator_id": self._people[who].id, "day": self._day(day), "hours": hours}
            self._session.add(
                TimeEntry(organisation_id=self._organisation_id, task_id=row.id, created_at=self._moment(day), **entry)
            )
            sums = {"spent_hours": [float(spent), float(spent + hours)]}
            self._event(row.project_id, row.id, "time.logged", sums, self._moment(day), who)
            spent += hours
        for who, day, text in task.comments:
            comment = TaskComment(
                organisation_id=self._organisation_id,
                task_id=row.id,
                author_id=self._people[who].id,
                author=self._people[who].name,
                content=text,
                mentions=mentioned(self._session, self._organisation_id, text),
                via="page",
                created_at=self._moment(day),
                updated_at=self._moment(day),
            )
            self._session.add(comment)
            self._session.flush()
            added = {"comment": [None, comment.id]}
            self._event(row.project_id, row.id, "comment.added", added, self._moment(day), who)

    def _event(
        self,
        project_id: int,
        task_id: int | None,
        act: str,
        changes: dict[str, Any],
        at: datetime,
        who: str | None = None,
    ) -> None:
        name = self._people[who].name if who else _NAME
        self._events.append(
            ProjectEvent(
                organisation_id=self._organisation_id,
                at=at,
                project_id=project_id,
                task_id=task_id,
                act=act,
                who=_WHO,
                name=name,
                changes=changes,
            )
        )

    def _day(self, ahead: int | None) -> date | None:
        return None if ahead is None else self._today + timedelta(days=ahead)

    def _moment(self, ahead: int) -> datetime:
        """That day at ten, and never still to come."""
        at = datetime.combine(self._today + timedelta(days=ahead), _HOUR, self._zone).astimezone(UTC)
        return min(at, self._now)
