"""What a turn made of its message, as it stands on the receipt until every room has written its record from it.

It is written in the present version and read in any: a receipt may be older than the process that records it. Whatever
changes a field here, or in the types that the fields have, is another version, with a reader of its own for the last.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from cci_app.agents.ports import HandoffRequest, Progress, RecordedAnswer
from cci_app.assistants.router import Decision
from cci_app.channels.message import Part, parts_from_json, plain_text
from cci_app.conversation.state import Run, RunEnd
from cci_app.knowledge.search.passage import Source
from cci_app.llm.calls import ModelCall


class Ended(BaseModel):
    """The run that a turn closed."""

    model_config = ConfigDict(frozen=True)

    id: uuid.UUID
    reason: RunEnd


class Outcome(BaseModel):
    """What a turn made.

    `parts` is the reply as JSON, `route` why it was that `agent`, `progress` where it says that the person stands, None
    of one that asks nothing. `contact` has those fields of the contact that are known; `response_time_ms` is how long
    the person waited. `withheld` tells that nobody was told the reply, because a human had taken over meanwhile.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[2] = 2
    parts: list[dict[str, Any]]
    language: str | None
    run: Run | None
    ended: Ended | None
    progress: Progress | None
    has_context: bool
    company: str | None
    contact: dict[str, Any] | None
    agent: str | None
    route: Decision | None = None
    calls: tuple[ModelCall, ...] = ()
    answers: tuple[RecordedAnswer, ...] = ()
    sources: tuple[Source, ...] = ()
    handoff: HandoffRequest | None = None
    stages_ms: dict[str, float] = {}
    response_time_ms: int
    failed: bool = False
    withheld: bool = False

    def of_earlier(self) -> Self:
        """What becomes of a message that was answered with a later one: what the turn made stands there, once."""
        nothing: dict[str, Any] = {
            "parts": [],
            "calls": (),
            "answers": (),
            "sources": (),
            "handoff": None,
            "ended": None,
        }
        return self.model_copy(update={**nothing, "stages_ms": {}})

    @property
    def reply(self) -> tuple[Part, ...]:
        """The reply's parts."""
        return parts_from_json(self.parts)

    @property
    def text(self) -> str:
        """The reply as one text."""
        return plain_text(self.reply)

    def to_json(self) -> dict[str, Any]:
        """The outcome as JSON."""
        return self.model_dump(mode="json")


def read_outcome(kept: Mapping[str, Any]) -> Outcome:
    """Read what any version wrote. Raises ValueError, KeyError or TypeError for what none did."""
    return Outcome.model_validate(kept if "version" in kept else _from_the_first(kept))


def _from_the_first(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The first version carried no number, one text, and every turn's progress."""
    progress = {name: kept[name] for name in ("current_question", "questions_answered", "completed")}
    # The first receipts of that version have no calls.
    calls = [
        {**call, "tokens": {"input": call["input_tokens"], "output": call["output_tokens"]}}
        for call in kept.get("calls", ())
    ]
    ended = kept["ended"]
    return {
        **{name: value for name, value in kept.items() if name in Outcome.model_fields},
        "parts": [{"kind": "text", "version": 1, "text": kept["text"]}],
        "ended": {"id": ended["id"], "reason": ended["reason"]} if ended else None,
        "progress": progress,
        "calls": calls,
    }
