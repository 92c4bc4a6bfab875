"""Labels, and which tasks have them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from psycopg2.errors import UniqueViolation
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.coordination.changing import apply, check_version, found
from cci_app.coordination.models import Label, TaskLabel
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound

MOST = 500


def add_label(organisation_id: int, values: Mapping[str, Any]) -> Label:
    """Make a label. Raises Conflict for a name that there is, and beyond so many."""
    with tenant_transaction(organisation_id) as session:
        if (session.scalar(sa.select(sa.func.count()).select_from(Label)) or 0) >= MOST:
            raise Conflict(f"there are {MOST} labels: remove one first")
        label = Label(organisation_id=organisation_id, **values)
        session.add(label)
        _flush(session, label.name)
        session.refresh(label)
        return label


def change_label(organisation_id: int, label_id: int, changes: Mapping[str, Any], seen: int | None = None) -> Label:
    """Change what was named. Raises NotFound, VersionConflict, Conflict."""
    with tenant_transaction(organisation_id) as session:
        label = found(session, Label, organisation_id, label_id, locked=True)
        check_version(label, seen, changes)
        apply(label, changes)
        _flush(session, label.name)
        return label


def remove_label(organisation_id: int, label_id: int) -> None:
    """Remove a label, from its tasks too. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        session.delete(found(session, Label, organisation_id, label_id))


def find_label(organisation_id: int, label_id: int) -> Label:
    """One label. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return found(session, Label, organisation_id, label_id)


def list_labels(organisation_id: int, task_id: int | None = None) -> Sequence[Label]:
    """The organisation's labels, or those of a task, by name."""
    chosen = sa.select(Label).where(Label.organisation_id == organisation_id)
    if task_id is not None:
        chosen = chosen.join(TaskLabel, TaskLabel.label_id == Label.id).where(TaskLabel.task_id == task_id)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(Label.name)).all()


def set_labels(session: Session, organisation_id: int, task_id: int, label_ids: Collection[int]) -> list[list[str]]:
    """Give a task these labels and no others; the names before and after. Raises NotFound for one that is not there."""
    before = _names_of(session, task_id)
    wanted = set(label_ids)
    known = session.scalars(
        sa.select(Label.id).where(Label.organisation_id == organisation_id, Label.id.in_(wanted))
    ).all()
    if missing := wanted - set(known):
        raise NotFound(f"there is no label {min(missing)}")
    session.execute(sa.delete(TaskLabel).where(TaskLabel.task_id == task_id, TaskLabel.label_id.not_in(wanted)))
    rows = [{"organisation_id": organisation_id, "task_id": task_id, "label_id": each} for each in sorted(wanted)]
    if rows:
        session.execute(insert(TaskLabel).values(rows).on_conflict_do_nothing())
    return [before, _names_of(session, task_id)]


def labels_named(session: Session, organisation_id: int, names: Collection[str]) -> list[int]:
    """The ids of labels of these names; those that are not there yet are made."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return []
    made = insert(Label).values([{"organisation_id": organisation_id, "name": name} for name in wanted])
    session.execute(made.on_conflict_do_nothing(index_elements=["organisation_id", "name"]))
    chosen = sa.select(Label.id).where(Label.organisation_id == organisation_id, Label.name.in_(wanted))
    return list(session.scalars(chosen))


def _names_of(session: Session, task_id: int) -> list[str]:
    chosen = sa.select(Label.name).join(TaskLabel, TaskLabel.label_id == Label.id).where(TaskLabel.task_id == task_id)
    return list(session.scalars(chosen.order_by(Label.name)))


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict(f"there is a label {name} already") from None
