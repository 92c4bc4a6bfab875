"""A wish to change something, as the call of a tool; or what is missing for it, asked back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cci_app.agents.work.content import WorkIntent
from cci_app.agents.work.naming import Naming
from cci_app.agents.work.wording import WorkWording
from cci_app.coordination.models import TaskPriority
from cci_app.coordination.participants import Participant
from cci_app.coordination.scope import NamedPerson, NamedProject, NamedTask, NamedWork
from cci_app.core.text import fold
from cci_app.tools.built_in.work import WorkTool

_LONGEST_TITLE: Final = 200
_MOST_PROJECTS: Final = 8
# What is to be written down stands behind a colon, in quotes, or behind one of these words.
_COLON: Final = re.compile(r"(?<![0-9]):(?![/0-9])\s*(.+)", re.DOTALL)
_QUOTED: Final = re.compile(r"[«“\"]\s*([^»”\"]+?)\s*[»”\"]")
_THAT: Final = re.compile(r"\b(?:que|qu['’]|that)\s*(.+)", re.IGNORECASE | re.DOTALL)
_TO_DO: Final = re.compile(
    r"\b(?:tareas?|t[âa]ches?|tasks?)\b(?:\s+(?:urgentes?|urgent))?\s*(?:de\s+|para\s+|pour\s+|to\s+|for\s+|d['’])?(.+)",
    re.IGNORECASE | re.DOTALL,
)
# The day and the person at the end of a title are no part of it.
_BY_WHEN: Final = (
    r"(?:para|pour|by|for|antes de|avant|until|before|el|le|on)\s+(?:el\s+|la\s+|le\s+|next\s+)?"
    r"(?:hoy|ma[ñn]ana|aujourd['’]hui|demain|today|tomorrow|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|20[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{4})?)"
)
_PROJECT_AT_END: Final = re.compile(
    r"(?<![\s,])[\s,]*+\b(?:en|dans|in|on|to|al|au|del|du|of|para|pour|for)\s+(?:el\s+|le\s+|la\s+|the\s+)?"
    r"(?:(?:proyecto|projet|project)\b.*|[^\s,]+\s+project\s*)$",
    re.IGNORECASE,
)
_DAY_AT_END: Final = re.compile(rf"(?<![\s,])[\s,]*+\b{_BY_WHEN}\s*[.!]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """A call of a tool, and what the person is asked and told of it; where `missing` is set, what to ask them first."""

    tool: WorkTool
    arguments: dict[str, Any]
    asked: str
    done: str = ""
    missing: str = ""
    tasks: tuple[int, ...] = ()
    person: str = ""


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """What somebody wants changed. `naming` is of the words that name things, `said` is the whole of what they wrote.

    `tell`: somebody is to be told of it too. `tasks` are those that may be meant.
    """

    intent: WorkIntent
    said: str
    naming: Naming
    work: NamedWork
    tasks: Sequence[NamedTask]
    who: Participant
    say: WorkWording
    today: date
    tell: bool = False

    def draft(self) -> ChangeDraft:
        """The call, or the question for what is missing."""
        tool = self.intent.tool
        assert tool is not None  # noqa: S101 (a change has one)
        if tool is WorkTool.CREATE:
            return self._create()
        if len(self.tasks) != 1:
            return self._which(tool)
        task = self.tasks[0]
        if tool in {WorkTool.ASSIGN, WorkTool.NOTIFY}:
            return self._for_person(tool, task)
        if tool is WorkTool.MOVE:
            return self._move(task)
        return self._comment(task) if tool is WorkTool.COMMENT else self._log_time(task)

    def _asking(self, tool: WorkTool, missing: str, told: str) -> ChangeDraft:
        return ChangeDraft(tool, {}, told, "", missing, tuple(task.id for task in self.tasks))

    def _which(self, tool: WorkTool) -> ChangeDraft:
        if not self.tasks:
            return self._asking(tool, "task", self.say("no_task"))
        items = "\n".join(
            f"{number}. {self.say.title(task.title)} ({task.project}) · #{task.id}"
            for number, task in enumerate(self.tasks, start=1)
        )
        return self._asking(tool, "task", self.say("which_task", items=items))

    def _for_person(self, tool: WorkTool, task: NamedTask) -> ChangeDraft:
        person = self._person()
        if person is None:
            return self._asking(tool, "person", self.say("which_person"))
        told = {"title": self.say.title(task.title), "id": task.id, "person": person.name}
        if tool is WorkTool.NOTIFY:
            arguments = {"task": task.id, "person": person.handle}
            return ChangeDraft(tool, arguments, *self.say.both("notify", **told), person=person.name)
        arguments = {"task": task.id, "assignee": person.handle, "tell": self.tell}
        name = "assign_tell" if self.tell else "assign"
        return ChangeDraft(tool, arguments, *self.say.both(name, **told), person=person.name)

    def _person(self) -> NamedPerson | None:
        """Who is named last: "quítasela a Ana y dásela a Bruno"; or the person themselves."""
        people = self.naming.people()
        if people:
            return people[-1]
        if self.naming.names_me() or (self.intent is WorkIntent.ASSIGN and self._takes_it()):
            return next((each for each in self.work.people if each.id == self.who.person_id), None)
        return None

    def _takes_it(self) -> bool:
        words = set(self.naming.words)
        return bool(words & {"tomo", "cojo", "prends", "take"})

    def _move(self, task: NamedTask) -> ChangeDraft:
        status = self.naming.status()
        if status is None:
            return self._asking(WorkTool.MOVE, "status", self.say("which_status"))
        told = self.say.both("move", title=self.say.title(task.title), id=task.id, status=self.say.status(status))
        return ChangeDraft(WorkTool.MOVE, {"task": task.id, "status": status.value}, *told)

    def _comment(self, task: NamedTask) -> ChangeDraft:
        text = payload(self.said)
        if not text:
            return self._asking(WorkTool.COMMENT, "text", self.say("what_text"))
        told = self.say.both("comment_on", title=self.say.title(task.title), id=task.id, text=text)
        return ChangeDraft(WorkTool.COMMENT, {"task": task.id, "text": text}, *told)

    def _log_time(self, task: NamedTask) -> ChangeDraft:
        hours = Naming(self.said, self.work, self.naming.of).hours()
        if hours is None or hours <= 0:
            return self._asking(WorkTool.LOG_TIME, "hours", self.say("what_hours"))
        told = self.say.both("log_time", title=self.say.title(task.title), id=task.id, hours=self.say.figure(hours))
        return ChangeDraft(WorkTool.LOG_TIME, {"task": task.id, "hours": str(hours)}, *told)

    def _create(self) -> ChangeDraft:
        whole = Naming(self.said, self.work, self.naming.of)
        people, day, priority = whole.people(), whole.day(self.today), whole.priority()
        title = self._title(people)
        if not title:
            return self._asking(WorkTool.CREATE, "title", self.say("what_title"))
        projects = whole.projects() or list(self.work.projects)
        if len(projects) != 1:
            return self._which_project(projects)
        arguments: dict[str, Any] = {"title": title, "project": projects[0].name}
        also = []
        if people:
            arguments["assignee"] = people[-1].handle
            also.append(self.say("create_for", person=people[-1].name))
        if day is not None:
            arguments["due_date"] = day.isoformat()
            also.append(self.say("create_due", day=self.say.day(day)))
        if priority is not None and priority is not TaskPriority.MEDIUM:
            arguments["priority"] = priority.value
            also.append(self.say("create_priority", priority=self.say.priority(priority)))
        told = self.say.both(
            "create", title=title, project=projects[0].name, also="".join(f", {each}" for each in also)
        )
        return ChangeDraft(WorkTool.CREATE, arguments, *told)

    def _which_project(self, projects: Sequence[NamedProject]) -> ChangeDraft:
        items = "\n".join(f"• {each.name}" for each in projects[:_MOST_PROJECTS])
        return self._asking(WorkTool.CREATE, "project", self.say("which_project", items=items))

    def _title(self, people: Sequence[NamedPerson]) -> str:
        """What is to be done: behind a colon, in quotes, behind the word for a task or "that"."""
        text = payload(self.said)
        if not text and (found := _TO_DO.search(self.said)) is not None:
            text = found[1].strip()
        text = _PROJECT_AT_END.sub("", _DAY_AT_END.sub("", text))
        for person in people[-1:]:
            first = re.escape(person.name.split()[0])
            text = re.sub(
                rf"(?<![\s,])[\s,]*+\b(?:para|pour|for|a|à|to)\s+{first}\b[^,]*$", "", text, flags=re.IGNORECASE
            )
            text = _DAY_AT_END.sub("", text)
        text = " ".join(text.split()).strip(" .,;:!¡¿?")[:_LONGEST_TITLE]
        names = [each.name for each in self.work.projects] + [each.name.split()[0] for each in people]
        if fold(text) in {fold(name) for name in names}:
            return ""
        return text[:1].upper() + text[1:]


def payload(said: str) -> str:
    """What a message wants written down, word by word; empty where it says nothing of the kind."""
    if (quoted := _QUOTED.search(said)) is not None:
        return quoted[1].strip()
    if (behind := _COLON.search(said)) is not None:
        return behind[1].strip()
    if (that := _THAT.search(said)) is not None:
        text = that[1].strip()
        return text[:1].upper() + text[1:]
    return ""


def without_payload(said: str) -> str:
    """The words of a message that name things: without what it wants written down."""
    for pattern in (_QUOTED, _COLON, _THAT):
        if (found := pattern.search(said)) is not None and found.start() > 0:
            return said[: found.start()]
    return said
