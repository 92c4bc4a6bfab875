"""One message to an agent of the work: what it wants, what it names, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from sqlalchemy.orm import Session

from cci_app.agents.ports import Answerer, TurnContext
from cci_app.agents.work.answers import WorkAnswer, WorkQuestion
from cci_app.agents.work.changes import ChangeDraft, ChangeWish, without_payload
from cci_app.agents.work.content import WorkContent, WorkIntent
from cci_app.agents.work.deciding import Deciding
from cci_app.agents.work.memory import OpenWish, WorkMemory
from cci_app.agents.work.naming import Naming, wants_more
from cci_app.agents.work.reading import WorkClause, WorkReader
from cci_app.agents.work.told import WorkTold
from cci_app.agents.work.wording import WorkWording
from cci_app.coordination.finding import today_of
from cci_app.coordination.participants import Participant
from cci_app.coordination.scope import NamedTask, NamedWork, latest_tasks, named_tasks, named_work
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Unavailable
from cci_app.core.tenants import timezone_of
from cci_app.knowledge.search.words import STOP
from cci_app.language.tokens import tokens

_GOES_ON: Final = frozenset({"y", "e", "et", "and", "pero", "mais", "but"})
_SHORT: Final = 7
_CLEAR: Final = 0.9
_LONGEST_SAID: Final = 1_000
# Of these one task is spoken of, and what was spoken of before is meant where none is named.
_OF_ONE_TASK: Final = frozenset({WorkIntent.DETAILS, WorkIntent.SPECIFIC})
# Of these a task is meant only where its number, or its place in a list, is named.
_LISTED: Final = frozenset(
    {
        WorkIntent.LIST,
        WorkIntent.OVERDUE,
        WorkIntent.IN_PROGRESS,
        WorkIntent.COMPLETED,
        WorkIntent.ASSIGNMENT,
        WorkIntent.BREACHES,
    }
)
_BY_NUMBER: Final = frozenset({WorkIntent.ASSIGNMENT, WorkIntent.PROGRESS, WorkIntent.BREACHES})


@dataclass(frozen=True, slots=True)
class WorkTurn:
    """A message of somebody who takes part."""

    content: WorkContent
    reader: WorkReader
    answerer: Answerer
    turn: TurnContext
    who: Participant
    memory: WorkMemory
    deciding: Deciding

    def answered(self) -> WorkTold:
        """What is said, and what is remembered."""
        text = self.turn.meant
        clauses = self.reader.read(text, self.turn.deadline)
        with tenant_transaction(self.turn.organisation_id) as session:
            reading = _Reading(self, session, clauses)
            drafted = reading.drafted()
            if drafted is None:
                told = reading.told()
        if drafted is not None:
            return self._changed(*drafted)
        if told is None:
            return self.deciding.on_it(self.memory, reading.say)
        if told.intent == WorkIntent.HANDBOOK:
            return self._from_handbook(text)
        return told

    def _changed(self, draft: ChangeDraft, wish: OpenWish) -> WorkTold:
        memory = replace(self.memory, wish=None, intent=None)
        if not draft.missing:
            return self.deciding.proposed(draft, memory)
        kept = replace(memory, wish=replace(wish, missing=draft.missing, tasks=draft.tasks), shown=draft.tasks)
        return WorkTold(draft.asked, kept, intent="asked_back")

    def _from_handbook(self, asked: str) -> WorkTold:
        """What the documents say, with their sources; what none says is told so, with what may be asked instead."""
        say, language, turn = self.content.say, self.turn.language, self.turn
        memory = replace(self.memory, intent=WorkIntent.HANDBOOK, said=asked[:_LONGEST_SAID], wish=None)
        about = self.memory.said if self.memory.intent is WorkIntent.HANDBOOK else ""
        try:
            answer = self.answerer.answer(turn.organisation_id, asked, language, turn.deadline, about=about)
        except Unavailable:
            answer = None
        if answer is None:
            return WorkTold(say.unknown[language], memory, intent="handbook", unanswered=asked)
        names = dict.fromkeys(
            source.title if source.page is None else say.page[language].format(title=source.title, page=source.page)
            for source in answer.sources
            if source.answer_id is None
        )
        told = say.source[language].format(title=" ; ".join(names)) if names else ""
        return WorkTold(
            answer.text,
            memory,
            intent="handbook",
            worded=not answer.is_own,
            sources=answer.sources,
            sources_told=told,
        )


class _Reading:
    """What a message means in a workspace, in a transaction that only reads."""

    def __init__(self, turn: WorkTurn, session: Session, clauses: Sequence[WorkClause]) -> None:
        whose = turn.turn.organisation_id
        self._turn, self._session, self._clauses = turn, session, clauses
        self._memory, self._text = turn.memory, turn.turn.meant
        self._work: NamedWork = named_work(session, whose)
        self._today: date = today_of(session, whose)
        self.say = WorkWording(turn.content, turn.turn.language, timezone_of(session, whose))

    @cached_property
    def _latest(self) -> Sequence[NamedTask]:
        return latest_tasks(self._session, self._turn.turn.organisation_id)

    def _naming(self, text: str) -> Naming:
        return Naming(text, self._work, self._turn.content.words)

    def drafted(self) -> tuple[ChangeDraft, OpenWish] | None:
        """The change that is wished for, or goes on from what was asked back; None where none is."""
        going_on = self._going_on()
        if going_on is not None:
            return going_on
        changes = [
            each
            for each in self._clauses
            if each.intent is not None and each.intent.tool is not None and not self._goes_on(each)
        ]
        if not changes:
            return None
        first = next((each for each in changes if each.intent is not WorkIntent.NOTIFY), changes[0])
        tell = len(changes) > 1 and any(each.intent is WorkIntent.NOTIFY for each in changes)
        said = first.text if tell else self._text
        assert first.intent is not None  # noqa: S101 (chosen so)
        return self._draft(first.intent, said, None, tell=tell)

    def _draft(
        self, intent: WorkIntent, said: str, tasks: Sequence[NamedTask] | None, *, tell: bool
    ) -> tuple[ChangeDraft, OpenWish]:
        named = without_payload(said) if intent in {WorkIntent.COMMENT, WorkIntent.CREATE} else said
        naming = self._naming(named)
        if tasks is None:
            tasks = () if intent is WorkIntent.CREATE else self._tasks(naming, or_focus=True)
        wish = ChangeWish(intent, said, naming, self._work, tasks, self._turn.who, self.say, self._today, tell=tell)
        return wish.draft(), OpenWish(f"{intent}{'+tell' if tell else ''}", said, "")

    def _going_on(self) -> tuple[ChangeDraft, OpenWish] | None:
        """The change of before with what was asked back; None where the message is about something else."""
        wish = self._memory.wish
        if wish is None:
            return None
        name, _, also = wish.intent.partition("+")
        intent, tell = WorkIntent(name), bool(also)
        sure = max(each.confidence for each in self._clauses)
        written_down = wish.missing in {"text", "title"}
        if not written_down and sure >= _CLEAR and self._clauses[0].intent not in {intent, None, WorkIntent.SPECIFIC}:
            return None
        tasks: Sequence[NamedTask] | None = named_tasks(self._session, self._turn.turn.organisation_id, wish.tasks)
        if wish.missing == "task":
            tasks = self._chosen(wish.tasks)
            if not tasks:
                return None
            return self._draft(intent, wish.said, tasks, tell=tell)
        said = f"{wish.said}: {self._text}" if written_down else f"{self._text}. {wish.said}"
        return self._draft(intent, said, tasks if tasks else None, tell=tell)

    def _chosen(self, offered: Sequence[int]) -> Sequence[NamedTask]:
        """Which of the tasks that were offered is meant: by its place, its number, or its words."""
        naming, whose = self._naming(self._text), self._turn.turn.organisation_id
        numbers = naming.numbers()
        place = naming.place() or next((number for number in numbers if 1 <= number <= len(offered)), None)
        if numbers and (known := named_tasks(self._session, whose, numbers[:1])) and not (place and offered):
            return known
        if place is not None and offered and abs(place) <= len(offered):
            return named_tasks(self._session, whose, [offered[place - 1 if place > 0 else place]])
        found = naming.tasks(named_tasks(self._session, whose, offered) if offered else self._latest)
        return found if len(found) == 1 else ()

    def _tasks(self, naming: Naming, *, or_focus: bool, by_words: bool = True) -> Sequence[NamedTask]:
        """The tasks that are meant: by number, by place in what was shown, by their words, or what was spoken of."""
        whose, shown = self._turn.turn.organisation_id, self._memory.shown
        numbers = naming.numbers()
        if numbers and (known := named_tasks(self._session, whose, numbers[:1])):
            return known
        place = naming.place()
        if place is not None and shown and abs(place) <= len(shown):
            return named_tasks(self._session, whose, [shown[place - 1 if place > 0 else place]])
        found = naming.tasks(self._latest) if by_words else []
        if not found and or_focus and self._memory.focus is not None:
            return named_tasks(self._session, whose, [self._memory.focus])
        return found

    def told(self) -> WorkTold | None:
        """The answers to what is asked; None where the person says that they are on it."""
        if wants_more(self._text, self._turn.content.words) and self._memory.intent in _LISTED:
            return self._more()
        intents = [(self._intent(each), each.text) for each in self._clauses]
        if any(intent is WorkIntent.ON_IT for intent, _ in intents):
            return None
        if any(intent is WorkIntent.HANDBOOK for intent, _ in intents):
            return WorkTold("", self._memory, intent=WorkIntent.HANDBOOK)
        texts, last = list[str](), self._memory
        for intent, said in intents:
            answer = self._answer(intent, said if len(intents) > 1 else self._text, 0)
            texts.append(answer.text)
            last = replace(
                last,
                intent=intent,
                said=said[:_LONGEST_SAID],
                offset=0,
                shown=answer.shown or last.shown,
                focus=answer.focus if answer.shown or answer.focus else last.focus,
                wish=None,
            )
        return WorkTold("\n\n".join(texts), last, intent=str(intents[0][0]), worded=True)

    def _intent(self, clause: WorkClause) -> WorkIntent:
        """What a clause asks; what was not made out may be a matter of the handbook, which says whether it is."""
        before = self._memory.intent
        if before is not None and self._goes_on(clause):
            return before
        return clause.intent or WorkIntent.HANDBOOK

    def _goes_on(self, clause: WorkClause) -> bool:
        """Whether it asks what was asked before of somebody, or something, else: "and Bruno?", "y las de la semana"."""
        words = tokens(clause.text)
        before = self._memory.intent
        if before is None or before is WorkIntent.HANDBOOK or not words or words[0] not in _GOES_ON:
            return False
        naming = self._naming(clause.text)
        named = {word for person in naming.people() for word in tokens(person.name)}
        named |= {word for project in naming.projects() for word in tokens(project.name)}
        says_when = naming.period(self._today) is not None
        if len(words) > _SHORT or not (named or says_when or naming.names_me()):
            return False
        return says_when or all(word in STOP | named | _GOES_ON for word in words)

    def _more(self) -> WorkTold:
        memory = self._memory
        assert memory.intent is not None  # noqa: S101 (asked only where there is one)
        offset = memory.offset + self._turn.content.page
        answer = self._answer(memory.intent, memory.said, offset)
        kept = replace(memory, offset=offset, shown=answer.shown or memory.shown)
        return WorkTold(answer.text, kept, intent=memory.intent.value, worded=True)

    def _answer(self, intent: WorkIntent, said: str, offset: int) -> WorkAnswer:
        content, language = self._turn.content, self._turn.turn.language
        if intent is WorkIntent.GENERAL:
            duties = content.duties[language]
            return WorkAnswer(self.say("help", name=self._turn.who.name.split()[0], duties=duties))
        naming = self._naming(said)
        tasks: Sequence[NamedTask] = ()
        if intent in _OF_ONE_TASK:
            tasks = self._tasks(naming, or_focus=True)
        elif intent in _BY_NUMBER:
            tasks = self._tasks(naming, or_focus=False, by_words=False)
        question = WorkQuestion(content, self._session, self._turn.who, self.say, self._work, naming, tasks, offset)
        return question.answered(intent)
