"""What a task or a project is known as elsewhere: looked up from either side, and kept once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.models import OutsideKind, ProjectTask, TaskLink
from cci_app.core import clock
from cci_app.core.database import tenant_transaction

_OF_NO_TASK: Final = sa.text(
    "WITH RECURSIVE going AS (SELECT id FROM project_tasks WHERE organisation_id = :whose AND id = :task_id"
    " UNION SELECT t.id FROM project_tasks t JOIN going g ON t.organisation_id = :whose AND t.parent_id = g.id)"
    " UPDATE task_links SET task_id = NULL WHERE organisation_id = :whose AND task_id IN (SELECT id FROM going)"
    " AND kind IN ('zendesk', 'crm', 'hubspot')"
)


def keep_link(
    session: Session,
    organisation_id: int,
    kind: OutsideKind,
    external_id: str,
    *,
    task_id: int | None = None,
    project_id: int | None = None,
    direction: str = "both",
    data: Mapping[str, Any] | None = None,
) -> tuple[TaskLink, bool]:
    """Keep that the other side calls it so, and whether that is new: what is known already stays as it is."""
    values = {
        "organisation_id": organisation_id,
        "kind": kind,
        "external_id": external_id,
        "direction": direction,
        "task_id": task_id,
        "project_id": project_id,
        "data": dict(data or {}),
    }
    once = (
        insert(TaskLink)
        .values(values)
        .on_conflict_do_nothing(index_elements=["organisation_id", "kind", "external_id"])
    )
    made = session.scalars(once.returning(TaskLink)).one_or_none()
    if made is not None:
        return made, True
    known = find_link(session, organisation_id, kind, external_id)
    assert known is not None  # noqa: S101 (for the types' sake: a conflict is with a row that is there)
    return known, False


def find_link(session: Session, organisation_id: int, kind: OutsideKind, external_id: str) -> TaskLink | None:
    """What the other side calls so; None for what we never heard of."""
    chosen = sa.select(TaskLink).filter_by(organisation_id=organisation_id, kind=kind, external_id=external_id)
    return session.scalars(chosen).one_or_none()


def links_of(session: Session, organisation_id: int, task_id: int) -> Sequence[TaskLink]:
    """All that a task is known as, the newest first."""
    chosen = sa.select(TaskLink).filter_by(organisation_id=organisation_id, task_id=task_id)
    return session.scalars(chosen.order_by(TaskLink.id.desc())).all()


def agree(session: Session, link: TaskLink, state: Mapping[str, Any]) -> None:
    """Remember what both sides last agreed on: an echo of it is no news."""
    link.state = dict(state)
    link.updated_at = clock.now()
    session.flush()


def keep_of_no_task(session: Session, organisation_id: int, task_id: int) -> None:
    """A task goes, with its sub-tasks: what they are elsewhere stays known, so that it does not bring them back."""
    session.execute(_OF_NO_TASK, {"whose": organisation_id, "task_id": task_id})


def links_to_give_out(session: Session, organisation_id: int, kind: OutsideKind, limit: int) -> Sequence[int]:
    """Ids of the links whose task was touched since they were last looked at, the longest ago first."""
    joined = sa.and_(ProjectTask.organisation_id == TaskLink.organisation_id, ProjectTask.id == TaskLink.task_id)
    looked_at = sa.cast(TaskLink.state["looked_at"].astext, sa.TIMESTAMP(timezone=True))
    chosen = (
        sa.select(TaskLink.id)
        .join(ProjectTask, joined)
        .where(
            TaskLink.organisation_id == organisation_id,
            TaskLink.kind == kind,
            TaskLink.state != {},
            ProjectTask.touched_at > sa.func.coalesce(looked_at, sa.text("'-infinity'::timestamptz")),
        )
        .order_by(ProjectTask.touched_at)
        .limit(limit)
    )
    return session.scalars(chosen).all()


def agree_on(organisation_id: int, link_id: int, more: Mapping[str, Any]) -> None:
    """Remember that much more of what both sides agreed on, in a transaction of its own."""
    with tenant_transaction(organisation_id) as session:
        link = session.get_one(TaskLink, link_id)
        agree(session, link, {**link.state, **more})


def look_at(organisation_id: int, link_id: int, seen: datetime | None = None, error: str | None = None) -> None:
    """Remember that everything was given out of a task that was last touched then: now, where it was refused."""
    agree_on(organisation_id, link_id, {"looked_at": (seen or clock.now()).isoformat(), "error": error})
