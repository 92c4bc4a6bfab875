"""What two sides did not agree on, kept for a person: noted once, told by an alert, closed when it is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.models import TaskLink
from cci_app.coordination.sync.models import ConflictCause, SyncConflict
from cci_app.coordination.sync.settling import Clash
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.usage.alerts import Alert, Severity, raise_alert

OURS: Final = "ours"
THEIRS: Final = "theirs"
KEPT: Final = timedelta(days=90)
_LONGEST: Final = 2_000
_OPEN: Final = SyncConflict.resolved_at.is_(None)


def note_clashes(session: Session, link: TaskLink, clashes: Sequence[Clash], their_moment: datetime) -> None:
    """Keep the fields that both sides changed, with who has it by the rule."""
    for clash in clashes:
        _note(
            session,
            link.organisation_id,
            {
                "kind": link.kind,
                "record": link.external_id,
                "task_id": link.task_id,
                "cause": ConflictCause.BOTH_CHANGED,
                "field": clash.field,
                "ours": _said(clash.ours),
                "theirs": _said(clash.theirs),
                "winner": OURS if clash.ours_holds else THEIRS,
                "ours_at": clash.ours_at,
                "theirs_at": their_moment,
            },
        )


def note_trouble(
    session: Session,
    organisation_id: int,
    cause: ConflictCause,
    kind: str,
    record: str,
    reason: str,
    *,
    task_id: int | None = None,
    theirs: str | None = None,
    theirs_at: datetime | None = None,
) -> None:
    """Keep that a record waits for a person, and raise an alert the first time.

    Nothing where somebody said of this same state of it that it may stay so.
    """
    named = {"kind": kind, "record": record[:255], "cause": cause}
    settled = sa.select(SyncConflict.id).filter_by(
        organisation_id=organisation_id, **named, theirs_at=theirs_at, kept=OURS
    )
    if theirs_at is not None and session.scalar(settled.limit(1)) is not None:
        return
    told = {"task_id": task_id, "reason": reason[:_LONGEST], "theirs": theirs, "theirs_at": theirs_at}
    if _note(session, organisation_id, {**named, **told}):
        alert = Alert(f"{kind} {cause.value}", Severity.WARNING, kind, f"{record}: {reason}")
        raise_alert(session, organisation_id, alert)


def is_noted(session: Session, organisation_id: int, cause: ConflictCause, kind: str, record: str) -> bool:
    """Whether that is kept of a record and waits for somebody."""
    chosen = sa.select(SyncConflict.id).filter_by(
        organisation_id=organisation_id, cause=cause, kind=kind, record=record
    )
    return session.scalar(chosen.where(_OPEN).limit(1)) is not None


def close(session: Session, organisation_id: int, kind: str, record: str, *causes: ConflictCause) -> None:
    """Close what is over of itself."""
    mine = (SyncConflict.organisation_id == organisation_id, SyncConflict.kind == kind, SyncConflict.record == record)
    over = sa.update(SyncConflict).where(*mine, SyncConflict.cause.in_(causes), _OPEN)
    session.execute(over.values(resolved_at=clock.now()))


def forget_old(organisation_id: int, now: datetime) -> None:
    """Forget what was settled long ago."""
    mine = (SyncConflict.organisation_id == organisation_id, SyncConflict.resolved_at < now - KEPT)
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.delete(SyncConflict).where(*mine))


def list_conflicts(
    organisation_id: int, *, is_open: bool = True, before: int | None = None, limit: int
) -> Sequence[SyncConflict]:
    """What waits for a person, or what was settled, the newest first."""
    chosen = sa.select(SyncConflict).where(
        SyncConflict.organisation_id == organisation_id, _OPEN if is_open else ~_OPEN
    )
    if before is not None:
        chosen = chosen.where(SyncConflict.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(SyncConflict.id.desc()).limit(limit)).all()


def open_conflict(session: Session, organisation_id: int, conflict_id: int) -> SyncConflict:
    """One that nobody settled yet, held until the transaction's end. Raises NotFound."""
    chosen = sa.select(SyncConflict).where(
        SyncConflict.organisation_id == organisation_id, SyncConflict.id == conflict_id, _OPEN
    )
    row = session.scalars(chosen.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"there is no conflict {conflict_id} that is open")
    return row


def _note(session: Session, organisation_id: int, values: Mapping[str, Any]) -> bool:
    """Keep it, or what is new of one that is open; whether it is new."""
    new = insert(SyncConflict).values(organisation_id=organisation_id, at=clock.now(), **values)
    changing = {name: new.excluded[name] for name in values if name not in {"kind", "record", "cause", "field"}}
    noted = new.on_conflict_do_update(
        index_elements=["organisation_id", "kind", "record", "cause", "field"],
        index_where=_OPEN,
        set_={**changing, "at": new.excluded.at},
    )
    # A row that no transaction changed since it was made is new.
    return session.scalar(noted.returning(sa.literal_column("xmax = 0"))) is True


def _said(value: Any) -> str | None:
    return None if value is None else str(value)
