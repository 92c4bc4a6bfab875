"""How a person can be reached: where, whether anything can be sent there, and until when freely."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cci_app.channels.message import Address, Part, Template
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundReason
from cci_app.conversation.outbox import put
from cci_app.conversation.service import get_conversation
from cci_app.conversation.window import window_closes_at
from cci_app.core import clock
from cci_app.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person can be reached now.

    `pushable`: they can be written to; else what is said opens their next reply. `closes_at`: the channel lets nobody
    write freely from then on, None where it always does. `language` is the one that they were last answered in.
    """

    person: Person
    address: Address | None
    pushable: bool
    closes_at: datetime | None
    language: str

    @property
    def is_open(self) -> bool:
        """Whether anything may be written."""
        return self.closes_at is None or clock.now() < self.closes_at

    def put(self, session: Session, part: Part, key: str) -> int | None:
        """Let a human's words leave, once for each key; the message's id. Raises Conflict outside the window."""
        if not self.is_open and not isinstance(part, Template):
            told = {"closed_at": self.closes_at.isoformat() if self.closes_at else None}
            raise Conflict(
                "the channel takes no free text so long after the person's last message: send the template",
                details=told,
            )
        return put(
            session,
            self.person,
            part,
            reason=OutboundReason.HUMAN,
            key=key,
            address=self.address,
            pushable=self.pushable,
        )


def find_reach(person: Person) -> Reach:
    """How the person can be reached, as far as is known."""
    conversation = get_conversation()
    state = conversation.state(person)
    address, pushable = conversation.reach(person, state)
    channel = conversation.channels.sender(person.organisation_id, address) if pushable else None
    closes = window_closes_at(person, address, channel.limits) if address and channel else None
    language = (state.language if state else None) or conversation.assistant(
        person.organisation_id, person.assistant
    ).default_language
    return Reach(person, address, pushable, closes, language)
