"""What could be done about the work now: actions that anybody may propose, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from cci_app.coordination.advice.analysing import STUCK_DAYS
from cci_app.coordination.advice.distributing import best_assignments
from cci_app.coordination.advice.weighing import weighed
from cci_app.coordination.advice.words import reason_in_words
from cci_app.coordination.finding import today_of
from cci_app.coordination.models import AiActionKind, Project, ProjectStatus, ProjectTask, TaskStatus
from cci_app.coordination.monitor.calendar import WorkCalendar
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.ways import language_of
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of

_MOST_WEIGHED: Final = 10
_MOST_STUCK: Final = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An action of that kind with its data, and why."""

    kind: AiActionKind
    data: Mapping[str, Any]
    task_id: int
    title: str
    reason: str


def suggestions(organisation_id: int, project_id: int | None = None, limit: int = 20) -> list[Suggestion]:
    """Who could take what nobody has, whom to ask about what is stuck, and what deserves a higher priority."""
    with tenant_transaction(organisation_id) as session:
        language = language_of(session, organisation_id, None)
        given = [
            Suggestion(
                AiActionKind.ASSIGN,
                {"task_id": each.task_id, "assignee_id": each.person_id, "tell": True},
                each.task_id,
                each.title,
                each.reason,
            )
            for each in best_assignments(session, organisation_id, project_id)
        ]
        zone, today = timezone_of(session, organisation_id), today_of(session, organisation_id)
        calendar = WorkCalendar.of(zone, MONITOR_RULES.counting(session, organisation_id).country)
        doing = (
            sa.select(ProjectTask)
            .join(Project, Project.id == ProjectTask.project_id)
            .where(
                ProjectTask.organisation_id == organisation_id,
                ProjectTask.status == TaskStatus.IN_PROGRESS,
                ProjectTask.assignee_id.is_not(None),
                Project.status == ProjectStatus.ACTIVE,
            )
            .order_by(ProjectTask.touched_at)
            .limit(_MOST_STUCK)
        )
        if project_id is not None:
            doing = doing.where(ProjectTask.project_id == project_id)
        stuck = []
        for task in session.scalars(doing):
            days = calendar.between(task.touched_at.astimezone(zone).date(), today)
            if days >= STUCK_DAYS:
                data = {"task_id": task.id, "person_id": task.assignee_id}
                why = reason_in_words("stuck", {"days": days}, language)
                stuck.append(Suggestion(AiActionKind.NOTIFY, data, task.id, task.title, why))
    raised = [
        Suggestion(
            AiActionKind.UPDATE_TASK,
            {"task_id": each.task_id, "priority": each.suggested},
            each.task_id,
            each.title,
            reason_in_words("priority", {"score": each.score}, language),
        )
        for each in weighed(organisation_id, project_id, _MOST_WEIGHED)
        if each.suggested is not None
    ]
    return [*stuck, *raised, *given][:limit]
