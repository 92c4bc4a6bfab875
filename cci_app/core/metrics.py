"""Figures of requests: a row each in `api_metrics`, and Prometheus' counters.

Rows are gathered in the process and written by a thread of its own, so that no request waits for them. Those that a
killed process had not written yet, half a second's worth, are lost; the conversation's record does not depend on them.
"""

import collections
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from prometheus_client import Counter, Histogram

from cci_app.core.background import Background
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.models import ApiMetric

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.5
BUFFER_ROWS = 100_000
# Of requests that prove no identity, in each process: anybody can send as many as they like.
STRANGERS_A_MINUTE = 60

REQUESTS = Counter("cci_http_requests", "Requests answered", ["method", "endpoint", "status"])
REQUEST_SECONDS = Histogram(
    "cci_http_request_seconds",
    "Time to answer a request",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 30),
)


@dataclass(frozen=True, slots=True)
class RequestFigure:
    """One answered request; `endpoint` is the route's pattern, never the address with its ids."""

    organisation_id: int | None
    endpoint: str
    method: str
    status_code: int
    seconds: float
    timestamp: datetime


class MetricsLog:
    """Gathers figures and writes them to `api_metrics` in the background."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._rows: collections.deque[RequestFigure] = collections.deque(maxlen=BUFFER_ROWS)
        self._lock = threading.Lock()
        self._minute = self._of_strangers = 0
        self._background = Background("api-metrics", self.flush, FLUSH_SECONDS)

    def record(self, figure: RequestFigure) -> None:
        """Count a request; returns at once."""
        REQUESTS.labels(figure.method, figure.endpoint, str(figure.status_code)).inc()
        REQUEST_SECONDS.labels(figure.endpoint).observe(figure.seconds)
        if figure.organisation_id is None and not self._room_for_strangers():
            return
        self._rows.append(figure)
        self._background.wake()

    def _room_for_strangers(self) -> bool:
        """Whether a request of nobody is kept as a row; of many, counters alone tell."""
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._of_strangers = minute, 0
            self._of_strangers += 1
            return self._of_strangers <= STRANGERS_A_MINUTE

    def flush(self) -> None:
        """Write what was gathered. What cannot be written is kept for the next time, up to 100,000 rows."""
        figures = [self._rows.popleft() for _ in range(len(self._rows))]
        by_organisation: dict[int | None, list[RequestFigure]] = defaultdict(list)
        for figure in figures:
            by_organisation[figure.organisation_id].append(figure)
        with self._app.app_context():
            for organisation_id, group in by_organisation.items():
                try:
                    _insert(organisation_id, group)
                except sa.exc.SQLAlchemyError as error:
                    log.warning("api_metrics_not_written", rows=len(group), error=type(error).__name__)
                    self._rows.extendleft(reversed(group))

    def stop(self) -> None:
        """Write what is left and end."""
        self._background.stop()


def _insert(organisation_id: int | None, figures: list[RequestFigure]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "organisation_id": figure.organisation_id,
            "endpoint": figure.endpoint[:100],
            "method": figure.method[:16],
            "response_time_ms": round(figure.seconds * 1000),
            "status_code": figure.status_code,
            "timestamp": figure.timestamp,
        }
        for figure in figures
    ]
    scope = keyless_transaction() if organisation_id is None else tenant_transaction(organisation_id)
    with scope as session:
        # The ORM would ask for the id of a single row back, and nobody may read the rows of no organisation.
        session.execute(sa.insert(ApiMetric).inline(), rows, execution_options={"dml_strategy": "raw"})
