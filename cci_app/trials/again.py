"""A turn run again, to see what would be said today: nothing is written, nothing is sent, nobody is told."""

import uuid
from datetime import datetime
from typing import Any

from flask import current_app

from cci_app.accounts.caller import Caller
from cci_app.conversation.history.reading import message_of, read_conversation
from cci_app.conversation.inbound import Person
from cci_app.conversation.rehearsal import Dialogue, Rehearsed
from cci_app.conversation.service import get_conversation
from cci_app.conversation.state import PersonState
from cci_app.conversation.thinking import outcome
from cci_app.conversation.trial import Trial
from cci_app.core.errors import Conflict, NotFound
from cci_app.trials.talking import maker_of

MOST_EARLIER = 200
# Too little for any model to be asked: what was said before is understood by rules.
_EARLIER_SECONDS = 1.5


def run_again(caller: Caller, conversation_id: uuid.UUID, message_id: int) -> dict[str, Any]:
    """What was answered to a message of a conversation, and what would be now, after the same messages before it.

    `same_place` tells whether the messages before lead today to the question that was open then. Raises NotFound, and
    Conflict where the assistant's agents keep a memory of their own, which nobody can set back.
    """
    found = read_conversation(caller.organisation_id, conversation_id, before=message_id + 1, limit=MOST_EARLIER)
    said = [each for each in found["messages"] if each["kind"] == "message"]
    if not said or said[-1]["id"] != message_id:
        raise NotFound("there is no such message in this conversation")
    conversation = get_conversation()
    assistant = conversation.catalogue.find(caller.organisation_id, found["assistant"])
    if assistant.forgetting:
        raise Conflict("this assistant's agent keeps a memory of its own: try it as a new person instead")
    contact = conversation.contact(Person(caller.organisation_id, found["assistant"], found["user_id"]))
    trial = Trial.begin(maker_of(caller), known_as=found["user_id"])
    person = Person(caller.organisation_id, found["assistant"], trial.user_id)
    rehearsal = Dialogue(assistant, person, contact)
    for each in said[:-1]:
        rehearsal.say(each["user_message"], each["at"], _EARLIER_SECONDS)
    open_now = PersonState.from_json(rehearsal.state).current_question if rehearsal.state else None
    seconds = current_app.config["SETTINGS"].reply_budget_seconds
    again = rehearsal.say(said[-1]["user_message"], said[-1]["at"], seconds)
    return {
        "user_message": said[-1]["user_message"],
        "at": said[-1]["at"],
        "same_place": not said[:-1] or open_now == said[-2]["current_question"],
        "old": said[-1],
        "new": _told(again, said[-1]["at"]),
    }


def _told(again: Rehearsed, at: datetime) -> dict[str, Any]:
    """What was rehearsed, as messages of a conversation are told."""
    turn, thought = again.turn, again.thought
    spent = round(sum(thought.stages.values()) * 1000)
    made = outcome(turn, thought, spent).to_json()
    told = message_of(
        {
            **{name: made[name] for name in ("route", "stages_ms", "calls", "intent", "language", "agent")},
            "status": "failed" if thought.failed else "completed",
            "held": False,
            "at": at,
            "current_question": thought.state.current_question,
            "response_time_ms": spent,
        }
    )
    sources = [{name: one.get(name) for name in ("document_id", "title", "page")} for one in made["sources"]]
    return {**told, "sources": sources, "agent_response": again.text}
