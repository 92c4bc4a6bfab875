"""What people answer: to a message about a task it is a comment on it, and a command of the bot's is obeyed.

Only what answers a message of ours, or is such a command, is looked at: all else goes to the assistant. What answers a
reminder goes there, too, where the assistant speaks of the work: whoever is on it says so to it.
"""

from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.assistants.kinds import WORK
from cci_app.channels.email.letters import EMAIL
from cci_app.channels.message import Inbound, Text
from cci_app.channels.words import written
from cci_app.conversation.models import OutboundMessage
from cci_app.conversation.service import get_conversation
from cci_app.conversation.telling import tell
from cci_app.coordination.collaborators import reached_at
from cci_app.coordination.comments import write_comment
from cci_app.coordination.links import find_link, keep_link
from cci_app.coordination.models import Collaborator, ProjectTask
from cci_app.coordination.monitor.telling import mails_to, reminder_key, tasks_told
from cci_app.coordination.ways import WAY_OF, language_of, way_behind
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.mail import local_part
from cci_app.core.outside.register import Account
from cci_app.core.phone import mask
from cci_app.core.queue import Task, ring
from cci_app.correspondence.commands import COMMANDS, obey
from cci_app.correspondence.words import said

log = structlog.get_logger(__name__)

_REMINDER: Final = "reminder"
# Of the columns of a comment and of a link.
_LONGEST_KEY: Final = 255


def take_up(account: Account[Any, Any], inbound: Inbound, user_id: str) -> bool:
    """Take what somebody answered, or commanded, where it is about the work; whether nobody else has to hear of it.

    An event that comes again changes nothing, and says nothing again.
    """
    way = way_behind(user_id)
    if way is None or inbound.event_id is None or not (inbound.answers or inbound.command in COMMANDS):
        return False
    whose = account.organisation_id
    with tenant_transaction(whose) as session:
        person = reached_at(session, whose, *way)
        task_id, of_reminder = _task_answered(session, whose, inbound, user_id)
        reply, heard_here = None, True
        if inbound.command in COMMANDS:
            if person is None:
                return False
            with acting_for(f"collaborator:{person.id}", person.name):
                reply = obey(session, person, inbound.command, written(inbound.parts), task_id)
        elif task_id is None or not written(inbound.parts).strip():
            return False
        else:
            heard_here = not (of_reminder and inbound.channel != EMAIL and _speaks_of_work(account))
            if _comment(session, whose, inbound, task_id, person) and heard_here:
                reply = _noted(session, whose, task_id, person)
        message_id = _answer(session, account, inbound, user_id, reply) if reply else None
    if message_id is not None:
        ring(Task.SEND, str(message_id))
    log.info("about_work", kind=inbound.channel, command=inbound.command, task=task_id)
    return heard_here


def _speaks_of_work(account: Account[Any, Any]) -> bool:
    return get_conversation().assistant(account.organisation_id, account.assistant).spec.has_agent_of(WORK)


def _task_answered(session: Session, organisation_id: int, inbound: Inbound, user_id: str) -> tuple[int | None, bool]:
    """The task that a message of ours was about, which went to whoever answers it, and whether that was a reminder.

    None for no one task.
    """
    if not inbound.answers:
        return None, False
    chosen = sa.select(OutboundMessage.idempotency_key).where(
        OutboundMessage.organisation_id == organisation_id,
        OutboundMessage.vendor_id.in_(inbound.answers),
        OutboundMessage.user_id == user_id,
    )
    key = session.scalars(chosen.order_by(OutboundMessage.id.desc()).limit(1)).first()
    if key is None and inbound.channel == EMAIL:
        key = _mail_answered(session, organisation_id, inbound, user_id.partition(":")[2])
    if key is None:
        return None, False
    kind, _, number = key.partition(" ")
    if kind == _REMINDER and number.isdecimal():
        tasks = tasks_told(session, organisation_id, int(number))
        return tasks[0] if len(tasks) == 1 else None, True
    way = way_behind(user_id)
    link = find_link(session, organisation_id, way[0], key) if way is not None else None
    return link.task_id if link is not None else None, False


def _mail_answered(session: Session, organisation_id: int, inbound: Inbound, address: str) -> str | None:
    """The key of a mail of the monitor's, which leaves by no outbox: its Message-ID is made of it."""
    answered = {name.strip("<>").partition("@")[0] for name in inbound.answers}
    keys = map(reminder_key, mails_to(session, organisation_id, address))
    return next((key for key in keys if local_part(key) in answered), None)


def _comment(
    session: Session, organisation_id: int, inbound: Inbound, task_id: int, person: Collaborator | None
) -> bool:
    """Write the comment, and its entry in the history; whether it is new."""
    via, to = WAY_OF[inbound.channel], inbound.reply_to.to if inbound.reply_to else inbound.sender
    key = f"in {inbound.account} {inbound.event_id}"[:_LONGEST_KEY]
    _, is_new = keep_link(session, organisation_id, via, key, task_id=task_id, direction="in")
    if is_new:
        # Comments stay with the work: who is none of ours is named as far as they are recognised.
        who = (f"collaborator:{person.id}", person.name) if person is not None else ("correspondent", mask(to))
        with acting_for(*who):
            words = written(inbound.parts)
            write_comment(session, organisation_id, task_id, words, author=person, via=via.value, outside_key=key)
    return is_new


def _noted(session: Session, organisation_id: int, task_id: int, person: Collaborator | None) -> str:
    language = language_of(session, organisation_id, person.language if person is not None else None)
    title = session.scalar(sa.select(ProjectTask.title).filter_by(organisation_id=organisation_id, id=task_id)) or ""
    return said("noted", language, id=task_id, title=" ".join(title.split()))


def _answer(session: Session, account: Account[Any, Any], inbound: Inbound, user_id: str, reply: str) -> int | None:
    """Say it where they wrote, once; nothing by mail, where an answer to each answer would be too much."""
    if inbound.channel == EMAIL or inbound.reply_to is None:
        return None
    key = f"answer {inbound.account} {inbound.event_id}"[:_LONGEST_KEY]
    return tell(session, account, user_id, Text(reply), key, inbound.reply_to)
