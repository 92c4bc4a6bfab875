"""Alerts to the installation's channel in Slack: once for a cause, and again after a quiet time while it goes on."""

import json
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from flask import current_app

from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.core.outbound.fetch import FetchError, call
from cci_app.usage.alerts import AlertState, Severity
from cci_app.usage.models import SystemAlert
from config.settings import Settings

log = structlog.get_logger(__name__)

QUIET: Final = timedelta(hours=1)
_AT_ONCE: Final = 20
_SECONDS: Final = 10.0
_COLOURS: Final = {Severity.CRITICAL: "#b3261e", Severity.ERROR: "#d9622b", Severity.WARNING: "#e0a100"}
_NAME_OF: Final = sa.text("SELECT slug FROM organisations WHERE id = :id")


def tell_alerts() -> int:
    """Tell of the alerts that wait to be told; how many were. Nobody is told of what is only for information.

    What Slack did not take is told the next time. Each is marked before it is sent: of two who tell at once one does.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.slack_alert_webhook is None:
        return 0
    told = 0
    for _ in range(_AT_ONCE):
        alert = _claimed()
        if alert is None:
            break
        try:
            answered = call(
                "POST",
                settings.slack_alert_webhook.get_secret_value(),
                headers={"Content-Type": "application/json"},
                content=json.dumps(_message(alert), ensure_ascii=False).encode(),
                seconds=_SECONDS,
                max_bytes=10_000,
                loopback=settings.fetch_loopback,
            )
            taken = answered.status == 200
            log.info("alert_told", alert=alert["id"], taken=taken, status=answered.status)
        except FetchError as error:
            taken = False
            log.warning("alert_not_told", alert=alert["id"], reason=error.reason)
        told += taken
        if not taken:
            _give_back(alert["id"], alert["told_at"])
            break
    return told


def _claimed() -> dict[str, Any] | None:
    now = clock.now()
    waiting = sa.or_(
        SystemAlert.told_at.is_(None),
        sa.and_(SystemAlert.told_at < now - QUIET, SystemAlert.last_at > SystemAlert.told_at),
    )
    asked = (
        sa.select(SystemAlert)
        .where(
            SystemAlert.state == AlertState.OPEN.value,
            SystemAlert.severity.in_([each.value for each in _COLOURS]),
            waiting,
        )
        .order_by(SystemAlert.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with system_transaction() as session:
        row = session.scalars(asked).one_or_none()
        if row is None:
            return None
        columns = ("id", "severity", "chatbot", "step", "error", "request_id", "count", "told_at")
        shown = {name: getattr(row, name) for name in columns}
        slug = session.execute(_NAME_OF, {"id": row.organisation_id}).scalar_one()
        row.told_at = now
        return {**shown, "organisation": slug}


def _give_back(alert_id: int, before: Any) -> None:
    with system_transaction() as session:
        session.execute(sa.update(SystemAlert).where(SystemAlert.id == alert_id).values(told_at=before))


def _message(alert: dict[str, Any]) -> dict[str, Any]:
    severity = Severity(alert["severity"])
    times = f" ({alert['count']} times)" if alert["count"] > 1 else ""
    fields = [
        {"title": title, "value": value, "short": True}
        for title, value in (
            ("Organisation", alert["organisation"]),
            ("Chatbot", alert["chatbot"]),
            ("Step", alert["step"]),
            ("Request", alert["request_id"]),
        )
        if value
    ]
    return {
        "text": f"{severity.value.upper()}: {alert['step']}{times}",
        "attachments": [{"color": _COLOURS[severity], "text": alert["error"], "fields": fields}],
    }
