"""Files of exports that hold a person who is erased: they are deleted, and can be made anew without them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.models import ConversationRun
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.exports.job import DOWNLOAD, KIND, delete_file
from cci_app.exports.selection import Selection
from cci_app.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many files were deleted, and which exports had been delivered elsewhere, as `sharepoint 2026-01-15`."""

    files: int
    delivered: Sequence[str]


def forget_files_of(organisation_id: int, ids: Collection[str]) -> Forgotten:
    """Delete the kept files in which the person with those ids may be; the manifests stay, without the files."""
    with tenant_transaction(organisation_id) as session:
        conversations = _conversations(session, organisation_id, ids)
        made = sa.select(Job).where(
            Job.organisation_id == organisation_id, Job.kind == KIND, Job.checkpoint.has_key("manifest")
        )
        holding = [job for job in session.scalars(made.with_for_update()) if _holds(job, ids, conversations)]
        kept = [job for job in holding if "file_gone" not in (job.checkpoint or {})]
        for job in kept:
            delete_file(job)
    delivered = (job for job in holding if job.payload.get("destination", DOWNLOAD) != DOWNLOAD)
    return Forgotten(len(kept), [f"{job.payload['destination']} {job.created_at:%Y-%m-%d}" for job in delivered])


def _conversations(session: Session, organisation_id: int, ids: Collection[str]) -> list[tuple[str, date]]:
    """Each conversation's assistant, and the day on which it began."""
    zone = timezone_of(session, organisation_id)
    runs = sa.select(ConversationRun.assistant, ConversationRun.started_at).where(
        ConversationRun.organisation_id == organisation_id, ConversationRun.user_id.in_(ids)
    )
    return [(row.assistant, row.started_at.astimezone(zone).date()) for row in session.execute(runs)]


def _holds(job: Job, ids: Collection[str], conversations: Sequence[tuple[str, date]]) -> bool:
    # What the other filters ask may have changed since: whom they left out counts as held.
    chosen = Selection.from_json(job.payload["filters"])
    if chosen.user_id is not None:
        return chosen.user_id in ids
    return any(
        (chosen.assistant is None or chosen.assistant == assistant)
        and (chosen.start_date is None or chosen.start_date <= day)
        and (chosen.end_date is None or chosen.end_date >= day)
        for assistant, day in conversations
    )
