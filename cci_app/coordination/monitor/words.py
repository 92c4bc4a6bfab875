"""What the monitor says, in Spanish, French and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy.orm import Session

from cci_app.coordination.handbook.models import RuleViolation
from cci_app.coordination.handbook.words import place_in_words
from cci_app.coordination.models import Collaborator
from cci_app.coordination.monitor.models import Cause, EscalationStep, TaskAlert, UrgencyLevel
from cci_app.coordination.ways import language_of

_CAUSES: Mapping[str, Mapping[Cause, str]] = {
    "es": {
        Cause.LATE: "debía estar lista el {day}",
        Cause.DUE_SOON: "vence el {day}",
        Cause.STUCK: "sin movimiento desde el {day}",
        Cause.UNASSIGNED: "nadie la tiene asignada",
        Cause.OVER_ESTIMATE: "ya pasó de las {anchor} h estimadas",
        Cause.SILENT: "sin noticias desde el {day}",
        Cause.BROKEN_RULE: "incumple «{rule}» ({place}). {do}",
        Cause.ASKED: "alguien pide que se atienda",
    },
    "fr": {
        Cause.LATE: "devait être prête le {day}",
        Cause.DUE_SOON: "à rendre le {day}",
        Cause.STUCK: "rien n’a bougé depuis le {day}",
        Cause.UNASSIGNED: "n’est confiée à personne",
        Cause.OVER_ESTIMATE: "a dépassé les {anchor} h prévues",
        Cause.SILENT: "sans nouvelles depuis le {day}",
        Cause.BROKEN_RULE: "ne respecte pas « {rule} » ({place}). {do}",
        Cause.ASKED: "quelqu’un demande que l’on s’en occupe",
    },
    "en": {
        Cause.LATE: "was due on {day}",
        Cause.DUE_SOON: "is due on {day}",
        Cause.STUCK: "nothing has happened since {day}",
        Cause.UNASSIGNED: "nobody has it",
        Cause.OVER_ESTIMATE: "has gone beyond the {anchor} h estimated",
        Cause.SILENT: "no news since {day}",
        Cause.BROKEN_RULE: "breaks “{rule}” ({place}). {do}",
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
        "with": "A cargo de {assignee}.",
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
        "with": "Confiée à {assignee}.",
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
        "with": "It is with {assignee}.",
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
    """A task that somebody is told of, and why; `assignee` where somebody else has it.

    `broken` is what a violation keeps of its rule, where that is why.
    """

    task_id: int
    title: str
    project: str
    cause: Cause
    anchor: str
    level: UrgencyLevel
    assignee: str | None
    broken: Mapping[str, Any] | None = None


def subject(tasks: Sequence[ToTell], language: str) -> str:
    """What a mail about these tasks is headed, in one line."""
    said = _SAID[language]
    count = _how_many(tasks)
    if count == 1:
        return said["subject"].format(id=tasks[0].task_id, title=" ".join(tasks[0].title.split()))
    return said["subjects"].format(count=count)


def message(name: str, tasks: Sequence[ToTell], language: str, *, heard: bool = False) -> str:
    """What somebody is told: one task, or a digest of several. Where they are `heard` they may say they are on it."""
    said = _SAID[language]
    first = name.split()[0] if name.split() else name
    count = _how_many(tasks)
    head = said["one" if count == 1 else "many"].format(name=first, count=count)
    lines = [_line(task, language) for task in tasks]
    listed = lines if len(tasks) == 1 else [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    return "\n\n".join([head, "\n".join(listed), *([said["answer"]] if heard else [])])


def _how_many(tasks: Sequence[ToTell]) -> int:
    """How many tasks they are: there may be several reasons for one."""
    return len({task.task_id for task in tasks})


def cause_in_words(cause: Cause, anchor: str, broken: Mapping[str, Any] | None, language: str) -> str:
    """Why a task is spoken of, as the end of a sentence about it; `broken` is of a rule of the handbook."""
    rule = {"rule": "", "place": "", "do": ""}
    if broken is not None:
        place = place_in_words(broken["place"], language)
        rule = {"rule": broken["title"][language], "place": place, "do": broken["do"][language].rstrip(".")}
    return _CAUSES[language][cause].format(day=_day(anchor, language), anchor=anchor, **rule)


def comment_on(session: Session, alert: TaskAlert, _step: EscalationStep, person: Collaborator) -> str:
    """What a task's comments say when somebody is told of it, in the organisation's language."""
    language = language_of(session, alert.organisation_id, None)
    violation = session.get(RuleViolation, alert.violation_id) if alert.violation_id is not None else None
    cause = cause_in_words(Cause(alert.cause), alert.anchor, violation.told if violation else None, language)
    return _SAID[language]["comment"].format(cause=cause[:1].upper() + cause[1:], handle=person.handle)


def _line(task: ToTell, language: str) -> str:
    said = _SAID[language]
    line = said["task"].format(
        title=task.title,
        project=task.project,
        cause=cause_in_words(task.cause, task.anchor, task.broken, language),
        id=task.task_id,
        level=_LEVELS[language][task.level],
    )
    if task.assignee is None:
        return line
    # Who is told of a broken rule instead of somebody else is the first to be told.
    also = "with" if task.cause is Cause.BROKEN_RULE else "also"
    return f"{line} {said[also].format(assignee=task.assignee)}"


def day_in_words(day: date, language: str) -> str:
    """A day as people write it in a sentence."""
    return format_date(day, format="long", locale=language)


def _day(anchor: str, language: str) -> str:
    try:
        return day_in_words(date.fromisoformat(anchor[:10]), language)
    except ValueError:
        return anchor
