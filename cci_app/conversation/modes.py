"""Who answers a person: the assistant, a human, or for the present nobody.

A turn looks at it when it is taken and again, under the lock of the person's row, when it is completed: what the
assistant was about to say while the mode changed is withheld.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.core.database import tenant_transaction

_SET = sa.text(
    "INSERT INTO turn_state (organisation_id, assistant, user_id, mode)"
    " VALUES (:organisation_id, :assistant, :user_id, :mode)"
    " ON CONFLICT (organisation_id, assistant, user_id) DO UPDATE SET mode = excluded.mode"
)
_READ = sa.text(
    "SELECT mode FROM turn_state WHERE organisation_id = :organisation_id AND assistant = :assistant"
    " AND user_id = :user_id"
)
# What the assistant said before and has not sent yet would come in the middle of what a human says.
_CANCEL = sa.text(
    "UPDATE outbound_messages SET state = 'cancelled', error = 'somebody else answers now'"
    " WHERE organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"
    " AND state = 'queued' AND via = 'push' AND reason IN ('late', 'rest', 'reply')"
)


def set_mode(person: Person, mode: TurnMode) -> None:
    """Say who answers a person from now on, also one who never wrote."""
    with tenant_transaction(person.organisation_id) as session:
        change_mode(session, person, mode)


def change_mode(session: Session, person: Person, mode: TurnMode) -> None:
    """The same, in the transaction of what it goes with."""
    # Locks the row: a turn is completed before, and its parts are there to be cancelled, or after, saying nothing.
    session.execute(_SET, {**person.columns, "mode": mode})
    if mode is not TurnMode.BOT:
        session.execute(_CANCEL, person.columns)


def mode_of(person: Person) -> TurnMode:
    """Who answers a person."""
    with tenant_transaction(person.organisation_id) as session:
        return TurnMode(session.scalar(_READ, person.columns) or TurnMode.BOT)
