"""An event on its way in: what a channel brought, and whom it is from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from cci_app.channels.message import Inbound
from cci_app.conversation.trial import Trial
from cci_app.core.pseudonyms import pseudonym


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

    def owns(self, table: type[Any]) -> list[sa.ColumnElement[bool]]:
        """That a row of that table is theirs."""
        return [getattr(table, name) == value for name, value in self.columns.items()]

    @property
    def pseudonym(self) -> str:
        """What tells them apart where their id must not stand."""
        return pseudonym(self.organisation_id, self.user_id)

    @property
    def known_as(self) -> str:
        """Whom the contact book is asked for."""
        trial = Trial.read(self.user_id)
        return self.user_id if trial is None else trial.known_as

    @property
    def is_tried(self) -> bool:
        """Whether somebody only tries the assistant."""
        return Trial.read(self.user_id) is not None

    @property
    def version(self) -> int | None:
        """The version of the assistant that answers; None for the one that serves."""
        trial = Trial.read(self.user_id)
        return None if trial is None else trial.version


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
