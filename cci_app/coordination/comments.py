"""Words about tasks, and who is meant by an @ in them."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.changing import apply, check_version, found, note
from cci_app.coordination.models import Collaborator, ProjectTask, TaskComment
from cci_app.core import clock
from cci_app.core.audit import acting
from cci_app.core.database import tenant_transaction

_MENTION = re.compile(r"@([a-z0-9][a-z0-9._-]{0,39})", re.IGNORECASE)
_MOST_MENTIONS = 50
# How comments of the monitor came: they are no sign of life.
MONITOR = "monitor"


def add_comment(
    organisation_id: int,
    task_id: int,
    content: str,
    *,
    author: Collaborator | None = None,
    via: str = "api",
    outside_key: str | None = None,
) -> TaskComment:
    """Say something about a task; what has an `outside_key` is said once. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return write_comment(
            session, organisation_id, task_id, content, author=author, via=via, outside_key=outside_key
        )


def write_comment(
    session: Session,
    organisation_id: int,
    task_id: int,
    content: str,
    *,
    author: Collaborator | None = None,
    via: str = "api",
    outside_key: str | None = None,
) -> TaskComment:
    """The same in the session's transaction."""
    task = found(session, ProjectTask, organisation_id, task_id, locked=True)
    if outside_key is not None:
        chosen = sa.select(TaskComment).filter_by(organisation_id=organisation_id, outside_key=outside_key)
        if (said := session.scalars(chosen).one_or_none()) is not None:
            return said
    comment = TaskComment(
        organisation_id=organisation_id,
        task_id=task_id,
        author_id=author.id if author else None,
        author=author.name if author else acting().name,
        content=content,
        mentions=mentioned(session, organisation_id, content),
        via=via,
        outside_key=outside_key,
    )
    if via != MONITOR:
        task.touched_at = clock.now()
    session.add(comment)
    session.flush()
    session.refresh(comment)
    note(session, organisation_id, task.project_id, "comment.added", {"comment": [None, comment.id]}, task_id)
    return comment


def change_comment(organisation_id: int, comment_id: int, content: str, seen: int | None = None) -> TaskComment:
    """Say it otherwise. Raises NotFound, VersionConflict."""
    with tenant_transaction(organisation_id) as session:
        comment = found(session, TaskComment, organisation_id, comment_id, locked=True)
        check_version(comment, seen, {"content": content})
        task = found(session, ProjectTask, organisation_id, comment.task_id)
        if apply(comment, {"content": content, "mentions": mentioned(session, organisation_id, content)}):
            note(session, organisation_id, task.project_id, "comment.changed", {"comment": [comment_id] * 2}, task.id)
        session.flush()
        return comment


def remove_comment(organisation_id: int, comment_id: int) -> None:
    """Take words back. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        comment = found(session, TaskComment, organisation_id, comment_id)
        task = found(session, ProjectTask, organisation_id, comment.task_id)
        session.delete(comment)
        note(session, organisation_id, task.project_id, "comment.removed", {"comment": [comment_id, None]}, task.id)


def find_comment(organisation_id: int, comment_id: int) -> TaskComment:
    """One comment. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return found(session, TaskComment, organisation_id, comment_id)


def list_comments(
    organisation_id: int, task_id: int | None = None, before: int | None = None, limit: int = 50
) -> Sequence[TaskComment]:
    """Comments, the newest first, of one task or of all."""
    chosen = sa.select(TaskComment).where(TaskComment.organisation_id == organisation_id)
    if task_id is not None:
        chosen = chosen.where(TaskComment.task_id == task_id)
    if before is not None:
        chosen = chosen.where(TaskComment.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(TaskComment.id.desc()).limit(limit)).all()


def mentioned(session: Session, organisation_id: int, content: str) -> list[int]:
    """The ids of those who are meant by an @ in it, of whoever is there."""
    handles = list(dict.fromkeys(handle.rstrip("._-").lower() for handle in _MENTION.findall(content)))
    if not handles:
        return []
    chosen = sa.select(Collaborator.id).where(
        Collaborator.organisation_id == organisation_id,
        Collaborator.handle.in_(handles[:_MOST_MENTIONS]),
        Collaborator.left_on.is_(None),
    )
    return sorted(session.scalars(chosen))
