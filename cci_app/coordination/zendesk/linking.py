"""Which integration an organisation has at Zendesk, what a ticket is to us, and a ticket for a task."""

from typing import Any

import sqlalchemy as sa

from cci_app.coordination.changing import found
from cci_app.coordination.links import agree, find_link, keep_link
from cci_app.coordination.models import OutsideKind, ProjectTask, TaskLink
from cci_app.coordination.zendesk.meaning import as_ticket, of_task, raw
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.core.outside.register import Account
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import ZENDESK, ZendeskFields
from cci_app.integrations.zendesk import Zendesk

LinkedAccount = Account[ZendeskFields, Zendesk]


def zendesk_of(organisation_id: int) -> LinkedAccount:
    """The organisation's Zendesk. Raises Conflict where it has none."""
    account = integrations.find(organisation_id, ZENDESK.name)
    if account is None:
        raise integrations.missing(organisation_id, ZENDESK.name, None)
    return account


def list_tickets(organisation_id: int, after: str | None, limit: int) -> dict[str, Any]:
    """Tickets as Zendesk has them now, the last changed first, each with the task that it is. Raises CciError."""
    service = zendesk_of(organisation_id).open()
    tickets, following = service.tickets(after, limit)
    with tenant_transaction(organisation_id) as session:
        chosen = sa.select(TaskLink.external_id, TaskLink.task_id).where(
            TaskLink.organisation_id == organisation_id,
            TaskLink.kind == OutsideKind.ZENDESK,
            TaskLink.external_id.in_([str(ticket.id) for ticket in tickets]),
        )
        tasks = {row.external_id: row.task_id for row in session.execute(chosen)}
    items = [
        {
            **{name: getattr(each, name) for name in ("id", "subject", "status", "priority", "updated_at")},
            "url": f"{service.base_url}/agent/tickets/{each.id}",
            "task_id": tasks.get(str(each.id)),
        }
        for each in tickets
    ]
    return {"items": items, "next": following}


def make_ticket(organisation_id: int, task_id: int) -> tuple[int, bool]:
    """Have a task be a ticket, too; its number, and whether it is new. Raises NotFound, and CciError of Zendesk's."""
    service = zendesk_of(organisation_id).open()
    with tenant_transaction(organisation_id) as session:
        task = found(session, ProjectTask, organisation_id, task_id)
        known = session.scalars(_of(organisation_id, task_id)).first()
        common = of_task(task)
        text = task.description or task.title
    if known is not None:
        return int(known.external_id), False
    fields = {**as_ticket(common), "comment": {"body": text, "public": False}, "external_id": f"task {task_id}"}
    ticket = service.create(fields, f"task {organisation_id} {task_id}")
    with tenant_transaction(organisation_id) as session:
        link, is_new = keep_link(session, organisation_id, OutsideKind.ZENDESK, str(ticket.id), task_id=task_id)
        if link.task_id != task_id:
            raise Conflict(f"ticket {ticket.id} is another task already", details={"task_id": link.task_id})
        if is_new:
            agree(session, link, {"ticket": raw(ticket), "task": common})
        return ticket.id, is_new


def ticket_of(session: Any, organisation_id: int, ticket_id: int) -> TaskLink | None:
    """The link of a ticket; None for one that is no task."""
    return find_link(session, organisation_id, OutsideKind.ZENDESK, str(ticket_id))


def _of(organisation_id: int, task_id: int) -> sa.Select[TaskLink]:
    return sa.select(TaskLink).filter_by(organisation_id=organisation_id, kind=OutsideKind.ZENDESK, task_id=task_id)
