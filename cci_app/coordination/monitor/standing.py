"""How the work stands for the monitor: when it looked, what is open, who was told; and what people ask of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cci_app.coordination.changing import found, note
from cci_app.coordination.models import ProjectTask, TaskStatus
from cci_app.coordination.monitor.escalating import Acknowledged, acknowledge, escalate
from cci_app.coordination.monitor.models import (
    Cause,
    MonitorState,
    ReminderMessage,
    ReminderState,
    TaskAlert,
    TaskReminder,
)
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.urgency import urgency_of
from cci_app.coordination.monitor.watching import facts, open_alert
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.core.tenants import timezone_of


@dataclass(frozen=True, slots=True)
class MonitorStanding:
    """When the work was last looked at and what was found; open alerts, and reminders and messages by their state."""

    checked_at: datetime | None
    duration_ms: int
    tasks: int
    found: dict[str, int]
    open_alerts: int
    acknowledged: int
    by_level: dict[str, int]
    reminders: dict[str, int]
    messages: dict[str, int]


def standing(organisation_id: int) -> MonitorStanding:
    """How it stands now."""
    is_open = [TaskAlert.organisation_id == organisation_id, TaskAlert.closed_at.is_(None)]
    with tenant_transaction(organisation_id) as session:
        state = session.get(MonitorState, organisation_id)
        levels = _counted(session, TaskAlert.level, *is_open)
        on_it = session.scalar(sa.select(sa.func.count()).where(*is_open, TaskAlert.acknowledged_until.is_not(None)))
        return MonitorStanding(
            state.checked_at if state else None,
            state.duration_ms if state else 0,
            state.tasks if state else 0,
            state.found if state else {},
            sum(levels.values()),
            on_it or 0,
            levels,
            _counted(session, TaskReminder.state, TaskReminder.organisation_id == organisation_id),
            _counted(session, ReminderMessage.state, ReminderMessage.organisation_id == organisation_id),
        )


def _counted(session: Any, column: Any, *where: Any) -> dict[str, int]:
    rows = session.execute(sa.select(column, sa.func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}


def open_alerts(
    organisation_id: int, task_id: int | None = None, before: int | None = None, limit: int = 50
) -> Sequence[dict[str, Any]]:
    """Alerts that hold, the newest first, with whom they were told."""
    chosen = sa.select(TaskAlert, ProjectTask.title).join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
    chosen = chosen.where(TaskAlert.organisation_id == organisation_id, TaskAlert.closed_at.is_(None))
    if task_id is not None:
        chosen = chosen.where(TaskAlert.task_id == task_id)
    if before is not None:
        chosen = chosen.where(TaskAlert.id < before)
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(chosen.order_by(TaskAlert.id.desc()).limit(limit)).all()
        told: dict[int, list[dict[str, Any]]] = {}
        reminders = sa.select(TaskReminder).where(TaskReminder.alert_id.in_([row[0].id for row in rows]))
        for each in session.scalars(reminders.order_by(TaskReminder.id)):
            shown = {"person_id": each.collaborator_id, "step": each.step, "round": each.round, "state": each.state}
            told.setdefault(each.alert_id, []).append({**shown, "at": each.created_at})
    return [{**_plain(row[0], row.title), "told": told.get(row[0].id, [])} for row in rows]


def alerts_told_to(organisation_id: int, person_id: int, limit: int = 50) -> Sequence[dict[str, Any]]:
    """Alerts that hold and of which somebody was reminded, or is about to be; the most urgent first."""
    told = sa.select(TaskReminder.alert_id).where(
        TaskReminder.organisation_id == organisation_id,
        TaskReminder.collaborator_id == person_id,
        TaskReminder.state != ReminderState.CANCELLED,
    )
    chosen = (
        sa.select(TaskAlert, ProjectTask.title)
        .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
        .where(TaskAlert.organisation_id == organisation_id, TaskAlert.closed_at.is_(None), TaskAlert.id.in_(told))
        .order_by(TaskAlert.score.desc(), TaskAlert.id)
    )
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(chosen.limit(limit)).all()
    return [_plain(row[0], row.title) for row in rows]


def _plain(alert: TaskAlert, title: str) -> dict[str, Any]:
    columns = [column.key for column in sa.inspect(TaskAlert).columns if column.key != "organisation_id"]
    return {**{name: getattr(alert, name) for name in columns}, "title": title}


def escalate_now(organisation_id: int, task_id: int, now: datetime) -> int:
    """Have whoever is next of a task hear of it now; how many reminders that made. They leave as others do.

    A task with no alert gets one, of the cause `asked`. Raises NotFound, and Conflict for a task that is done.
    """
    with tenant_transaction(organisation_id) as session:
        task = found(session, ProjectTask, organisation_id, task_id, locked=True)
        if task.status == TaskStatus.DONE:
            raise Conflict(f"task {task_id} is done: there is nothing to escalate")
        rules = MONITOR_RULES.counting(session, organisation_id)
        mine = [
            TaskAlert.organisation_id == organisation_id,
            TaskAlert.task_id == task_id,
            TaskAlert.closed_at.is_(None),
            # Whoever is to hear once of something has heard, or will by themselves.
            TaskAlert.cause.not_in(rules.told_once),
        ]
        values = {"next_at": now, "acknowledged_until": None, "acknowledged_at": None, "acknowledged_by": None}
        if not session.scalars(sa.update(TaskAlert).where(*mine).values(**values).returning(TaskAlert.id)).all():
            today = now.astimezone(timezone_of(session, organisation_id)).date()
            known = next((each for each in facts(session, organisation_id) if each.id == task_id), None)
            if known is None:
                raise Conflict("the project of this task is not active: nobody is told of it")
            urgency = urgency_of(known, rules.urgency, today)
            told = {"level": urgency.level.value, "score": urgency.score, "reasons": [*urgency.reasons]}
            open_alert(session, organisation_id, (task_id, Cause.ASKED.value, today.isoformat()), now, told)
        note(session, organisation_id, task.project_id, "task.escalated", {}, task_id)
        return escalate(session, organisation_id, rules, now)


def say_on_it(organisation_id: int, task_id: int, who: str, now: datetime) -> Acknowledged:
    """Somebody is on a task: nobody else hears of it for as long as the rules give them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return acknowledge(
            session, organisation_id, task_id, who, MONITOR_RULES.counting(session, organisation_id), now
        )
