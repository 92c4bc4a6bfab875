"""A conversation of nobody's: each message is answered as everybody's is, and nothing is written, sent or told."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cci_app.assistants.assistant import Assistant
from cci_app.channels.trial import KIND
from cci_app.channels.words import plain_text
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import EventKind, Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.thinking import Thought, think
from cci_app.conversation.turns import Turn
from cci_app.core.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was answered to one message, and after how many milliseconds."""

    turn: Turn
    thought: Thought
    spent_ms: float

    @property
    def text(self) -> str:
        """The answer as one text."""
        return self.thought.reply.text if self.thought.reply else plain_text(self.thought.parts)


@dataclass(slots=True)
class Dialogue:
    """A conversation as `person`, whom the assistant takes for `contact`. `state` is where they stand."""

    assistant: Assistant
    person: Person
    contact: ContactCard | None = None
    state: Mapping[str, Any] = field(default_factory=dict)

    def say(self, text: str, at: datetime, seconds: float) -> Rehearsed:
        """Answer a message that was written at that time, within so many seconds."""
        turn = self._turn(text)
        begun = time.monotonic()
        thought = think(turn, self.assistant, Deadline.after(seconds), at)
        spent = (time.monotonic() - begun) * 1000
        self.state = thought.state.to_json()
        return Rehearsed(turn, thought, spent)

    def _turn(self, text: str) -> Turn:
        return Turn(
            person=self.person,
            receipt_id=0,
            token=uuid.uuid4(),
            kind=EventKind.MESSAGE,
            text=text,
            attachments=(),
            address=None,
            channel=KIND,
            state=self.state,
            sequence=0,
            late=(),
            attempts=1,
            takeovers=0,
            mode=TurnMode.BOT,
            contact=self.contact,
        )
