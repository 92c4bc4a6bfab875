"""What an assistant's agents know of a person by themselves, beside our own record: who it is, and what was said."""

from dataclasses import replace

import structlog

from cci_app.assistants.assistant import Assistant
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import Event, EventKind
from cci_app.conversation.models import TurnMode
from cci_app.conversation.state import PersonState
from cci_app.conversation.turns import Turn
from cci_app.core.deadline import Deadline

log = structlog.get_logger(__name__)

# How long a reset waits, and then again for a worker: an agent of one's own may ask for it while a person waits for it.
RESET_WAITS_SECONDS = 1.0


def acquaint(turn: Turn, assistant: Assistant) -> Turn:
    """The turn with the contact as the assistant's agents know it.

    A turn that ended its process each time is given up without them; while a human answers nobody asks them.
    """
    if turn.is_given_up or turn.kind is EventKind.RESET or turn.mode is not TurnMode.BOT:
        return turn
    return replace(turn, contact=contact_of(turn.person.user_id, turn.contact, assistant))


def contact_of(user_id: str, known: ContactCard | None, assistant: Assistant) -> ContactCard | None:
    """Who a person is: `known` from the contact book, unless an agent has a book of its own."""
    for agent in assistant.knowing.values():
        known = agent.contact(user_id, known)
    return known


def remembered(state: PersonState | None, known: ContactCard | None, assistant: Assistant) -> ContactCard | None:
    """Who a person is, where nobody is asked: `known` from the contact book, and what an agent said when they wrote.

    An agent of one's own may ask us who is writing while we wait for it: asked in turn, it would wait for itself.
    """
    for name, agent in assistant.knowing.items():
        known = agent.remembered(state.agents.get(name, {}) if state else {}, known)
    return known


def patience(event: Event, deadline: Deadline, assistant: Assistant) -> Deadline:
    """Until when an event waits for the turn before it.

    A reset may come from the agent that this turn waits for: it is done after the turn, and told of before.
    """
    if event.kind is not EventKind.RESET or not assistant.forgetting:
        return deadline
    return Deadline.after(deadline.within(RESET_WAITS_SECONDS))


def forget(turn: Turn, assistant: Assistant) -> None:
    """Have the agents forget the person of a reset that is committed; whoever cannot does not hold it up."""
    if turn.kind is not EventKind.RESET:
        return
    for name, agent in assistant.forgetting.items():
        try:
            agent.forget(turn.person.user_id)
        except Exception:
            log.exception("agent_did_not_forget", agent=name, receipt=turn.receipt_id)
