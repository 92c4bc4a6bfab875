"""Records that changed at a CRM, taken in: each once, a faulty one alone is left, and nothing is read for ever."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found
from cci_app.coordination.crm.meaning import of_record, of_task, typed
from cci_app.coordination.crm.side import CrmSide, ReadUpTo
from cci_app.coordination.links import agree, find_link, keep_link
from cci_app.coordination.models import OutsideKind, Project, ProjectTask, TaskLink
from cci_app.coordination.sync.conflicts import close, note_clashes, note_trouble
from cci_app.coordination.sync.models import ConflictCause
from cci_app.coordination.sync.rounds import move
from cci_app.coordination.sync.settling import Side, changed_at, settle
from cci_app.coordination.tasks import rewrite_task, write_task
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.integrations.crm.service import CrmRecord, CrmUnreadable

_MOST_PAGES: Final = 10
# What a CRM's own index shows late, and clocks that differ. What is read twice is no news.
_OVERLAP: Final = timedelta(minutes=5)
_LONGEST_NAMED: Final = 60


def take_in_all(side: CrmSide, position: Any, now: datetime) -> None:
    """Take in what changed there. How far it was read is kept page by page."""
    upto, before = ReadUpTo.of(position.cursor, position.since), frozenset[str]()
    for _ in range(_MOST_PAGES):
        page = side.service.changed(upto.since - _OVERLAP, upto.page)
        for refused in page.refused:
            _refuse(side, refused.id or "?", refused.reason, None)
        for record in page.records:
            take_in(side, record)
            # A record of tomorrow would hide everything until then.
            upto = upto.seen(min(record.changed_at, now))
        ids = frozenset(record.id for record in page.records)
        if page.next is not None and (page.next == upto.page or (ids and ids == before)):
            _keep(side, ReadUpTo(upto.since))
            raise CrmUnreadable(f"{side.service.name} shows one page again and again: look at list.next of the mapping")
        if page.next is None:
            _keep(side, upto.anew())
            return
        before, upto = ids, ReadUpTo(upto.since, page.next, upto.highest)
        _keep(side, upto)
    if side.mapping.list is not None and side.mapping.list.oldest_first and upto.anew().since > upto.since:
        _keep(side, upto.anew())


def _keep(side: CrmSide, upto: ReadUpTo) -> None:
    move(side.organisation_id, side.kind.value, cursor=upto.kept())


def take_in(side: CrmSide, record: CrmRecord) -> None:
    """Take in one record as it is now, or keep why it cannot be."""
    try:
        with acting_for(f"integration:{side.kind}", side.service.name), tenant_transaction(side.organisation_id) as own:
            if _taken_in(own, side, record):
                close(own, side.organisation_id, side.kind.value, record.id, ConflictCause.REFUSED)
    except (InvalidInput, NotFound) as refused:
        _refuse(side, record.id, refused.message, record.changed_at)


def _refuse(side: CrmSide, record_id: str, reason: str, moment: datetime | None) -> None:
    with tenant_transaction(side.organisation_id) as session:
        note_trouble(
            session,
            side.organisation_id,
            ConflictCause.REFUSED,
            side.kind.value,
            record_id,
            reason,
            theirs_at=moment,
        )


def _taken_in(session: Session, side: CrmSide, record: CrmRecord) -> bool:
    link = find_link(session, side.organisation_id, side.kind, record.id) or _made_here(session, side, record)
    if link is None:
        return side.project_id is not None and _as_task(session, side, record, side.project_id)
    if link.task_id is None:
        # Somebody removed the task: its record does not bring it back.
        return False
    task = found(session, ProjectTask, side.organisation_id, link.task_id)
    # In the order in which whoever changes a task waits for others.
    found(session, Project, side.organisation_id, task.project_id, locked=True)
    session.refresh(task, with_for_update=True)
    if not link.state:
        met(session, side, link, task, record)
        return True
    known = link.state.get("changed_at")
    if known is not None and record.changed_at < datetime.fromisoformat(known):
        # An index that is behind shows what was before our own change.
        return False
    _changed_there(session, side, link, task, record)
    return True


def _as_task(session: Session, side: CrmSide, record: CrmRecord, project_id: int) -> bool:
    """A record that is new to us becomes a task, unless it may be one whose making was not answered."""
    values = of_record(side.mapping, record.raw, side.zone)
    if not values.get("title"):
        raise InvalidInput("title: is empty, and a task needs one")
    waiting = _waiting(session, side, values["title"])
    if waiting is not None:
        _name_candidate(session, side, waiting, record)
        return False
    task = write_task(session, side.organisation_id, {"project_id": project_id, **typed(values)})
    link, _ = keep_link(session, side.organisation_id, side.kind, record.id, task_id=task.id)
    met(session, side, link, task, record)
    return True


def met(session: Session, side: CrmSide, link: TaskLink, task: ProjectTask, record: CrmRecord) -> None:
    """From now on what changes on either side is told, as each of them is."""
    ours = of_task(side.mapping, task)
    agree(
        session,
        link,
        {
            "theirs": dict(record.raw),
            "ours": ours,
            "changed_at": record.changed_at.isoformat(),
            "looked_at": task.touched_at.isoformat(),
        },
    )


def _changed_there(session: Session, side: CrmSide, link: TaskLink, task: ProjectTask, record: CrmRecord) -> None:
    read, now_here = of_record(side.mapping, record.raw, side.zone), of_task(side.mapping, task)
    # What only comes in is theirs, whatever was written here.
    theirs_alone = {pair.ours for pair in side.mapping.fields if not pair.goes_out}
    agreed = {**link.state["ours"], **{name: now_here[name] for name in theirs_alone}}
    settled = settle(
        {name: name for name in read},
        Side(now_here, agreed),
        Side(record.raw, link.state["theirs"]),
        read,
        record.changed_at,
        lambda field: changed_at(session, task, field),
    )
    if settled.taken:
        rewrite_task(session, link.organisation_id, task.id, typed(settled.taken), None)
    note_clashes(session, link, settled.clashes, record.changed_at)
    agree(
        session,
        link,
        {
            **link.state,
            "theirs": dict(record.raw),
            "ours": {**agreed, **settled.taken},
            "changed_at": record.changed_at.isoformat(),
        },
    )


def adopt(session: Session, link: TaskLink, record_id: str, theirs: dict[str, Any], changed: datetime | None) -> None:
    """The record that was made for a link's task is that one. Raises InvalidInput where it is another task already."""
    making = link.state["making"]
    known = find_link(session, link.organisation_id, OutsideKind(link.kind), record_id)
    if known is not None and known.id != link.id:
        raise InvalidInput(f"record {record_id[:_LONGEST_NAMED]} is task {known.task_id} already")
    close(session, link.organisation_id, link.kind, link.external_id, ConflictCause.UNCERTAIN)
    link.external_id = record_id
    moment = changed.isoformat() if changed is not None else None
    agree(session, link, {"theirs": theirs, "ours": making["sent"], "changed_at": moment})


def _made_here(session: Session, side: CrmSide, record: CrmRecord) -> TaskLink | None:
    """The link of a task that this record was made for, in an answer that never came; it has the record then."""
    link = find_link(session, side.organisation_id, side.kind, record.key) if record.key else None
    if link is None or "sent" not in link.state.get("making", {}):
        return None
    adopt(session, link, record.id, {**record.raw, **link.state["making"]["raw"]}, None)
    return link


def _waiting(session: Session, side: CrmSide, title: str) -> TaskLink | None:
    """A link of which nobody knows whether its record was made, and whose record would have that title."""
    if side.mapping.find is not None:
        return None
    chosen = sa.select(TaskLink).where(
        TaskLink.organisation_id == side.organisation_id,
        TaskLink.kind == side.kind,
        TaskLink.state["making"]["sent"]["title"].astext == title,
    )
    return session.scalars(chosen.order_by(TaskLink.id).limit(1)).one_or_none()


def _name_candidate(session: Session, side: CrmSide, link: TaskLink, record: CrmRecord) -> None:
    note_trouble(
        session,
        side.organisation_id,
        ConflictCause.UNCERTAIN,
        side.kind.value,
        link.external_id,
        f"nobody knows whether it was made; record {record.id[:_LONGEST_NAMED]} has its title",
        task_id=link.task_id,
        theirs=record.id,
        theirs_at=record.changed_at,
    )
