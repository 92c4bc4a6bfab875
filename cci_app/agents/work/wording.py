"""The sentences of an agent of the work in one language, filled in."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from cci_app.agents.work.content import WorkContent
from cci_app.coordination.models import TaskStatus

_FORMS: Final = "|"
_LONGEST_TITLE: Final = 80


class WorkWording:
    """Fills in the texts of the assistant's file."""

    def __init__(self, content: WorkContent, language: str, zone: ZoneInfo) -> None:
        """`zone` is the organisation's: the days are its days."""
        self._say, self.language, self.zone = content.say, language, zone

    def __call__(self, name: str, /, **values: Any) -> str:
        """The sentence of that name; `count` chooses between its forms for one and for several."""
        return self._filled(getattr(self._say, name)[self.language], values)

    def both(self, name: str, /, **values: Any) -> tuple[str, str]:
        """Of a change: the question whether to do it, and the sentence that it is done."""
        ask, _, done = getattr(self._say, name)[self.language].partition(_FORMS)
        return ask.format(**values).strip(), done.format(**values).strip()

    def _filled(self, text: str, values: Mapping[str, Any]) -> str:
        one, bar, several = text.partition(_FORMS)
        if bar:
            count = values.get("count", values.get("days", 0))
            single = count == 1 or (self.language == "fr" and count == 0)
            text = one if single else several
        return text.format(**values).strip()

    def day(self, day: date) -> str:
        """A day in short, as "3 mar"."""
        return str(format_date(day, format="d MMM", locale=self.language)).rstrip(".")

    @staticmethod
    def figure(value: float | Decimal) -> str:
        """A number without zeros that say nothing."""
        return f"{float(value):.2f}".rstrip("0").rstrip(".")

    def status(self, name: str) -> str:
        """How a state is called."""
        return self._say.statuses[name][self.language]  # type: ignore[index]

    def priority(self, name: str) -> str:
        """How a priority is called."""
        return self._say.priorities[name][self.language]  # type: ignore[index]

    def period(self, name: str) -> str:
        """How a span of days is called."""
        return self._say.periods[name][self.language]  # type: ignore[index]

    @staticmethod
    def title(text: str) -> str:
        """A task's title in one line."""
        line = " ".join(text.split())
        return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"

    def lines(self, tasks: Sequence[Mapping[str, Any]], names: Mapping[str, str], today: date) -> str:
        """Tasks as a numbered list; `names` are those of people by their handles."""
        return "\n".join(f"{number}. {self.line(task, names, today)}" for number, task in enumerate(tasks, start=1))

    def line(self, task: Mapping[str, Any], names: Mapping[str, str], today: date) -> str:
        """A task in one line."""
        return self(
            "line",
            title=self.title(task["title"]),
            project=task["project"],
            person=names.get(task["assignee"] or "", task["assignee"]) or self("nobody"),
            when=self.when(task, today),
            id=task["id"],
        )

    def when(self, task: Mapping[str, Any], today: date) -> str:
        """When a task is due, how late it is, or when it was done."""
        due: date | None = task["due_date"]
        if task["status"] == TaskStatus.DONE and task["completed_at"] is not None:
            return self("finished", day=self.day(task["completed_at"].astimezone(self.zone).date()))
        if due is None:
            return self("undated")
        if due < today:
            return self("late", day=self.day(due), days=(today - due).days)
        return self("due", day=self.day(due))

    def card(self, task: Mapping[str, Any], names: Mapping[str, str], today: date) -> str:
        """All that is to be said of one task but its words."""
        spent, estimate = task["spent_hours"], task["estimate_hours"]
        hours = ""
        if estimate is not None:
            hours = self("hours", spent=self.figure(spent), estimate=self.figure(estimate))
        elif spent:
            hours = self("hours_spent", spent=self.figure(spent))
        return self(
            "card",
            title=self.title(task["title"]),
            id=task["id"],
            project=task["project"],
            status=self.status(task["status"]),
            priority=self.priority(task["priority"]),
            person=names.get(task["assignee"] or "", task["assignee"]) or self("nobody"),
            when=self.when(task, today),
            hours=hours,
        )
