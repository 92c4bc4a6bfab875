"""Who answers a person: taking a request, passing it on, giving it back to the assistant, and taking it up again.

One human at a time: the row of the request says who, and whoever changes that locks it. The mode of the person's
turns changes in the same transaction, so the assistant falls silent, and speaks again, with it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Role
from cci_app.accounts.members.models import Member
from cci_app.channels.message import Text
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode, TurnState
from cci_app.conversation.modes import change_mode
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from cci_app.feedback.keeping import ask_stars
from cci_app.feedback.models import Feedback
from cci_app.feedback.words import said
from cci_app.handoff.desk import read_desk
from cci_app.handoff.models import Handoff, HandoffState, HandoffStep, StepKind
from cci_app.inbox.reaching import Reach, find_reach

MOST_LABELS = 10
LONGEST_LABEL = 40
# Whoever answers by the channel's own app signs in nowhere.
PHONE = "phone"


def begin(caller: Caller, person: Person, reason: str = "member", summary: str = "") -> int:
    """Answer a person who asked for nobody; the request that this makes, or the open one. Raises Conflict."""
    with tenant_transaction(person.organisation_id) as session:
        made = insert(Handoff).values(**person.columns, reason=reason, summary=summary, created_at=clock.now())
        session.execute(made.on_conflict_do_nothing())
        found = session.scalars(open_of(person)).one()
        hold(session, locked(session, found), caller)
        return found


def take(caller: Caller, handoff_id: int) -> None:
    """Answer a person from now on. Raises NotFound, and Conflict, which names who does already."""
    with tenant_transaction(caller.organisation_id) as session:
        hold(session, locked(session, handoff_id), caller)


def assign(caller: Caller, handoff_id: int, member_id: int | None) -> None:
    """Pass a request on to a colleague, or with None back to nobody, so that the assistant answers meanwhile.

    Whoever has it may do so, and admins. Raises NotFound, InvalidInput for no such colleague, Conflict.
    """
    with tenant_transaction(caller.organisation_id) as session:
        handoff = locked(session, handoff_id)
        _check_open(handoff)
        boss = caller.role is None or caller.role.covers(Role.ADMIN)
        if handoff.holder is not None and not boss:
            check_holder(handoff, caller)
        if member_id is None:
            give_back(session, handoff, caller.who, caller.name, "given_back")
            return
        member = session.scalars(
            sa.select(Member).where(Member.organisation_id == caller.organisation_id, Member.id == member_id)
        ).one_or_none()
        if member is None or not Role(member.role).covers(Role.AGENT):
            raise InvalidInput("no such colleague answers people", details={"member_id": ["Unknown, or a viewer."]})
        _give(session, handoff, f"member:{member.id}", member.name or member.email)


def close(caller: Caller, handoff_id: int) -> None:
    """End a request: the assistant goes on, and the person is asked how it went where the desk asks.

    Raises NotFound, and Conflict where a colleague has it.
    """
    reach = reach_of(caller.organisation_id, handoff_id)
    with tenant_transaction(caller.organisation_id) as session:
        handoff = locked(session, handoff_id)
        _check_open(handoff)
        if handoff.holder is not None:
            check_holder(handoff, caller)
        resolve(session, handoff, caller.who, caller.name, "closed", reach)
    get_conversation().outbox.send(reach.person)


def reopen(caller: Caller, handoff_id: int) -> None:
    """Take up a request that was ended. Raises NotFound, and Conflict where the person has another one open."""
    with tenant_transaction(caller.organisation_id) as session:
        handoff = locked(session, handoff_id)
        if handoff.state != HandoffState.RESOLVED:
            raise Conflict("this request is open")
        other = session.scalar(open_of(person_of(handoff)))
        if other is not None:
            raise Conflict("the person has another open request", details={"handoff_id": other})
        handoff.resolved_at = None
        # They are asked again.
        session.execute(sa.delete(Feedback).where(_about(handoff)))
        note_step(session, handoff, caller.who, caller.name, "reopened")
        _give(session, handoff, caller.who, caller.name)


def label(caller: Caller, handoff_id: int, labels: list[str]) -> None:
    """Put labels on a request in place of those on it. Raises NotFound, InvalidInput."""
    wanted = sorted({" ".join(each.split()) for each in labels} - {""})
    if len(wanted) > MOST_LABELS or any(len(each) > LONGEST_LABEL for each in wanted):
        told = f"At most {MOST_LABELS} labels of {LONGEST_LABEL} characters."
        raise InvalidInput("these labels cannot be kept", details={"labels": [told]})
    with tenant_transaction(caller.organisation_id) as session:
        locked(session, handoff_id).labels = wanted


def see(caller: Caller, handoff_id: int) -> None:
    """Note that somebody looked: what the person said until now is read."""
    with tenant_transaction(caller.organisation_id) as session:
        unread = sa.or_(Handoff.seen_at.is_(None), Handoff.seen_at < Handoff.person_at)
        whose = (Handoff.organisation_id == caller.organisation_id, Handoff.id == handoff_id, unread)
        session.execute(sa.update(Handoff).where(*whose).values(seen_at=clock.now()))


def locked(session: Session, handoff_id: int) -> Handoff:
    """The request, which nobody else changes meanwhile. Raises NotFound."""
    found = session.scalars(sa.select(Handoff).where(Handoff.id == handoff_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("there is no such request")
    return found


def hold(session: Session, handoff: Handoff, caller: Caller) -> None:
    """Let the caller have a request that nobody else has. Raises Conflict, which names who does."""
    _check_open(handoff)
    if handoff.holder is not None:
        check_holder(handoff, caller)
        return
    if caller.role is not None and not caller.role.covers(Role.AGENT):
        raise Forbidden("this takes the role agent", details={"role": str(Role.AGENT)})
    _give(session, handoff, caller.who, caller.name)


def check_holder(handoff: Handoff, caller: Caller) -> None:
    """Raises Conflict, which names who has the request, where that is somebody else."""
    if handoff.holder != caller.who:
        told = {"holder": handoff.holder, "holder_name": handoff.holder_name}
        raise Conflict(f"{handoff.holder_name or 'somebody else'} answers this person", details=told)


def give_back(session: Session, handoff: Handoff, who: str, name: str, event: str) -> None:
    """Let a request wait for somebody else, whoever says so: the assistant answers meanwhile."""
    handoff.state, handoff.holder, handoff.holder_name = HandoffState.OPEN, None, None
    note_step(session, handoff, who, name, event)
    change_mode(session, person_of(handoff), TurnMode.BOT)


def resolve(session: Session, handoff: Handoff, who: str, name: str, event: str, reach: Reach) -> None:
    """End a request, whoever does: the assistant goes on."""
    person, helped = person_of(handoff), handoff.human_at is not None
    handoff.state, handoff.resolved_at = HandoffState.RESOLVED, clock.now()
    handoff.holder, handoff.holder_name = None, None
    note_step(session, handoff, who, name, event)
    change_mode(session, person, TurnMode.BOT)
    if helped and read_desk(session, person.organisation_id).ask_rating:
        _ask_rating(session, handoff, reach)


def note_step(
    session: Session,
    handoff: Handoff,
    who: str,
    name: str,
    text: str,
    kind: StepKind = StepKind.EVENT,
    outbound_id: int | None = None,
) -> None:
    """Write down what was done about a request."""
    values: Mapping[str, Any] = {"kind": kind, "author": who, "author_name": name, "text": text}
    session.add(
        HandoffStep(organisation_id=handoff.organisation_id, handoff_id=handoff.id, outbound_id=outbound_id, **values)
    )
    if kind is StepKind.EVENT:
        record(session, handoff.organisation_id, f"handoff.{text}", f"handoff:{handoff.id}")


def spoke(handoff: Handoff, at: datetime) -> None:
    """Note that a human said something."""
    handoff.human_at = at
    handoff.first_reply_at = handoff.first_reply_at or at
    handoff.seen_at = at
    handoff.escalated_at = None


def open_of(person: Person) -> sa.Select[int]:
    """The number of the person's open request, of which there is one at most."""
    return sa.select(Handoff.id).filter_by(**person.columns).where(Handoff.state != HandoffState.RESOLVED)


def person_of(handoff: Handoff) -> Person:
    """Whose request it is."""
    return Person(handoff.organisation_id, handoff.assistant, handoff.user_id)


def reach_of(organisation_id: int, handoff_id: int) -> Reach:
    """How the person of a request can be reached now. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        found = session.get(Handoff, handoff_id)
        if found is None:
            raise NotFound("there is no such request")
        person = person_of(found)
    return find_reach(person)


def _check_open(handoff: Handoff) -> None:
    if handoff.state == HandoffState.RESOLVED:
        raise Conflict("this request was ended: take it up again first")


def _give(session: Session, handoff: Handoff, who: str, name: str) -> None:
    handoff.state, handoff.holder, handoff.holder_name = HandoffState.ASSIGNED, who, name
    handoff.taken_at = handoff.seen_at = clock.now()
    note_step(session, handoff, who, name, "taken")
    change_mode(session, person_of(handoff), TurnMode.HUMAN)


def _ask_rating(session: Session, handoff: Handoff, reach: Reach) -> None:
    part, key = Text(said("rate_help", handoff.language or reach.language)), f"handoff {handoff.id} rating"
    known = session.scalar(sa.select(Feedback.id).where(_about(handoff)))
    if known is None and reach.put(session, part, key) is not None:
        question = ask_stars(session, reach.person.columns, clock.now(), handoff_id=handoff.id)
        asked = sa.update(TurnState).filter_by(**reach.person.columns)
        session.execute(asked.values(rating_of=question))


def _about(handoff: Handoff) -> sa.ColumnElement[bool]:
    return sa.and_(Feedback.organisation_id == handoff.organisation_id, Feedback.handoff_id == handoff.id)
