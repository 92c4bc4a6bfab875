"""The ports of an agent: what it is given for a turn, and what it gives back.

An agent decides and words; it writes nothing. What it returns is committed by the conversation, in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol, Self, runtime_checkable

from cci_app.channels.message import Part, Text
from cci_app.channels.words import plain_text
from cci_app.contacts.card import ContactCard
from cci_app.contacts.wishes import ContactWish
from cci_app.core.deadline import Deadline
from cci_app.knowledge.search.passage import Answer, Source

# Under which a router keeps its own state beside the agents'.
ROUTER: Final = "router"


@dataclass(frozen=True, slots=True)
class Routed:
    """What the router took a message for: `intent` in the words of the assistant's file, empty where it has no router.

    `between` are two intents that it could not tell apart. `asked` is the earlier message that is answered now that the
    person said which of the two they meant.
    """

    intent: str = ""
    between: tuple[str, ...] = ()
    asked: str = ""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """Everything an agent may know about the message it answers.

    `text` is already clean; it is empty when the message is nothing but `attachments`: the parts that are no words.
    `language` is the language to reply in.
    `state` is what this agent returned last time, empty at the start of a run. `contact` is None for a stranger.
    `receipts` are those of the messages that it answers, the newest first; in a rehearsal there is none, and no tool
    writes.
    `wish` is what the person asked the organisation for, before this run too, and did not take back.
    `others` are the states of the assistant's agents by their names, this one's too.
    """

    organisation_id: int
    assistant: str
    user_id: str
    text: str
    language: str
    state: Mapping[str, Any]
    contact: ContactCard | None
    now: datetime
    deadline: Deadline
    attachments: tuple[Part, ...] = ()
    receipts: tuple[int, ...] = ()
    wish: ContactWish | None = None
    routed: Routed = field(default_factory=Routed)
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def meant(self) -> str:
        """The message to answer: this one, or the one before that this one made clear."""
        return self.routed.asked or self.text


class AnswerStatus(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    VAGUE = "vague"
    SKIPPED = "skipped"
    CORRECTED = "corrected"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """The answer to one question (numbered from 1) as it stands after this message."""

    question: int
    text: str
    status: AnswerStatus
    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """The person asked for a human, or needs one. `summary` is what the human should know, in the person's language."""

    reason: str
    summary: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the person stands. `current_question` is the open question, None when there is none (left)."""

    current_question: int | None
    questions_answered: int
    completed: bool


@dataclass(frozen=True, slots=True)
class AgentReply:
    """What an agent makes of a message.

    `answers` are those recorded or changed by this message only. `state` replaces the agent's state and must survive
    JSON. `progress` is None of an agent that asks no questions. `new_run` asks the conversation to close the present
    run and to count this turn, with `state`, as the first of a new one (a confirmed restart). `company` is the one that
    the person named, for the record; `intent` is what the agent took the message for, in a word of its own.
    """

    parts: tuple[Part, ...]
    state: Mapping[str, Any]
    progress: Progress | None = None
    answers: tuple[RecordedAnswer, ...] = ()
    sources: tuple[Source, ...] = ()
    handoff: HandoffRequest | None = None
    company: str | None = None
    new_run: bool = False
    # Where the agent itself decides in which language it answers: the conversation goes on in it.
    language: str | None = None
    # What the organisation has to do, or may do again, for this person from now on.
    wish: ContactWish | None = None
    # What the person asked and nothing answered.
    unanswered: str | None = None
    intent: str | None = None

    @classmethod
    def saying(cls, text: str, state: Mapping[str, Any], **more: Any) -> Self:
        """A reply that is one text; `more` are the other fields."""
        return cls((Text(text),), state, **more)

    @property
    def text(self) -> str:
        """The parts as one text."""
        return plain_text(self.parts)


class Agent(Protocol):
    """One thing an assistant can do."""

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message within `turn.deadline`."""
        ...


@runtime_checkable
class AsksQuestions(Protocol):
    """An agent that asks questions one by one, and so tells where a person stands."""

    @property
    def start(self) -> Progress:
        """Where a person stands who has not answered anything."""
        ...


@runtime_checkable
class KnowsPeople(Protocol):
    """An agent with a contact book of its own."""

    def contact(self, user_id: str, known: ContactCard | None) -> ContactCard | None:
        """Who a person is, where our contact book says `known`; asked when they write."""
        ...

    def remembered(self, state: Mapping[str, Any], known: ContactCard | None) -> ContactCard | None:
        """Who a person is by the agent's own state of them, without asking; `known` where it does not say."""
        ...


@runtime_checkable
class Forgets(Protocol):
    """An agent that keeps something about people beside the state it returns."""

    def forget(self, user_id: str) -> None:
        """Forget what was said with a person: their next message begins anew."""
        ...


@runtime_checkable
class Recognises(Protocol):
    """An agent that tells by words of its own whether a message is for it."""

    def recognises(self, organisation_id: int, text: str, states: Mapping[str, Mapping[str, Any]]) -> float:
        """How surely, from 0 to 1; `states` are those of all agents by their names."""
        ...


@runtime_checkable
class Learns(Protocol):
    """What has to learn from examples before it can tell what a message means, which takes seconds."""

    def begin_to_learn(self) -> None:
        """Begin, unless it did; returns at once."""
        ...


@runtime_checkable
class ThinksOnly(Protocol):
    """An agent whose reply does nothing and is kept nowhere else: it can be asked for one that nobody gets."""

    thinks_only: bool


class Answerer(Protocol):
    """Answers a question from the organisation's documents."""

    def answer(
        self,
        organisation_id: int,
        question: str,
        language: str,
        deadline: Deadline,
        *,
        about: str = "",
        or_nearest: bool = False,
    ) -> Answer | None:
        """The answer with its sources, or None where no document holds it.

        `about` is the question that was answered last: one such as "and for members?" goes on from it. With
        `or_nearest` an answer may come that is not `sure`: what comes nearest, where there is something.
        """
        ...
