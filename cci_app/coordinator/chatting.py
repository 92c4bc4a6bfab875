"""A message to the project assistant from who signed in, or from a program: answered as on any channel."""

import json
from dataclasses import dataclass
from typing import Any

from cci_app.accounts.caller import Caller
from cci_app.assistants.kinds import WORK
from cci_app.channels.api import ACCOUNT, Api, read_message
from cci_app.channels.ports import Incoming
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.service import get_conversation
from cci_app.coordination.actions.proposing import list_actions
from cci_app.coordination.models import AiAction, AiActionState
from cci_app.coordination.participants import participant
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.http.limits import limit_person

_MOST_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What the assistant says, and what waits for a yes of the person."""

    assistant: str
    user_id: str
    language: str | None
    response: str
    parts: list[Any]
    actions: list[AiAction]


def chat(
    caller: Caller,
    message: str,
    *,
    user_id: str | None = None,
    assistant: str | None = None,
    message_id: str | None = None,
    waited: float,
) -> ChatAnswer:
    """Answer a message. Members speak for themselves; a program for itself, or for whom it names.

    Raises InvalidInput where there is no such assistant, and for a member who names somebody else.
    """
    conversation = get_conversation()
    person = Person(caller.organisation_id, _assistant(caller.organisation_id, assistant), _speaker(caller, user_id))
    limit_person(person.user_id)
    said = {"user_id": person.user_id, "message": message, "message_id": message_id}
    inbound = read_message(Incoming(ACCOUNT, fields=said), Api.kind)
    answered = conversation.receive(Event(person, inbound), waited=waited)
    body = json.loads(answered.reply.body)
    state = conversation.state(person)
    return ChatAnswer(
        person.assistant,
        person.user_id,
        state.language if state else None,
        body["response"],
        body.get("parts", []),
        _open_actions(person),
    )


def _speaker(caller: Caller, user_id: str | None) -> str:
    if caller.member_id is None:
        return user_id or caller.who
    own = f"member:{caller.member_id}"
    if user_id not in (None, own):
        raise InvalidInput("a member speaks for themselves", details={"user_id": ["Leave it out."]})
    return own


def _assistant(organisation_id: int, name: str | None) -> str:
    """The assistant of that name, or the first that knows of the work. Raises InvalidInput."""
    catalogue = get_conversation().catalogue
    if name is not None:
        return catalogue.find(organisation_id, name).name
    for known, spec in catalogue.specs(organisation_id).items():
        if spec.has_agent_of(WORK):
            return known
    told = "no assistant of yours knows of the work: name one, or share `coordinator` by ASSISTANTS_SHARED_WITH"
    raise InvalidInput(told, details={"assistant": ["There is none that knows of the work."]})


def _open_actions(person: Person) -> list[AiAction]:
    with tenant_transaction(person.organisation_id) as session:
        who = participant(session, person.organisation_id, person.user_id)
    if who is None:
        return []
    waiting = list_actions(person.organisation_id, AiActionState.PROPOSED, limit=_MOST_ACTIONS)
    return [action for action in waiting if action.asked_by == who.person_id]
