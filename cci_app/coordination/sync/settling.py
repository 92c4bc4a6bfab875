"""Which of two changes holds: each side is compared with its own past, so that nobody's echo is news."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.models import ProjectEvent, ProjectTask


@dataclass(frozen=True, slots=True)
class Side:
    """What one side has now, and what it had when both were last the same, by its own names and in its own words."""

    now: Mapping[str, Any]
    agreed: Mapping[str, Any]

    def changed(self, name: str) -> bool:
        """Whether somebody changed it there since."""
        return bool(self.now.get(name) != self.agreed.get(name))


@dataclass(frozen=True, slots=True)
class Clash:
    """A field of the task that both sides changed to something else, both in a task's words."""

    field: str
    ours: Any
    theirs: Any
    ours_at: datetime
    ours_holds: bool


@dataclass(frozen=True, slots=True)
class SettledFields:
    """What the task takes from the other side, and what both had changed."""

    taken: Mapping[str, Any]
    clashes: tuple[Clash, ...]


def settle(
    field_of: Mapping[str, str],
    here: Side,
    there: Side,
    read: Mapping[str, Any],
    their_moment: datetime,
    our_moment: Callable[[str], datetime],
) -> SettledFields:
    """Decide field by field: what changed there is taken, and where both changed it the later one has it.

    `field_of` has the task's field of each of theirs, `read` what theirs mean now as a task has it; `our_moment` says
    when a field of the task was last changed.
    """
    taken, clashes = {}, []
    for name, field in field_of.items():
        if not there.changed(name):
            continue
        if here.changed(field) and here.now[field] != read[field]:
            at = our_moment(field)
            clashes.append(Clash(field, here.now[field], read[field], at, at > their_moment))
            if at > their_moment:
                continue
        taken[field] = read[field]
    return SettledFields(taken, tuple(clashes))


def changed_at(session: Session, task: ProjectTask, field: str) -> datetime:
    """When a field of the task was last changed; when the task was given, where it never was."""
    chosen = sa.select(sa.func.max(ProjectEvent.at)).where(
        ProjectEvent.organisation_id == task.organisation_id,
        ProjectEvent.task_id == task.id,
        ProjectEvent.act == "task.changed",
        ProjectEvent.changes.has_key(field),
    )
    return session.scalar(chosen) or task.created_at
