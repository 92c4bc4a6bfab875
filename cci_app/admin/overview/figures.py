"""The figures of a period in the organisation's own days: how much was said, how fast, how far people came.

A period ends now. Each is set beside the one before it, up to the same hour of its last day.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cci_app.admin.overview.days import Stretch, counted_days
from cci_app.agents.menu.content import MenuContent, MenuService
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.spec import AssistantSpec
from cci_app.conversation.models import RunStatus
from cci_app.core import clock
from cci_app.core.database import tenant_connection


class Period(StrEnum):
    """How long back: today, or so many days with today."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def days(self) -> int:
        """How many days."""
        return {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}[self]


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, in a zone; `before` is where the period before it begins."""

    begin: datetime
    end: datetime
    before: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, period: Period, zone: ZoneInfo, now: datetime) -> Self:
        """The period that ends at `now`."""
        local = now.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        begin = midnight - timedelta(days=period.days - 1)
        return cls(begin, now, begin - timedelta(days=period.days), zone)

    def before_end(self, period: Period) -> datetime:
        """Where the period before it ends: at the same hour."""
        return self.end - timedelta(days=period.days)

    def parameters(self, period: Period) -> dict[str, Any]:
        """What the statements bind."""
        return {
            "begin": self.begin,
            "end": self.end,
            "zone": self.zone.key,
            "unit": "hour" if period is Period.DAY else "day",
        }

    def slots(self, period: Period) -> list[datetime]:
        """The beginnings of its hours or days, naive, as people read them."""
        first = self.begin.replace(tzinfo=None)
        if period is Period.DAY:
            return [first + timedelta(hours=hour) for hour in range(24)]
        return [first + timedelta(days=day) for day in range(period.days)]


_ZONE = sa.text("SELECT timezone FROM organisations")
# The messages of no day that was counted.
_LIVE = "conversations WHERE kind = 'message' AND timestamp >= :live AND timestamp < :live_end"
_COUNTED = "message_days WHERE begins_at = ANY(CAST(:counted AS timestamptz[]))"
_MESSAGES = sa.text(
    "SELECT date_trunc(:unit, timestamp AT TIME ZONE :zone) AS slot, count(*) AS messages,"  # noqa: S608 (ours)
    " count(DISTINCT user_id) AS people, count(*) FILTER (WHERE late) AS late"
    f" FROM {_LIVE} GROUP BY 1"
)
_PEOPLE = sa.text(
    f"SELECT count(DISTINCT person) AS people FROM (SELECT unnest(people) FROM {_COUNTED}"  # noqa: S608 (ours)
    f" UNION ALL SELECT hashtextextended(user_id, 0) FROM {_LIVE}) AS wrote (person)"
)
_TIMES = sa.text(
    "WITH told AS (SELECT milliseconds, sum(times) AS times"  # noqa: S608 (ours)
    f"  FROM (SELECT unnest(milliseconds), unnest(times) FROM {_COUNTED}"
    f"   UNION ALL SELECT response_time_ms, 1 FROM {_LIVE}) AS answered (milliseconds, times) GROUP BY 1),"
    " running AS (SELECT *, sum(times) OVER (ORDER BY milliseconds) AS reached, sum(times) OVER () AS total FROM told)"
    " SELECT (sum(times) FILTER (WHERE milliseconds <= 8000) / sum(times))::float8 AS share_within_8s,"
    " min(milliseconds) FILTER (WHERE reached >= 0.5 * total) AS p50_ms,"
    " min(milliseconds) FILTER (WHERE reached >= 0.95 * total) AS p95_ms FROM running"
)
_RUNS = sa.text(
    "SELECT assistant, detected_language AS language, completed_at IS NOT NULL AS completed,"
    " ended_at IS NOT NULL AS ended, current_question, count(*) AS conversations"
    " FROM conversation_runs WHERE started_at >= :begin AND started_at < :end GROUP BY 1, 2, 3, 4, 5"
)
_ANSWERS = sa.text(
    "SELECT run.assistant, answer.question, answer.status, count(*) AS answers"
    # Run by run: PostgreSQL would read all answers there are to join them with those of a week.
    " FROM conversation_runs run"
    " CROSS JOIN LATERAL (SELECT question, status FROM answers WHERE run_id = run.id OFFSET 0) answer"
    " WHERE run.started_at >= :begin AND run.started_at < :end GROUP BY 1, 2, 3"
)
# Of assistants with a menu alone: what a turn took its message for stands on the receipt, and is read from each.
_SERVICES = sa.text(
    "SELECT assistant, outcome->>'intent' AS code, extract(hour FROM received_at AT TIME ZONE :zone)::integer AS hour,"
    " count(*) AS messages, array_agg(DISTINCT user_id) AS people,"
    " sum((outcome->>'response_time_ms')::integer)::float8 AS milliseconds,"
    " count(*) FILTER (WHERE status = 'failed') AS failed"
    " FROM webhook_events WHERE assistant = ANY(:menus) AND kind = 'message' AND channel <> 'trial'"
    " AND outcome->>'intent' IS NOT NULL AND received_at >= :begin AND received_at < :end GROUP BY 1, 2, 3"
)
# What somebody may have to look at. A message is waited for after some seconds only: most are answered before.
_CONCERNS = sa.text(
    "SELECT"
    " (SELECT count(*) FROM webhook_events WHERE status = 'received' AND channel <> 'trial'"
    "   AND received_at < clock_timestamp() - interval '15 seconds') AS messages_waiting,"
    " (SELECT count(*) FROM webhook_events WHERE status = 'failed' AND received_at >= :begin"
    "   AND channel <> 'trial') AS messages_failed,"
    " (SELECT count(*) FROM outbound_messages WHERE state = 'queued' AND via = 'push') AS sends_waiting,"
    " (SELECT count(*) FROM outbound_messages WHERE state = 'failed' AND created_at >= :begin) AS sends_failed,"
    " (SELECT count(*) FROM outbound_messages WHERE state = 'uncertain' AND created_at >= :begin) AS sends_uncertain,"
    " (SELECT count(*) FROM handoff_requests WHERE state <> 'resolved') AS handoffs_open,"
    " (SELECT count(*) FROM turn_state WHERE mode <> 'bot') AS people_with_a_human,"
    " (SELECT count(*) FROM knowledge_documents WHERE verdict = 'failed') AS documents_failed,"
    " (SELECT count(*) FROM jobs WHERE state = 'failed' AND created_at >= :begin) AS jobs_failed,"
    " (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')) AS jobs_open"
)


def figures(organisation_id: int, period: Period, specs: Mapping[str, AssistantSpec], language: str) -> dict[str, Any]:
    """The organisation's figures; questions are named in `language` where their assistant speaks it."""
    with tenant_connection(organisation_id) as connection:
        zone = ZoneInfo(connection.execute(_ZONE).scalar_one())
        span = Span.of(period, zone, clock.now())
        known = counted_days(connection, zone, span.end)
        now = Stretch.of(span.begin, span.end, known)
        before = Stretch.of(span.before, span.before_end(period), known)
        menus = {name: found for name, spec in specs.items() if (found := _menu_of(spec))}
        bound = {**span.parameters(period), "menus": list(menus)}

        def read(statement: sa.TextClause, within: Stretch | None = None) -> list[dict[str, Any]]:
            values = bound | (_parameters_of(within) if within else {})
            rows = connection.execute(statement, {name: values[name] for name in statement.compile().params})
            return [dict(row) for row in rows.mappings()]

        said, said_before = read(_MESSAGES, now), read(_MESSAGES, before)
        (people,), (people_before,), (times,) = read(_PEOPLE, now), read(_PEOPLE, before), read(_TIMES, now)
        runs, answers, (concerns,) = map(read, (_RUNS, _ANSWERS, _CONCERNS))
        served = read(_SERVICES) if menus else []
    by_slot = {row["slot"]: row for row in [*said, *_slots_of(now, zone)]}
    return {
        "period": period,
        "begin": span.begin,
        "end": span.end,
        "zone": zone.key,
        "messages": sum(row["messages"] for row in by_slot.values()),
        "messages_before": sum(row["messages"] for row in [*said_before, *_slots_of(before, zone)]),
        "people": people["people"],
        "people_before": people_before["people"],
        **times,
        "late": sum(row["late"] for row in by_slot.values()),
        "series": [
            {
                "at": slot.replace(tzinfo=zone),
                "messages": by_slot[slot]["messages"] if slot in by_slot else 0,
                "people": by_slot[slot]["people"] if slot in by_slot else 0,
            }
            for slot in span.slots(period)
        ],
        **_conversations(runs),
        "funnels": _funnels(runs, answers, specs, language),
        "desks": _desks(served, menus, specs, language),
        "concerns": concerns,
    }


def _parameters_of(within: Stretch) -> dict[str, Any]:
    counted = [day.begins_at for day in within.counted]
    return {"counted": counted, "live": within.live, "live_end": within.end}


def _slots_of(within: Stretch, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The days that were counted, as the messages that were not are told."""
    return [
        {
            "slot": day.begins_at.astimezone(zone).replace(tzinfo=None),
            "messages": day.messages,
            "people": day.people,
            "late": day.late,
        }
        for day in within.counted
    ]


def _conversations(runs: list[dict[str, Any]]) -> dict[str, Any]:
    languages: dict[str, int] = defaultdict(int)
    states = dict.fromkeys(RunStatus, 0)
    for row in runs:
        languages[row["language"] or "?"] += row["conversations"]
        states[_state(row)] += row["conversations"]
    return {
        "conversations": sum(states.values()),
        "states": states,
        "languages": dict(sorted(languages.items(), key=lambda each: (-each[1], each[0]))),
    }


def _state(row: Mapping[str, Any]) -> RunStatus:
    if row["completed"]:
        return RunStatus.COMPLETED
    return RunStatus.ABANDONED if row["ended"] else RunStatus.IN_PROGRESS


def _funnels(
    runs: list[dict[str, Any]], answers: list[dict[str, Any]], specs: Mapping[str, AssistantSpec], language: str
) -> list[dict[str, Any]]:
    """Of each assistant with a questionnaire that was talked to: how many told what, and where they stand still."""
    told: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in answers:
        told[row["assistant"], row["question"]][row["status"]] += row["answers"]
    stopped: dict[tuple[str, int], int] = defaultdict(int)
    begun: dict[str, int] = defaultdict(int)
    completed: dict[str, int] = defaultdict(int)
    for row in runs:
        begun[row["assistant"]] += row["conversations"]
        if row["completed"]:
            completed[row["assistant"]] += row["conversations"]
        elif row["current_question"] is not None:
            stopped[row["assistant"], row["current_question"]] += row["conversations"]
    return [
        {
            "assistant": name,
            "title": spec.title,
            "conversations": begun[name],
            "completed": completed[name],
            "questions": [
                {
                    "question": number,
                    "topic": topic,
                    "answered": sum(
                        count for status, count in told[name, number].items() if status in {"answered", "corrected"}
                    ),
                    "vague": told[name, number]["vague"],
                    "skipped": told[name, number]["skipped"],
                    "stopped": stopped[name, number],
                }
                for number, topic in enumerate(topics, 1)
            ],
        }
        for name, spec in specs.items()
        if begun[name] and (topics := topics_of(spec, language))
    ]


def _menu_of(spec: AssistantSpec) -> tuple[MenuService, ...]:
    return next((content.services for content in spec.agents.values() if isinstance(content, MenuContent)), ())


def _desks(
    rows: list[dict[str, Any]],
    menus: Mapping[str, tuple[MenuService, ...]],
    specs: Mapping[str, AssistantSpec],
    language: str,
) -> list[dict[str, Any]]:
    """Of each assistant with a menu that was written to: what people came for, and at which hours of the day."""
    found = []
    for name, services in menus.items():
        own = [row for row in rows if row["assistant"] == name]
        if not own:
            continue
        spec = specs[name]
        spoken = spec.spoken(language)
        by_hour: dict[int, int] = defaultdict(int)
        for row in own:
            by_hour[row["hour"]] += row["messages"]
        found.append(
            {
                "assistant": name,
                "title": spec.title,
                "services": [_service(own, each, spoken) for each in services],
                "hours": [by_hour[hour] for hour in range(24)],
            }
        )
    return found


def _service(desk: list[dict[str, Any]], service: MenuService, language: str) -> dict[str, Any]:
    rows = [row for row in desk if row["code"] == service.code]
    messages = sum(row["messages"] for row in rows)
    return {
        "code": service.code,
        "title": service.title[language],
        "messages": messages,
        "people": len({person for row in rows for person in row["people"]}),
        "failed": sum(row["failed"] for row in rows),
        "mean_ms": round(sum(row["milliseconds"] or 0 for row in rows) / messages) if messages else None,
    }


def topics_of(spec: AssistantSpec, language: str) -> list[str]:
    """What an assistant's questions are about, in their order; none where it asks nothing."""
    spoken = spec.spoken(language)
    contents = (content for content in spec.agents.values() if isinstance(content, QuestionnaireContent))
    return [question.topic[spoken] for content in contents for question in content.questions]
