"""Who could do what: by the words of their skills and role in a task, and by how much they have already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.advice.words import reason_in_words
from cci_app.coordination.figures import PersonLoad, loads_in
from cci_app.coordination.models import Collaborator, Label, Project, ProjectStatus, ProjectTask, TaskLabel, TaskStatus
from cci_app.coordination.ways import language_of
from cci_app.core.text import fold

# A task without an estimate counts as this long, and no skill outweighs more than so many weeks of work.
_GUESSED_HOURS: Final = 4.0
_WEEKS_OF_A_SKILL: Final = 2.0
_MOST_TASKS: Final = 100
_STEM: Final = 5


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom a task is best given to: `skills` are the words of theirs that it has, `weeks` what they have with it."""

    task_id: int
    title: str
    person_id: int
    person: str
    skills: Sequence[str]
    weeks: float
    reason: str


def best_assignments(
    session: Session, organisation_id: int, project_id: int | None = None, task_ids: Collection[int] | None = None
) -> list[Assignment]:
    """Of the tasks of active projects that nobody has, the soonest due first, who should do each.

    Each that is given out counts in the load of who gets it. A word of a skill is worth two weeks of work.
    """
    language = language_of(session, organisation_id, None)
    people = {
        person.id: person
        for person in session.scalars(
            sa.select(Collaborator).where(
                Collaborator.organisation_id == organisation_id, Collaborator.left_on.is_(None)
            )
        )
        if person.hours_per_week > 0
    }
    met = [ProjectTask.organisation_id == organisation_id]
    loads = {load.id: load for load in loads_in(session, organisation_id, met) if load.id in people}
    found = []
    for task, words in _waiting(session, organisation_id, project_id, task_ids):
        best = max(
            loads.values(),
            key=lambda load: (len(_skills(people[load.id], words)) * _WEEKS_OF_A_SKILL - load.weeks_left, -load.id),
            default=None,
        )
        if best is None:
            break
        skills = _skills(people[best.id], words)
        told = {"person": best.name, "open": best.open, "skills": ", ".join(skills)}
        loads[best.id] = with_task = _with(best, task)
        reason = reason_in_words("skills" if skills else "load", told, language)
        found.append(Assignment(task.id, task.title, best.id, best.name, skills, with_task.weeks_left, reason))
    return found


def _waiting(
    session: Session, organisation_id: int, project_id: int | None, task_ids: Collection[int] | None
) -> list[tuple[ProjectTask, frozenset[str]]]:
    chosen = (
        sa.select(ProjectTask)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            ProjectTask.organisation_id == organisation_id,
            ProjectTask.status != TaskStatus.DONE,
            ProjectTask.assignee_id.is_(None),
            Project.status == ProjectStatus.ACTIVE,
        )
        .order_by(ProjectTask.due_date.asc().nulls_last(), ProjectTask.id)
        .limit(_MOST_TASKS)
    )
    if project_id is not None:
        chosen = chosen.where(ProjectTask.project_id == project_id)
    if task_ids is not None:
        chosen = chosen.where(ProjectTask.id.in_(task_ids))
    tasks = session.scalars(chosen).all()
    labels: dict[int, list[str]] = {}
    named = sa.select(TaskLabel.task_id, Label.name).join(Label, Label.id == TaskLabel.label_id)
    for task_id, name in session.execute(named.where(TaskLabel.task_id.in_([task.id for task in tasks]))):
        labels.setdefault(task_id, []).append(name)
    return [
        (task, _stems(" ".join([task.title, task.description[:1_000], *labels.get(task.id, ())]))) for task in tasks
    ]


def _skills(person: Collaborator, words: frozenset[str]) -> list[str]:
    """What somebody can do that a task speaks of: their skills and their role, word by word."""
    told = [str(each) for each in person.skills] + ([person.role] if person.role else [])
    return [each for each in told if _stems(each) & words]


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words: diseño and diseñar are one."""
    letters = "".join(each if each.isalnum() else " " for each in fold(text))
    return frozenset(word[:_STEM] for word in letters.split() if len(word) > 1)


def _with(load: PersonLoad, task: ProjectTask) -> PersonLoad:
    left = float(task.estimate_hours - task.spent_hours) if task.estimate_hours is not None else _GUESSED_HOURS
    return replace(load, open=load.open + 1, hours_left=load.hours_left + max(left, 0.0))
