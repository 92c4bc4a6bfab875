"""What a person says of what two sides did not agree on, and a task that is to be a record, too."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found
from cci_app.coordination.crm.giving_out import queue_record
from cci_app.coordination.crm.meaning import typed
from cci_app.coordination.crm.side import CRM_KINDS, crm_of, kind_of_leads, rewind
from cci_app.coordination.links import agree, find_link
from cci_app.coordination.models import OutsideKind, ProjectTask, TaskLink
from cci_app.coordination.sync.conflicts import OURS, THEIRS, open_conflict
from cci_app.coordination.sync.models import ConflictCause, SyncConflict, SyncPosition
from cci_app.coordination.tasks import rewrite_task
from cci_app.core import clock
from cci_app.core.audit import acting
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.integrations.accounts import integrations

_NUMBERS: Final = frozenset({"estimate_hours"})


def list_crms(organisation_id: int) -> list[dict[str, Any]]:
    """The organisation's CRMs: the mapping, the project of what is new, when each was looked at and what was wrong."""
    with tenant_transaction(organisation_id) as session:
        rows = session.scalars(sa.select(SyncPosition).filter_by(organisation_id=organisation_id)).all()
    positions = {row.kind: row for row in rows}
    listed = []
    for kind in CRM_KINDS:
        for account in integrations.list(organisation_id, kind.value)[:1]:
            position = positions.get(kind.value)
            listed.append(
                {
                    "type": kind.value,
                    "name": account.name,
                    "mapping": account.settings.get("mapping"),
                    "project_id": account.settings.get("project_id"),
                    "checked_at": position.checked_at if position else None,
                    "error": position.error if position else None,
                    "leads": _leads_at(account.settings.get("leads"), positions.get(kind_of_leads(kind))),
                }
            )
    return listed


def _leads_at(mapping: str | None, position: SyncPosition | None) -> dict[str, Any] | None:
    if mapping is None:
        return None
    checked_at, error = (position.checked_at, position.error) if position is not None else (None, None)
    return {"mapping": mapping, "checked_at": checked_at, "error": error}


def make_record(organisation_id: int, task_id: int, kind: OutsideKind | None) -> dict[str, Any]:
    """Have a task be a record, too: made in the next round; what it is called there, None until then.

    Raises NotFound, and Conflict where there is no such CRM, or more than one and none was named.
    """
    with tenant_transaction(organisation_id) as session:
        found(session, ProjectTask, organisation_id, task_id)
    side = crm_of(organisation_id, kind or _only_kind(organisation_id))
    if side.mapping.create is None:
        raise Conflict("the mapping does not say how a record is made: there is no `create`")
    with tenant_transaction(organisation_id) as session:
        link = queue_record(session, side, task_id)
        record = None if "making" in link.state else link.external_id
    return {"type": side.kind.value, "task_id": task_id, "record": record}


def _only_kind(organisation_id: int) -> OutsideKind:
    kinds = [kind for kind in CRM_KINDS if integrations.list(organisation_id, kind.value)]
    if len(kinds) > 1:
        raise Conflict(f"there are several CRMs: say as `type` which, {' or '.join(kinds)}")
    return kinds[0] if kinds else CRM_KINDS[0]


def resolve(organisation_id: int, conflict_id: int, keep: str) -> SyncConflict:
    """Say what holds: `ours`, as the task is here, or `theirs`, as the record is there.

    Of a field it is the value; of a record that was refused, `theirs` reads it once more; of a task that was refused,
    `ours` writes it once more; of a record of which nobody knows whether it was made, `ours` makes it (once more) and
    `theirs` has it be the record that was found. Of a lead it is only kept: the next round with leads reads it.
    Raises NotFound, and Conflict for a record that nobody found.
    """
    with tenant_transaction(organisation_id) as session:
        conflict = open_conflict(session, organisation_id, conflict_id)
        if conflict.kind in CRM_KINDS:
            _SETTLE[ConflictCause(conflict.cause)](session, conflict, keep)
        actor = acting()
        conflict.resolved_at, conflict.resolved_by, conflict.kept = clock.now(), actor.name[:254], keep
        session.flush()
        return conflict


def _settle_field(session: Session, conflict: SyncConflict, keep: str) -> None:
    value: Any = conflict.ours if keep == OURS else conflict.theirs
    if conflict.field in _NUMBERS and value is not None:
        value = float(value)
    changes = typed({conflict.field: value})
    rewrite_task(session, conflict.organisation_id, conflict.task_id or 0, changes, None)


def _settle_refused(session: Session, conflict: SyncConflict, keep: str) -> None:
    if keep == THEIRS:
        rewind(session, conflict.organisation_id, conflict.kind, conflict.theirs_at or conflict.at)


def _settle_not_taken(session: Session, conflict: SyncConflict, keep: str) -> None:
    link = _link(session, conflict)
    if keep == OURS and link is not None:
        agree(session, link, {**link.state, "looked_at": None, "error": None})


def _settle_uncertain(session: Session, conflict: SyncConflict, keep: str) -> None:
    link = _link(session, conflict)
    if link is None or "making" not in link.state:
        return
    if keep == OURS:
        link.state = {"making": {}}
        if conflict.theirs is not None:
            # What was found is another record: it may come in now.
            rewind(session, conflict.organisation_id, conflict.kind, conflict.theirs_at or conflict.at)
        return
    linked = sa.select(TaskLink.id).where(
        TaskLink.organisation_id == link.organisation_id,
        TaskLink.kind == link.kind,
        TaskLink.task_id == link.task_id,
        TaskLink.id != link.id,
    )
    if session.scalar(linked.limit(1)) is not None:
        session.delete(link)
    elif conflict.theirs is not None:
        link.external_id, link.state = conflict.theirs, {}
        rewind(session, conflict.organisation_id, conflict.kind, conflict.theirs_at or conflict.at)
    else:
        raise Conflict("no record was found yet: link the one that it is (POST /integrations/link), then say so again")


def _link(session: Session, conflict: SyncConflict) -> TaskLink | None:
    return find_link(session, conflict.organisation_id, OutsideKind(conflict.kind), conflict.record)


_SETTLE: Final = {
    ConflictCause.BOTH_CHANGED: _settle_field,
    ConflictCause.REFUSED: _settle_refused,
    ConflictCause.NOT_TAKEN: _settle_not_taken,
    ConflictCause.UNCERTAIN: _settle_uncertain,
}
