"""What a ticket means as a task, and a task as a ticket."""

from collections.abc import Mapping
from typing import Any, Final

from cci_app.coordination.models import LONGEST_NAME, LONGEST_TEXT, ProjectTask, TaskPriority, TaskStatus
from cci_app.core.text import clean
from cci_app.integrations.zendesk import Ticket

_STATUS_OF: Final[Mapping[str, TaskStatus]] = {
    "new": TaskStatus.TODO,
    "open": TaskStatus.IN_PROGRESS,
    "pending": TaskStatus.IN_PROGRESS,
    "hold": TaskStatus.IN_PROGRESS,
    "solved": TaskStatus.DONE,
    "closed": TaskStatus.DONE,
}
_PRIORITY_OF: Final[Mapping[str | None, TaskPriority]] = {
    "low": TaskPriority.LOW,
    "normal": TaskPriority.MEDIUM,
    None: TaskPriority.MEDIUM,
    "high": TaskPriority.HIGH,
    "urgent": TaskPriority.HIGH,
}
# A ticket that was worked on is never new again.
_TO_STATUS: Final = {TaskStatus.TODO: "open", TaskStatus.IN_PROGRESS: "open", TaskStatus.DONE: "solved"}
_TO_PRIORITY: Final = {TaskPriority.LOW: "low", TaskPriority.MEDIUM: "normal", TaskPriority.HIGH: "high"}


FIELD_OF: Final[Mapping[str, str]] = {"subject": "title", "status": "status", "priority": "priority"}


def raw(ticket: Ticket) -> dict[str, Any]:
    """What of a ticket a task has, too, as Zendesk writes it: the next one is compared with it."""
    return {name: getattr(ticket, name) for name in FIELD_OF}


def of_ticket(ticket: Ticket) -> dict[str, Any]:
    """The same as a task has it."""
    return {
        "title": " ".join(clean(ticket.subject).split())[:LONGEST_NAME] or f"Ticket {ticket.id}",
        "status": _STATUS_OF.get(ticket.status, TaskStatus.IN_PROGRESS).value,
        "priority": _PRIORITY_OF.get(ticket.priority, TaskPriority.MEDIUM).value,
    }


def of_task(task: ProjectTask) -> dict[str, Any]:
    """The same of a task."""
    return {"title": task.title, "status": task.status, "priority": task.priority}


def as_ticket(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a task as those of a ticket."""
    written: dict[str, Any] = {}
    if "title" in changes:
        written["subject"] = changes["title"]
    if "status" in changes:
        written["status"] = _TO_STATUS[TaskStatus(changes["status"])]
    if "priority" in changes:
        written["priority"] = _TO_PRIORITY[TaskPriority(changes["priority"])]
    return written


def described(ticket: Ticket) -> str:
    """What a task that a ticket becomes is described by."""
    return clean(ticket.description)[:LONGEST_TEXT]
