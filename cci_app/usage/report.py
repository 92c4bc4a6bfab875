"""What calls of models used, by day, assistant and model."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.tenants import timezone_of
from cci_app.usage.models import UsageLog

MOST_DAYS: Final = 366
_MOST_ROWS: Final = 5_000


def usage_report(
    organisation_id: int, *, start: date | None = None, end: date | None = None, assistant: str | None = None
) -> Sequence[dict[str, Any]]:
    """Turns, calls, tokens and cost of each day, assistant and model, the newest day first.

    Days are the organisation's; without dates the present month. Costs of several currencies are rows of their own.
    Raises InvalidInput for a span that is too long or turned round.
    """
    with tenant_transaction(organisation_id) as session:
        zone = timezone_of(session, organisation_id)
        begin, until = span_of(start, end, clock.now().astimezone(zone).date())
        day = sa.cast(sa.func.timezone(zone.key, UsageLog.timestamp), sa.Date)
        asked = (
            sa.select(
                day.label("day"),
                UsageLog.assistant,
                UsageLog.provider,
                UsageLog.model,
                UsageLog.currency,
                sa.func.count(sa.distinct(UsageLog.event_id)).label("turns"),
                sa.func.count().label("calls"),
                sa.func.sum(UsageLog.input_tokens).label("input_tokens"),
                sa.func.sum(UsageLog.output_tokens).label("output_tokens"),
                sa.func.sum(UsageLog.cost).label("cost"),
            )
            .where(
                UsageLog.organisation_id == organisation_id,
                # The index knows moments: a day more on either side, then the days themselves.
                UsageLog.timestamp >= sa.cast(begin, sa.Date) - sa.text("interval '1 day'"),
                UsageLog.timestamp < sa.cast(until, sa.Date) + sa.text("interval '2 days'"),
                day.between(begin, until),
            )
            .group_by(day, UsageLog.assistant, UsageLog.provider, UsageLog.model, UsageLog.currency)
            .order_by(day.desc(), UsageLog.assistant, UsageLog.model)
            .limit(_MOST_ROWS)
        )
        if assistant:
            asked = asked.where(UsageLog.assistant == assistant)
        return [dict(row) for row in session.execute(asked).mappings()]


def span_of(start: date | None, end: date | None, today: date) -> tuple[date, date]:
    """The first and the last of the days that are asked for, without any the month up to today. Raises InvalidInput."""
    begin, until = start or (end or today).replace(day=1), end or today
    if until < begin or (until - begin).days >= MOST_DAYS:
        told = f"the days have to be in order, and {MOST_DAYS} at most"
        raise InvalidInput(told, details={"start_date": [told]})
    return begin, until
