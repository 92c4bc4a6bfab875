"""An event on its way in: what a channel brought, and whom it is from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cci_app.channels.message import Inbound


class EventKind(StrEnum):
    """What an event asks for."""

    MESSAGE = "message"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes, and to which assistant of which organisation."""

    organisation_id: int
    assistant: str
    user_id: str

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that say whose a row is."""
        return {"organisation_id": self.organisation_id, "assistant": self.assistant, "user_id": self.user_id}


@dataclass(frozen=True, slots=True)
class Event:
    """What a person sent, or what was asked for about them."""

    person: Person
    inbound: Inbound
    kind: EventKind = EventKind.MESSAGE

    @classmethod
    def reset(cls, person: Person, channel: str, account: str) -> "Event":
        """A reset of a person's conversation, asked for by that channel."""
        return cls(person, Inbound(channel, account, person.user_id), EventKind.RESET)
