"""What was used in a span of days, of what may be used, and what the period comes to if it goes on so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.core.csv_file import BYTE_ORDER_MARK, Separator
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.usage.models import TurnUsage, UsageLog
from cci_app.usage.quotas import read_quotas
from cci_app.usage.report import span_of, usage_report

# Four whole weeks: a day of the week counts as often as any other.
_LOOKED_BACK: Final = timedelta(days=28)
_COLUMNS: Final = (
    *("day", "assistant", "provider", "model", "turns", "calls", "input_tokens", "output_tokens", "cost", "currency"),
)


@dataclass(frozen=True, slots=True)
class _Period:
    """The present calendar month in the organisation's zone."""

    start: datetime
    end: datetime

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo) -> "_Period":
        first = now.astimezone(zone).date().replace(day=1)
        next_first = (first + timedelta(days=32)).replace(day=1)
        return cls(datetime.combine(first, time(), zone), datetime.combine(next_first, time(), zone))


def usage_overview(
    organisation_id: int, *, start: date | None = None, end: date | None = None, assistant: str | None = None
) -> dict[str, Any]:
    """Messages and tokens by day and by assistant, without dates of the present month; the period and its forecast.

    The forecast of a figure is what was used since the period began, and for each day that is left of it the mean of
    the last 28 days, or of fewer where there are none before. Raises InvalidInput, as `usage_report` does.
    """
    now = clock.now()
    with tenant_transaction(organisation_id) as session:
        zone = timezone_of(session, organisation_id)
        begin, until = span_of(start, end, now.astimezone(zone).date())
        span = (datetime.combine(begin, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone))
        day = sa.cast(sa.func.timezone(zone.key, TurnUsage.at), sa.Date)
        days = _counted(session, organisation_id, span, assistant, day.label("day"))
        assistants = _counted(session, organisation_id, span, assistant, TurnUsage.assistant)
        period = _Period.at(now, zone)
        forecast = _forecast(session, organisation_id, period, now)
    by_day = {row["day"]: row for row in days}
    nothing = {"messages": 0, "tokens": 0}
    return {
        "start_date": begin,
        "end_date": until,
        "days": [
            {**nothing, **by_day.get(each, {}), "day": each}
            for each in (begin + timedelta(days=number) for number in range((until - begin).days + 1))
        ],
        "assistants": assistants,
        "period_start": period.start,
        "period_end": period.end,
        **forecast,
        "quotas": read_quotas(organisation_id),
    }


def usage_csv(
    organisation_id: int,
    separator: Separator,
    *,
    start: date | None = None,
    end: date | None = None,
    assistant: str | None = None,
) -> str:
    """The rows of `usage_report` as CSV."""
    rows = usage_report(organisation_id, start=start, end=end, assistant=assistant)

    def cell(value: Any) -> str:
        if isinstance(value, Decimal | int):
            return separator.number(value)
        return "" if value is None else str(value)

    lines = (separator.line(cell(row[name]) for name in _COLUMNS) for row in rows)
    return BYTE_ORDER_MARK + separator.line(_COLUMNS) + "".join(lines)


def _counted(
    session: Session, organisation_id: int, span: tuple[datetime, datetime], assistant: str | None, by: Any
) -> Sequence[dict[str, Any]]:
    asked = (
        sa.select(by, sa.func.sum(TurnUsage.messages).label("messages"), sa.func.sum(TurnUsage.tokens).label("tokens"))
        .where(TurnUsage.organisation_id == organisation_id, TurnUsage.at >= span[0], TurnUsage.at < span[1])
        .group_by(by)
        .order_by(by)
    )
    if assistant:
        asked = asked.where(TurnUsage.assistant == assistant)
    return [
        {**row, "messages": int(row["messages"]), "tokens": int(row["tokens"])}
        for row in session.execute(asked).mappings()
    ]


def _forecast(session: Session, organisation_id: int, period: _Period, now: datetime) -> dict[str, Any]:
    """What was used in the period so far, and what it comes to."""
    lately = now - _LOOKED_BACK
    earliest = min(period.start, lately)

    def sums(column: Any, at: Any) -> list[Any]:
        return [sa.func.coalesce(sa.func.sum(column).filter(at >= since), 0) for since in (period.start, lately)]

    turns = session.execute(
        sa.select(
            sa.func.min(TurnUsage.at), *sums(TurnUsage.messages, TurnUsage.at), *sums(TurnUsage.tokens, TurnUsage.at)
        ).where(TurnUsage.organisation_id == organisation_id, TurnUsage.at >= earliest)
    ).one()
    costs = session.execute(
        sa.select(UsageLog.currency, *sums(UsageLog.cost, UsageLog.timestamp))
        .where(UsageLog.organisation_id == organisation_id, UsageLog.timestamp >= earliest, UsageLog.cost.is_not(None))
        .group_by(UsageLog.currency)
        .order_by(UsageLog.currency)
    ).all()
    known = max(timedelta(days=1), now - max(lately, turns[0] or now))
    left = Decimal((period.end - now) / known)
    used = {"messages": (int(turns[1]), int(turns[2])), "tokens": (int(turns[3]), int(turns[4]))}
    return {
        "used": {name: so_far for name, (so_far, _) in used.items()},
        "forecast": {name: so_far + round(recent * left) for name, (so_far, recent) in used.items()},
        "costs": [
            {"currency": currency, "used": float(so_far), "forecast": float(so_far + recent * left)}
            for currency, so_far, recent in costs
        ],
    }
