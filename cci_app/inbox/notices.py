"""Telling colleagues that a person waits: each by each way once, whatever dies meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.channels.message import Text
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundReason
from cci_app.conversation.outbox import put
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.core.errors import CciError, NotFound, Unavailable
from cci_app.core.mail import Mail, is_mail_set_up, send_mail
from cci_app.core.phone import mask
from cci_app.core.queue import Task, ring
from cci_app.handoff.models import HandoffNotice, NoticeState
from cci_app.handoff.words import said
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import SLACK
from config.settings import Settings

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 60
_AT_ONCE = 50
# A colleague who is added to the desk is not told of what came long before.
_FRESH = timedelta(hours=1)

_ASKED = sa.text(
    "INSERT INTO handoff_notices (organisation_id, handoff_id, occasion, via, target)"
    " SELECT h.organisation_id, h.id, 'asked', t.via, t.\"to\" FROM handoff_requests h"
    " JOIN handoff_desks d ON d.organisation_id = h.organisation_id"
    " CROSS JOIN jsonb_to_recordset(d.settings -> 'notify') AS t (via text, \"to\" text)"
    " WHERE h.state = 'open' AND h.created_at > :since ON CONFLICT DO NOTHING"
)
_DUE = sa.text(
    "UPDATE handoff_notices SET attempts = attempts + 1,"
    " not_before = :now + make_interval(secs => :pause * power(2, attempts))"
    " WHERE id IN (SELECT id FROM handoff_notices WHERE state = 'queued' AND not_before <= :now"
    " ORDER BY not_before LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING id"
)
_TOLD = sa.text(
    "SELECT n.id, n.organisation_id, n.handoff_id, n.occasion, n.via, n.target, n.attempts, h.assistant, h.user_id,"
    " h.summary, h.reason, h.person_at, h.created_at, o.language, o.name AS organisation,"
    " (SELECT r.contact_name FROM conversation_runs r WHERE (r.organisation_id, r.assistant, r.user_id)"
    "  = (h.organisation_id, h.assistant, h.user_id) ORDER BY r.started_at DESC LIMIT 1) AS contact_name"
    " FROM handoff_notices n JOIN handoff_requests h ON h.id = n.handoff_id"
    " JOIN organisations o ON o.id = n.organisation_id WHERE n.id = ANY(:ids) ORDER BY n.id"
)


def announce() -> None:
    """Write a notice for every colleague who is to hear of a request that is new."""
    with system_transaction() as session:
        session.execute(_ASKED, {"since": clock.now() - _FRESH})


def announce_waiting(session: Session, organisation_id: int, handoff_id: int, told: Sequence[Any]) -> None:
    """Write a notice for every colleague who is to hear that somebody still waits."""
    statement = sa.text(
        "INSERT INTO handoff_notices (organisation_id, handoff_id, occasion, via, target)"
        " VALUES (:organisation_id, :handoff_id, 'escalated', :via, :target) ON CONFLICT DO NOTHING"
    )
    for each in told:
        values = {"organisation_id": organisation_id, "handoff_id": handoff_id, "via": each.via, "target": each.to}
        session.execute(statement, values)


def send_notices() -> int:
    """Send the notices that are due; how many were sent. Each is claimed before it is sent."""
    values = {"now": clock.now(), "pause": _FIRST_PAUSE_SECONDS, "most": _AT_ONCE}
    with system_transaction() as session:
        ids = session.scalars(_DUE, values).all()
        notices = session.execute(_TOLD, {"ids": list(ids)}).all() if ids else []
    sent = 0
    for notice in notices:
        state, reason = NoticeState.SENT, None
        try:
            _send(notice)
            sent += 1
        except Unavailable as error:
            reason = error.message
            state = NoticeState.QUEUED if notice.attempts < MOST_ATTEMPTS else NoticeState.FAILED
        except CciError as error:
            state, reason = NoticeState.FAILED, error.message
        if reason is not None:
            log.warning("notice_not_sent", notice=notice.id, via=notice.via, state=state, reason=reason)
        with system_transaction() as session:
            done = sa.update(HandoffNotice).where(HandoffNotice.id == notice.id)
            session.execute(done.values(state=state, reason=reason))
    if sent:
        ring(Task.SWEEP)
    return sent


def _send(notice: Any) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    since = notice.person_at or notice.created_at
    waited = max(1, int((clock.now() - since).total_seconds() // 60))
    # An address or a chat outside is no place for a number of somebody's; the page has it.
    who = " ".join((notice.contact_name or mask(notice.user_id)).split())
    headline = said(notice.occasion, notice.language, who=who, minutes=waited)
    link = f"{settings.public_url.rstrip('/')}/admin/inbox/{notice.handoff_id}" if settings.public_url else ""
    body = "\n\n".join(filter(None, (headline, notice.summary, link)))
    if notice.via == "email":
        if not is_mail_set_up(settings):
            raise NotFound("no mail server is set up: EMAIL_HOST and PUBLIC_URL")
        send_mail(settings, Mail(notice.target, f"{headline} · {' '.join(notice.organisation.split())}", body))
    elif notice.via == "slack":
        account = integrations.find(notice.organisation_id, SLACK.name, notice.target)
        if account is None:
            raise integrations.missing(notice.organisation_id, SLACK.name, notice.target)
        account.open().post(body)
    else:
        _put(notice, body)


def _put(notice: Any, body: str) -> None:
    """On a channel a notice is a message like others: the outbox sends it, once."""
    kind, account, number = notice.target.split(":", 2)
    person = Person(notice.organisation_id, notice.assistant, number)
    with system_transaction() as session:
        put(
            session,
            person,
            Text(body),
            reason=OutboundReason.NOTICE,
            key=f"notice {notice.id}",
            address=get_conversation().channels.address_by(f"{kind}:{account}", number),
            pushable=True,
        )
