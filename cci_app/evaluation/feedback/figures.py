"""How people find the answers, the conversations and the help of humans."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cci_app.conversation.models import Conversation
from cci_app.core import clock
from cci_app.core.database import tenant_connection, tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.feedback.models import Feedback, FeedbackKind

DAYS: Final = 30
_THUMB = Feedback.kind == FeedbackKind.THUMB
_STARS = sa.and_(Feedback.kind == FeedbackKind.STARS, Feedback.value.is_not(None))


def feedback_figures(organisation_id: int, assistant: str | None = None) -> dict[str, Any]:
    """The last thirty days in the organisation's own: thumbs by day and by version, stars by how many.

    `asked` is how many were asked for stars, `given` how many gave any.
    """
    with tenant_transaction(organisation_id) as session:
        zone = timezone_of(session, organisation_id)
    today = clock.now().astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time(0), zone)
    mine = [Feedback.organisation_id == organisation_id, *([Feedback.assistant == assistant] if assistant else [])]
    recent = [*mine, Feedback.given_at >= since]
    day = sa.cast(sa.func.timezone(zone.key, Feedback.given_at), sa.Date)
    up, down = (sa.func.count().filter(_THUMB, Feedback.value == value) for value in (1, -1))
    columns = (up.label("up"), down.label("down"))
    stars = sa.func.count().filter(_STARS).label("given")
    mean = sa.func.avg(Feedback.value).filter(_STARS).label("stars")
    with tenant_connection(organisation_id) as connection:
        total = connection.execute(sa.select(*columns, stars, mean).where(*recent)).mappings().one()
        days = {
            row.day: row
            for row in connection.execute(sa.select(day.label("day"), *columns).where(*recent).group_by(day))
        }
        versions = connection.execute(
            sa.select(Feedback.assistant, Feedback.version, *columns, stars, mean)
            .where(*recent)
            .group_by(Feedback.assistant, Feedback.version)
            .order_by(Feedback.assistant, Feedback.version)
        ).mappings()
        by_version = [_counted(row) for row in versions]
        counted = sa.select(Feedback.value, sa.func.count()).where(*recent, _STARS).group_by(Feedback.value)
        by_stars = {row[0]: row[1] for row in connection.execute(counted)}
        asked = connection.scalar(
            sa.select(sa.func.count()).where(*mine, Feedback.kind == "stars", Feedback.asked_at >= since)
        )
    return {
        **_counted(total),
        "asked": asked or 0,
        "days": [_of_day(first + timedelta(days=number), days) for number in range(DAYS)],
        "versions": by_version,
        "by_stars": [{"stars": number, "count": by_stars.get(number, 0)} for number in (5, 4, 3, 2, 1)],
    }


def list_feedback(
    organisation_id: int,
    *,
    assistant: str | None = None,
    thumb: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """What people thought, the newest first, with what was said; and the `next` page's `before`."""
    said = sa.select(
        *(getattr(Feedback, name) for name in ("id", "assistant", "user_id", "kind", "value", "source", "comment")),
        *(getattr(Feedback, name) for name in ("event_id", "handoff_id", "version", "given_at")),
        Conversation.user_message,
        Conversation.agent_response,
        sa.func.coalesce(Feedback.run_id, Conversation.run_id).label("conversation_id"),
        Conversation.id.label("message_id"),
    ).outerjoin(
        Conversation,
        sa.and_(Conversation.organisation_id == Feedback.organisation_id, Conversation.event_id == Feedback.event_id),
    )
    said = said.where(Feedback.organisation_id == organisation_id, Feedback.value.is_not(None))
    if assistant:
        said = said.where(Feedback.assistant == assistant)
    if thumb:
        said = said.where(_THUMB, Feedback.value == (1 if thumb == "up" else -1))
    if before is not None:
        said = said.where(Feedback.id < before)
    with tenant_transaction(organisation_id) as session:
        rows = [dict(row) for row in session.execute(said.order_by(Feedback.id.desc()).limit(limit + 1)).mappings()]
    shown = [{**row, **_value(row)} for row in rows[:limit]]
    return {"feedback": shown, "next": rows[limit - 1]["id"] if len(rows) > limit else None}


def _value(row: dict[str, Any]) -> dict[str, Any]:
    is_thumb = row["kind"] == FeedbackKind.THUMB
    return {
        "thumb": ("up" if row["value"] > 0 else "down") if is_thumb else None,
        "stars": None if is_thumb else row["value"],
    }


def _counted(row: Any) -> dict[str, Any]:
    thumbs = row["up"] + row["down"]
    return {
        **{name: value for name, value in row.items() if name != "stars"},
        "share_up": row["up"] / thumbs if thumbs else None,
        "stars": float(row["stars"]) if row["stars"] is not None else None,
    }


def _of_day(day: date, days: dict[date, Any]) -> dict[str, Any]:
    row = days.get(day)
    return {"day": day, "up": row.up if row else 0, "down": row.down if row else 0}
