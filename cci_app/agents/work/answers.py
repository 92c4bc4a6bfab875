"""Answers to questions about the work: figures and rows of the tables, in the sentences of the assistant's file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.agents.work.breaches import told_breaches
from cci_app.agents.work.content import WorkContent, WorkIntent
from cci_app.agents.work.naming import DaySpan, Naming
from cci_app.agents.work.recounting import recounted
from cci_app.agents.work.wording import WorkWording
from cci_app.coordination.figures import PersonLoad, loads_in, stats_of
from cci_app.coordination.finding import is_overdue, shown, today_of
from cci_app.coordination.handbook.models import RuleViolation, ViolationState
from cci_app.coordination.handbook.violations import counts_by_rule, open_breaches
from cci_app.coordination.models import Project, ProjectEvent, ProjectStatus, ProjectTask, TaskComment, TaskStatus
from cci_app.coordination.participants import Participant
from cci_app.coordination.performance import performance_of
from cci_app.coordination.scope import NamedTask, NamedWork, WorkScope

_FEW: Final = 3
_MOST_PROJECTS: Final = 8
_LONGEST_TEXT: Final = 400
_SINCE_DAYS: Final = 7
_PROJECTS: Final = frozenset({"proyectos", "projets", "projects"})


@dataclass(frozen=True, slots=True)
class WorkAnswer:
    """What is said, which tasks were shown, and the one that is spoken of."""

    text: str
    shown: tuple[int, ...] = ()
    focus: int | None = None


@dataclass(frozen=True)
class WorkQuestion:
    """One question of somebody who takes part, with what it names; `offset` is how many rows were shown before."""

    content: WorkContent
    session: Session
    who: Participant
    say: WorkWording
    work: NamedWork
    naming: Naming
    tasks: Sequence[NamedTask] = field(default=())
    offset: int = 0

    @property
    def _whose(self) -> int:
        return self.who.organisation_id

    @cached_property
    def today(self) -> date:
        """The day for the organisation."""
        return today_of(self.session, self._whose)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {person.handle: person.name for person in self.work.people}

    @cached_property
    def _period(self) -> DaySpan | None:
        return self.naming.period(self.today)

    @cached_property
    def scope(self) -> WorkScope:
        """Which part of the work is asked about."""
        projects, people = self.naming.projects(), self.naming.people()
        person_id = people[0].id if people else self.who.person_id if self.naming.names_me() else None
        part = self.content.field
        return WorkScope(
            project_id=projects[0].id if projects else None,
            person_id=person_id,
            priority=self.naming.priority(),
            unassigned=self.naming.names_nobody(),
            labels=part.labels if part else (),
            roles=part.roles if part else (),
        )

    @cached_property
    def _met(self) -> list[sa.ColumnElement[bool]]:
        return self.scope.conditions(self.session, self._whose)

    def answered(self, intent: WorkIntent) -> WorkAnswer:
        """The answer."""
        return _ANSWERS[intent](self)

    def told_scope(self, *, period: bool = False) -> str:
        """Which part of the work is told of, with a space before it; empty for all of it."""
        scope, said = self.scope, list[str]()
        project = next((each.name for each in self.work.projects if each.id == scope.project_id), None)
        person = next((each.name for each in self.work.people if each.id == scope.person_id), None)
        if scope.priority is not None:
            said.append(self.say("of_priority", priority=self.say.priority(scope.priority)))
        if self.content.field is not None:
            said.append(self.say("of_field", field=self.content.field.name[self.say.language]))
        if project is not None:
            said.append(self.say("of_project", project=project))
        if person is not None:
            said.append(self.say("of_person", person=person))
        if scope.unassigned:
            said.append(self.say("of_nobody"))
        if period and self._period is not None:
            said.append(self.say("of_period", period=self.say.period(self._period.name)))
        return "".join(f" {each}" for each in said)

    def _rows(
        self, name: str, *conditions: Any, order: Any, period: bool = False, most: int | None = None
    ) -> WorkAnswer:
        """The tasks that meet conditions, a page of them, with how many there are."""
        met = [*self._met, *conditions]
        total = self.session.scalar(sa.select(sa.func.count()).select_from(ProjectTask).where(*met)) or 0
        scope = self.told_scope(period=period)
        if not total:
            return WorkAnswer(self.say(f"no_{name}", scope=scope))
        chosen = sa.select(ProjectTask).where(*met).order_by(*order, ProjectTask.id)
        found = self.session.scalars(chosen.offset(self.offset).limit(most or self.content.page)).all()
        if not found:
            return WorkAnswer(self.say("no_more"))
        rows = shown(self.session, self._whose, found)
        text = f"{self.say(name, count=total, scope=scope)}\n{self.say.lines(rows, self._names, self.today)}"
        left = total - self.offset - len(rows)
        ids = tuple(row["id"] for row in rows)
        text = f"{text}\n{self.say('more', left=left, count=left)}" if left > 0 else text
        return WorkAnswer(text, ids, ids[0] if len(ids) == 1 else None)

    def listed(self) -> WorkAnswer:
        """Tasks that are not done."""
        conditions: list[Any] = [ProjectTask.status != TaskStatus.DONE]
        due = self._period
        if due is not None:
            conditions.append(ProjectTask.due_date.between(due.since, due.until))
        order = (ProjectTask.due_date.asc().nulls_last(), ProjectTask.position)
        return self._rows("list", *conditions, order=order, period=True)

    def overdue(self, most: int | None = None) -> WorkAnswer:
        """Tasks that are late, the latest first: a page of them, or so many."""
        return self._rows("overdue", is_overdue(self.today), order=(ProjectTask.due_date,), most=most)

    def in_progress(self) -> WorkAnswer:
        """Tasks that are being done."""
        order = (ProjectTask.due_date.asc().nulls_last(),)
        return self._rows("in_progress", ProjectTask.status == TaskStatus.IN_PROGRESS, order=order)

    def completed(self) -> WorkAnswer:
        """Tasks that were done in a span of days, or ever."""
        conditions: list[Any] = [ProjectTask.status == TaskStatus.DONE]
        if self._period is not None:
            done_on: Any = sa.cast(sa.func.timezone(self.say.zone.key, ProjectTask.completed_at), sa.Date)
            conditions.append(done_on.between(self._period.since, self._period.until))
        return self._rows("completed", *conditions, order=(ProjectTask.completed_at.desc(),), period=True)

    def counted(self) -> WorkAnswer:
        """How many tasks there are, by state; or how many projects that are worked on."""
        if not _PROJECTS.isdisjoint(self.naming.words) and self.scope.project_id is None:
            active = sa.select(sa.func.count()).select_from(Project).where(Project.organisation_id == self._whose)
            count = self.session.scalar(active.where(Project.status == ProjectStatus.ACTIVE)) or 0
            return WorkAnswer(self.say("projects", count=count))
        stats = stats_of(self.session, self._whose, self._met)
        return WorkAnswer(
            self.say(
                "count",
                total=stats.total,
                overdue=stats.overdue,
                unassigned=stats.unassigned,
                scope=self.told_scope(),
                count=stats.total,
                **stats.by_status,
            )
        )

    def summarised(self) -> WorkAnswer:
        """The whole of it in short: counts, the latest tasks, who has too much."""
        stats = stats_of(self.session, self._whose, self._met)
        told = [
            self.say(
                "summary",
                open=stats.total - stats.by_status[TaskStatus.DONE],
                in_progress=stats.by_status[TaskStatus.IN_PROGRESS],
                overdue=stats.overdue,
                unassigned=stats.unassigned,
                due=stats.due_this_week,
                completed=stats.completed_last_7_days,
                spent=self.say.figure(stats.spent_hours),
                estimate=self.say.figure(stats.estimate_hours),
                scope=self.told_scope(),
            )
        ]
        late = WorkAnswer("")
        if stats.overdue:
            late = self.overdue(_FEW)
            told.append(late.text)
        if (loaded := self._overloaded(loads_in(self.session, self._whose, self._met))) is not None:
            told.append(loaded)
        return WorkAnswer("\n\n".join(told), late.shown, late.focus)

    def _overloaded(self, loads: Sequence[PersonLoad]) -> str | None:
        names = [each.name for each in loads if each.hours_left > each.hours_per_week]
        return self.say("loaded", people=", ".join(names)) if names else None

    def assigned(self) -> WorkAnswer:
        """Who has a task, what somebody has, or how much everybody has, the fullest first."""
        if self.tasks:
            return self.detailed(with_words=False)
        loads = loads_in(self.session, self._whose, self._met)
        if self.scope.person_id is not None:
            after = self.listed()
            own = [each for each in loads if each.id == self.scope.person_id]
            return replace(after, text="\n".join([*self._load_lines(own), "", after.text])) if own else after
        if not loads:
            return WorkAnswer(self.say("no_people"))
        first = [] if self.offset else [self._overloaded(loads) or self.say("not_loaded")]
        return WorkAnswer("\n".join([*first, *self._load_lines(loads)]))

    def _load_lines(self, loads: Sequence[PersonLoad]) -> list[str]:
        told = []
        for each in loads[: self.content.page * 2]:
            line = self.say(
                "load",
                person=each.name,
                open=each.open,
                overdue=each.overdue,
                hours=self.say.figure(each.hours_left),
                week=self.say.figure(each.hours_per_week),
            )
            more = self.say("unestimated", count=each.unestimated) if each.unestimated else ""
            told.append(f"• {line}{f' {more}' if more else ''}")
        return told

    def detailed(self, *, with_words: bool = True) -> WorkAnswer:
        """One task; where several may be meant, which of them."""
        if len(self.tasks) != 1:
            return self.which(self.tasks)
        task = self.session.get_one(ProjectTask, self.tasks[0].id)
        row = shown(self.session, self._whose, [task])[0]
        told = [self.say.card(row, self._names, self.today)]
        if with_words and row["description"]:
            told.append(row["description"][:_LONGEST_TEXT])
        if with_words:
            told += self._comments(task.id)
        return WorkAnswer("\n".join(told), (), task.id)

    def specific(self) -> WorkAnswer:
        """What is asked of one task."""
        return self.detailed(with_words=False)

    def which(self, tasks: Sequence[NamedTask]) -> WorkAnswer:
        """The question which of some tasks is meant."""
        if not tasks:
            return WorkAnswer(self.say("no_task"))
        items = "\n".join(
            f"{number}. {self.say.title(task.title)} ({task.project}) · #{task.id}"
            for number, task in enumerate(tasks, start=1)
        )
        return WorkAnswer(self.say("which_task", items=items), tuple(task.id for task in tasks))

    def _comments(self, task_id: int) -> list[str]:
        chosen = sa.select(TaskComment).where(TaskComment.task_id == task_id).order_by(TaskComment.id.desc())
        last = self.session.scalars(chosen.limit(_FEW)).all()
        return [
            f"• {self.say('comment', who=each.author, text=' '.join(each.content.split())[:_LONGEST_TEXT])}"
            for each in reversed(last)
        ]

    def progress(self) -> WorkAnswer:
        """How far a project is, or each that is worked on; of one task, how it stands."""
        if self.tasks and not self.naming.projects():
            return self.specific()
        chosen = sa.select(Project).where(Project.organisation_id == self._whose)
        if self.scope.project_id is not None:
            chosen = chosen.where(Project.id == self.scope.project_id)
        else:
            chosen = chosen.where(Project.status == ProjectStatus.ACTIVE)
        projects = self.session.scalars(chosen.order_by(Project.id.desc()).limit(_MOST_PROJECTS)).all()
        if not projects:
            return WorkAnswer(self.say("no_projects"))
        return WorkAnswer("\n".join(self._of_project(project) for project in projects))

    def _of_project(self, project: Project) -> str:
        scope = replace(self.scope, project_id=project.id, person_id=None)
        stats = stats_of(self.session, self._whose, scope.conditions(self.session, self._whose))
        done = stats.by_status[TaskStatus.DONE]
        return self.say(
            "progress",
            project=project.name,
            done=done,
            total=stats.total,
            percent=round(100 * done / stats.total) if stats.total else 0,
            overdue=stats.overdue,
            in_progress=stats.by_status[TaskStatus.IN_PROGRESS],
            deadline=f" {self.say('deadline', day=self.say.day(project.deadline))}" if project.deadline else "",
        )

    def performed(self) -> WorkAnswer:
        """How the work got done lately."""
        found = performance_of(self.session, self._whose, self._met)
        scope = self.told_scope()
        if not found.completed:
            return WorkAnswer(self.say("no_performance", days=found.days, scope=scope))
        told = self.say(
            "performance",
            days=found.days,
            completed=found.completed,
            before=found.before,
            on_time=found.on_time,
            dated=found.dated,
            mean=self.say.figure(found.mean_days or 0),
            scope=scope,
            count=found.completed,
        )
        people = [
            f"• {self.say('finisher', person=name, count=count)}"
            for name, count in found.by_person[: self.content.page]
        ]
        return WorkAnswer("\n".join([told, *people]))

    def recent(self) -> WorkAnswer:
        """What was done lately, the newest first."""
        since = self._period.since if self._period else self.today - timedelta(days=_SINCE_DAYS)
        until = self._period.until if self._period else self.today
        on_day: Any = sa.cast(sa.func.timezone(self.say.zone.key, ProjectEvent.at), sa.Date)
        chosen = (
            sa.select(ProjectEvent, ProjectTask.title)
            .join(ProjectTask, ProjectTask.id == ProjectEvent.task_id)
            .where(*self._met, on_day.between(since, until), ProjectEvent.who != "system")
            .order_by(ProjectEvent.id.desc())
            .limit(self.content.page)
        )
        names = {each.id: each.name for each in self.work.people}
        told = [f"• {recounted(self.say, row[0], row.title, names)}" for row in self.session.execute(chosen).all()]
        scope = self.told_scope(period=True)
        if not told:
            return WorkAnswer(self.say("no_recent", scope=scope))
        return WorkAnswer("\n".join([self.say("recent", scope=scope), *told]))

    def breached(self) -> WorkAnswer:
        """What breaks rules of the handbook, rule by rule; of one task, where one is named."""
        met = [*self._met, *([ProjectTask.id.in_([task.id for task in self.tasks])] if self.tasks else [])]
        if self._period is not None:
            found_on: Any = sa.cast(sa.func.timezone(self.say.zone.key, RuleViolation.since), sa.Date)
            met.append(found_on.between(self._period.since, self._period.until))
        counted = counts_by_rule(self.session, self._whose, met)
        counts = {
            rule: states[ViolationState.OPEN] for rule, states in counted.items() if ViolationState.OPEN in states
        }
        total, scope = sum(counts.values()), self.told_scope(period=True)
        if not total:
            return WorkAnswer(self.say("no_breaches", scope=scope))
        rows = open_breaches(self.session, self._whose, met, self.offset, self.content.page)
        if not rows:
            return WorkAnswer(self.say("no_more"))
        told = [
            self.say("breaches", count=total, rules=len(counts), scope=scope),
            *told_breaches(self.say, rows, counts),
        ]
        left = total - self.offset - len(rows)
        if left > 0:
            told.append(self.say("more", left=left, count=left))
        ids = tuple(row["task_id"] for row in rows)
        return WorkAnswer("\n".join(told), ids, ids[0] if len(set(ids)) == 1 else None)


_ANSWERS: Final[Mapping[WorkIntent, Callable[[WorkQuestion], WorkAnswer]]] = {
    WorkIntent.LIST: WorkQuestion.listed,
    WorkIntent.SUMMARY: WorkQuestion.summarised,
    WorkIntent.PERFORMANCE: WorkQuestion.performed,
    WorkIntent.DETAILS: WorkQuestion.detailed,
    WorkIntent.PROGRESS: WorkQuestion.progress,
    WorkIntent.COUNT: WorkQuestion.counted,
    WorkIntent.RECENT: WorkQuestion.recent,
    WorkIntent.SPECIFIC: WorkQuestion.specific,
    WorkIntent.ASSIGNMENT: WorkQuestion.assigned,
    WorkIntent.OVERDUE: WorkQuestion.overdue,
    WorkIntent.COMPLETED: WorkQuestion.completed,
    WorkIntent.IN_PROGRESS: WorkQuestion.in_progress,
    WorkIntent.BREACHES: WorkQuestion.breached,
}
