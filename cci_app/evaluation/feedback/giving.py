"""What a person thinks, told by the program that they wrote by."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.inbound import Person
from cci_app.conversation.models import WebhookEvent
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.feedback.keeping import Given, keep_stars, keep_thumb
from cci_app.feedback.models import FeedbackSource

_THUMBS = {"up": 1, "down": -1}


def give_feedback(
    person: Person,
    *,
    message_id: str | None = None,
    thumb: str | None = None,
    stars: int | None = None,
    comment: str | None = None,
) -> dict[str, Any]:
    """Keep a thumb for an answer, or stars for the conversation that it belongs to; what was said before is changed.

    The answer is that to the message of that id, else the last one that the person got. Raises NotFound where there is
    none.
    """
    now = clock.now()
    with tenant_transaction(person.organisation_id) as session:
        turn = _turn(session, person, message_id)
        value = stars if thumb is None else _THUMBS[thumb]
        given = Given(value or 0, FeedbackSource.API, now, turn.version, comment)
        if thumb is not None:
            feedback_id = keep_thumb(session, person.columns, turn.id, given)
        elif turn.run_id is not None:
            feedback_id = keep_stars(session, person.columns, turn.run_id, given)
        else:
            raise NotFound("this person has no conversation yet")
        record(session, person.organisation_id, "feedback.given", f"feedback:{feedback_id}")
    return {
        "id": feedback_id,
        "user_id": person.user_id,
        "assistant": person.assistant,
        "event_id": turn.id,
        "thumb": thumb,
        "stars": stars if thumb is None else None,
        "comment": comment,
        "version": turn.version,
        "given_at": now,
    }


def _turn(session: Session, person: Person, message_id: str | None) -> sa.Row[Any]:
    found = sa.select(
        WebhookEvent.id,
        WebhookEvent.outcome["answered_by"].as_integer().label("version"),
        sa.cast(WebhookEvent.outcome["run"]["id"].astext, sa.Uuid).label("run_id"),
    ).where(*person.owns(WebhookEvent), WebhookEvent.kind == "message", WebhookEvent.status == "completed")
    if message_id is not None:
        # As the API keeps it, and as channels do.
        found = found.where(WebhookEvent.event_id.in_((f"{person.user_id} {message_id}", message_id)))
    row = session.execute(found.order_by(WebhookEvent.id.desc()).limit(1)).one_or_none()
    if row is None:
        told = "no message with that id was answered" if message_id else "nothing was answered to this person yet"
        raise NotFound(f"{told}: name a message that was, by the id that you sent it with")
    return row
