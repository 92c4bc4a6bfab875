"""The texts that colleagues say often."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound
from cci_app.handoff.models import CannedReply

MOST = 200


def keep(organisation_id: int, title: str, text: str) -> CannedReply:
    """Keep a text under a title, in place of the one that has it. Raises Conflict beyond so many."""
    with tenant_transaction(organisation_id) as session:
        if (session.scalar(sa.select(sa.func.count()).select_from(CannedReply)) or 0) >= MOST:
            raise Conflict(f"there are {MOST} ready answers: remove one first")
        made = insert(CannedReply).values(organisation_id=organisation_id, title=title, text=text)
        kept = made.on_conflict_do_update(index_elements=["organisation_id", "title"], set_={"text": text})
        reply = session.scalars(kept.returning(CannedReply)).one()
        record(session, organisation_id, "canned_reply.kept", f"canned_reply:{reply.id}")
        return reply


def remove(organisation_id: int, reply_id: int) -> None:
    """Remove a text. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        gone = sa.delete(CannedReply).where(CannedReply.id == reply_id).returning(CannedReply.id)
        if session.scalar(gone) is None:
            raise NotFound("there is no such ready answer")
        record(session, organisation_id, "canned_reply.removed", f"canned_reply:{reply_id}")
