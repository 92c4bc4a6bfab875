"""What every request gets: an id, a log context, its time taken, and headers that keep browsers safe."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

from cci_app.core import clock
from cci_app.core.deadline import Deadline, wait_until
from cci_app.core.metrics import MetricsLog, RequestFigure
from config.settings import Environment, Settings
from config.web import ARRIVED_AT

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What a form adds to the file that it carries.
_FORM_BYTES = 64 * 1024
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
# Elsewhere there is no TLS yet, and a browser would remember for a year that there must be.
_PRODUCTION_HEADERS = {**SECURITY_HEADERS, "Strict-Transport-Security": "max-age=31536000"}


# A holding reply, and an error, are told after the budget, and inside the half second that the channel's time has more.
_TELLING_SECONDS = 0.3


def init_requests(app: Flask, metrics: MetricsLog) -> None:
    """Number, time and count every request, refused and failed ones included, and bound what it waits for."""
    settings: Settings = app.config["SETTINGS"]
    budget = settings.reply_budget_seconds
    headers = _PRODUCTION_HEADERS if settings.environment is Environment.PRODUCTION else SECURITY_HEADERS

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        # The wait for a thread counts, too.
        g.started_at = request.environ.get(ARRIVED_AT) or time.monotonic()
        g.stages = []
        wait_until(Deadline(g.started_at + budget + _TELLING_SECONDS))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        _count(metrics, response.status_code)
        return response

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        wait_until(None)


def expect_upload(most_bytes: int) -> None:
    """Take a body of that size in the present request, and the time to keep it."""
    request.max_content_length = most_bytes
    wait_until(None)


def expect_form(most_bytes: int) -> None:
    """Take a form whose file is of that size at most, in the present request, and the time to keep it."""
    expect_upload(most_bytes + _FORM_BYTES)


def add_stage(name: str, seconds: float) -> None:
    """Name a stage of the present request in its `Server-Timing` header."""
    g.stages.append(f"{name};dur={seconds * 1000:.1f}")


def server_timing() -> str:
    """The value of `Server-Timing` for the present request, with the total so far."""
    total = f"total;dur={elapsed() * 1000:.1f}"
    return ", ".join([*g.stages, total])


def elapsed() -> float:
    """Seconds since the present request arrived."""
    started: float = g.started_at
    return time.monotonic() - started


def _count(metrics: MetricsLog, status: int) -> None:
    rule = request.url_rule
    caller = g.get("caller")
    figure = RequestFigure(
        organisation_id=caller.organisation_id if caller else None,
        endpoint=rule.rule if rule else "(no such address)",
        method=request.method if request.method in _KNOWN_METHODS else "OTHER",
        status_code=status,
        seconds=elapsed(),
        timestamp=clock.now(),
    )
    metrics.record(figure)
    # The pattern of the address, not the address: that one holds people's numbers.
    log.info(
        "request",
        method=figure.method,
        endpoint=figure.endpoint,
        status=status,
        milliseconds=round(figure.seconds * 1000, 1),
    )
