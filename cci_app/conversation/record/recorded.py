"""A receipt as the writers of the record read it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cci_app.conversation.inbound import EventKind
from cci_app.conversation.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with what its turn made."""

    id: int
    organisation_id: int
    assistant: str
    user_id: str
    kind: EventKind
    text: str
    late: bool
    received_at: datetime
    answered_at: datetime
    outcome: Outcome

    @property
    def person(self) -> dict[str, Any]:
        """The columns that say whose it is."""
        return {"organisation_id": self.organisation_id, "assistant": self.assistant, "user_id": self.user_id}

    @property
    def is_message(self) -> bool:
        """Whether the person said something."""
        return self.kind is EventKind.MESSAGE

    @property
    def run_id(self) -> uuid.UUID:
        """The run that it belongs to. Raises ValueError where there is none, which no message is without."""
        if self.outcome.run is None:
            raise ValueError("a message without a run")
        return self.outcome.run.id

    @property
    def company(self) -> str | None:
        """The person's company, as long as a column takes it."""
        return (self.outcome.company or "")[:255] or None

    @property
    def progress(self) -> dict[str, Any]:
        """Where the person stands, in the columns that a run and a session have in common."""
        progress = self.outcome.progress
        return {"answered": progress.questions_answered, "completed": progress.completed} if progress else _NOTHING


_NOTHING = {"answered": 0, "completed": False}


def latest(rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """The last row of each key: an upsert may not touch one row twice."""
    return list({key(row): row for row in rows}.values())
