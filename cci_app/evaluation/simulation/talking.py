"""A made-up person talks with an assistant until they have what they want, or have had enough."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel
from pydantic import Field as FormField

from cci_app.assistants.assistant import Assistant
from cci_app.conversation.inbound import Person
from cci_app.conversation.rehearsal import Dialogue, Rehearsed
from cci_app.conversation.state import PersonState
from cci_app.conversation.trial import Trial
from cci_app.core.deadline import Deadline
from cci_app.evaluation.simulation.people import MadeUpPerson, Want, is_told
from cci_app.llm.chat import Chat, NoAnswer, Request

MOST_MESSAGES: Final = 30
_BETWEEN: Final = timedelta(seconds=25)
_MAKER: Final = "e0"


@dataclass(slots=True)
class Talk:
    """How it went: `done` tells that they have what they wanted, `gave_up` that they had enough of it.

    `lines` are what they said, what was answered, and after how many milliseconds.
    """

    person: str
    done: bool = False
    gave_up: bool = False
    failed: int = 0
    lines: list[tuple[str, str, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Stage:
    """Where a talk takes place."""

    rehearsal: Dialogue
    talk: Talk
    at: datetime
    seconds: float
    last: Rehearsed | None = None

    def say(self, text: str) -> Rehearsed:
        self.at += _BETWEEN
        self.last = self.rehearsal.say(text, self.at, self.seconds)
        self.talk.failed += self.last.thought.failed
        self.talk.lines.append((text, self.last.text, self.last.spent_ms))
        return self.last

    @property
    def is_full(self) -> bool:
        return len(self.talk.lines) >= MOST_MESSAGES

    @property
    def is_handed(self) -> bool:
        """Whether the last reply hands them to a human."""
        return bool(self.last and self.last.thought.reply and self.last.thought.reply.handoff)

    @property
    def state(self) -> PersonState:
        return PersonState.from_json(self.rehearsal.state)


class _Line(BaseModel):
    """What the model writes as the person it plays."""

    message: str = FormField(max_length=500, description="The next message of the person, as they would type it")
    has_it: bool = FormField(description="True when the goal is reached: then the message is not sent")
    gives_up: bool = FormField(description="True when the person has had enough: then the message is not sent")


def talk(
    assistant: Assistant,
    organisation_id: int,
    made_up: MadeUpPerson,
    seed: int,
    at: datetime,
    *,
    seconds: float,
    player: Chat | None = None,
) -> Talk:
    """One talk. The same seed says the same; with a `player` that model says what they say, in its own words."""
    pick = random.Random(f"{made_up.name} {seed}")  # noqa: S311 (no secret: it is to be the same again)
    person = Person(organisation_id, assistant.name, Trial(_MAKER, f"{made_up.name}-{seed}").user_id)
    stage = _Stage(Dialogue(assistant, person), Talk(made_up.name), at, seconds)
    if player is not None:
        return _played(stage, made_up, player)
    if made_up.opens:
        stage.say(made_up.typed(made_up.opens, pick))
    for want in made_up.wants:
        if not _asked(stage, made_up, want, pick):
            return stage.talk
    stage.talk.done = made_up.ends is None or _ended(stage, made_up, pick)
    return stage.talk


def _asked(
    stage: _Stage,
    made_up: MadeUpPerson,
    want: Want,
    pick: random.Random,
) -> bool:
    """Say it, each time another way, until it is had; whether it is."""
    ways = want.says
    first = pick.randrange(len(ways))
    for number in range(made_up.patience):
        if stage.is_full:
            break
        reply = stage.say(made_up.typed(ways[(first + number) % len(ways)], pick))
        # Who asks for a human wants one, not to be told of one.
        to_human = made_up.ends == "handoff" and want is made_up.wants[-1]
        if stage.is_handed if to_human else is_told(want, reply.text):
            return True
    stage.talk.gave_up = True
    return False


def _ended(stage: _Stage, made_up: MadeUpPerson, pick: random.Random) -> bool:
    """Answer what is asked until the end that they want; whether they came there."""
    if made_up.ends == "handoff":
        # The last of their wants is to be heard by a human: the reply to it is what hands them over.
        return stage.is_handed
    tries: dict[int, int] = {}
    while not stage.state.completed:
        question = stage.state.current_question
        said = made_up.answers.get(question or 0)
        if said is None or stage.is_full or tries.get(question or 0, 0) >= made_up.patience:
            stage.talk.gave_up = said is not None
            return False
        tries[question or 0] = tries.get(question or 0, 0) + 1
        stage.say(made_up.typed(said, pick))
    return True


def _played(stage: _Stage, made_up: MadeUpPerson, player: Chat) -> Talk:
    """A model plays the person. Whether they have what they wanted is seen in the replies, not by the model alone."""
    system = (
        "You play a person who writes to a company's assistant on WhatsApp. Write as they would: short, in their"
        f" language ({made_up.language}), with their mistakes. Their goal: {made_up.goal}. They have patience for"
        f" {made_up.patience} tries of one thing. You are never the assistant."
    )
    while not stage.is_full:
        said = "\n".join(f"person: {said}\nassistant: {reply}" for said, reply, _ in stage.talk.lines[-8:])
        try:
            request = Request("simulated_person", system, said or "The person writes first.", _Line)
            line = player.ask(request, _usable, Deadline.after(stage.seconds))
        except NoAnswer:
            stage.talk.gave_up = True
            break
        if line.has_it or line.gives_up:
            stage.talk.gave_up = line.gives_up
            break
        stage.say(line.message)
    replies = "\n".join(reply for _, reply, _ in stage.talk.lines)
    told = all(is_told(want, replies) for want in made_up.wants)
    at_end = made_up.ends is None or (made_up.ends == "completed" and stage.state.completed)
    stage.talk.done = told and (at_end or (made_up.ends == "handoff" and stage.is_handed))
    return stage.talk


def _usable(line: _Line) -> _Line:
    if not line.message.strip() and not (line.has_it or line.gives_up):
        raise ValueError("the person says nothing")
    return line
