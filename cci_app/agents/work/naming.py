"""What a message names: tasks, people, projects, a time, a state; by the words of the workspace itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from cci_app.agents.work.content import WorkWords
from cci_app.coordination.models import TaskPriority, TaskStatus
from cci_app.coordination.scope import NamedPerson, NamedProject, NamedTask, NamedWork
from cci_app.knowledge.search.words import STOP, alike
from cci_app.language.localised import LocalisedList
from cci_app.language.quantities import quantities, scanned
from cci_app.language.tokens import tokens

# So alike two words are the same one.
_SAME: Final = 0.85
_MOST_NAMED: Final = 5
_NUMBERED: Final = re.compile(r"#\s?([0-9]{1,12})\b")
_UNITS: Final = frozenset(
    """
    h hs hora horas heure heures hour hours hrs min mins minuto minutos minute minutes dia dias jour jours day days
    semana semanas semaine semaines week weeks
    """.split()  # noqa: SIM905 (reads better than a list)
)
_MINUTES: Final = frozenset("min mins minuto minutos minute minutes".split())  # noqa: SIM905
_HOURS: Final = frozenset("h hs hora horas heure heures hour hours hrs".split())  # noqa: SIM905
_HALF: Final = frozenset("media medio demie half".split())  # noqa: SIM905
_ORDINALS: Final = {
    **dict.fromkeys("primera primero primer premiere premier first".split(), 1),  # noqa: SIM905
    **dict.fromkeys("segunda segundo deuxieme seconde second".split(), 2),  # noqa: SIM905
    **dict.fromkeys("tercera tercero tercer troisieme third".split(), 3),  # noqa: SIM905
    **dict.fromkeys("cuarta cuarto quatrieme fourth".split(), 4),  # noqa: SIM905
    **dict.fromkeys("quinta quinto cinquieme fifth".split(), 5),  # noqa: SIM905
    **dict.fromkeys("ultima ultimo derniere dernier last".split(), -1),  # noqa: SIM905
}
_WEEKDAYS: Final = {
    **dict.fromkeys("lunes lundi monday".split(), 0),  # noqa: SIM905
    **dict.fromkeys("martes mardi tuesday".split(), 1),  # noqa: SIM905
    **dict.fromkeys("miercoles mercredi wednesday".split(), 2),  # noqa: SIM905
    **dict.fromkeys("jueves jeudi thursday".split(), 3),  # noqa: SIM905
    **dict.fromkeys("viernes vendredi friday".split(), 4),  # noqa: SIM905
    **dict.fromkeys("sabado samedi saturday".split(), 5),  # noqa: SIM905
    **dict.fromkeys("domingo dimanche sunday".split(), 6),  # noqa: SIM905
}
_TOMORROW: Final = frozenset({"manana", "demain", "tomorrow"})
_TODAY: Final = frozenset({"hoy", "today"})
_ISO: Final = re.compile(r"\b(20[0-9]{2})-([01][0-9])-([0-3][0-9])\b")
_SLASHED: Final = re.compile(r"\b([0-3]?[0-9])/([01]?[0-9])(?:/(20[0-9]{2}))?\b")
_LAST: Final = frozenset("pasada pasado derniere dernier last".split())  # noqa: SIM905
_TIMES: Final = {
    **dict.fromkeys(("semana", "semaine", "week"), "week"),
    **dict.fromkeys(("mes", "mois", "month"), "month"),
}


@dataclass(frozen=True, slots=True)
class DaySpan:
    """A span of days that a message names: `name` as the assistant's file says it, from `since` to `until`."""

    name: str
    since: date
    until: date


class Naming:
    """What one message names of a workspace."""

    def __init__(self, text: str, work: NamedWork, words: WorkWords) -> None:
        self.text = text
        self.words = tokens(text)
        self._work, self.of = work, words

    def people(self) -> list[NamedPerson]:
        """Who is named, in the order of the message: by handle, name or first name; one of two of a name is nobody."""
        found: dict[int, NamedPerson] = {}
        for place, word in enumerate(self.words):
            for person in self._called(place, word):
                found.setdefault(person.id, person)
        return list(found.values())

    def _called(self, place: int, word: str) -> list[NamedPerson]:
        following = self.words[place + 1 : place + 2]
        full: list[NamedPerson] = []
        first: list[NamedPerson] = []
        for person in self._work.people:
            names = tokens(person.name)
            if names and names[0] == word:
                (full if len(names) > 1 and following == names[1:2] else first).append(person)
            elif tokens(person.handle) == self.words[place : place + len(tokens(person.handle))]:
                full.append(person)
        fits = full or first
        return fits if len(fits) == 1 else []

    def names_me(self) -> bool:
        """Whether the person means themselves."""
        return self._holds(self.of.me)

    def names_nobody(self) -> bool:
        """Whether tasks without anybody are meant."""
        return self._holds(self.of.nobody)

    def projects(self) -> list[NamedProject]:
        """The projects whose names stand in the message, the longest names first."""
        fits = []
        for project in self._work.projects:
            name = [word for word in tokens(project.name) if word not in STOP]
            if name and all(any(alike(word, each) >= _SAME for each in self.words) for word in name):
                fits.append((len(name), project))
        most = max((length for length, _ in fits), default=0)
        return [project for length, project in fits if length == most]

    def status(self) -> TaskStatus | None:
        """The state that is named."""
        name = self._named_last(self.of.statuses)
        return TaskStatus(name) if name else None

    def priority(self) -> TaskPriority | None:
        """How much a task shall matter."""
        name = self._named_last(self.of.priorities)
        return TaskPriority(name) if name else None

    def hours(self) -> Decimal | None:
        """How long something took: "2 horas y media", "30 minutos", "hora y media", "1,5 h"."""
        words = scanned(self.text)
        half = Decimal("0.5") if not _HALF.isdisjoint(words) else Decimal(0)
        for each in quantities(words):
            unit = words[each.end] if each.end < len(words) else ""
            if unit in _MINUTES:
                return (each.value / 60).quantize(Decimal("0.01"))
            if unit in _HOURS:
                return each.value + half
        if any(word in _HOURS for word in words):
            return 1 + half if {"una", "une", "an", "one"} & set(words) or half else None
        return None

    def day(self, today: date) -> date | None:
        """The day that is named, today or one to come."""
        if (iso := _ISO.search(self.text)) is not None:
            return _a_day(int(iso[1]), int(iso[2]), int(iso[3]))
        if (slashed := _SLASHED.search(self.text)) is not None:
            found = _a_day(int(slashed[3] or today.year), int(slashed[2]), int(slashed[1]))
            if found is None or slashed[3] or found >= today:
                return found
            return _a_day(today.year + 1, int(slashed[2]), int(slashed[1]))
        if not _TOMORROW.isdisjoint(self.words):
            return today + timedelta(days=1)
        if self._holds_today():
            return today
        weekday = next((_WEEKDAYS[word] for word in self.words if word in _WEEKDAYS), None)
        return None if weekday is None else today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)

    def period(self, today: date) -> DaySpan | None:
        """The span of days that is named."""
        if self._holds_today():
            return DaySpan("today", today, today)
        if {"ayer", "hier", "yesterday"} & set(self.words):
            return DaySpan("yesterday", today - timedelta(days=1), today - timedelta(days=1))
        span = next((_TIMES[word] for word in self.words if word in _TIMES), None)
        if span is None:
            return None
        is_last = not _LAST.isdisjoint(self.words)
        first = today - timedelta(days=today.weekday()) if span == "week" else today.replace(day=1)
        if is_last:
            last = first - timedelta(days=1)
            begins = last - timedelta(days=6) if span == "week" else last.replace(day=1)
            return DaySpan(f"last_{span}", begins, last)
        following = first + timedelta(days=7 if span == "week" else 32)
        return DaySpan(span, first, (following if span == "week" else following.replace(day=1)) - timedelta(days=1))

    def numbers(self) -> list[int]:
        """The numbers that may be those of tasks: none that counts hours or days."""
        marked = [int(each) for each in _NUMBERED.findall(self.text)]
        if marked:
            return marked
        words = scanned(self.text)
        found = []
        # "Tareas 101 102" are two.
        for each in quantities(words, alone=range(len(words))):
            unit = words[each.end] if each.end < len(words) else ""
            if each.bare and unit not in _UNITS and each.value < 10**12:
                found.append(int(each.value))
        return found

    def place(self) -> int | None:
        """Which row of a list is named, -1 for the last; None where none is."""
        return next((_ORDINALS[word] for word in self.words if word in _ORDINALS), None)

    def tasks(self, among: Sequence[NamedTask]) -> list[NamedTask]:
        """The tasks whose words the message has most of, those not done before others; rare words count for more."""
        own = {word for person in self.people() for word in tokens(person.name)}
        own |= {word for told in self.of.statuses.values() for phrase in _phrases(told) for word in phrase.split()}
        asked = [word for word in self.words if word not in STOP | own and len(word) > 2 and not word.isdigit()]
        called = {task.id: self._words_of(task) for task in among}
        often: dict[str, int] = {}
        for of_task in called.values():
            for word in of_task:
                often[word] = often.get(word, 0) + 1
        # Once for each word: the names of projects and labels stand in hundreds of tasks.
        matched = {word for word in often if any(alike(said, word) >= _SAME for said in asked)}
        scores = {
            task_id: sum(weight / often[word] ** 0.5 for word, weight in of_task.items() if word in matched)
            for task_id, of_task in called.items()
        }
        best = max(scores.values(), default=0.0)
        if best <= 0:
            return []
        fits = [task for task in among if scores[task.id] >= best * 0.9]
        still_open = [task for task in fits if not task.is_done]
        return (still_open or fits)[:_MOST_NAMED]

    @staticmethod
    def _words_of(task: NamedTask) -> dict[str, float]:
        """What a task is called by, each word with its weight."""
        weights = {word: 0.3 for word in tokens(task.project) if word not in STOP}
        weights |= {word: 0.8 for label in task.labels for word in tokens(label) if word not in STOP}
        return weights | {word: 1.0 for word in tokens(task.title) if word not in STOP}

    def _holds_today(self) -> bool:
        written = f" {' '.join(self.words)} "
        return not _TODAY.isdisjoint(self.words) or " aujourd hui " in written

    def _holds(self, told: LocalisedList) -> bool:
        written = f" {' '.join(self.words)} "
        return any(f" {phrase} " in written for phrase in _phrases(told))

    def _named_last(self, named: Mapping[Any, LocalisedList]) -> str | None:
        """Which of several is named farthest to the right, by the longest of its phrases there."""
        written = f" {' '.join(self.words)} "
        best: tuple[int, int, str] | None = None
        for name, told in named.items():
            for phrase in _phrases(told):
                at = written.rfind(f" {phrase} ")
                if at >= 0 and (best is None or (at + len(phrase), len(phrase)) > best[:2]):
                    best = (at + len(phrase), len(phrase), str(name))
        return best[2] if best else None


def wants_more(text: str, words: WorkWords) -> bool:
    """Whether a message is nothing but a wish for more of the same."""
    return " ".join(tokens(text)) in _phrases(words.more)


def _phrases(told: LocalisedList) -> frozenset[str]:
    return frozenset(" ".join(tokens(phrase)) for several in told.root.values() for phrase in several)


def _a_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
