"""What one turn makes of its messages: language, route, agent, and the state that follows. Writes nothing."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.router import Decision
from cci_app.channels import trial
from cci_app.channels.message import Part, Text, parts_to_json
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import EventKind
from cci_app.conversation.models import TurnMode
from cci_app.conversation.opinions import Opinion, asks, opinion_of, with_offer
from cci_app.conversation.outcome import Ended, Outcome, Rating
from cci_app.conversation.refusing import refuse
from cci_app.conversation.state import LastAnswer, PersonState, Run, RunEnd
from cci_app.conversation.turns import Turn
from cci_app.core.deadline import Deadline
from cci_app.feedback.words import said, stars_in
from cci_app.language.detect import detect
from cci_app.llm.calls import ModelCall, gathered
from cci_app.tools.calls import ToolCall, tools_gathered
from cci_app.usage.allowance import Refusal

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Thought:
    """The result of a turn before it is written.

    `route` is None where no agent was asked. `ended` is the run that this turn closed, with the reason; `calls` are
    those of models that it took, `tools` those of tools. `stars` is how the person found what they were asked about,
    `opinion` what they think of the answer before, `refused` why no agent was asked, where that is not allowed.
    """

    parts: tuple[Part, ...]
    state: PersonState
    route: Decision | None = None
    reply: AgentReply | None = None
    ended: tuple[Run, RunEnd] | None = None
    failed: bool = False
    calls: Sequence[ModelCall] = ()
    tools: Sequence[ToolCall] = ()
    stages: dict[str, float] = field(default_factory=dict)
    stars: int | None = None
    opinion: Opinion | None = None
    refused: Refusal | None = None

    @property
    def messages(self) -> int:
        """How many messages it counts for: one, where an agent answered."""
        return int(self.route is not None and not self.failed)

    @property
    def tokens(self) -> int:
        """How many tokens models read and wrote for it."""
        return sum(call.tokens.input + call.tokens.output for call in self.calls)


def think(turn: Turn, assistant: Assistant, deadline: Deadline, now: datetime) -> Thought:
    """Answer the messages of a turn. An agent that fails costs the person an apology, not the conversation.

    While a human answers, or nobody, no agent is asked: what the person says is kept, and they are told what the human
    left for them. A figure after the question how they found it is the answer to that, and a thumb after an answer is
    one for it. What the assistant may not answer is refused, kindly.
    """
    start = assistant.start
    state = PersonState.from_json(turn.state) if turn.state else PersonState(progress=start)
    if turn.kind is EventKind.RESET:
        ended = (state.run, RunEnd.RESET) if state.run else None
        return Thought((), replace(state.cleared(start), last_at=now), ended=ended)
    ended = None
    if state.run is not None and state.is_stale(now, assistant.silence):
        ended = (state.run, RunEnd.SILENCE)
        state = state.cleared(start)
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
        address=turn.address or state.address,
    )
    if turn.mode is not TurnMode.BOT:
        return Thought(tuple(late.part for late in turn.late if late.by_human), state, ended=ended, stages=stages)
    stars = stars_in(turn.text) if turn.asked_rating is not None else None
    if stars is not None:
        thanks = Text(said("thanks", state.language or assistant.default_language))
        parts = (*(late.part for late in turn.late), thanks)
        return Thought(parts, state, ended=ended, stages=stages, stars=stars)
    opinion = opinion_of(turn.text, turn.attachments, state.last)
    if opinion is not None and opinion.is_all:
        told = opinion.told(state.language or assistant.default_language)
        parts = (*(late.part for late in turn.late), *told)
        last = None if opinion.is_about_last else state.last
        return Thought(parts, replace(state, last=last), ended=ended, stages=stages, opinion=opinion)
    refused = turn.allowance.refusal(turn.longest)
    if refused is not None:
        reply = refuse(turn, assistant, state.language or assistant.default_language, refused)
        parts = (*(late.part for late in turn.late), *reply.parts)
        return Thought(parts, state, reply=reply, ended=ended, stages=stages, opinion=opinion, refused=refused)
    with gathered() as calls, tools_gathered() as tools:
        thought = _ask(turn, assistant, state, deadline, now)
    thought.calls, thought.tools, thought.opinion = calls, tools, opinion
    thought.ended = thought.ended or ended
    thought.stages = {**stages, **thought.stages}
    thought.parts = (*(late.part for late in turn.late), *thought.parts)
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
    route = None
    try:
        if turn.is_given_up:
            raise RuntimeError("given up: its process ended each time")
        route = assistant.route(turn.text, state.agents, deadline, organisation_id=turn.person.organisation_id)
        context = _context(turn, state, route, deadline, now)
        reply = assistant.agents[route.agent].reply(context)
    except Exception:
        log.exception(
            "turn_failed", receipt=turn.receipt_id, agent=route.agent if route else None, attempts=turn.attempts
        )
        apology = Text(assistant.apology(state.language or assistant.default_language))
        return Thought((apology,), state, route, failed=True)
    ended = None
    if reply.new_run and state.run is not None:
        ended = (state.run, RunEnd.RESTART)
        state = replace(state.cleared(assistant.start), run=Run.begin(now))
    state = replace(
        state,
        agents={**state.agents, **assistant.remembered(route), route.agent: dict(reply.state)},
        progress=reply.progress or state.progress,
        # Who answers for another company than the contact book names is recorded with the one they named.
        company=reply.company or state.company,
        language=reply.language or state.language,
    )
    parts = with_offer(reply, assistant.feedback.thumbs, state.language or assistant.default_language)
    state = replace(state, last=LastAnswer(turn.receipt_id, asks(reply), offers=parts is not reply.parts))
    stages = {"agent": time.monotonic() - started}
    return Thought(parts, state, route, reply, ended=ended, stages=stages)


def _context(turn: Turn, state: PersonState, route: Decision, deadline: Deadline, now: datetime) -> TurnContext:
    return TurnContext(
        organisation_id=turn.person.organisation_id,
        assistant=turn.person.assistant,
        user_id=turn.person.user_id,
        text=turn.text,
        attachments=turn.attachments,
        # A turn that is only rehearsed or tried has none: its tools write nothing.
        receipts=() if turn.channel == trial.KIND else (turn.receipt_id, *reversed(turn.earlier)),
        language=state.language or "",
        state=state.agents.get(route.agent, {}),
        contact=turn.contact,
        now=now,
        deadline=deadline,
        wish=turn.wish,
        routed=route.routed,
        others=state.agents,
    )


def withheld(kept: Outcome, silent: Outcome) -> Outcome:
    """What the record needs of a turn whose reply nobody may hear: what it was is kept, and what it cost."""
    was = {name: getattr(kept, name) for name in ("parts", "agent", "route", "calls", "tools", "stages_ms")}
    return silent.model_copy(update={**was, "withheld": True})


def outcome(
    turn: Turn, thought: Thought, response_time_ms: int, version: int | None = None, experiment: int | None = None
) -> Outcome:
    """What the record needs of a turn; `version` is that of the assistant that answered, for that experiment."""
    state, reply = thought.state, thought.reply
    return Outcome(
        parts=parts_to_json(thought.parts),
        language=state.language,
        run=state.run or (thought.ended[0] if thought.ended else None),
        ended=Ended(id=thought.ended[0].id, reason=thought.ended[1]) if thought.ended else None,
        progress=state.progress,
        has_context=state.has_context,
        company=state.company,
        contact=_known(turn.contact),
        agent=thought.route.agent if thought.route else None,
        route=thought.route,
        intent=reply.intent if reply else None,
        calls=tuple(thought.calls),
        tools=tuple(thought.tools),
        answers=reply.answers if reply else (),
        sources=reply.sources if reply else (),
        handoff=reply.handoff if reply else None,
        rating=Rating(feedback_id=turn.rating_of, stars=thought.stars) if turn.rating_of and thought.stars else None,
        thumb=thought.opinion.thumb if thought.opinion else None,
        answered_by=version,
        experiment=experiment,
        wish=reply.wish if reply else None,
        unanswered=reply.unanswered if reply else None,
        stages_ms={name: round(seconds * 1000, 2) for name, seconds in thought.stages.items()},
        response_time_ms=response_time_ms,
        failed=thought.failed,
        heard=turn.heard,
    )


def _known(contact: ContactCard | None) -> dict[str, Any] | None:
    return {key: value for key, value in contact.as_dict().items() if value} if contact else None
