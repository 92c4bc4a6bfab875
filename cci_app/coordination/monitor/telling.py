"""Which task a message of the monitor was about, for whoever answers it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.models import OutsideKind
from cci_app.coordination.monitor.models import ReminderMessage, TaskAlert, TaskReminder

# A mail that is answered is one of the last.
_MOST = 200


def tasks_told(session: Session, organisation_id: int, message_id: int) -> Sequence[int]:
    """The tasks that a message told of."""
    chosen = (
        sa.select(TaskAlert.task_id)
        .join(TaskReminder, TaskReminder.alert_id == TaskAlert.id)
        .where(TaskReminder.organisation_id == organisation_id, TaskReminder.message_id == message_id)
        .distinct()
    )
    return session.scalars(chosen.order_by(TaskAlert.task_id)).all()


def mails_to(session: Session, organisation_id: int, address: str) -> Sequence[int]:
    """The last messages that went to somebody by mail, the newest first."""
    chosen = sa.select(ReminderMessage.id).where(
        ReminderMessage.organisation_id == organisation_id,
        ReminderMessage.via == OutsideKind.EMAIL,
        sa.func.lower(ReminderMessage.target) == address.lower(),
    )
    return session.scalars(chosen.order_by(ReminderMessage.id.desc()).limit(_MOST)).all()


def reminder_key(message_id: int) -> str:
    """The key under which a message leaves."""
    return f"reminder {message_id}"
