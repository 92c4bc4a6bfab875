"""Bringing tasks and tickets together: what either side changed since both last agreed, and no echo of it.

A link keeps what both agreed on, as each side writes it: what comes back the same is no news. Where both changed the
same field, whoever did it later has it. No transaction is open while Zendesk is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found
from cci_app.coordination.comments import MONITOR, write_comment
from cci_app.coordination.links import agree, agree_on, find_link, keep_link, links_to_give_out, look_at
from cci_app.coordination.models import LONGEST_TEXT, OutsideKind, ProjectTask, TaskComment, TaskLink
from cci_app.coordination.sync.rounds import move, one_round, rounds_of_all
from cci_app.coordination.sync.settling import Side, changed_at, settle
from cci_app.coordination.tasks import rewrite_task, write_task
from cci_app.coordination.zendesk.linking import zendesk_of
from cci_app.coordination.zendesk.meaning import FIELD_OF, as_ticket, described, of_task, of_ticket, raw
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.text import clean
from cci_app.integrations.kinds import ZENDESK
from cci_app.integrations.zendesk import Ticket, TicketComment, Zendesk

log = structlog.get_logger(__name__)

_MOST_PAGES: Final = 10
_AT_ONCE: Final = 200
_GONE: Final = "deleted"
_VIA: Final = OutsideKind.ZENDESK.value


def bring_all_together(now: datetime | None = None) -> None:
    """A round for every organisation that has a Zendesk."""
    rounds_of_all(ZENDESK.name, bring_together, now)


def bring_together(organisation_id: int, now: datetime) -> bool:
    """A round for one organisation; whether it was time for one. What it met is kept with its position."""

    def take_round(position: Any) -> None:
        account = zendesk_of(organisation_id)
        service = account.open()
        me = service.me()
        _take_in_all(organisation_id, service, me, account.fields.project_id, position)
        _give_out_all(organisation_id, service, me)

    return one_round(organisation_id, ZENDESK.name, now, take_round)


def _take_in_all(organisation_id: int, service: Zendesk, me: int, project_id: int | None, position: Any) -> None:
    """Take in what changed at Zendesk; the position moves on page by page."""
    cursor = position.cursor
    for _ in range(_MOST_PAGES):
        tickets, cursor, is_all = service.changed(cursor, position.since)
        for ticket in tickets:
            if ticket.status != _GONE:
                _take_in(organisation_id, service, me, project_id, ticket)
        move(organisation_id, ZENDESK.name, cursor=cursor)
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
    here, there = Side(of_task(task), link.state["task"]), Side(raw(ticket), link.state["ticket"])

    def our_moment(field: str) -> datetime:
        return changed_at(session, task, field)

    settled = settle(FIELD_OF, here, there, of_ticket(ticket), ticket.updated_at, our_moment)
    if settled.taken:
        rewrite_task(session, link.organisation_id, task.id, settled.taken, None)
    agree(session, link, {**link.state, "ticket": there.now, "task": {**here.agreed, **settled.taken}})


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
    with tenant_transaction(organisation_id) as session:
        links = links_to_give_out(session, organisation_id, OutsideKind.ZENDESK, _AT_ONCE)
    for link_id in links:
        try:
            _give_out(organisation_id, service, me, link_id)
        except (InvalidInput, NotFound) as refused:
            # Closed, or gone: it will be refused again, until something changes.
            log.warning("ticket_not_changed", link=link_id, reason=refused.message)
            look_at(organisation_id, link_id, error=refused.message)


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
        agree_on(organisation_id, link_id, {"ticket": raw(ticket), "task": here})
    for comment in comments:
        body = f"{comment.author}: {comment.content}"
        if trying != comment.id or not any(
            each.author_id == me and each.body.strip() == body.strip() for each in service.comments(ticket_id)
        ):
            agree_on(organisation_id, link_id, {"trying": comment.id})
            service.update(ticket_id, {"comment": {"body": body, "public": False}})
        agree_on(organisation_id, link_id, {"ours": comment.id, "trying": None})
    look_at(organisation_id, link_id, seen)
