"""Commands of the bot: what somebody has to do, and that it is done."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import Session

from cci_app.coordination.models import Collaborator, Project, ProjectStatus, ProjectTask, TaskStatus
from cci_app.coordination.tasks import rewrite_task
from cci_app.coordination.ways import language_of
from cci_app.correspondence.words import said

# As they are typed, and those that people try in their own language.
COMMANDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("start", "inicio"), "start"),
    **dict.fromkeys(("tasks", "tareas", "taches"), "tasks"),
    **dict.fromkeys(("done", "hecho", "lista", "fait"), "done"),
    **dict.fromkeys(("help", "ayuda", "aide"), "help"),
}
_SHOWN: Final = 10
_MOST_DIGITS: Final = 15


def obey(session: Session, person: Collaborator, command: str, words: str, task_id: int | None) -> str:
    """Do what a command asks, in the session's transaction; what to say. `task_id` is the task that it answers to."""
    language = language_of(session, person.organisation_id, person.language)
    asked = COMMANDS[command]
    if asked == "tasks":
        return _listed(session, person, language)
    if asked == "done":
        return _done(session, person, _number(words) or task_id, language)
    helping = said("help", language)
    first = person.name.split()[0] if person.name.split() else person.name
    return said("start", language, name=first, help=helping) if asked == "start" else helping


def _listed(session: Session, person: Collaborator, language: str) -> str:
    tasks = _open_tasks(session, person)
    if not tasks:
        return said("none", language)
    lines = []
    for task, project in tasks[:_SHOWN]:
        told = {"id": task.id, "title": " ".join(task.title.split()), "project": project}
        if task.due_date is None:
            lines.append(said("undated", language, **told))
        else:
            day = format_date(task.due_date, format="long", locale=language)
            lines.append(said("task", language, day=day, **told))
    if len(tasks) > _SHOWN:
        lines.append(said("more", language, count=len(tasks) - _SHOWN))
    return "\n".join(lines)


def _done(session: Session, person: Collaborator, task_id: int | None, language: str) -> str:
    if task_id is None:
        return said("which", language)
    task = session.execute(_theirs(person).where(ProjectTask.id == task_id)).first()
    if task is None:
        return said("not_yours", language, id=task_id)
    changed = rewrite_task(session, person.organisation_id, task_id, {"status": TaskStatus.DONE}, None)
    return said("done", language, id=task_id, title=" ".join(changed.title.split()))


def _number(words: str) -> int | None:
    """The number of a task behind a command."""
    found = [word.lstrip("#") for word in words.split()[1:]]
    digits = next((word for word in found if word.isascii() and word.isdecimal()), "")
    return int(digits) if 0 < len(digits) <= _MOST_DIGITS else None


def _open_tasks(session: Session, person: Collaborator) -> Sequence[tuple[ProjectTask, str]]:
    chosen = _theirs(person).where(
        ProjectTask.assignee_id == person.id,
        ProjectTask.status != TaskStatus.DONE,
        Project.status == ProjectStatus.ACTIVE,
    )
    rows = session.execute(chosen.order_by(ProjectTask.due_date.nulls_last(), ProjectTask.id)).all()
    return [(row.ProjectTask, row.name) for row in rows]


def _theirs(person: Collaborator) -> sa.Select[ProjectTask, str]:
    """The tasks that somebody does, and those of the projects that they lead."""
    joined = sa.and_(Project.organisation_id == ProjectTask.organisation_id, Project.id == ProjectTask.project_id)
    theirs = (ProjectTask.assignee_id == person.id, Project.manager_id == person.id, Project.owner_id == person.id)
    chosen = sa.select(ProjectTask, Project.name).join(Project, joined)
    return chosen.where(ProjectTask.organisation_id == person.organisation_id, sa.or_(*theirs))
