"""What the monitor says: when it looked, what holds now, who was told, and what people do about it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from cci_app.accounts.auth import current_caller
from cci_app.coordination.monitor import standing
from cci_app.core import clock
from cci_app.core.errors import Conflict
from cci_app.dashboard.frame import go, organisation_id, tag_of, tagged, unchanged
from cci_app.dashboard.pages.work.shown import mail_is_set_up, work_page

_AT_ONCE = 50
_LEVELS = ("critical", "high", "normal", "low")


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/monitor")(show_monitor)
    pages.post("/monitor/<int:task_id>/acknowledge")(acknowledge)
    pages.post("/monitor/<int:task_id>/escalate")(escalate)


def show_monitor() -> Response:
    """How it stands, and what holds now: of the newest the most urgent first, each task once."""
    before = request.args.get("before", "")
    now = standing.standing(organisation_id())
    alerts = standing.open_alerts(
        organisation_id(), before=int(before[:18]) if before.isdecimal() else None, limit=_AT_ONCE
    )
    # The moment at which it looked is no change.
    tag = tag_of(alerts, now.reminders, now.messages, now.acknowledged, now.checked_at is None)
    following = alerts[-1]["id"] if len(alerts) == _AT_ONCE else None
    body = unchanged(tag) or work_page(
        "monitor",
        "monitor",
        now=now,
        tasks=_by_task(alerts),
        levels=[(level, now.by_level.get(level, 0)) for level in _LEVELS],
        following=following,
        mail=mail_is_set_up(),
        tag=tag,
    )
    return body if isinstance(body, Response) else tagged(body, tag)


def _by_task(alerts: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for alert in sorted(alerts, key=lambda each: each["score"], reverse=True):
        grouped.setdefault(alert["task_id"], []).append(alert)
    return list(grouped.values())


def acknowledge(task_id: int) -> Any:
    """Say that one is on a task."""
    caller = current_caller()
    standing.say_on_it(caller.organisation_id, task_id, caller.name, clock.now())
    return go(_back())


def escalate(task_id: int) -> Any:
    """Have whoever is next hear of it now; a task that is done meanwhile is not on the page any more."""
    try:
        standing.escalate_now(organisation_id(), task_id, clock.now())
    except Conflict:
        return go(_back())
    return go(_back())


def _back() -> str:
    return "/admin/work/mine" if request.form.get("from") == "mine" else "/admin/work/monitor"
