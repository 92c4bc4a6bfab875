"""A conversation is over when nobody writes for a while: then the person is asked how it was, once for each."""

from typing import Any, Final

import sqlalchemy as sa
import structlog

from cci_app.channels.message import Text
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundReason, TurnMode, TurnState
from cci_app.conversation.outbox import put
from cci_app.conversation.service import get_conversation
from cci_app.conversation.state import PersonState
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.feedback.keeping import ask_stars
from cci_app.feedback.words import said
from cci_app.handoff.models import Handoff, HandoffState
from cci_app.inbox.reaching import find_reach

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 500


def ask_ratings() -> int:
    """Ask those whose time has come; how many were asked. Whom a human answers, or who writes again, is not."""
    due = (
        sa.select(TurnState.organisation_id, TurnState.assistant, TurnState.user_id)
        .where(TurnState.rating_due <= clock.now())
        .order_by(TurnState.rating_due)
        .limit(_AT_ONCE)
    )
    with system_transaction() as session:
        people = [Person(*row) for row in session.execute(due)]
    asked = 0
    for person in people:
        try:
            asked += _ask(person)
        except Exception:
            # One that cannot be asked must not keep the others waiting.
            log.exception("rating_not_asked")
    return asked


def _ask(person: Person) -> bool:
    reach = find_reach(person)
    with tenant_transaction(person.organisation_id) as session:
        row = session.scalars(sa.select(TurnState).filter_by(**person.columns).with_for_update()).one_or_none()
        if row is None or row.rating_due is None or row.rating_due > clock.now():
            return False
        row.rating_due = None
        state = PersonState.from_json(row.state)
        open_request = sa.select(Handoff.id).filter_by(**person.columns).where(Handoff.state != HandoffState.RESOLVED)
        busy = row.mode != TurnMode.BOT or row.pending or session.scalar(open_request.limit(1)) is not None
        if busy or state.run is None or not (reach.pushable and reach.is_open):
            return False
        version = get_conversation().assistant(person.organisation_id, person.assistant).version
        question = ask_stars(session, person.columns, clock.now(), run_id=state.run.id, version=version)
        if question is None:
            return False
        row.rating_of = question
        _put(session, person, reach, str(state.run.id))
    get_conversation().outbox.send(person)
    return True


def _put(session: Any, person: Person, reach: Any, run_id: str) -> None:
    put(
        session,
        person,
        Text(said("rate_conversation", reach.language)),
        reason=OutboundReason.NOTICE,
        key=f"run {run_id} rating",
        address=reach.address,
        pushable=True,
    )
