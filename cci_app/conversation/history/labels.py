"""Labels that admins put on conversations, to find them again."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from cci_app.conversation.history.finding import LABELLED
from cci_app.conversation.models import LABEL_LENGTH, ConversationRun
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound

MOST_LABELS = 10
_MOST_KNOWN = 100


def set_labels(organisation_id: int, conversation_id: uuid.UUID, labels: Iterable[str]) -> list[str]:
    """Put just these labels on a conversation; they are kept in order, each once. Raises NotFound, InvalidInput."""
    wanted = sorted({" ".join(label.split()).lower() for label in labels} - {""})
    if len(wanted) > MOST_LABELS or any(len(label) > LABEL_LENGTH for label in wanted):
        told = f"At most {MOST_LABELS} labels of at most {LABEL_LENGTH} characters."
        raise InvalidInput("these are too many labels, or one is too long", details={"labels": [told]})
    with tenant_transaction(organisation_id) as session:
        run = session.get(ConversationRun, conversation_id, with_for_update=True)
        if run is None or run.organisation_id != organisation_id:
            raise NotFound("there is no such conversation")
        if run.labels != wanted:
            run.labels = wanted
            record(
                session,
                organisation_id,
                "conversation.labelled",
                f"conversation:{conversation_id}",
                {"labels": wanted},
            )
    return wanted


def known_labels(organisation_id: int) -> list[str]:
    """The labels that the organisation uses, in order."""
    label = sa.func.unnest(ConversationRun.labels).label("label")
    used = sa.select(label).where(ConversationRun.organisation_id == organisation_id, LABELLED)
    chosen = sa.select(used.subquery().c.label).distinct().order_by("label").limit(_MOST_KNOWN)
    with tenant_transaction(organisation_id) as session:
        return list(session.scalars(chosen))
