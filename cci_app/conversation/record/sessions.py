"""Where each person stands, for admins."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.conversation.models import PERSON, UserSession
from cci_app.conversation.record.recorded import Recorded

Key = tuple[int, str, str]

_RESET = (
    sa.update(UserSession)
    .where(*(getattr(UserSession, column) == sa.bindparam(f"its_{column}") for column in PERSON))
    .values(total_questions_answered=sa.bindparam("total"), session_completed=sa.bindparam("completed"))
)


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for everybody who wrote; a reset changes where they stand, but is nothing that they did."""
    wrote: dict[Key, dict[str, Any]] = {}
    reset: dict[Key, dict[str, Any]] = {}
    for event in events:
        key: Key = (event.organisation_id, event.assistant, event.user_id)
        standing = {
            "total_questions_answered": event.progress["answered"],
            "session_completed": event.progress["completed"],
        }
        if event.is_message:
            first = wrote[key]["first_interaction"] if key in wrote else event.received_at
            wrote[key] = {**_row(event), **standing, "first_interaction": first}
        elif key in wrote:
            wrote[key] |= standing
        else:
            reset[key] = standing
    for (organisation_id, assistant, user_id), standing in reset.items():
        session.connection().execute(
            _RESET,
            {
                "its_organisation_id": organisation_id,
                "its_assistant": assistant,
                "its_user_id": user_id,
                "total": standing["total_questions_answered"],
                "completed": standing["session_completed"],
            },
        )
    if wrote:
        statement = insert(UserSession)
        kept = {*PERSON, "first_interaction"}
        changed = {name: statement.excluded[name] for name in next(iter(wrote.values())) if name not in kept}
        session.execute(
            statement.on_conflict_do_update(index_elements=list(PERSON), set_=changed), list(wrote.values())
        )


def _row(event: Recorded) -> dict[str, Any]:
    return {
        **event.person,
        "last_interaction": event.answered_at,
        "detected_language": event.outcome.language,
        "client_context": event.outcome.contact,
    }
