"""How long a person may still be written to: some channels let nobody write long after the person's last message."""

from datetime import UTC, datetime, timedelta

from cci_app.channels.message import Address
from cci_app.channels.ports import Limits
from cci_app.conversation.inbound import Person
from cci_app.core.database import one_trip, tenant_statement

# What is on its way when the window closes comes too late.
_MARGIN = timedelta(minutes=2)

_LAST_HEARD = one_trip(
    "SELECT received_at FROM webhook_events WHERE organisation_id = :organisation_id AND assistant = :assistant"
    " AND user_id = :user_id AND channel_account = :account AND kind = 'message' ORDER BY id DESC LIMIT 1"
)


def window_closes_at(person: Person, address: Address, limits: Limits) -> datetime | None:
    """Until when anything can be sent to that address; None where there is no such bound.

    A moment in the past, as for somebody who never wrote there, means that nothing but a template can be.
    """
    if limits.window_seconds is None:
        return None
    values = {**person.columns, "account": address.account}
    for row in tenant_statement(person.organisation_id, _LAST_HEARD, values):
        closes: datetime = row.received_at + timedelta(seconds=limits.window_seconds) - _MARGIN
        return closes
    return datetime.min.replace(tzinfo=UTC)
