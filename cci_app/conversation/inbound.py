"""One event that a channel brought in, already parsed, verified and clean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cci_app.agents.ports import Media
from cci_app.channels.reply import ReplyFormat


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


@dataclass(frozen=True, slots=True)
class Inbound:
    """An event. `event_id` is the channel's own, None where it gives none; `delivery` is what a later push needs."""

    person: Person
    text: str
    media: Media | None = None
    kind: EventKind = EventKind.MESSAGE
    channel_account: str = "api"
    event_id: str | None = None
    reply_format: ReplyFormat = ReplyFormat.JSON
    delivery: Mapping[str, Any] = field(default_factory=dict)
