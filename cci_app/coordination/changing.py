"""How a row is changed: only what was named, at the version that was seen, and on record."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.errors import VersionConflict
from cci_app.coordination.models import Collaborator, Label, Project, ProjectEvent, ProjectTask, TaskComment
from cci_app.core import clock
from cci_app.core.audit import acting
from cci_app.core.errors import NotFound

Versioned: TypeAlias = Collaborator | Project | ProjectTask | TaskComment | Label
Row = TypeVar("Row", Collaborator, Project, ProjectTask, TaskComment, Label)


def found(session: Session, kind: type[Row], organisation_id: int, row_id: int, *, locked: bool = False) -> Row:
    """The organisation's row. Raises NotFound. A `locked` one nobody else changes until the transaction's end."""
    chosen = sa.select(kind).where(kind.organisation_id == organisation_id, kind.id == row_id)
    row: Row | None = session.scalars(chosen.with_for_update() if locked else chosen).one_or_none()
    if row is None:
        raise NotFound(f"there is no {_NAMES[kind]} {row_id}")
    return row


_NAMES: Mapping[type[Any], str] = {
    Collaborator: "collaborator",
    Project: "project",
    ProjectTask: "task",
    TaskComment: "comment",
    Label: "label",
}


def plain(row: Any) -> dict[str, Any]:
    """A row as JSON has it, without whose it is."""
    columns = sa.inspect(type(row)).columns
    return {column.key: plain_value(getattr(row, column.key)) for column in columns if column.key != "organisation_id"}


def plain_value(value: Any) -> Any:
    """A value of a row as JSON has it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def check_version(row: Versioned, seen: int | None, asked: Mapping[str, Any]) -> None:
    """Raise VersionConflict where the caller saw another version; None says that they do not mind."""
    if seen is not None and seen != row.version:
        raise VersionConflict(plain(row), {name: plain_value(value) for name, value in asked.items()})


def apply(row: Versioned, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give a row the values that `changes` names; what each of those that differ was and is."""
    told: dict[str, list[Any]] = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            told[name] = [plain_value(before), plain_value(value)]
            setattr(row, name, value)
    if told:
        row.version += 1
        row.updated_at = clock.now()
    return told


def note(
    session: Session,
    organisation_id: int,
    project_id: int,
    act: str,
    changes: Mapping[str, Any],
    task_id: int | None = None,
) -> None:
    """Put on record what was done with a project, or with a task of it, in the transaction that does it."""
    actor = acting()
    session.add(
        ProjectEvent(
            organisation_id=organisation_id,
            at=clock.now(),
            project_id=project_id,
            task_id=task_id,
            act=act,
            who=actor.who,
            name=actor.name[:254],
            changes=dict(changes),
        )
    )
