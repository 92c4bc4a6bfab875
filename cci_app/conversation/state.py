"""Where a person stands with an assistant, as it is kept from one message to the next."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from cci_app.agents.ports import Progress

# A person who had finished and comes back after this long begins anew.
SILENCE = timedelta(days=30)

START = Progress(current_question=1, questions_answered=0, completed=False)


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
class PersonState:
    """The state of a person. `run` is None before the first message and after a reset; `agents` holds each agent's own
    state by the agent's name; `delivery` is how the channel can be reached, as far as it ever told.
    """

    run: Run | None = None
    language: str | None = None
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    progress: Progress = START
    has_context: bool = False
    company: str | None = None
    last_at: datetime | None = None
    delivery: Mapping[str, Any] = field(default_factory=dict)

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
            progress=Progress(**kept["progress"]),
            has_context=kept["has_context"],
            company=kept["company"],
            last_at=datetime.fromisoformat(kept["last_at"]) if kept["last_at"] else None,
            delivery=kept["delivery"],
        )

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        return {
            "run": {"id": str(self.run.id), "started_at": self.run.started_at.isoformat()} if self.run else None,
            "language": self.language,
            "agents": dict(self.agents),
            "progress": {
                "current_question": self.progress.current_question,
                "questions_answered": self.progress.questions_answered,
                "completed": self.progress.completed,
            },
            "has_context": self.has_context,
            "company": self.company,
            "last_at": self.last_at.isoformat() if self.last_at else None,
            "delivery": dict(self.delivery),
        }

    def cleared(self) -> Self:
        """The state after a reset: nothing but the person's language and identity is left."""
        return replace(self, run=None, agents={}, progress=START)

    def is_stale(self, now: datetime) -> bool:
        """Whether the run was completed so long ago that a new message begins another."""
        return self.progress.completed and self.last_at is not None and now - self.last_at > SILENCE

    def user_status(self) -> dict[str, Any]:
        """The `user_status` of a reply."""
        return {
            "current_question": self.progress.current_question,
            "language": self.language,
            "has_context": self.has_context,
            "completed": self.progress.completed,
        }
