"""Writing to somebody about the work: once for each key, through the outbox of the channel that reaches them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from cci_app.channels.message import Letter, Part, Text
from cci_app.conversation.telling import tell
from cci_app.coordination.changing import found
from cci_app.coordination.links import find_link, keep_link
from cci_app.coordination.models import Collaborator, OutsideKind, ProjectTask, TaskLink
from cci_app.coordination.ways import account_for, user_id_at
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.pseudonyms import keyed
from cci_app.core.queue import Task, ring

OUT: Final = "out"


class KeyUsedBefore(Conflict):
    """The key was used for another message."""

    code = "key_used_before"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What is to be sent: `to` an address, or to the collaborator `person_id`, about a task or about none."""

    via: OutsideKind
    text: str
    to: str | None = None
    person_id: int | None = None
    task_id: int | None = None
    subject: str = ""

    @property
    def digest(self) -> str:
        """What tells it from another one of the same key."""
        told = [self.via, self.text, self.to, self.person_id, self.task_id, self.subject]
        return keyed(json.dumps(told))

    @property
    def part(self) -> Part:
        """The message."""
        if self.via is OutsideKind.EMAIL:
            return Letter(" ".join(self.subject.split()), self.text)
        return Text(self.text)


def dispatch(organisation_id: int, message: Dispatch, key: str) -> tuple[int, bool]:
    """Send a message, once for each key; the id of its entry in the history, and whether it is new.

    Raises InvalidInput for whom nobody can reach, NotFound for who or what is not there, Conflict without an account,
    KeyUsedBefore for another message of that key.
    """
    name = f"work {message.via.value} {key}"
    account = account_for(organisation_id, message.via)
    with tenant_transaction(organisation_id) as session:
        link, is_new = _entry(session, organisation_id, message, name)
        if link.data.get("digest") != message.digest:
            raise KeyUsedBefore("that key was used for another message: choose another one")
        if not is_new:
            return link.id, False
        user_id = user_id_at(message.via, _target(session, organisation_id, message))
        message_id = tell(session, account, user_id, message.part, name)
    if message_id is not None:
        ring(Task.SEND, str(message_id))
    return link.id, True


def _entry(session: Session, organisation_id: int, message: Dispatch, name: str) -> tuple[TaskLink, bool]:
    """The entry of the history; made where the key is new."""
    known = find_link(session, organisation_id, message.via, name)
    if known is not None:
        return known, False
    if message.task_id is not None:
        found(session, ProjectTask, organisation_id, message.task_id)
    data: Mapping[str, Any] = {"digest": message.digest}
    return keep_link(session, organisation_id, message.via, name, task_id=message.task_id, direction=OUT, data=data)


def _target(session: Session, organisation_id: int, message: Dispatch) -> str:
    if message.to is not None:
        return message.to
    person = found(session, Collaborator, organisation_id, message.person_id or 0)
    way = next((way["to"] for way in person.reach if way["via"] == message.via), None)
    if way is None or person.left_on is not None:
        raise InvalidInput(f"{person.name} is not reached by {message.via.value}")
    return str(way)
