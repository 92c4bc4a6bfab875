"""Trials as a person: what somebody tried in their name stands under ids of its own, and is erased with them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.channels.trial import KIND
from cci_app.conversation.models import TurnState
from cci_app.conversation.trial import Trial


def trials_as(session: Session, organisation_id: int, ids: Collection[str]) -> frozenset[str]:
    """The ids of trials in which the assistant took somebody for the person with those ids."""
    tried = sa.select(TurnState.user_id).where(
        TurnState.organisation_id == organisation_id, TurnState.user_id.startswith(f"{KIND}:", autoescape=True)
    )
    read = ((user_id, Trial.read(user_id)) for user_id in session.scalars(tried))
    return frozenset(user_id for user_id, trial in read if trial is not None and trial.known_as in ids)
