"""Figures for admins, of one organisation: everything is counted in the database."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cci_app.admin.health import check_dependencies
from cci_app.core.database import tenant_transaction
from config.settings import Settings

_STATS = sa.text(
    """
    WITH today AS (
        SELECT date_trunc('day', now() AT TIME ZONE o.timezone) AT TIME ZONE o.timezone AS start FROM organisations o
    ), runs AS (
        SELECT count(*) AS total, count(completed_at) AS completed, avg(messages) AS mean_messages
        FROM conversation_runs
    ), receipts AS (
        SELECT count(*) FILTER (WHERE logged_at IS NULL AND log_error IS NULL) AS not_logged,
               count(log_error) AS log_errors,
               count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE status = 'failed') AS failed
        FROM webhook_events WHERE channel <> 'trial'
    ), messages AS (
        SELECT count(*) AS total, count(*) FILTER (WHERE timestamp >= (SELECT start FROM today)) AS today
        FROM conversations WHERE kind = 'message'
    ), calls AS (
        SELECT count(*) AS total, count(*) FILTER (WHERE outcome <> 'answered') AS failed,
               COALESCE(sum(input_tokens), 0)::bigint AS input, COALESCE(sum(output_tokens), 0)::bigint AS output
        FROM usage_logs
    )
    SELECT (SELECT count(*) FROM user_sessions) AS users,
           (SELECT count(*) FROM user_sessions WHERE last_interaction >= (SELECT start FROM today)) AS users_today,
           runs.total AS conversations, runs.completed AS conversations_completed,
           round(runs.completed::numeric / NULLIF(runs.total, 0), 4)::float AS completion_rate,
           messages.total AS messages, messages.today AS messages_today,
           round(runs.mean_messages, 2)::float AS mean_messages,
           (SELECT COALESCE(jsonb_object_agg(language, people), '{}') FROM (
               SELECT COALESCE(detected_language, '?') AS language, count(*) AS people FROM user_sessions GROUP BY 1
           ) l) AS languages,
           (SELECT COALESCE(jsonb_object_agg(question, answers), '{}') FROM (
               SELECT question, count(*) AS answers FROM answers WHERE status <> 'skipped' GROUP BY 1
           ) a) AS answers_by_question,
           (SELECT count(*) FROM handoff_requests WHERE state <> 'resolved') AS handoffs_open,
           (SELECT count(*) FROM contacts) AS contacts,
           receipts.late AS late_answers, receipts.failed AS failed_turns,
           receipts.not_logged, receipts.log_errors,
           (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')) AS jobs_open,
           calls.total AS model_calls, calls.failed AS model_calls_failed,
           calls.input AS input_tokens, calls.output AS output_tokens,
           (SELECT COALESCE(jsonb_object_agg(currency, cost), '{}') FROM (
               SELECT currency, sum(cost)::float AS cost FROM usage_logs WHERE cost IS NOT NULL GROUP BY 1
           ) c) AS model_costs
    FROM runs, receipts, messages, calls
    """
)

_ENDPOINTS = sa.text(
    """
    SELECT endpoint, method, count(*) AS requests,
           count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) AS client_errors,
           count(*) FILTER (WHERE status_code >= 500) AS server_errors,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50_ms,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_ms
    FROM api_metrics WHERE timestamp > now() - make_interval(hours => :hours)
    GROUP BY endpoint, method ORDER BY requests DESC
    """
)

# Times as the channel saw them: the whole request, not the agent's part of it.
_REPLIES = sa.text(
    """
    SELECT count(*) AS count,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50_ms,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_ms,
           max(response_time_ms)::float AS longest_ms,
           avg((response_time_ms <= 8000)::int)::float AS share_within_8s
    FROM api_metrics
    WHERE timestamp > now() - make_interval(hours => :hours) AND status_code = 200
      AND endpoint = '/api/v1/whatsapp/message'
    """
)


def stats(organisation_id: int) -> dict[str, Any]:
    """The organisation at a glance."""
    with tenant_transaction(organisation_id) as session:
        return dict(session.execute(_STATS).mappings().one())


def request_figures(organisation_id: int, hours: int) -> dict[str, Any]:
    """Requests and replies of the last hours."""
    with tenant_transaction(organisation_id) as session:
        endpoints = [dict(row) for row in session.execute(_ENDPOINTS, {"hours": hours}).mappings()]
        replies = dict(session.execute(_REPLIES, {"hours": hours}).mappings().one())
    return {
        "hours": hours,
        "requests": sum(endpoint["requests"] for endpoint in endpoints),
        "replies": replies,
        "endpoints": endpoints,
    }


def organisation_gauges(organisation_id: int, hours: int) -> bytes:
    """The organisation's own requests and replies of the last hours in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_OrganisationFigures(request_figures(organisation_id, hours)))
    return generate_latest(registry)


class _OrganisationFigures(Collector):
    """Figures as gauges: they are of a window that moves, not counters."""

    def __init__(self, figures: Mapping[str, Any]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Each figure with its labels."""
        over = f"in the last {self._figures['hours']} hours"
        requests = GaugeMetricFamily("cci_organisation_requests", f"Requests {over}", labels=["method", "endpoint"])
        errors = GaugeMetricFamily(
            "cci_organisation_errors", f"Requests refused or failed {over}", labels=["method", "endpoint", "class"]
        )
        for each in self._figures["endpoints"]:
            requests.add_metric([each["method"], each["endpoint"]], each["requests"])
            for kind, name in (("4xx", "client_errors"), ("5xx", "server_errors")):
                errors.add_metric([each["method"], each["endpoint"], kind], each[name])
        yield requests
        yield errors
        replies = self._figures["replies"]
        yield GaugeMetricFamily("cci_organisation_replies", f"Replies to messages {over}", value=replies["count"])
        if replies["count"]:
            seconds = GaugeMetricFamily(
                "cci_organisation_reply_seconds", f"Time to reply to a message {over}", labels=["quantile"]
            )
            for quantile, name in (("0.5", "p50_ms"), ("0.95", "p95_ms"), ("1", "longest_ms")):
                seconds.add_metric([quantile], replies[name] / 1000)
            yield seconds
            share = replies["share_within_8s"]
            yield GaugeMetricFamily("cci_organisation_replies_within_8s", f"Share of replies {over}", value=share)


def installation_counters(settings: Settings) -> bytes:
    """The counters of all web processes, and what they depend on, in Prometheus' text format."""
    now = CollectorRegistry()
    now.register(_Dependencies())
    if settings.prometheus_multiproc_dir is None:
        return generate_latest(REGISTRY) + generate_latest(now)
    counted = CollectorRegistry()
    MultiProcessCollector(counted, path=str(settings.prometheus_multiproc_dir))  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(now)


class _Dependencies(Collector):
    """Whether each dependency answers, asked when the figures are."""

    def collect(self) -> Iterator[Metric]:
        """One gauge, 1 for what answers."""
        up = GaugeMetricFamily("cci_dependency_up", "Whether a dependency answers", labels=["dependency"])
        for name, check in check_dependencies()["checks"].items():
            up.add_metric([name], float(check["status"] == "ok"))
        yield up
