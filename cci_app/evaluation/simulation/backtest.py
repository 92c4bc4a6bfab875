"""Talks of real people run again by two versions side by side: nothing is written, sent or told.

What a person said after the first answer was said to the answer of that day; so each message stands for itself: both
versions have heard the same ones before it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cci_app.assistants.assistant import Assistant
from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import Conversation, ConversationRun
from cci_app.conversation.rehearsal import Dialogue, Rehearsed
from cci_app.conversation.trial import Trial
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict

MOST_MESSAGES: Final = 40
_MAKER: Final = "b0"


@dataclass(frozen=True, slots=True)
class Compared:
    """One message, what was answered to it then, and what either version would."""

    conversation_id: uuid.UUID
    message_id: int
    said: str
    recorded: str
    control: Rehearsed
    candidate: Rehearsed

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.control.text != self.candidate.text


def backtest(
    organisation_id: int, control: Assistant, candidate: Assistant, *, conversations: int, seconds: float, region: str
) -> Iterator[Compared]:
    """The newest conversations with the assistant, message by message.

    Raises Conflict where its agents keep a memory of their own, which nobody can set back.
    """
    if control.forgetting or candidate.forgetting:
        raise Conflict("this assistant's agent keeps a memory of its own: nothing can be run again")
    for run in _runs(organisation_id, control.name, conversations):
        with tenant_transaction(organisation_id) as session:
            contact = book.find(session, organisation_id, run.user_id, region)
        yield from _again(organisation_id, run, control, candidate, contact, seconds)


def _again(
    organisation_id: int,
    run: Any,
    control: Assistant,
    candidate: Assistant,
    contact: ContactCard | None,
    seconds: float,
) -> Iterator[Compared]:
    person = Person(organisation_id, control.name, Trial(_MAKER, run.id.hex, None, run.user_id).user_id)
    both = [Dialogue(assistant, person, contact) for assistant in (control, candidate)]
    for said in _messages(organisation_id, run.id):
        at: datetime = said.timestamp
        first, second = (each.say(said.user_message, at, seconds) for each in both)
        yield Compared(run.id, said.id, said.user_message, said.agent_response, first, second)


def _runs(organisation_id: int, assistant: str, most: int) -> list[Any]:
    mine = (ConversationRun.organisation_id == organisation_id, ConversationRun.assistant == assistant)
    newest = sa.select(ConversationRun.id, ConversationRun.user_id).where(*mine)
    with tenant_transaction(organisation_id) as session:
        return list(session.execute(newest.order_by(ConversationRun.last_message_at.desc()).limit(most)))


def _messages(organisation_id: int, run_id: uuid.UUID) -> list[Any]:
    said = (
        sa.select(Conversation.id, Conversation.timestamp, Conversation.user_message, Conversation.agent_response)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.run_id == run_id,
            Conversation.kind == "message",
            Conversation.user_message != "",
        )
        .order_by(Conversation.id)
        .limit(MOST_MESSAGES)
    )
    with tenant_transaction(organisation_id) as session:
        return list(session.execute(said))
