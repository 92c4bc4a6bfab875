"""What a human says: to the person, through the outbox, and among colleagues."""

import hashlib
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.accounts.caller import Caller, Proof
from cci_app.agents.ports import ThinksOnly, TurnContext
from cci_app.channels.message import File, Part, Template, Text
from cci_app.channels.words import written
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import Conversation as Said
from cci_app.conversation.service import get_conversation
from cci_app.conversation.state import PersonState
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.handoff.desk import ReopeningTemplate, desk_of, read_desk
from cci_app.handoff.models import Handoff, HandoffStep, StepKind
from cci_app.inbox.files import LONGEST_CAPTION, Enclosed, Enclosure, enclosing
from cci_app.inbox.holding import PHONE, begin, check_holder, hold, locked, note_step, open_of, reach_of, spoke

_DRAFT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Words:
    """What a human says to a person: a text, a file, or the desk's template. `key`: said once under it."""

    text: str = ""
    file: Enclosure | None = None
    template: bool = False
    key: str | None = None


def reply(caller: Caller, handoff_id: int, words: Words) -> None:
    """Say something to the person. Who says it first has the request.

    Raises NotFound, Conflict where a colleague has it or the channel's window is closed, InvalidInput for a file that
    cannot be sent.
    """
    reach = reach_of(caller.organisation_id, handoff_id)
    key = f"handoff {handoff_id} {_key(caller, words)}"
    with enclosing(reach.person, words.file) as file, tenant_transaction(caller.organisation_id) as session:
        handoff = locked(session, handoff_id)
        hold(session, handoff, caller)
        for number, part in enumerate(_parts(words, file, read_desk(session, caller.organisation_id).template)):
            message_id = reach.put(session, part, f"{key} {number}")
            if message_id is None:
                continue
            told = (part.caption or part.name) if isinstance(part, File) else part.plain
            note_step(session, handoff, caller.who, caller.name, told, StepKind.REPLY, message_id)
            if isinstance(part, File) and file is not None:
                file.note(session, message_id)
        spoke(handoff, clock.now())
    get_conversation().outbox.send(reach.person)


def note(caller: Caller, handoff_id: int, text: str) -> None:
    """Say something among colleagues; the person never sees it. Raises NotFound."""
    with tenant_transaction(caller.organisation_id) as session:
        note_step(session, locked(session, handoff_id), caller.who, caller.name, text, StepKind.NOTE)


def answered_on_the_phone(person: Person, parts: tuple[Part, ...], event_id: str) -> None:
    """Somebody of the organisation wrote to a person by the channel's own app: the assistant falls silent.

    Who has the request keeps it; where nobody does it is the phone's. An event that is told again changes nothing.
    """
    key = f"{PHONE} {event_id}"
    with tenant_transaction(person.organisation_id) as session:
        if session.scalar(sa.select(HandoffStep.id).where(HandoffStep.key == key)) is not None:
            return
    caller = Caller(person.organisation_id, PHONE, Proof.CHANNEL, name=PHONE)
    text = written(parts) or "\n".join(part.plain for part in parts)
    try:
        handoff_id = begin(caller, person, reason=PHONE)
    except Conflict:
        handoff_id = _open_of(person)
    with tenant_transaction(person.organisation_id) as session:
        handoff = locked(session, handoff_id)
        step = insert(HandoffStep).values(
            organisation_id=person.organisation_id,
            handoff_id=handoff_id,
            kind=StepKind.REPLY,
            author=PHONE,
            author_name=PHONE,
            text=text,
            key=key,
        )
        session.execute(step.on_conflict_do_nothing())
        spoke(handoff, clock.now())


def draft(caller: Caller, handoff_id: int) -> str:
    """What the assistant would say to the person's last message: nothing is sent, and nothing of it is kept.

    Raises NotFound, and Conflict where the desk wants no drafts, the assistant can give none without doing something,
    or a colleague has the request.
    """
    if not desk_of(caller.organisation_id)[0].drafts:
        raise Conflict("drafts are switched off at this desk")
    reach, conversation = reach_of(caller.organisation_id, handoff_id), get_conversation()
    with tenant_transaction(caller.organisation_id) as session:
        handoff = session.get_one(Handoff, handoff_id)
        if handoff.holder is not None:
            check_holder(handoff, caller)
        last = (
            sa.select(Said.user_message)
            .filter_by(**reach.person.columns)
            .where(Said.user_message != "")
            .order_by(Said.timestamp.desc())
            .limit(1)
        )
        asked = session.scalar(last)
    if not asked:
        raise InvalidInput("the person has not said anything yet")
    person, assistant = reach.person, conversation.assistant(caller.organisation_id, reach.person.assistant)
    state = conversation.state(person) or PersonState()
    deadline = Deadline.after(_DRAFT_SECONDS)
    route = assistant.route(asked, state.agents, deadline, organisation_id=person.organisation_id)
    agent = route.agent
    asking = assistant.agents[agent]
    if not isinstance(asking, ThinksOnly):
        raise Conflict("this assistant does things, or remembers by itself: it words no drafts")
    told = asking.reply(
        TurnContext(
            organisation_id=person.organisation_id,
            assistant=person.assistant,
            user_id=person.user_id,
            text=asked,
            language=reach.language,
            state=state.agents.get(agent, {}),
            contact=conversation.contact(person),
            now=clock.now(),
            deadline=deadline,
            routed=route.routed,
            others=state.agents,
        )
    )
    return told.text


def _parts(words: Words, file: Enclosed | None, template: ReopeningTemplate | None) -> list[Part]:
    if words.template:
        if template is None:
            raise InvalidInput("no template is set for closed windows", details={"template": ["None is set."]})
        return [Template(template.name, template.language, template.text)]
    is_caption = file is not None and len(words.text) <= LONGEST_CAPTION
    parts: list[Part] = [Text(words.text)] if words.text.strip() and not is_caption else []
    if file is not None:
        parts.append(file.part(words.text.strip() if is_caption else ""))
    if not parts:
        raise InvalidInput("there is nothing to say", details={"text": ["Missing."]})
    return parts


def _key(caller: Caller, words: Words) -> str:
    """The same key of the same caller says the same; without one every call says something new."""
    return hashlib.sha256(f"{caller.who} {words.key}".encode()).hexdigest()[:32] if words.key else uuid.uuid4().hex


def _open_of(person: Person) -> int:
    with tenant_transaction(person.organisation_id) as session:
        found = session.scalars(open_of(person)).one_or_none()
    if found is None:
        raise NotFound("there is no open request of this person")
    return found
