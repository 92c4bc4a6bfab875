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
from cci_app.channels.message import Part, parts_from_json
from cci_app.channels.words import plain_text
from cci_app.contacts.wishes import ContactWish
from cci_app.conversation.state import Run, RunEnd
from cci_app.feedback.models import FeedbackSource
from cci_app.knowledge.search.passage import Source
from cci_app.llm.calls import ModelCall
from cci_app.tools.calls import ToolCall


class Ended(BaseModel):
    """The run that a turn closed."""

    model_config = ConfigDict(frozen=True)

    id: uuid.UUID
    reason: RunEnd


class Rating(BaseModel):
    """How a person found what they were asked about: 1 to 5.

    `feedback_id` is the question; before the fifth version there was none but of requests for a human, `handoff_id`.
    """

    model_config = ConfigDict(frozen=True)

    stars: int
    feedback_id: int | None = None
    handoff_id: int | None = None


class Thumb(BaseModel):
    """What a person thinks of an answer: 1 or -1. It is that to the receipt, or the message with the channel's id."""

    model_config = ConfigDict(frozen=True)

    value: Literal[1, -1]
    source: FeedbackSource
    receipt_id: int | None = None
    vendor_id: str = ""


class Outcome(BaseModel):
    """What a turn made.

    `parts` is the reply as JSON, `route` why it was that `agent`, `intent` what that took the message for, `progress`
    where it says that the person stands, None of one that asks nothing. `contact` has those fields of the contact
    that are known; `response_time_ms` is how long the person waited. `wish` is what they ask of the organisation from
    now on, `unanswered` what they asked and nothing answered. `withheld` tells that nobody was told the reply, because
    a human had taken over meanwhile, `heard` what was spoken, of a message that was not written alone. `answered_by` is
    the version of the assistant, for the `experiment`; `thumb` what the person thinks of the answer before.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[5] = 5
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
    intent: str | None = None
    calls: tuple[ModelCall, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    answers: tuple[RecordedAnswer, ...] = ()
    sources: tuple[Source, ...] = ()
    handoff: HandoffRequest | None = None
    rating: Rating | None = None
    thumb: Thumb | None = None
    answered_by: int | None = None
    experiment: int | None = None
    wish: ContactWish | None = None
    unanswered: str | None = None
    stages_ms: dict[str, float] = {}
    response_time_ms: int
    failed: bool = False
    withheld: bool = False
    heard: str = ""

    def of_earlier(self) -> Self:
        """What becomes of a message that was answered with a later one: what the turn made stands there, once."""
        nothing: dict[str, Any] = {
            "parts": [],
            "calls": (),
            "tools": (),
            "answers": (),
            "sources": (),
            "handoff": None,
            "rating": None,
            "thumb": None,
            "wish": None,
            "unanswered": None,
            "ended": None,
            "heard": "",
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
    return Outcome.model_validate(_from_the_second(kept if "version" in kept else _from_the_first(kept)))


def _from_the_second(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The second version had no wish, the third no unanswered question, the fourth no thumb."""
    return {**kept, "version": 5} if kept["version"] in {2, 3, 4} else kept


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
        "version": 2,
        "parts": [{"kind": "text", "version": 1, "text": kept["text"]}],
        "ended": {"id": ended["id"], "reason": ended["reason"]} if ended else None,
        "progress": progress,
        "calls": calls,
    }
