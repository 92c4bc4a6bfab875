"""What stands in the work, in words: how far, how urgent, why, and what was done."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cci_app.coordination.models import ProjectEvent
from cci_app.coordination.monitor.rules import UnaskedRule
from cci_app.core.audit import SYSTEM
from cci_app.dashboard.choices import Choices
from cci_app.dashboard.formats import day, number
from cci_app.dashboard.words import gettext, ngettext

Names = Mapping[int, str]
NOTHING = "–"


def statuses() -> Choices:
    """How far a task may be."""
    return [("todo", gettext("To do")), ("in_progress", gettext("Under way")), ("done", gettext("Done"))]


def priorities() -> Choices:
    """How much a task may matter."""
    return [("high", gettext("High")), ("medium", gettext("Medium")), ("low", gettext("Low"))]


def project_statuses() -> Choices:
    """How a project may stand."""
    return [("active", gettext("Active")), ("on_hold", gettext("On hold")), ("completed", gettext("Finished"))]


def periods() -> Choices:
    """Of how many days a report may be."""
    return [("daily", gettext("A day")), ("weekly", gettext("A week")), ("monthly", gettext("A month"))]


def violation_states() -> Choices:
    """Where what breaks a rule may stand."""
    return [("open", gettext("Broken")), ("waived", gettext("Let be")), ("mended", gettext("Mended"))]


def action_kinds() -> Choices:
    """What an assistant may do in the work."""
    return [
        ("comment", gettext("comment on a task")),
        ("log_time", gettext("write hours down")),
        ("update_status", gettext("move a task")),
        ("update_task", gettext("change a task’s date or priority")),
        ("assign", gettext("give a task to somebody")),
        ("create_task", gettext("make a task")),
        ("notify", gettext("write to somebody")),
    ]


def unasked_words(rule: UnaskedRule) -> str:
    """A rule by which an assistant does something without a yes, as a sentence."""
    names = dict(action_kinds())
    told = {
        "acts": ", ".join(names.get(kind.value, kind.value) for kind in rule.kinds),
        "who": ", ".join(rule.roles) or gettext("everybody"),
        "where": gettext("on their own tasks") if rule.own else gettext("on all tasks"),
    }
    return gettext("For %(who)s: %(acts)s; %(where)s.") % told


def orders() -> Choices:
    """By what tasks may be ordered."""
    return [
        ("-updated_at", gettext("Last changed")),
        ("due_date", gettext("Due first")),
        ("-priority", gettext("Priority")),
        ("-created_at", gettext("Newest")),
        ("position", gettext("Order on the board")),
    ]


def cause_name(cause: str) -> str:
    """Why somebody is told of a task."""
    return {
        "late": gettext("Late"),
        "due_soon": gettext("Due soon"),
        "stuck": gettext("Stuck"),
        "unassigned": gettext("Nobody has it"),
        "over_estimate": gettext("Beyond its estimate"),
        "silent": gettext("No news"),
        "broken_rule": gettext("Breaks a rule of the handbook"),
        "asked": gettext("Somebody asked"),
    }.get(cause, cause)


def level_name(level: str) -> str:
    """How urgent a task is."""
    return {
        "critical": gettext("Critical"),
        "high": gettext("Urgent"),
        "normal": gettext("Normal"),
        "low": gettext("Can wait"),
    }.get(level, level)


def step_name(step: str) -> str:
    """As whom somebody is told."""
    return {
        "assignee": gettext("who does it"),
        "manager": gettext("who leads"),
        "owner": gettext("who answers for it"),
    }.get(step, step)


def reason_words(reason: Mapping[str, Any]) -> str:
    """A reason for how urgent a task is, with its points."""
    value = reason["value"]
    told = {
        "late": lambda: ngettext("%(num)s day late", "%(num)s days late", value),
        "due_within_1_day": lambda: gettext("due today or tomorrow"),
        "due_within_3_days": lambda: gettext("due within three days"),
        "urgent_word": lambda: gettext("says “%(word)s”") % {"word": value},
        "many_comments": lambda: ngettext("%(num)s comment", "%(num)s comments", value),
        "some_comments": lambda: ngettext("%(num)s comment", "%(num)s comments", value),
    }.get(reason["code"], lambda: str(reason["code"]))()
    return f"{told % {'num': value}} (+{reason['points']})"


def field_name(field: str) -> str:
    """What a field of a task or project is called."""
    return {
        "title": gettext("Title"),
        "name": gettext("Name"),
        "description": gettext("Description"),
        "status": gettext("Status"),
        "priority": gettext("Priority"),
        "project_id": gettext("Project"),
        "parent_id": gettext("Part of"),
        "assignee_id": gettext("Who does it"),
        "owner_id": gettext("Who answers for it"),
        "manager_id": gettext("Who leads it"),
        "start_date": gettext("Begins"),
        "due_date": gettext("Due"),
        "deadline": gettext("Deadline"),
        "estimate_hours": gettext("Estimate"),
        "recurrence": gettext("Comes again"),
        "labels": gettext("Labels"),
    }.get(field, field)


def conflict_name(cause: str) -> str:
    """Why a record of another side waits for somebody."""
    return {
        "both_changed": gettext("Both changed it"),
        "refused": gettext("Cannot be read"),
        "not_taken": gettext("Was refused there"),
        "uncertain": gettext("Nobody knows"),
    }.get(cause, cause)


def who_did(event: ProjectEvent) -> str:
    """Who did it; what happens in the background is the monitor's."""
    return gettext("Monitor") if event.who == SYSTEM.who else event.name


def event_words(event: ProjectEvent, people: Names) -> str:
    """What somebody did, in a line."""
    changes = event.changes
    if event.act == "task.changed" or event.act == "project.changed":
        return "; ".join(
            f"{field_name(field)}: {value_words(field, before, people)} → {value_words(field, after, people)}"
            for field, (before, after) in changes.items()
        )
    if event.act == "time.logged":
        before, after = changes.get("spent_hours", (0, 0))
        return gettext("spent %(hours)s h") % {"hours": number(round((after or 0) - (before or 0), 2))}
    if event.act == "task.reminded":
        told = {
            "name": people.get(changes["person"][1], NOTHING),
            "step": step_name(changes["step"][1]),
            "cause": cause_name(changes["cause"][1]),
        }
        return gettext("told %(name)s, %(step)s: %(cause)s") % told
    return {
        "task.created": gettext("gave the task"),
        "task.removed": gettext("removed a task"),
        "task.recurred": gettext("gave it again"),
        "task.acknowledged": gettext("is on it"),
        "task.escalated": gettext("had the next one told"),
        "comment.added": gettext("said something"),
        "comment.changed": gettext("changed a comment"),
        "comment.removed": gettext("took a comment back"),
        "project.created": gettext("began the project"),
    }.get(event.act, event.act)


def value_words(field: str, value: Any, people: Names) -> str:
    """A value of a field, as people read it."""
    if value is None or value in ("", []):
        return NOTHING
    if field in {"assignee_id", "owner_id", "manager_id"}:
        return people.get(value, str(value))
    if field in {"due_date", "start_date", "deadline"}:
        return day(date.fromisoformat(value))
    named = {"status": [*statuses(), *project_statuses()], "priority": priorities()}.get(field)
    if named is not None:
        return dict(named).get(value, str(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
