"""Rounds: one at a time for each organisation and other side, a while apart, and how each ended is on record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from cci_app.coordination.sync.models import SyncPosition
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError
from cci_app.integrations.accounts import integrations

log = structlog.get_logger(__name__)

_PAUSE: Final = timedelta(minutes=1)
# As long as a round may take: another one does not begin before.
_HELD: Final = timedelta(minutes=10)

_CLAIM = sa.text(
    "UPDATE sync_positions SET not_before = :held WHERE organisation_id = :organisation_id AND kind = :kind"
    " AND (not_before <= :now OR not_before > :now + interval '1 day') RETURNING cursor, since"
)


def rounds_of_all(kind: str, take_round: Callable[[int, datetime], bool], now: datetime | None = None) -> None:
    """A round for every organisation that has an account of the kind."""
    now = now or clock.now()
    for organisation_id in sorted({whose for whose, _, _ in integrations.all_of((kind,))}):
        try:
            take_round(organisation_id, now)
        except Exception:
            # One organisation's trouble must not keep the others waiting.
            log.exception("round_failed", organisation=organisation_id, kind=kind)


def one_round(organisation_id: int, kind: str, now: datetime, work: Callable[[Any], None]) -> bool:
    """Have `work` do a round from the position (`cursor`, `since`); whether it was time for one.

    What it raises (CciError) is kept with the position, and waited for as long as it says.
    """
    claimed = _claim(organisation_id, kind, now)
    if claimed is None:
        return False
    pause, error = _PAUSE, None
    try:
        work(claimed)
    except CciError as trouble:
        error = trouble.message
        pause = timedelta(seconds=max(trouble.retry_after or 0, _PAUSE.total_seconds()))
        log.warning("round_ended_early", organisation=organisation_id, kind=kind, reason=error)
    move(organisation_id, kind, not_before=now + pause, checked_at=now, error=error)
    return True


def move(organisation_id: int, kind: str, **values: Any) -> None:
    """Give the position other values."""
    mine = (SyncPosition.organisation_id == organisation_id, SyncPosition.kind == kind)
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.update(SyncPosition).where(*mine).values(**values))


def _claim(organisation_id: int, kind: str, now: datetime) -> Any:
    first = {"organisation_id": organisation_id, "kind": kind, "since": now, "not_before": now}
    values = {"organisation_id": organisation_id, "kind": kind, "now": now, "held": now + _HELD}
    with tenant_transaction(organisation_id) as session:
        session.execute(insert(SyncPosition).values(first).on_conflict_do_nothing())
        return session.execute(_CLAIM, values).one_or_none()
