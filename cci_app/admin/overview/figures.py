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

    def parameters(self, period: Period) -> dict[str, Any]:
        """What the statements bind."""
        length = timedelta(days=period.days)
        return {
            "begin": self.begin,
            "end": self.end,
            "before_begin": self.before,
            "before_end": self.end - length,
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
_MESSAGES = sa.text(
    "SELECT date_trunc(:unit, timestamp AT TIME ZONE :zone) AS slot, count(*) AS messages,"
    " count(DISTINCT user_id) AS people,"
    " avg((response_time_ms <= 8000)::integer)::float8 AS share_within_8s,"
    " percentile_disc(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50_ms,"
    " percentile_disc(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_ms,"
    " count(*) FILTER (WHERE late) AS late"
    " FROM conversations WHERE kind = 'message' AND timestamp >= :begin AND timestamp < :end"
    " GROUP BY GROUPING SETS ((1), ())"
)
_BEFORE = sa.text(
    "SELECT count(*) AS messages, count(DISTINCT user_id) AS people"
    " FROM conversations WHERE kind = 'message' AND timestamp >= :before_begin AND timestamp < :before_end"
)
_RUNS = sa.text(
    "SELECT assistant, detected_language AS language, completed_at IS NOT NULL AS completed,"
    " ended_at IS NOT NULL AS ended, current_question, count(*) AS conversations"
    " FROM conversation_runs WHERE started_at >= :begin AND started_at < :end GROUP BY 1, 2, 3, 4, 5"
)
_ANSWERS = sa.text(
    "SELECT run.assistant, answer.question, answer.status, count(*) AS answers"
    " FROM conversation_runs run JOIN answers answer ON answer.run_id = run.id"
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
        menus = {name: found for name, spec in specs.items() if (found := _menu_of(spec))}
        bound = {**span.parameters(period), "menus": list(menus)}

        def read(statement: sa.TextClause) -> list[dict[str, Any]]:
            names = statement.compile().params
            rows = connection.execute(statement, {name: bound[name] for name in names})
            return [dict(row) for row in rows.mappings()]

        said, (before,), runs, answers, (concerns,) = map(read, (_MESSAGES, _BEFORE, _RUNS, _ANSWERS, _CONCERNS))
        served = read(_SERVICES) if menus else []
    (total,) = (row for row in said if row["slot"] is None)
    by_slot = {row["slot"]: row for row in said}
    return {
        "period": period,
        "begin": span.begin,
        "end": span.end,
        "zone": zone.key,
        "messages": total["messages"],
        "messages_before": before["messages"],
        "people": total["people"],
        "people_before": before["people"],
        **{name: total[name] for name in ("share_within_8s", "p50_ms", "p95_ms", "late")},
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
