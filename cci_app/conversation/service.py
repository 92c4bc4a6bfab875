"""The one way a message takes: receive, take the turn, think, complete, remember, ring."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace
from typing import Any, cast

import structlog
from flask import Flask, current_app

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.catalogue import Catalogue, load_catalogue
from cci_app.channels.message import Text, written
from cci_app.channels.ports import Rendered, Reply
from cci_app.channels.registry import Channels, load_channels
from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.conversation import completing, memory, receipts, turns
from cci_app.conversation.acquaintance import acquaint, forget, remembered
from cci_app.conversation.completing import Completion, ModeChanged
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.outbox import Outbox
from cci_app.conversation.pool import AgentPool
from cci_app.conversation.receipts import Receipt
from cci_app.conversation.state import PersonState
from cci_app.conversation.thinking import Thought, language_of, outcome, think, withheld
from cci_app.conversation.turns import LeaseLost, Turn
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.queue import Task, ring, ring_after
from cci_app.llm.chains import ChatModels
from config.settings import Settings

log = structlog.get_logger(__name__)

# What a turn may take when nobody waits for it any more.
_BACKGROUND_SECONDS = 60.0
_FIRST_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 0.1


@dataclass(slots=True)
class Answered:
    """The rendered reply, and how long each stage took in seconds."""

    reply: Rendered
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An event on its way through the process that received it."""

    event: Event
    receipt: Receipt
    started: float
    deadline: Deadline


class Conversation:
    """Receives events and answers them; one for each application."""

    def __init__(self, app: Flask, settings: Settings, catalogue: Catalogue, channels: Channels) -> None:
        self._settings = settings
        self.catalogue = catalogue
        self._pool = AgentPool(app, settings.agent_pool_size)
        self.channels = channels
        self.outbox = Outbox(channels)

    def assistant(self, organisation_id: int, name: str | None) -> Assistant:
        """The organisation's assistant of that name, its default one for None. Raises InvalidInput for an unknown."""
        return self.catalogue.find(organisation_id, name)

    def person(self, organisation_id: int, assistant: str | None, user_id: str) -> Person:
        """The person as the conversation knows them. Raises InvalidInput for an unknown assistant."""
        return Person(organisation_id, self.assistant(organisation_id, assistant).name, user_id)

    def receive(self, event: Event, waited: float = 0.0) -> Answered:
        """Answer an event inside the reply budget: with the reply, the stored one of a repeat, or a holding reply.

        Where nobody waits for the reply it is kept, to be answered by a worker, and acknowledged. `waited` is how many
        seconds of the budget went by before.
        """
        if not self.channels[event.inbound.channel].limits.listener:
            return self._keep(event)
        opening = time.monotonic()
        started = opening - waited
        receipt = receipts.open_receipt(event, self._settings.default_region)
        arrival = _Arrival(event, receipt, started, Deadline(started + self._settings.reply_budget_seconds))
        stages = {"receive": time.monotonic() - opening}
        if receipt.reply is not None:
            return Answered(receipt.reply, stages)
        turn = receipt.turn or self._await_turn(arrival)
        answered = self._answer(turn, arrival) if turn else None
        answered = answered or Answered(self._await_reply(arrival))
        return Answered(answered.reply, {**stages, **answered.stages})

    def _keep(self, event: Event) -> Answered:
        channel = self.channels[event.inbound.channel]
        own = channel.limits.burst_seconds
        quiet = self._settings.burst_seconds if own is None else own
        receipt = receipts.open_receipt(event, self._settings.default_region, quiet)
        ring_after(quiet, Task.RESUME_TURN, str(receipt.id))
        return Answered(channel.render(Reply((), {}, 0)))

    def resume(self, person: Person) -> "Future[None] | None":
        """Begin to answer what nobody waits for; None when there is nothing to answer, or not yet.

        After a crash of the web many turns are to be finished, at once.
        """
        turn = turns.take_waiting(
            person,
            self._settings.default_region,
            grace_seconds=self._settings.reply_budget_seconds,
            longest_seconds=self._settings.burst_longest_seconds,
        )
        if turn is None:
            return None
        future = self._pool.submit(turn, self._finish)
        if future is None:
            turns.give_back(turn)
        return future

    def state(self, person: Person) -> PersonState | None:
        """Where a person stands; None for one never seen. From Redis, else from the database."""
        copy = memory.load(person)
        if copy is not None:
            return copy
        original = turns.read_state(person)
        return PersonState.from_json(original[0]) if original else None

    def contact(self, person: Person) -> ContactCard | None:
        """Who a person is, as their last message was answered: by an agent's own contact book, else by ours."""
        with tenant_transaction(person.organisation_id) as session:
            known = book.find(session, person.organisation_id, person.user_id, self._settings.default_region)
        return remembered(self.state(person), known, self._serving(person))

    def _serving(self, person: Person) -> Assistant:
        return self.catalogue.find(person.organisation_id, person.assistant)

    def _finish(self, turn: Turn) -> None:
        """A turn that nobody waits for."""
        try:
            self._work(turn, time.monotonic(), unheard=True)
        except LeaseLost:
            log.info("turn_taken_over", receipt=turn.receipt_id)
            raise
        except Exception:
            log.exception("turn_not_finished", receipt=turn.receipt_id)
            raise
        finally:
            # The person may have written more meanwhile, and given up waiting.
            ring(Task.SWEEP)

    def _answer(self, turn: Turn, arrival: "_Arrival") -> Answered | None:
        """The reply of a turn, or the holding reply at the deadline; None when somebody took the turn over."""
        future: Future[Answered] | None = self._pool.submit(
            turn, lambda taken: self._work(taken, arrival.started, deadline=arrival.deadline)
        )
        if future is None:
            turns.give_back(turn)
            return Answered(self._hold(arrival))
        try:
            return future.result(timeout=arrival.deadline.left())
        except FutureTimeout:
            return Answered(self._hold(arrival))
        except LeaseLost:
            return None

    def _work(
        self,
        turn: Turn,
        started: float,
        *,
        deadline: Deadline | None = None,
        unheard: bool = False,
    ) -> Answered:
        """The turn itself, in a thread of the pool: think, commit, remember, ring."""
        assistant = self._serving(turn.person)
        turn = acquaint(turn, assistant)
        now = clock.now()
        thought = think(turn, assistant, deadline or Deadline.after(_BACKGROUND_SECONDS), now)
        unheard = unheard and self.channels[turn.channel].limits.listener
        done = self._completion(turn, thought, started, unheard=unheard)
        committing = time.monotonic()
        try:
            late = completing.complete(turn, done, unheard=unheard, silent=turn.mode is not TurnMode.BOT)
        except ModeChanged:
            silent = think(replace(turn, mode=TurnMode.PAUSED), assistant, Deadline.after(0), now)
            kept, done = done, self._completion(turn, silent, started, unheard=False)
            done = replace(done, outcome=withheld(kept.outcome, done.outcome))
            late = completing.complete(turn, done, unheard=False, silent=True)
        stages = {**thought.stages, "complete": time.monotonic() - committing}
        forget(turn, assistant)
        memory.save(turn.person, done.state, turn.sequence + 1, self._settings.state_ttl_seconds)
        ring(Task.LOG_CONVERSATIONS)
        if done.sent or (late and done.pushable):
            self.outbox.send(turn.person)
        return Answered(done.reply, stages)

    def _completion(self, turn: Turn, thought: Thought, started: float, *, unheard: bool) -> Completion:
        """What is to be written of a thought. `unheard` tells that whoever waited for it does no more."""
        channel = self.channels[turn.channel]
        elapsed_ms = round((time.monotonic() - started) * 1000)
        said = thought.parts if channel.limits.listener else ()
        if unheard and said:
            # It is pushed or opens the next reply: a repeat of the event must not bring it a second time.
            assistant = self._serving(turn.person)
            said = (Text(assistant.holding(thought.state.language or assistant.default_language)),)
        status = thought.state.user_status()
        address = thought.state.address or self.channels.address_of(turn.person.user_id)
        return Completion(
            state=thought.state.to_json(),
            outcome=outcome(turn, thought, elapsed_ms),
            reply=channel.render(Reply(said, status, elapsed_ms)),
            failed=thought.failed,
            address=address,
            pushable=self.channels.can_push(turn.person.organisation_id, address),
            sent=() if channel.limits.listener else thought.parts,
            empty=channel.render(Reply((), status, elapsed_ms)) if turn.earlier else None,
        )

    def _await_turn(self, arrival: _Arrival) -> Turn | None:
        """Wait for the turn of a receipt; None when the deadline passed or a reply is already there."""
        person, receipt = arrival.event.person, arrival.receipt
        for _ in _pauses(arrival.deadline):
            turn = turns.take_turn(person, receipt.id, self._settings.default_region)
            if turn is not None:
                return turn
            if receipts.stored_reply(person, receipt.id) is not None:
                return None
        return None

    def _await_reply(self, arrival: _Arrival) -> Rendered:
        """Wait for the stored reply of a receipt that somebody else answers; the holding reply at the deadline."""
        for _ in _pauses(arrival.deadline):
            reply = receipts.stored_reply(arrival.event.person, arrival.receipt.id)
            if reply is not None:
                return reply
        return self._hold(arrival)

    def _hold(self, arrival: _Arrival) -> Rendered:
        """Give the holding reply, unless the answer came in this very moment."""
        person, receipt = arrival.event.person, arrival.receipt
        assistant = self._serving(person)
        state = self.state(person) or PersonState(progress=assistant.start)
        text = Text(assistant.holding(language_of(written(arrival.event.inbound.parts), state, assistant)))
        elapsed_ms = round((time.monotonic() - arrival.started) * 1000)
        rendered = self.channels[receipt.channel].render(Reply((text,), state.user_status(), elapsed_ms))
        held = receipts.hold(person, receipt.id, rendered)
        return held or cast(Rendered, receipts.stored_reply(person, receipt.id))

    def stop(self) -> None:
        """Let the turns under way end."""
        self._pool.stop()
        self.channels.close()


def _pauses(deadline: Deadline) -> Iterator[None]:
    """Pause, longer and longer, until the deadline."""
    pause = _FIRST_POLL_SECONDS
    while deadline.left() > pause:
        time.sleep(pause)
        yield
        pause = min(pause * 2, _LONGEST_POLL_SECONDS)


def init_conversation(app: Flask) -> None:
    """Load the assistants and give the application its conversation. A faulty file, or agent, stops the start."""
    settings: Settings = app.config["SETTINGS"]
    models = app.extensions["cci_models"] = ChatModels(settings)
    catalogue = load_catalogue(settings, models)
    app.extensions["cci_conversation"] = Conversation(app, settings, catalogue, load_channels(settings))


def get_conversation() -> Conversation:
    """The present application's conversation."""
    conversation: Conversation = current_app.extensions["cci_conversation"]
    return conversation


def user_status(state: PersonState | None) -> dict[str, Any]:
    """What `GET /users/{id}/status` tells, without the id; `exists` is false for a person never seen."""
    known = state or PersonState()
    status = known.user_status()
    return {
        "exists": state is not None,
        **status,
        "questions_answered": known.questions_answered,
        "company": known.company,
        "last_interaction": known.last_at,
    }
