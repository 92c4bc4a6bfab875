"""Telling subscribers, signed as Standard Webhooks has it: at least once each, later and later while they fail.

Whoever tells claims a row first, by when it may be told again: one whose process died is told once more, under the same
id. An address that fails for long is told nothing more until an admin says so, and an alert says that it is.
"""

import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from flask import current_app

from cci_app.coordination.hooks.models import PostState, SubscriberState, WebhookPost, WebhookSubscriber
from cci_app.coordination.hooks.subscribing import secret_of
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.core.outbound.fetch import FetchError, FetchReason, call
from cci_app.usage.alerts import Alert, Severity, raise_alert
from config.settings import Settings

log = structlog.get_logger(__name__)

# With the pauses, some three days.
MOST_ATTEMPTS: Final = 14
# In a row, of whatever deliveries.
MOST_FAILURES: Final = 20
KEPT: Final = timedelta(days=30)
_FIRST_PAUSE_SECONDS: Final = 30
_LONGEST_PAUSE_SECONDS: Final = 6 * 3600
_AT_ONCE: Final = 100
# One who is told much, or is slow, leaves the others their turn.
_MOST_EACH: Final = 20
_SECONDS_EACH: Final = 10.0
_SECONDS: Final = 10.0
_MOST_BYTES: Final = 64 * 1024
_LONGEST_ERROR: Final = 300
_NEVER: Final = frozenset({FetchReason.NOT_PUBLIC, FetchReason.NOT_HTTPS, FetchReason.INVALID_ADDRESS})
# Whoever answers this is there no more.
_GONE: Final = 410

_CLAIM = sa.text(
    "UPDATE webhook_posts SET attempts = attempts + 1, not_before = :now + make_interval(secs =>"
    " least(:pause * power(2, least(attempts, 12)), :longest))"
    " WHERE id IN (SELECT due.id FROM webhook_subscribers s CROSS JOIN LATERAL (SELECT p.id, p.not_before"
    "   FROM webhook_posts p WHERE p.organisation_id = s.organisation_id AND p.subscriber_id = s.id"
    "   AND p.state = 'queued' AND (p.not_before <= :now OR p.not_before > :now + interval '1 day')"
    "   ORDER BY p.not_before, p.id LIMIT :each FOR UPDATE SKIP LOCKED) due"
    "  WHERE s.state = 'active' ORDER BY due.not_before, due.id LIMIT :most) RETURNING id"
)
_LEAVE = sa.text(
    "UPDATE webhook_posts SET attempts = attempts - 1, not_before = CASE WHEN :at_once THEN :now ELSE not_before END"
    " WHERE id = :id AND state = 'queued'"
)
_FORGET = sa.text("DELETE FROM webhook_posts WHERE created_at < :before")


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of telling: the answer's status, and what is wrong, None for nothing. `final` is not tried again."""

    status: int | None = None
    error: str | None = None
    final: bool = False
    gone: bool = False


def tell_subscribers(now: datetime | None = None) -> int:
    """Tell what is due; how much of it was taken."""
    now = now or clock.now()
    taken, silent, spent = 0, set[int](), defaultdict[int, float](float)
    for post, subscriber in _claim(now):
        if subscriber.id in silent or spent[subscriber.id] > _SECONDS_EACH:
            # It did not answer a moment ago, or is told no more: what else waits for it is left for later.
            with system_transaction() as session:
                session.execute(_LEAVE, {"id": post.id, "now": now, "at_once": subscriber.id not in silent})
            continue
        began = time.monotonic()
        told = _tell(post, subscriber, now)
        spent[subscriber.id] += time.monotonic() - began
        taken += told.error is None
        if not _settle(post, subscriber, told, now) or (told.error is not None and told.status is None):
            silent.add(subscriber.id)
    return taken


def _claim(now: datetime) -> Sequence[tuple[WebhookPost, WebhookSubscriber]]:
    """Claim what is due, some of each subscriber's, the oldest first."""
    pauses = {"pause": _FIRST_PAUSE_SECONDS, "longest": _LONGEST_PAUSE_SECONDS}
    joined = sa.and_(
        WebhookSubscriber.organisation_id == WebhookPost.organisation_id,
        WebhookSubscriber.id == WebhookPost.subscriber_id,
    )
    chosen = sa.select(WebhookPost, WebhookSubscriber).join(WebhookSubscriber, joined).order_by(WebhookPost.id)
    with system_transaction() as session:
        session.execute(_FORGET, {"before": now - KEPT})
        ids = session.scalars(_CLAIM, {"now": now, "each": _MOST_EACH, "most": _AT_ONCE, **pauses}).all()
        return session.execute(chosen.where(WebhookPost.id.in_(ids))).all() if ids else []


def signed(secret: bytes, name: str, moment: datetime, body: bytes) -> Mapping[str, str]:
    """The headers of a delivery: its id, when it was signed, and HMAC-SHA256 over both and the body."""
    seconds = str(int(moment.timestamp()))
    digest = hmac.digest(secret, f"{name}.{seconds}.".encode() + body, hashlib.sha256)
    return {
        "Webhook-Id": name,
        "Webhook-Timestamp": seconds,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _tell(post: WebhookPost, subscriber: WebhookSubscriber, now: datetime) -> _Told:
    settings: Settings = current_app.config["SETTINGS"]
    secret = secret_of(subscriber)
    if secret is None:
        return _Told(error="SECRET_KEY is another one than when the webhook was added: add it again", final=True)
    body = json.dumps(post.body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", **signed(secret, f"msg_{post.id}", now, body)}
    try:
        answer = call(
            "POST",
            subscriber.url,
            headers=headers,
            content=body,
            seconds=_SECONDS,
            max_bytes=_MOST_BYTES,
            loopback=settings.fetch_loopback,
        )
    except FetchError as error:
        if error.reason is FetchReason.TOO_LARGE:
            return _Told()
        return _Told(error=error.message[:_LONGEST_ERROR], final=error.reason in _NEVER)
    if 200 <= answer.status < 300:
        return _Told(answer.status)
    return _Told(answer.status, f"it answered {answer.status}", gone=answer.status == _GONE)


def _settle(post: WebhookPost, subscriber: WebhookSubscriber, told: _Told, now: datetime) -> bool:
    """Write down what came of it, and disable an address that fails for long; whether it is told anything more."""
    values: dict[str, Any] = {"status": told.status, "error": told.error}
    if told.error is None:
        values |= {"state": PostState.SENT, "sent_at": now}
    elif told.final or post.attempts >= MOST_ATTEMPTS:
        values |= {"state": PostState.FAILED}
    log.info("webhook_told", webhook=subscriber.id, delivery=post.id, status=told.status, reason=told.error)
    with system_transaction() as session:
        session.execute(sa.update(WebhookPost).where(WebhookPost.id == post.id).values(**values))
        mine = sa.update(WebhookSubscriber).where(WebhookSubscriber.id == subscriber.id)
        if told.error is None:
            session.execute(mine.values(failures=0, succeeded_at=now))
            return True
        failures = session.scalar(
            mine.values(failures=WebhookSubscriber.failures + 1).returning(WebhookSubscriber.failures)
        )
        if not told.gone and (failures or 0) < MOST_FAILURES:
            return True
        off = mine.where(WebhookSubscriber.state == SubscriberState.ACTIVE).returning(WebhookSubscriber.id)
        reason = told.error if told.gone else f"{failures} deliveries failed in a row; the last: {told.error}"
        if session.scalar(off.values(state=SubscriberState.DISABLED, reason=reason)) is not None:
            alert = Alert(f"webhook {subscriber.id}", Severity.ERROR, "webhooks", f"webhook {subscriber.id}: {reason}")
            raise_alert(session, subscriber.organisation_id, alert)
    return False
