"""Tasks given out to a CRM: what changed here is written there, and what is new here is made there, once."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found
from cci_app.coordination.crm.meaning import as_raw, of_task
from cci_app.coordination.crm.side import CrmSide
from cci_app.coordination.crm.taking_in import adopt, met
from cci_app.coordination.links import agree_on, find_link, keep_link, links_to_give_out, look_at
from cci_app.coordination.models import ProjectTask, TaskLink
from cci_app.coordination.sync.conflicts import close, is_noted, note_trouble
from cci_app.coordination.sync.models import ConflictCause
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput, NotFound
from cci_app.integrations.answers import WriteUncertain

_AT_ONCE: Final = 200
_MET_AT_ONCE: Final = 20
# An index of theirs may show a new record so much later.
_INDEXED: Final = timedelta(minutes=2)


def key_of(task_id: int) -> str:
    """What we call the record of a task."""
    return f"task {task_id}"


def queue_record(session: Session, side: CrmSide, task_id: int) -> TaskLink:
    """Have a task be a record, too, from the next round on; the link that it has already, where it has one."""
    mine = sa.select(TaskLink).filter_by(organisation_id=side.organisation_id, kind=side.kind, task_id=task_id)
    known = session.scalars(mine.limit(1)).one_or_none()
    if known is not None:
        return known
    link, _ = keep_link(session, side.organisation_id, side.kind, key_of(task_id), task_id=task_id)
    link.state = {"making": {}}
    return link


def give_out_all(side: CrmSide, since: datetime) -> None:
    """Give out what changed here since each link was looked at, and what was given here since the CRM is there."""
    if side.mapping.create is not None and side.project_id is not None:
        _queue_new(side, side.project_id, since)
    with tenant_transaction(side.organisation_id) as session:
        links = links_to_give_out(session, side.organisation_id, side.kind, _AT_ONCE)
    for link_id in links:
        try:
            _give_out(side, link_id)
        except (InvalidInput, NotFound) as refused:
            _not_taken(side, link_id, refused.message)


def look_for_made(side: CrmSide) -> None:
    """Look for the records whose making was not answered, before anything is taken for new."""
    if side.mapping.find is None:
        return
    for link_id, key in _links_in(side, TaskLink.state["making"].has_key("sent"), _AT_ONCE):
        records = side.service.found(key)
        if records:
            with tenant_transaction(side.organisation_id) as session:
                link = session.get_one(TaskLink, link_id)
                if find_link(session, side.organisation_id, side.kind, records[0].id) is None:
                    adopt(session, link, records[0].id, {**records[0].raw, **link.state["making"]["raw"]}, None)


def meet_linked(side: CrmSide) -> None:
    """Ask for the records that somebody linked by hand, as far as the mapping says how."""
    if side.mapping.one is None:
        return
    for link_id, record_id in _links_in(side, TaskLink.state == {}, _MET_AT_ONCE):
        try:
            record = side.service.one(record_id)
        except (InvalidInput, NotFound) as refused:
            _not_taken(side, link_id, refused.message)
            continue
        with tenant_transaction(side.organisation_id) as session:
            link = session.get_one(TaskLink, link_id)
            if record is not None and link.task_id is not None:
                met(session, side, link, found(session, ProjectTask, side.organisation_id, link.task_id), record)


def _links_in(side: CrmSide, state: sa.ColumnElement[bool], limit: int) -> list[tuple[int, str]]:
    mine = (TaskLink.organisation_id == side.organisation_id, TaskLink.kind == side.kind, TaskLink.task_id.is_not(None))
    chosen = sa.select(TaskLink.id, TaskLink.external_id).where(*mine, state).order_by(TaskLink.id).limit(limit)
    with tenant_transaction(side.organisation_id) as session:
        return [(row.id, row.external_id) for row in session.execute(chosen)]


def _queue_new(side: CrmSide, project_id: int, since: datetime) -> None:
    linked = sa.select(TaskLink.id).where(
        TaskLink.organisation_id == ProjectTask.organisation_id,
        TaskLink.kind == side.kind,
        TaskLink.task_id == ProjectTask.id,
    )
    chosen = sa.select(ProjectTask.id).where(
        ProjectTask.organisation_id == side.organisation_id,
        ProjectTask.project_id == project_id,
        ProjectTask.created_at >= since,
        ~linked.exists(),
    )
    with tenant_transaction(side.organisation_id) as session:
        for task_id in session.scalars(chosen.order_by(ProjectTask.id).limit(_AT_ONCE)).all():
            queue_record(session, side, task_id)


def _give_out(side: CrmSide, link_id: int) -> None:
    with tenant_transaction(side.organisation_id) as session:
        link = session.get_one(TaskLink, link_id)
        task = found(session, ProjectTask, side.organisation_id, link.task_id or 0)
        here, seen, record_id, state = of_task(side.mapping, task), task.touched_at, link.external_id, link.state
        task_id = task.id
    if "making" in state:
        if _make(side, link_id, task_id, here, state["making"].get("tried")):
            look_at(side.organisation_id, link_id, seen)
        return
    changes = {name: value for name, value in here.items() if value != state["ours"].get(name)}
    raw = as_raw(side.mapping, changes, state["theirs"], side.zone) if side.mapping.update is not None else {}
    agreed: dict[str, Any] = {"ours": {**state["ours"], **here}}
    if raw:
        written = side.service.update(record_id, raw)
        # Of the answer only what was written: what somebody else changed there meanwhile is still to be taken in.
        agreed["theirs"] = {**state["theirs"], **{name: written.raw[name] for name in raw}}
        if written.changed_at is not None:
            agreed["changed_at"] = written.changed_at.isoformat()
    agree_on(side.organisation_id, link_id, agreed)
    with tenant_transaction(side.organisation_id) as session:
        close(session, side.organisation_id, side.kind.value, record_id, ConflictCause.NOT_TAKEN)
    look_at(side.organisation_id, link_id, seen)


def _make(side: CrmSide, link_id: int, task_id: int, here: dict[str, Any], tried: str | None) -> bool:
    """Make the record of a task; whether there is no more to do for it now.

    Raises WriteUncertain where the answer did not come: the next round looks for it.
    """
    if side.mapping.create is None:
        raise InvalidInput("the mapping does not say how a record is made: there is no `create`")
    now = clock.now()
    if tried is not None:
        if side.mapping.find is None:
            _uncertain(side, task_id)
            return True
        if now - datetime.fromisoformat(tried) < _INDEXED:
            return False
    raw = as_raw(side.mapping, here, {}, side.zone)
    agree_on(side.organisation_id, link_id, {"making": {"tried": now.isoformat(), "sent": here, "raw": raw}})
    try:
        written = side.service.create(raw, key_of(task_id))
    except WriteUncertain:
        raise
    except CciError:
        agree_on(side.organisation_id, link_id, {"making": {}})
        raise
    with tenant_transaction(side.organisation_id) as session:
        adopt(session, session.get_one(TaskLink, link_id), written.id, dict(written.raw), written.changed_at)
    return True


def _uncertain(side: CrmSide, task_id: int) -> None:
    reason = "nobody knows whether it was made: its answer never came, and the mapping has no `find`"
    with tenant_transaction(side.organisation_id) as session:
        named = (ConflictCause.UNCERTAIN, side.kind.value, key_of(task_id))
        # A record that may be it was named already, when it came in.
        if not is_noted(session, side.organisation_id, *named):
            note_trouble(session, side.organisation_id, *named, reason, task_id=task_id)


def _not_taken(side: CrmSide, link_id: int, reason: str) -> None:
    """Keep that the CRM refuses it: it will again, until something changes."""
    with tenant_transaction(side.organisation_id) as session:
        link = session.get_one(TaskLink, link_id)
        cause, kind = ConflictCause.NOT_TAKEN, side.kind.value
        note_trouble(session, side.organisation_id, cause, kind, link.external_id, reason, task_id=link.task_id)
    look_at(side.organisation_id, link_id, error=reason)
