"""HTTP shapes of tickets."""

import marshmallow as ma

from cci_app.coordination.api.schemas import row_id
from cci_app.core.http.fields import CleanText, PageSize


class TicketsQuery(PageSize):
    """Which page of the tickets, the last changed first."""

    limit = ma.fields.Integer(
        load_default=50, validate=ma.validate.Range(1, 100), metadata={"description": "How many at most", "example": 50}
    )
    after = CleanText(
        min_length=1, max_length=1000, metadata={"description": "`next` of the page before", "example": "eyJvIjoi"}
    )


class TicketResponse(ma.Schema):
    """A ticket as Zendesk has it now; `task_id` is the task that it is, null for none."""

    id = ma.fields.Integer(required=True)
    subject = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    priority = ma.fields.String(required=True, allow_none=True)
    updated_at = ma.fields.AwareDateTime(required=True)
    url = ma.fields.String(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)


class TicketsResponse(ma.Schema):
    """A page of tickets."""

    items = ma.fields.List(ma.fields.Nested(TicketResponse), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class TicketPayload(ma.Schema):
    """The task that is to be a ticket, too."""

    task_id = row_id("The task", required=True)


class MadeTicketResponse(ma.Schema):
    """The ticket that a task is."""

    ticket_id = ma.fields.Integer(required=True)
    task_id = ma.fields.Integer(required=True)
