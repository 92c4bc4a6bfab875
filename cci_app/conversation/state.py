"""Where a person stands with an assistant, as it is kept from one message to the next."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from cci_app.agents.ports import Progress
from cci_app.channels.message import Address, address_from_json, address_to_json


class RunEnd(StrEnum):
    """Why a run ended."""

    RESET = "reset"
    RESTART = "restart"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation of the record."""

    id: uuid.UUID
    started_at: datetime

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """A new run that begins now."""
        return cls(uuid.uuid4(), now)


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The answer that a person read last: the receipt of their message, and whether it asks them something.

    `offers` tells that it has buttons below it for what they think of it.
    """

    receipt_id: int
    asks: bool
    offers: bool = False


@dataclass(frozen=True, slots=True)
class PersonState:
    """The state of a person. `run` is None before the first message and after a reset; `agents` holds each agent's own
    state by the agent's name. `progress` is what the person's agent says of it, None where it never said anything;
    `address` is where the person can be reached, as far as a channel ever told; `last` is what they were told last.
    """

    run: Run | None = None
    language: str | None = None
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    progress: Progress | None = None
    has_context: bool = False
    company: str | None = None
    last_at: datetime | None = None
    address: Address | None = None
    last: LastAnswer | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; an empty mapping is a person never seen."""
        if not kept:
            return cls()
        run = kept["run"]
        return cls(
            run=Run(uuid.UUID(run["id"]), datetime.fromisoformat(run["started_at"])) if run else None,
            language=kept["language"],
            agents=kept["agents"],
            progress=Progress(**kept["progress"]) if kept["progress"] else None,
            has_context=kept["has_context"],
            company=kept["company"],
            last_at=datetime.fromisoformat(kept["last_at"]) if kept["last_at"] else None,
            address=_address(kept),
            last=LastAnswer(**kept["last"]) if kept.get("last") else None,
        )

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        return {
            "run": {"id": str(self.run.id), "started_at": self.run.started_at.isoformat()} if self.run else None,
            "language": self.language,
            "agents": dict(self.agents),
            "progress": asdict(self.progress) if self.progress else None,
            "has_context": self.has_context,
            "company": self.company,
            "last_at": self.last_at.isoformat() if self.last_at else None,
            "address": address_to_json(self.address),
            "last": asdict(self.last) if self.last else None,
        }

    @property
    def completed(self) -> bool:
        """Whether the person's agent has heard all that it asks."""
        return self.progress is not None and self.progress.completed

    @property
    def current_question(self) -> int | None:
        """The question that is open, if one is."""
        return self.progress.current_question if self.progress else None

    @property
    def questions_answered(self) -> int:
        """How many are answered."""
        return self.progress.questions_answered if self.progress else 0

    def cleared(self, start: Progress | None) -> Self:
        """The state at the start of a run: nothing but the person's language and identity is left."""
        return replace(self, run=None, agents={}, progress=start, last=None)

    def is_stale(self, now: datetime, silence: timedelta) -> bool:
        """Whether nothing was heard for so long that a new message begins another run.

        What an agent asks may be answered much later: with such a one only a completed run grows old.
        """
        unfinished = self.progress is not None and not self.progress.completed
        return not unfinished and self.last_at is not None and now - self.last_at > silence

    def user_status(self) -> dict[str, Any]:
        """The `user_status` of a reply."""
        return {
            "current_question": self.current_question,
            "language": self.language,
            "has_context": self.has_context,
            "completed": self.completed,
        }


def _address(kept: Mapping[str, Any]) -> Address | None:
    """The first states named a subscriber of Manychat's."""
    subscriber = kept.get("delivery", {}).get("subscriber_id")
    if subscriber is not None:
        return Address("manychat", "manychat", str(subscriber))
    return address_from_json(kept.get("address"))
