"""What people asked of the organisation for themselves: kept as marks, and an erasure asked for."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from cci_app.contacts.wishes import ContactWish, keep_wish
from cci_app.conversation.identities import ids_of
from cci_app.conversation.record.recorded import Recorded
from cci_app.core.audit import acting_for
from cci_app.core.queue import Task
from cci_app.jobs.asking import ask


def write(session: Session, events: Sequence[Recorded]) -> None:
    """The mark of everybody who wished something, in the order in which they did."""
    for event in events:
        wish = event.outcome.wish
        if wish is None or not event.is_message:
            continue
        with acting_for("person", "the person"):
            for user_id in sorted(ids_of(session, event.organisation_id, event.user_id)):
                keep_wish(session, event.organisation_id, user_id, wish, event.id)
        if wish is ContactWish.ERASE:
            # The receipt names the person, and goes with them: the job is left without anybody's data.
            ask(event.organisation_id, Task.ERASE_PERSON, {"receipt_id": event.id}, within=session)
