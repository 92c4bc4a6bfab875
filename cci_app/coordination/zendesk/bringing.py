"""Bringing tasks and tickets together: what either side changed since both last agreed, and no echo of it.

A link keeps what both agreed on, as each side writes it: what comes back the same is no news. Where both changed the
same field, whoever did it later has it. No transaction is open while Zendesk is asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found
from cci_app.coordination.comments import MONITOR, write_comment
from cci_app.coordination.links import agree, find_link, keep_link
from cci_app.coordination.models import LONGEST_TEXT, OutsideKind, ProjectTask, TaskComment, TaskLink
from cci_app.coordination.tasks import rewrite_task, write_task
from cci_app.coordination.zendesk.linking import zendesk_of
from cci_app.coordination.zendesk.meaning import FIELD_OF, as_ticket, described, of_task, of_ticket, raw
from cci_app.coordination.zendesk.models import SyncPosition
from cci_app.core import clock
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput, NotFound
from cci_app.core.text import clean
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import ZENDESK
from cci_app.integrations.zendesk import Ticket, TicketComment, Zendesk

log = structlog.get_logger(__name__)

_ROUND: Final = timedelta(minutes=1)
# As long as a round may take: another one does not begin before.
_HELD: Final = timedelta(minutes=10)
_MOST_PAGES: Final = 10
_AT_ONCE: Final = 200
_GONE: Final = "deleted"
_VIA: Final = OutsideKind.ZENDESK.value

_CLAIM = sa.text(
    "UPDATE sync_positions SET not_before = :held WHERE organisation_id = :organisation_id AND kind = 'zendesk'"
    " AND (not_before <= :now OR not_before > :now + interval '1 day') RETURNING cursor, since"
)


def bring_all_together(now: datetime | None = None) -> None:
    """A round for every organisation that has a Zendesk."""
    now = now or clock.now()
    for organisation_id in sorted({whose for whose, _, _ in integrations.all_of((ZENDESK.name,))}):
        try:
            bring_together(organisation_id, now)
        except Exception:
            # One organisation's trouble must not keep the others waiting.
            log.exception("tickets_not_brought_together", organisation=organisation_id)


def bring_together(organisation_id: int, now: datetime) -> bool:
    """A round for one organisation; whether it was time for one. What it met is kept with its position."""
    claimed = _claim(organisation_id, now)
    if claimed is None:
        return False
    pause, error = _ROUND, None
    try:
        account = zendesk_of(organisation_id)
        service = account.open()
        me = service.me()
        _take_in_all(organisation_id, service, me, account.fields.project_id, claimed)
        _give_out_all(organisation_id, service, me)
    except CciError as trouble:
        error = trouble.message
        pause = timedelta(seconds=max(trouble.retry_after or 0, _ROUND.total_seconds()))
        log.warning("zendesk_failing", organisation=organisation_id, reason=error)
    values = {"not_before": now + pause, "checked_at": now, "error": error}
    with tenant_transaction(organisation_id) as session:
        session.execute(_position(organisation_id).values(**values))
    return True


def _claim(organisation_id: int, now: datetime) -> Any:
    first = {"organisation_id": organisation_id, "kind": ZENDESK.name, "since": now, "not_before": now}
    values = {"organisation_id": organisation_id, "now": now, "held": now + _HELD}
    with tenant_transaction(organisation_id) as session:
        session.execute(insert(SyncPosition).values(first).on_conflict_do_nothing())
        return session.execute(_CLAIM, values).one_or_none()


def _position(organisation_id: int) -> sa.Update:
    mine = (SyncPosition.organisation_id == organisation_id, SyncPosition.kind == ZENDESK.name)
    return sa.update(SyncPosition).where(*mine)


def _take_in_all(organisation_id: int, service: Zendesk, me: int, project_id: int | None, claimed: Any) -> None:
    """Take in what changed at Zendesk; the position moves on page by page."""
    cursor = claimed.cursor
    for _ in range(_MOST_PAGES):
        tickets, cursor, is_all = service.changed(cursor, claimed.since)
        for ticket in tickets:
            if ticket.status != _GONE:
                _take_in(organisation_id, service, me, project_id, ticket)
        with tenant_transaction(organisation_id) as session:
            session.execute(_position(organisation_id).values(cursor=cursor))
        if is_all:
            return


def _take_in(organisation_id: int, service: Zendesk, me: int, project_id: int | None, ticket: Ticket) -> None:
    name = str(ticket.id)
    if project_id is None:
        with tenant_transaction(organisation_id) as session:
            if find_link(session, organisation_id, OutsideKind.ZENDESK, name) is None:
                return
    try:
        said = service.comments(ticket.id)
    except NotFound:
        # It was deleted since.
        return
    with acting_for("integration:zendesk", "Zendesk"), tenant_transaction(organisation_id) as session:
        link = find_link(session, organisation_id, OutsideKind.ZENDESK, name)
        if link is None and project_id is None:
            return
        if link is None:
            link = _as_task(session, organisation_id, project_id or 0, ticket, said)
        elif not link.state:
            _met(session, link, ticket, said)
        else:
            _changed_there(session, link, ticket)
        _said_there(session, link, said, me)


def _as_task(
    session: Session, organisation_id: int, project_id: int, ticket: Ticket, said: Sequence[TicketComment]
) -> TaskLink:
    """A ticket that is new to us becomes a task; its first comment is its description."""
    values = {"project_id": project_id, "description": described(ticket), **of_ticket(ticket)}
    task = write_task(session, organisation_id, values)
    link, _ = keep_link(session, organisation_id, OutsideKind.ZENDESK, str(ticket.id), task_id=task.id)
    agree(session, link, {"ticket": raw(ticket), "task": of_task(task), "theirs": said[0].id if said else 0})
    return link


def _met(session: Session, link: TaskLink, ticket: Ticket, said: Sequence[TicketComment]) -> None:
    """A ticket that somebody linked to a task: from now on what changes is told, as each of them is."""
    if link.task_id is None:
        return
    task = found(session, ProjectTask, link.organisation_id, link.task_id)
    last = max((each.id for each in said), default=0)
    comment = session.scalar(sa.select(sa.func.max(TaskComment.id)).filter_by(task_id=task.id)) or 0
    agree(session, link, {"ticket": raw(ticket), "task": of_task(task), "theirs": last, "ours": comment})


def _changed_there(session: Session, link: TaskLink, ticket: Ticket) -> None:
    if link.task_id is None:
        return
    task = found(session, ProjectTask, link.organisation_id, link.task_id, locked=True)
    agreed, now_there, here = link.state["ticket"], raw(ticket), of_task(task)
    changes = {}
    for name, field in FIELD_OF.items():
        changed_here = here[field] != link.state["task"].get(field)
        if now_there[name] != agreed.get(name) and not (changed_here and task.updated_at > ticket.updated_at):
            changes[field] = of_ticket(ticket)[field]
    if changes:
        rewrite_task(session, link.organisation_id, task.id, changes, None)
    agree(session, link, {**link.state, "ticket": now_there, "task": {**link.state["task"], **changes}})


def _said_there(session: Session, link: TaskLink, said: Sequence[TicketComment], me: int) -> None:
    """Words that others wrote there since; what we wrote there ourselves is no news."""
    if link.task_id is None:
        return
    new = [each for each in said if each.id > link.state.get("theirs", 0)]
    for each in new:
        words = clean(each.body)[:LONGEST_TEXT]
        if each.author_id != me and words.strip():
            key = f"zendesk {each.id}"
            write_comment(session, link.organisation_id, link.task_id, words, via=_VIA, outside_key=key)
    if new:
        agree(session, link, {**link.state, "theirs": max(each.id for each in new)})


def _give_out_all(organisation_id: int, service: Zendesk, me: int) -> None:
    """Give Zendesk what changed here since each link was last looked at."""
    joined = sa.and_(ProjectTask.organisation_id == TaskLink.organisation_id, ProjectTask.id == TaskLink.task_id)
    chosen = (
        sa.select(TaskLink.id)
        .join(ProjectTask, joined)
        .where(
            TaskLink.organisation_id == organisation_id,
            TaskLink.kind == OutsideKind.ZENDESK,
            TaskLink.state != {},
            ProjectTask.touched_at > sa.func.coalesce(_looked_at(), sa.text("'-infinity'::timestamptz")),
        )
        .order_by(ProjectTask.touched_at)
        .limit(_AT_ONCE)
    )
    with tenant_transaction(organisation_id) as session:
        links = session.scalars(chosen).all()
    for link_id in links:
        try:
            _give_out(organisation_id, service, me, link_id)
        except (InvalidInput, NotFound) as refused:
            # Closed, or gone: it will be refused again, until something changes.
            log.warning("ticket_not_changed", link=link_id, reason=refused.message)
            _look_at(organisation_id, link_id, error=refused.message)


def _looked_at() -> Any:
    return sa.cast(TaskLink.state["looked_at"].astext, sa.TIMESTAMP(timezone=True))


def _give_out(organisation_id: int, service: Zendesk, me: int, link_id: int) -> None:
    with tenant_transaction(organisation_id) as session:
        link = session.get_one(TaskLink, link_id)
        task = found(session, ProjectTask, organisation_id, link.task_id or 0)
        ticket_id, here, seen = int(link.external_id), of_task(task), task.touched_at
        changes = {name: value for name, value in here.items() if value != link.state["task"].get(name)}
        chosen = sa.select(TaskComment).where(
            TaskComment.organisation_id == organisation_id,
            TaskComment.task_id == task.id,
            TaskComment.id > link.state.get("ours", 0),
            TaskComment.via.not_in((_VIA, MONITOR)),
        )
        comments = session.scalars(chosen.order_by(TaskComment.id)).all()
        trying = link.state.get("trying")
    if changes:
        ticket = service.update(ticket_id, as_ticket(changes))
        _agree(organisation_id, link_id, {"ticket": raw(ticket), "task": here})
    for comment in comments:
        body = f"{comment.author}: {comment.content}"
        if trying != comment.id or not any(
            each.author_id == me and each.body.strip() == body.strip() for each in service.comments(ticket_id)
        ):
            _agree(organisation_id, link_id, {"trying": comment.id})
            service.update(ticket_id, {"comment": {"body": body, "public": False}})
        _agree(organisation_id, link_id, {"ours": comment.id, "trying": None})
    _look_at(organisation_id, link_id, seen)


def _agree(organisation_id: int, link_id: int, more: dict[str, Any]) -> None:
    with tenant_transaction(organisation_id) as session:
        link = session.get_one(TaskLink, link_id)
        agree(session, link, {**link.state, **more})


def _look_at(organisation_id: int, link_id: int, seen: datetime | None = None, error: str | None = None) -> None:
    moment = (seen or clock.now()).isoformat()
    _agree(organisation_id, link_id, {"looked_at": moment, "error": error})
