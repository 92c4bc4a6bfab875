"""Alerts for those who run an organisation's assistants: one for each cause, with how often, until it is resolved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.core.audit import acting, record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.usage.models import SystemAlert

_LONGEST_ERROR: Final = 1_000
_LONGEST_CAUSE: Final = 200


class Severity(StrEnum):
    """How bad it is."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class AlertState(StrEnum):
    """Whether somebody has seen it, or it is over."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody should look at. `cause` is what makes two of them the same one."""

    cause: str
    severity: Severity
    step: str
    error: str
    chatbot: str | None = None
    request_id: str | None = None


def raise_alert(session: Session, organisation_id: int, alert: Alert) -> None:
    """Open an alert, or count it where one of the same cause is not resolved yet; in the caller's transaction."""
    new = insert(SystemAlert).values(
        organisation_id=organisation_id,
        cause=alert.cause[:_LONGEST_CAUSE],
        severity=alert.severity.value,
        chatbot=alert.chatbot,
        step=alert.step[:_LONGEST_CAUSE],
        error=alert.error[:_LONGEST_ERROR],
        request_id=alert.request_id or acting().request_id,
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["organisation_id", "cause"],
            index_where=SystemAlert.state != AlertState.RESOLVED.value,
            set_={
                "count": SystemAlert.count + 1,
                "last_at": clock.now(),
                "error": new.excluded.error,
                "severity": new.excluded.severity,
                "request_id": new.excluded.request_id,
            },
        )
    )


_COLUMNS: Final = (
    *("id", "cause", "severity", "chatbot", "step", "error", "request_id", "count", "state"),
    *("first_at", "last_at", "acknowledged_at", "resolved_at"),
)


def list_alerts(
    organisation_id: int, *, state: AlertState | None = None, before: int | None = None, limit: int
) -> dict[str, Any]:
    """Alerts, the newest first, and the `next` page's `before`; None on the last."""
    asked = sa.select(*(getattr(SystemAlert, name) for name in _COLUMNS)).order_by(SystemAlert.id.desc())
    asked = asked.where(SystemAlert.organisation_id == organisation_id)
    if state is not None:
        asked = asked.where(SystemAlert.state == state.value)
    if before is not None:
        asked = asked.where(SystemAlert.id < before)
    with tenant_transaction(organisation_id) as session:
        rows = [dict(row) for row in session.execute(asked.limit(limit + 1)).mappings()]
    return {"alerts": rows[:limit], "next": rows[limit - 1]["id"] if len(rows) > limit else None}


def change_alert(organisation_id: int, alert_id: int, state: AlertState) -> dict[str, Any]:
    """Say that somebody has seen an alert, or that it is over. Raises NotFound."""
    now = clock.now()
    moments: dict[str, datetime] = (
        {"acknowledged_at": now} if state is AlertState.ACKNOWLEDGED else {"resolved_at": now}
    )
    with tenant_transaction(organisation_id) as session:
        changed = session.execute(
            sa.update(SystemAlert)
            .where(
                SystemAlert.organisation_id == organisation_id,
                SystemAlert.id == alert_id,
                SystemAlert.state != AlertState.RESOLVED.value,
            )
            .values(state=state.value, **moments)
            .returning(*(getattr(SystemAlert, name) for name in _COLUMNS))
        ).mappings()
        row = changed.one_or_none()
        if row is None:
            raise NotFound("there is no such alert that is open")
        record(session, organisation_id, f"alert.{state.value}", f"alert:{alert_id}")
        return dict(row)
