"""Telling somebody of a task because somebody asked for it: a message of its own, in their waking hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.models import Collaborator, OutsideKind, Project, ProjectTask
from cci_app.coordination.monitor.calendar import WorkCalendar, next_waking
from cci_app.coordination.monitor.escalating import waking_zone
from cci_app.coordination.monitor.models import MessageState, ReminderMessage
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.words import day_in_words
from cci_app.coordination.ways import language_of
from cci_app.core import clock
from cci_app.core.audit import acting


class NoticeKind(StrEnum):
    """Why somebody is told."""

    ASSIGNED = "assigned"
    TOLD = "told"


_SAID: Final[Mapping[str, Mapping[NoticeKind, str]]] = {
    "es": {
        NoticeKind.ASSIGNED: "Hola, {name}: {who} le asignó «{title}» ({project}). Tarea {id}{due}.",
        NoticeKind.TOLD: "Hola, {name}: {who} le escribe por «{title}» ({project}). Tarea {id}{due}.",
    },
    "fr": {
        NoticeKind.ASSIGNED: "Bonjour {name}, {who} vous confie « {title} » ({project}). Tâche {id}{due}.",
        NoticeKind.TOLD: "Bonjour {name}, {who} vous écrit au sujet de « {title} » ({project}). Tâche {id}{due}.",
    },
    "en": {
        NoticeKind.ASSIGNED: "Hello {name}, {who} gave you “{title}” ({project}). Task {id}{due}.",
        NoticeKind.TOLD: "Hello {name}, {who} writes to you about “{title}” ({project}). Task {id}{due}.",
    },
}
_DUE: Final = {"es": ", para el {day}", "fr": ", pour le {day}", "en": ", due on {day}"}


def write_notice(session: Session, task: ProjectTask, person: Collaborator, kind: NoticeKind, text: str = "") -> bool:
    """Have somebody told of a task, in the session's transaction; whether there is a way to reach them."""
    if not person.reach or person.left_on is not None:
        return False
    organisation_id, now = task.organisation_id, clock.now()
    language = language_of(session, organisation_id, person.language)
    zone, rules = waking_zone(session, person), MONITOR_RULES.counting(session, organisation_id)
    project = session.get_one(Project, task.project_id)
    told = _SAID[language][kind].format(
        name=person.name.split()[0],
        who=acting().name,
        title=task.title,
        project=project.name,
        id=task.id,
        due=_DUE[language].format(day=day_in_words(task.due_date, language)) if task.due_date else "",
    )
    way = person.reach[0]
    session.add(
        ReminderMessage(
            organisation_id=organisation_id,
            collaborator_id=person.id,
            via=way["via"],
            target=way["to"],
            text=f"{told}\n{text}".strip(),
            not_before=next_waking(now, zone, rules.quiet, WorkCalendar.of(zone, rules.country)),
            created_at=now,
        )
    )
    session.flush()
    return True


def notices_for_channels(session: Session, organisation_id: int, now: datetime) -> Sequence[ReminderMessage]:
    """What is told by channels and due: whoever gets them puts them into the outbox in this transaction."""
    due = (
        sa.select(ReminderMessage)
        .where(
            ReminderMessage.organisation_id == organisation_id,
            ReminderMessage.state == MessageState.QUEUED,
            ReminderMessage.text.is_not(None),
            ReminderMessage.via != OutsideKind.EMAIL,
            ReminderMessage.not_before <= now,
        )
        .order_by(ReminderMessage.id)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(due).all()
