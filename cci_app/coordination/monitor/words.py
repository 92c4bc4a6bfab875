"""What the monitor says, in Spanish, French and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import Session

from cci_app.coordination.models import Collaborator
from cci_app.coordination.monitor.models import Cause, EscalationStep, TaskAlert, UrgencyLevel

_CAUSES: Mapping[str, Mapping[Cause, str]] = {
    "es": {
        Cause.LATE: "debía estar lista el {day}",
        Cause.DUE_SOON: "vence el {day}",
        Cause.STUCK: "sin movimiento desde el {day}",
        Cause.UNASSIGNED: "nadie la tiene asignada",
        Cause.OVER_ESTIMATE: "ya pasó de las {anchor} h estimadas",
        Cause.SILENT: "sin noticias desde el {day}",
        Cause.ASKED: "alguien pide que se atienda",
    },
    "fr": {
        Cause.LATE: "devait être prête le {day}",
        Cause.DUE_SOON: "à rendre le {day}",
        Cause.STUCK: "rien n’a bougé depuis le {day}",
        Cause.UNASSIGNED: "n’est confiée à personne",
        Cause.OVER_ESTIMATE: "a dépassé les {anchor} h prévues",
        Cause.SILENT: "sans nouvelles depuis le {day}",
        Cause.ASKED: "quelqu’un demande que l’on s’en occupe",
    },
    "en": {
        Cause.LATE: "was due on {day}",
        Cause.DUE_SOON: "is due on {day}",
        Cause.STUCK: "nothing has happened since {day}",
        Cause.UNASSIGNED: "nobody has it",
        Cause.OVER_ESTIMATE: "has gone beyond the {anchor} h estimated",
        Cause.SILENT: "no news since {day}",
        Cause.ASKED: "somebody asks for it to be looked after",
    },
}
_LEVELS: Mapping[str, Mapping[UrgencyLevel, str]] = {
    "es": {
        UrgencyLevel.CRITICAL: "urgencia crítica",
        UrgencyLevel.HIGH: "urgencia alta",
        UrgencyLevel.NORMAL: "urgencia normal",
        UrgencyLevel.LOW: "urgencia baja",
    },
    "fr": {
        UrgencyLevel.CRITICAL: "urgence critique",
        UrgencyLevel.HIGH: "urgence élevée",
        UrgencyLevel.NORMAL: "urgence normale",
        UrgencyLevel.LOW: "urgence faible",
    },
    "en": {
        UrgencyLevel.CRITICAL: "critical",
        UrgencyLevel.HIGH: "high urgency",
        UrgencyLevel.NORMAL: "normal urgency",
        UrgencyLevel.LOW: "low urgency",
    },
}
_SAID = {
    "es": {
        "task": "«{title}» ({project}): {cause}. Tarea {id}, {level}.",
        "also": "A cargo de {assignee}, que no ha respondido.",
        "one": "Hola, {name}:",
        "many": "Hola, {name}: {count} tareas esperan.",
        "subject": "Tarea {id}: {title}",
        "subjects": "{count} tareas esperan",
        "comment": "{cause}. Se le avisa a @{handle}.",
        "answer": "Responda «voy» si ya está en ello: así no le avisamos a nadie más por ahora.",
    },
    "fr": {
        "task": "« {title} » ({project}) : {cause}. Tâche {id}, {level}.",
        "also": "Confiée à {assignee}, sans réponse.",
        "one": "Bonjour {name},",
        "many": "Bonjour {name}, {count} tâches attendent.",
        "subject": "Tâche {id} : {title}",
        "subjects": "{count} tâches attendent",
        "comment": "{cause}. @{handle} est prévenu(e).",
        "answer": "Répondez « je m’en occupe » si vous y travaillez : personne d’autre ne sera prévenu pour l’instant.",
    },
    "en": {
        "task": "“{title}” ({project}): {cause}. Task {id}, {level}.",
        "also": "It is with {assignee}, who has not answered.",
        "one": "Hello {name},",
        "many": "Hello {name}, {count} tasks are waiting.",
        "subject": "Task {id}: {title}",
        "subjects": "{count} tasks are waiting",
        "comment": "{cause}. @{handle} is told.",
        "answer": "Answer “on it” if you are: then nobody else is told for now.",
    },
}


@dataclass(frozen=True, slots=True)
class ToTell:
    """A task that somebody is told of, and why; `assignee` where somebody else has it."""

    task_id: int
    title: str
    project: str
    cause: Cause
    anchor: str
    level: UrgencyLevel
    assignee: str | None


def subject(tasks: Sequence[ToTell], language: str) -> str:
    """What a mail about these tasks is headed, in one line."""
    said = _SAID[language]
    if len(tasks) == 1:
        return said["subject"].format(id=tasks[0].task_id, title=" ".join(tasks[0].title.split()))
    return said["subjects"].format(count=len(tasks))


def message(name: str, tasks: Sequence[ToTell], language: str, *, heard: bool = False) -> str:
    """What somebody is told: one task, or a digest of several. Where they are `heard` they may say they are on it."""
    said = _SAID[language]
    first = name.split()[0] if name.split() else name
    head = said["one" if len(tasks) == 1 else "many"].format(name=first, count=len(tasks))
    lines = [_line(task, language) for task in tasks]
    listed = lines if len(tasks) == 1 else [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    return "\n\n".join([head, "\n".join(listed), *([said["answer"]] if heard else [])])


def cause_in_words(cause: Cause, anchor: str, language: str) -> str:
    """Why a task is spoken of, as the end of a sentence about it."""
    return _CAUSES[language][cause].format(day=_day(anchor, language), anchor=anchor)


def comment_on(session: Session, alert: TaskAlert, _step: EscalationStep, person: Collaborator) -> str:
    """What a task's comments say when somebody is told of it, in the organisation's language."""
    language = language_of(session, alert.organisation_id, None)
    cause = cause_in_words(Cause(alert.cause), alert.anchor, language)
    return _SAID[language]["comment"].format(cause=cause[:1].upper() + cause[1:], handle=person.handle)


def language_of(session: Session, organisation_id: int, own: str | None) -> str:
    """In which language somebody is written to: theirs, else the organisation's."""
    statement = sa.text("SELECT language FROM organisations WHERE id = :id")
    found: Any = own or session.scalar(statement, {"id": organisation_id})
    return found if found in _SAID else "es"


def _line(task: ToTell, language: str) -> str:
    said = _SAID[language]
    line = said["task"].format(
        title=task.title,
        project=task.project,
        cause=cause_in_words(task.cause, task.anchor, language),
        id=task.task_id,
        level=_LEVELS[language][task.level],
    )
    return line if task.assignee is None else f"{line} {said['also'].format(assignee=task.assignee)}"


def day_in_words(day: date, language: str) -> str:
    """A day as people write it in a sentence."""
    return format_date(day, format="long", locale=language)


def _day(anchor: str, language: str) -> str:
    try:
        return day_in_words(date.fromisoformat(anchor[:10]), language)
    except ValueError:
        return anchor
