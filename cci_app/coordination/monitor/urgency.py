"""How urgent a task is: points with their reasons, so that whoever sees the level sees why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cci_app.coordination.monitor.models import UrgencyLevel
from cci_app.coordination.monitor.rules import UrgencyRules
from cci_app.core.text import fold


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the monitor knows of a task that is not done. `said` are its words, folded: title, description, comments."""

    id: int
    project_id: int
    title: str
    status: str
    assignee_id: int | None
    due_date: date | None
    estimate_hours: float | None
    spent_hours: float
    created_at: datetime
    status_at: datetime
    touched_at: datetime
    last_comment_at: datetime | None
    comments: int
    said: str


@dataclass(frozen=True, slots=True)
class Urgency:
    """The level and the score of a task; `reasons` add up to the score."""

    level: UrgencyLevel
    score: int
    reasons: Sequence[dict[str, int | str]]


# Of a task that is done.
NOT_URGENT = Urgency(UrgencyLevel.LOW, 0, ())


def urgency_of(task: TaskFacts, rules: UrgencyRules, today: date) -> Urgency:
    """Points for days late, for being due, for urgent words and for many comments."""
    points, reasons = rules.points, list[dict[str, int | str]]()

    def add(code: str, worth: int, value: int | str) -> None:
        if worth:
            reasons.append({"code": code, "points": worth, "value": value})

    if task.due_date is not None:
        left = (task.due_date - today).days
        if left < 0:
            add("late", min(-left * points.late_day, points.late_most), -left)
        elif left <= 1:
            add("due_within_1_day", points.due_within_1_day, left)
        elif left <= 3:
            add("due_within_3_days", points.due_within_3_days, left)
    words = set(task.said.replace("¡", " ").replace("!", " ").split())
    bare = {word.strip(".,;:()¿?«»\"'") for word in words}
    if (word := next((word for word in rules.words if fold(word) in bare), None)) is not None:
        add("urgent_word", points.urgent_word, word)
    if task.comments > rules.many_comments_over:
        add("many_comments", points.many_comments, task.comments)
    elif task.comments > rules.some_comments_over:
        add("some_comments", points.some_comments, task.comments)
    score = sum(int(reason["points"]) for reason in reasons)
    return Urgency(_level(score, rules), score, reasons)


def _level(score: int, rules: UrgencyRules) -> UrgencyLevel:
    for least, level in (
        (rules.critical_from, UrgencyLevel.CRITICAL),
        (rules.high_from, UrgencyLevel.HIGH),
        (rules.normal_from, UrgencyLevel.NORMAL),
    ):
        if score >= least:
            return level
    return UrgencyLevel.LOW
