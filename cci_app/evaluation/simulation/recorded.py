"""What the record tells of each version of an assistant: how fast, how long, how it was found, what came of it."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from cci_app.core import clock
from cci_app.core.database import tenant_connection

DAYS: Final = 30
_FIGURES: Final = sa.text(
    "WITH said AS ("
    " SELECT * FROM conversations WHERE organisation_id = :organisation_id AND assistant = :assistant"
    "  AND kind = 'message' AND \"timestamp\" >= :since"
    "), people AS ("
    ' SELECT version, user_id, min("timestamp") AS first_at, count(DISTINCT run_id) AS runs FROM said GROUP BY 1, 2'
    "), did AS ("
    " SELECT version, count(*) AS people, count(*) FILTER (WHERE runs > 1) AS came_back,"
    "  count(*) FILTER (WHERE EXISTS (SELECT FROM leads o WHERE o.organisation_id = :organisation_id"
    "   AND o.assistant = :assistant AND o.user_id = p.user_id AND o.created_at >= p.first_at)) AS leads,"
    "  count(*) FILTER (WHERE EXISTS (SELECT FROM conversation_runs o WHERE o.organisation_id = :organisation_id"
    "   AND o.assistant = :assistant AND o.user_id = p.user_id AND o.completed_at >= p.first_at)) AS completed,"
    "  count(*) FILTER (WHERE EXISTS (SELECT FROM handoff_requests o WHERE o.organisation_id = :organisation_id"
    "   AND o.assistant = :assistant AND o.user_id = p.user_id AND o.created_at >= p.first_at)) AS handoffs"
    " FROM people p GROUP BY version"
    "), found AS ("
    " SELECT version, count(*) FILTER (WHERE kind = 'thumb' AND value = 1) AS up,"
    "  count(*) FILTER (WHERE kind = 'thumb' AND value = -1) AS down,"
    "  count(*) FILTER (WHERE kind = 'stars' AND handoff_id IS NULL AND value IS NOT NULL) AS rated,"
    "  avg(value) FILTER (WHERE kind = 'stars' AND handoff_id IS NULL)::float8 AS stars"
    " FROM feedback WHERE organisation_id = :organisation_id AND assistant = :assistant AND given_at >= :since"
    " GROUP BY version"
    "), spoken AS ("
    " SELECT version, count(*) AS messages, count(DISTINCT run_id) AS conversations,"
    "  percentile_disc(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50_ms,"
    "  percentile_disc(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_ms,"
    "  avg(length(agent_response))::float8 AS length, count(*) FILTER (WHERE failed) AS failed,"
    "  count(*) FILTER (WHERE late) AS late FROM said GROUP BY version"
    ") SELECT s.version, d.people, s.conversations, s.messages, s.p50_ms, s.p95_ms, s.length, s.failed, s.late,"
    " d.came_back, d.leads, d.completed, d.handoffs, coalesce(f.up, 0) AS up, coalesce(f.down, 0) AS down,"
    " coalesce(f.rated, 0) AS rated, f.stars FROM spoken s JOIN did d ON d.version IS NOT DISTINCT FROM s.version"
    " LEFT JOIN found f ON f.version IS NOT DISTINCT FROM s.version ORDER BY s.version"
)


def recorded_figures(organisation_id: int, assistant: str, days: int = DAYS) -> list[dict[str, Any]]:
    """Of each version that answered in that time: people, messages, times in milliseconds, and what people did.

    `version` is None of what was answered before versions were on record.
    """
    values = {
        "organisation_id": organisation_id,
        "assistant": assistant,
        "since": clock.now() - timedelta(days=days),
    }
    with tenant_connection(organisation_id) as connection:
        return [dict(row) for row in connection.execute(_FIGURES, values).mappings()]
