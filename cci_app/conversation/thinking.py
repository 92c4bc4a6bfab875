"""What one turn makes of its message: language, route, agent, and the state that follows. Writes nothing."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.assistants.registry import Assistant
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import EventKind
from cci_app.conversation.state import PersonState, Run, RunEnd
from cci_app.conversation.turns import Turn
from cci_app.core.deadline import Deadline
from cci_app.language.detect import detect
from cci_app.llm.calls import ModelCall, gathered

log = structlog.get_logger(__name__)

# A turn that ends its process is tried again; so are those that only happened to be beside it.
MAX_ATTEMPTS = 5


@dataclass(slots=True)
class Thought:
    """The result of a turn before it is written.

    `ended` is the run that this turn closed, with the reason; `calls` are those of models that it took.
    """

    text: str
    state: PersonState
    agent: str | None = None
    reply: AgentReply | None = None
    ended: tuple[Run, RunEnd] | None = None
    failed: bool = False
    calls: Sequence[ModelCall] = ()
    stages: dict[str, float] = field(default_factory=dict)


def think(turn: Turn, assistant: Assistant, deadline: Deadline, now: datetime) -> Thought:
    """Answer the message of a turn. An agent that fails costs the person an apology, not the conversation."""
    state = PersonState.from_json(turn.state)
    if turn.kind is EventKind.RESET:
        ended = (state.run, RunEnd.RESET) if state.run else None
        return Thought(text="", state=replace(state.cleared(), last_at=now), ended=ended)
    ended = None
    if state.run is not None and state.is_stale(now):
        ended = (state.run, RunEnd.SILENCE)
        state = state.cleared()
    started = time.monotonic()
    language = language_of(turn.text, state, assistant)
    stages = {"language": time.monotonic() - started}
    state = replace(
        state,
        run=state.run or Run.begin(now),
        language=language,
        has_context=turn.contact is not None,
        company=turn.contact.company if turn.contact else state.company,
        last_at=now,
        delivery={**state.delivery, **turn.delivery},
    )
    with gathered() as calls:
        thought = _ask(turn, assistant, state, deadline, now)
    thought.calls = calls
    thought.ended = thought.ended or ended
    thought.stages = {**stages, **thought.stages}
    thought.text = "\n\n".join([*(late.text for late in turn.late), thought.text])
    return thought


def language_of(text: str, state: PersonState, assistant: Assistant) -> str:
    """The language to answer a text in: kept, switched, or that of the first message of a run, however short it is."""
    return detect(
        text,
        languages=assistant.languages,
        previous=state.language if state.run else None,
        default=state.language or assistant.default_language,
    )


def _ask(turn: Turn, assistant: Assistant, state: PersonState, deadline: Deadline, now: datetime) -> Thought:
    started = time.monotonic()
    name = None
    try:
        if turn.attempts > MAX_ATTEMPTS:
            raise RuntimeError(f"given up after {MAX_ATTEMPTS} attempts")
        name = assistant.route(turn.text, state.agents)
        context = _context(turn, state, name, deadline, now)
        reply = assistant.agents[name].reply(context)
    except Exception:
        log.exception("turn_failed", receipt=turn.receipt_id, agent=name, attempts=turn.attempts)
        apology = assistant.apology(state.language or assistant.default_language)
        return Thought(text=apology, state=state, agent=name, failed=True)
    ended = None
    if reply.new_run and state.run is not None:
        ended = (state.run, RunEnd.RESTART)
        state = replace(state.cleared(), run=Run.begin(now))
    state = replace(
        state,
        agents={**state.agents, name: dict(reply.state)},
        progress=reply.progress or state.progress,
        company=state.company or reply.company,
        language=reply.language or state.language,
    )
    stages = {"agent": time.monotonic() - started}
    return Thought(text=reply.text, state=state, agent=name, reply=reply, ended=ended, stages=stages)


def _context(turn: Turn, state: PersonState, name: str, deadline: Deadline, now: datetime) -> TurnContext:
    return TurnContext(
        organisation_id=turn.person.organisation_id,
        assistant=turn.person.assistant,
        user_id=turn.person.user_id,
        text=turn.text,
        media=turn.media,
        language=state.language or "",
        state=state.agents.get(name, {}),
        contact=turn.contact,
        now=now,
        deadline=deadline,
    )


def outcome(turn: Turn, thought: Thought, response_time_ms: int) -> dict[str, Any]:
    """What the log needs of a turn, as JSON on the receipt."""
    state, reply = thought.state, thought.reply
    run = state.run or (thought.ended[0] if thought.ended else None)
    return {
        "text": thought.text,
        "language": state.language,
        "run": _run_json(run),
        "ended": {**(_run_json(thought.ended[0]) or {}), "reason": thought.ended[1]} if thought.ended else None,
        "current_question": state.progress.current_question,
        "questions_answered": state.progress.questions_answered,
        "completed": state.progress.completed,
        "has_context": state.has_context,
        "company": state.company,
        "contact": _contact_json(turn.contact),
        "agent": thought.agent,
        "calls": [call.as_dict() for call in thought.calls],
        "answers": [_answer_json(answer) for answer in reply.answers] if reply else [],
        "sources": [
            {"document_id": source.document_id, "title": source.title, "page": source.page}
            for source in (reply.sources if reply else ())
        ],
        "handoff": {"reason": reply.handoff.reason, "summary": reply.handoff.summary}
        if reply and reply.handoff
        else None,
        "stages_ms": {name: round(seconds * 1000, 2) for name, seconds in thought.stages.items()},
        "response_time_ms": response_time_ms,
        "failed": thought.failed,
    }


def _run_json(run: Run | None) -> dict[str, str] | None:
    return {"id": str(run.id), "started_at": run.started_at.isoformat()} if run else None


def _contact_json(contact: ContactCard | None) -> Mapping[str, Any] | None:
    return {key: value for key, value in contact.as_dict().items() if value} if contact else None


def _answer_json(answer: Any) -> dict[str, Any]:
    return {
        "question": answer.question,
        "text": answer.text,
        "status": answer.status,
        "asked_at": answer.asked_at.isoformat(),
        "answered_at": answer.answered_at.isoformat(),
    }
