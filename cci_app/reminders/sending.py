"""One round of the monitor: look, make messages, send them; each step can die and is taken up again."""

from datetime import datetime
from textwrap import shorten
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app

from cci_app.assistants.kinds import WORK
from cci_app.channels.message import Text
from cci_app.conversation.service import get_conversation
from cci_app.conversation.telling import tell
from cci_app.coordination.models import Collaborator, OutsideKind
from cci_app.coordination.monitor.carrying import Carried, carry, people_waiting, told_by
from cci_app.coordination.monitor.models import MessageState, ReminderMessage
from cci_app.coordination.monitor.notices import notices_for_channels
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.telling import reminder_key
from cci_app.coordination.monitor.watching import look
from cci_app.coordination.monitor.words import message, subject
from cci_app.coordination.projects import organisations_with_work
from cci_app.coordination.ways import account_for, language_of, user_id_at
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import CciError, NotFound, Unavailable
from cci_app.core.mail import Mail, is_mail_set_up, send_mail
from cci_app.core.queue import Task, ring
from config.settings import Settings

log = structlog.get_logger(__name__)

# With the pauses, about two days; a process that dies while it sends counts as an attempt.
MOST_ATTEMPTS = 50
_FIRST_PAUSE_SECONDS = 60
_AT_ONCE = 50
_LONGEST_SUBJECT = 100

# A time that lies more than a day ahead was set by a clock that went wrong.
_CLAIM = sa.text(
    "UPDATE reminder_messages SET attempts = attempts + 1,"
    " not_before = :now + make_interval(secs => :pause * power(2, least(attempts, 6)))"
    " WHERE id IN (SELECT id FROM reminder_messages WHERE state = 'queued' AND via = 'email'"
    "  AND (not_before <= :now OR not_before > :now + interval '1 day')"
    " ORDER BY not_before, id LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING id"
)


def tend(now: datetime | None = None) -> None:
    """Look at every organisation's work, and tell whoever is to be told."""
    now = now or clock.now()
    for organisation_id in organisations_with_work():
        try:
            look(organisation_id, now)
        except Exception:
            # One organisation that cannot be looked at must not keep the others waiting.
            log.exception("work_not_looked_at", organisation=organisation_id)
        try:
            carry_all(organisation_id, now)
        except Exception:
            log.exception("reminders_not_carried", organisation=organisation_id)
    send_mails(now)


def carry_all(organisation_id: int, now: datetime) -> int:
    """Make the messages of an organisation that are due; how many. One for a channel is in its outbox then."""
    made, rang = 0, False
    with tenant_transaction(organisation_id) as session:
        rules = MONITOR_RULES.counting(session, organisation_id)
        people = people_waiting(session, organisation_id, now)
    for person_id in people:
        with tenant_transaction(organisation_id) as session:
            carried = carry(session, organisation_id, person_id, rules, now)
            if carried is None:
                continue
            made += 1
            if carried.message.via != OutsideKind.EMAIL:
                rang |= _put_reminder(session, carried, now)
    with tenant_transaction(organisation_id) as session:
        for notice in notices_for_channels(session, organisation_id, now):
            made += 1
            rang |= _put(session, notice, str(notice.text), now)
    if rang:
        ring(Task.SWEEP)
    return made


def _put_reminder(session: Any, carried: Carried, now: datetime) -> bool:
    row, person = carried.message, carried.person
    language = language_of(session, row.organisation_id, person.language)
    return _put(session, row, message(person.name, carried.tasks, language, heard=_is_heard(row)), now)


def _is_heard(row: ReminderMessage) -> bool:
    """Whether who answers on that channel is understood: the assistant that it leads to knows of the work."""
    try:
        account = account_for(row.organisation_id, OutsideKind(row.via))
    except CciError:
        return False
    settings: Settings = current_app.config["SETTINGS"]
    specs = get_conversation().catalogue.specs(row.organisation_id)
    spec = specs.get(account.assistant or settings.default_assistant)
    return spec is not None and spec.has_agent_of(WORK)


def _put(session: Any, row: ReminderMessage, text: str, now: datetime) -> bool:
    """Put a message into the outbox of its channel, in the transaction that makes it."""
    try:
        account = account_for(row.organisation_id, OutsideKind(row.via))
        who = user_id_at(OutsideKind(row.via), row.target)
    except CciError as error:
        row.state, row.reason = MessageState.FAILED, error.message
        log.warning("reminder_not_put", message=row.id, via=row.via, reason=error.message)
        return False
    tell(session, account, who, Text(text), reminder_key(row.id))
    row.state, row.sent_at = MessageState.SENT, now
    return True


def send_mails(now: datetime) -> int:
    """Send the mails that are due, each claimed before; how many were sent.

    A mail whose sender died after the server took it is sent again, as the same one: its Message-ID says so.
    """
    values = {"now": now, "pause": _FIRST_PAUSE_SECONDS, "most": _AT_ONCE}
    with system_transaction() as session:
        ids = session.scalars(_CLAIM, values).all()
        claimed = session.scalars(sa.select(ReminderMessage).where(ReminderMessage.id.in_(ids))).all() if ids else []
    sent = 0
    for row in sorted(claimed, key=lambda each: each.id):
        state, reason = MessageState.SENT, None
        try:
            if _send(row):
                sent += 1
            else:
                state = MessageState.CANCELLED
        except Unavailable as error:
            reason = error.message
            state = MessageState.QUEUED if row.attempts < MOST_ATTEMPTS else MessageState.FAILED
        except CciError as error:
            state, reason = MessageState.FAILED, error.message
        if reason is not None:
            log.warning("reminder_not_sent", message=row.id, state=state, reason=reason)
        settled = sa.update(ReminderMessage).where(ReminderMessage.id == row.id)
        with system_transaction() as session:
            at = now if state is MessageState.SENT else None
            session.execute(settled.values(state=state, reason=reason, sent_at=at))
    return sent


def _send(row: ReminderMessage) -> bool:
    """Send a mail of what still holds, or of what somebody asked for; whether there was anything."""
    settings: Settings = current_app.config["SETTINGS"]
    with tenant_transaction(row.organisation_id) as session:
        tasks = told_by(session, row)
        person = session.get_one(Collaborator, row.collaborator_id)
        language = language_of(session, row.organisation_id, person.language)
    if not tasks and row.text is None:
        return False
    if not is_mail_set_up(settings):
        raise NotFound("no mail server is set up: EMAIL_HOST and PUBLIC_URL")
    if row.text is not None:
        headed, text = shorten(row.text, _LONGEST_SUBJECT, placeholder="…"), row.text
    else:
        headed, text = subject(tasks, language), message(person.name, tasks, language)
    send_mail(settings, Mail(row.target, headed, text, key=reminder_key(row.id)))
    return True
