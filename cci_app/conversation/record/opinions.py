"""What people think of answers, and how they found what they were asked about."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.models import OutboundMessage, WebhookEvent
from cci_app.conversation.outcome import Rating, Thumb
from cci_app.conversation.record.recorded import Recorded
from cci_app.feedback.keeping import Given, keep_thumb
from cci_app.feedback.models import Feedback, FeedbackSource


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for every thumb, and the stars of every question that was answered."""
    for event in events:
        if event.outcome.thumb is not None:
            _write_thumb(session, event, event.outcome.thumb)
        if event.outcome.rating is not None:
            _write_stars(session, event, event.outcome.rating)


def _write_thumb(session: Session, event: Recorded, thumb: Thumb) -> None:
    answered = _answered(session, event, thumb)
    if answered is not None:
        given = Given(thumb.value, thumb.source, event.received_at, answered.version)
        keep_thumb(session, event.person, answered.id, given)


def _answered(session: Session, event: Recorded, thumb: Thumb) -> sa.Row[tuple[int, int | None]] | None:
    """The receipt that the thumb is for, if it is the person's own and there still."""
    theirs = [getattr(WebhookEvent, name) == value for name, value in event.person.items()]
    version = WebhookEvent.outcome["answered_by"].as_integer().label("version")
    found = sa.select(WebhookEvent.id, version).where(*theirs)
    if thumb.vendor_id:
        sent = sa.select(OutboundMessage.receipt_id).where(
            OutboundMessage.organisation_id == event.organisation_id, OutboundMessage.vendor_id == thumb.vendor_id
        )
        return session.execute(found.where(WebhookEvent.id.in_(sent)).limit(1)).one_or_none()
    return session.execute(found.where(WebhookEvent.id == thumb.receipt_id)).one_or_none()


def _write_stars(session: Session, event: Recorded, rating: Rating) -> None:
    asked = (
        Feedback.id == rating.feedback_id
        if rating.feedback_id is not None
        else Feedback.handoff_id == rating.handoff_id  # asked before questions had ids
    )
    session.execute(
        sa.update(Feedback)
        .where(Feedback.organisation_id == event.organisation_id, asked, Feedback.value.is_(None))
        .values(value=rating.stars, source=FeedbackSource.WORDS.value, given_at=event.received_at)
    )
