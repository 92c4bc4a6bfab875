"""What went to and fro about the work, with how far each message came, and what tasks are known as elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.channels.message import part_from_json
from cci_app.conversation.models import OutboundMessage
from cci_app.coordination.changing import found
from cci_app.coordination.links import keep_link
from cci_app.coordination.models import OutsideKind, Project, ProjectTask, TaskLink
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound

_TELLS = ("id", "direction", "external_id", "task_id", "project_id", "created_at", "updated_at")


def list_history(
    organisation_id: int,
    kind: OutsideKind | None = None,
    task_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Messages and links, the newest first."""
    chosen = _entries(organisation_id)
    for column, value in ((TaskLink.kind, kind), (TaskLink.task_id, task_id)):
        if value is not None:
            chosen = chosen.where(column == value)
    if before is not None:
        chosen = chosen.where(TaskLink.id < before)
    with tenant_transaction(organisation_id) as session:
        return _told(session, chosen.order_by(TaskLink.id.desc()).limit(limit))


def find_entry(organisation_id: int, entry_id: int) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        entries = _told(session, _entries(organisation_id).where(TaskLink.id == entry_id))
    if not entries:
        raise NotFound(f"there is no entry {entry_id} in the history")
    return entries[0]


def link_work(
    organisation_id: int,
    kind: OutsideKind,
    external_id: str,
    *,
    task_id: int | None = None,
    project_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> tuple[int, bool]:
    """Keep what a task or a project is known as elsewhere; the entry's id, and whether it is new.

    Raises NotFound for what is not there, Conflict where the other side's name is another task's.
    """
    with tenant_transaction(organisation_id) as session:
        if task_id is not None:
            found(session, ProjectTask, organisation_id, task_id)
        if project_id is not None:
            found(session, Project, organisation_id, project_id)
        link, is_new = keep_link(
            session, organisation_id, kind, external_id, task_id=task_id, project_id=project_id, data=data
        )
        if (link.task_id, link.project_id) != (task_id, project_id):
            raise Conflict(f"{kind.value} {external_id} is linked to something else already", details={"id": link.id})
        return link.id, is_new


def _entries(organisation_id: int) -> sa.Select[Any]:
    """Links with the message that they stand for, as long as it is kept."""
    sent = sa.and_(
        OutboundMessage.organisation_id == TaskLink.organisation_id,
        OutboundMessage.idempotency_key == TaskLink.external_id,
        TaskLink.direction == "out",
    )
    columns = (OutboundMessage.state, OutboundMessage.user_id, OutboundMessage.part)
    more = (OutboundMessage.error, OutboundMessage.error_code, OutboundMessage.attempts)
    chosen = sa.select(TaskLink, *columns, *more).outerjoin(OutboundMessage, sent)
    return chosen.where(TaskLink.organisation_id == organisation_id)


def _told(session: Session, chosen: sa.Select[Any]) -> list[dict[str, Any]]:
    rows: Sequence[Any] = session.execute(chosen).all()
    return [
        {
            **{name: getattr(row.TaskLink, name) for name in _TELLS},
            "type": row.TaskLink.kind,
            "state": row.state or _state_of(row.TaskLink),
            "to": row.user_id,
            "text": part_from_json(row.part).plain if row.part else None,
            "error": row.error,
            "error_code": row.error_code,
            "attempts": row.attempts or 0,
            "data": {name: value for name, value in row.TaskLink.data.items() if name != "digest"},
        }
        for row in rows
    ]


def _state_of(link: TaskLink) -> str:
    """Of what is no message of the outbox, or is kept there no more."""
    return {"in": "received", "out": "forgotten"}.get(link.direction, "linked")
