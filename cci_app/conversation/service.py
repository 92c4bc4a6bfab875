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
from cci_app.assistants.experiments.assignment import RunningExperiments
from cci_app.channels.message import Address, Text
from cci_app.channels.ports import Rendered, Reply
from cci_app.channels.registry import Channels, load_channels
from cci_app.channels.words import written
from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.conversation import completing, memory, receipts, turns
from cci_app.conversation.acquaintance import RESET_WAITS_SECONDS, acquaint, forget, patience, remembered
from cci_app.conversation.completing import Completion, ModeChanged
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.media import Attention
from cci_app.conversation.models import TurnMode
from cci_app.conversation.outbox import Outbox
from cci_app.conversation.pool import AgentPool
from cci_app.conversation.receipts import Receipt, ReceiptGone
from cci_app.conversation.state import PersonState
from cci_app.conversation.thinking import Thought, language_of, outcome, think, withheld
from cci_app.conversation.turns import LeaseLost, Turn
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CannotStart, InvalidInput, TooManyRequests
from cci_app.core.queue import Task, ring, ring_after
from cci_app.core.seats import NoSeat, Seats
from cci_app.llm.chains import ChatModels
from cci_app.llm.senses import senses
from cci_app.usage.allowance import TurnAllowance, TurnRefused
from config.settings import Settings

log = structlog.get_logger(__name__)

# What a turn may take when nobody waits for it any more.
_BACKGROUND_SECONDS = 60.0
_FIRST_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 0.1
# Each who waits has a thread of the process and asks the database ten times a second.
_WAITING_OF_ONE = 4
_REPEATS_OF_ONE = 20


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


@dataclass(frozen=True, slots=True)
class _AnsweredBy:
    """Who answers a turn that began then, on the clock of `time.monotonic`; `experiment` is what that is for."""

    assistant: Assistant
    experiment: int | None
    started: float


class Conversation:
    """Receives events and answers them; one for each application."""

    def __init__(self, app: Flask, settings: Settings, catalogue: Catalogue, channels: Channels) -> None:
        self._settings = settings
        self.catalogue = catalogue
        self._pool = AgentPool(app, settings.agent_pool_size)
        self._waiting = Seats(of_one=_WAITING_OF_ONE, of_all=max(1, settings.web_threads // 2))
        self._repeats = Seats(of_one=_REPEATS_OF_ONE, of_all=settings.web_threads)
        self.experiments = RunningExperiments()
        self.channels = channels
        self.outbox = Outbox(channels)
        self._attention = Attention(channels, settings, senses(settings))

    def assistant(self, organisation_id: int, name: str | None) -> Assistant:
        """The organisation's assistant of that name, its default one for None. Raises InvalidInput for an unknown."""
        return self.catalogue.find(organisation_id, name)

    def person(self, organisation_id: int, assistant: str | None, user_id: str) -> Person:
        """The person as the conversation knows them. Raises InvalidInput for an unknown assistant."""
        return Person(organisation_id, self.assistant(organisation_id, assistant).name, user_id)

    def receive(self, event: Event, waited: float = 0.0) -> Answered:
        """Answer an event inside the reply budget: with the reply, the stored one of a repeat, or a holding reply.

        Where nobody waits for the reply it is kept, for a worker, and acknowledged; whoever is erased meanwhile is told
        nothing. `waited` is how many seconds of the budget went by before. Of one person few wait: whoever sends more
        gets the holding reply at once, and of repeats of one event more than a channel makes raise TooManyRequests.
        """
        opening = time.monotonic()
        channel = self.channels[event.inbound.channel]
        try:
            return self._listen(event, opening, waited) if channel.limits.listener else self._keep(event)
        except ReceiptGone:
            log.info("receipt_erased")
            return Answered(channel.render(Reply((), {}, round((time.monotonic() - opening + waited) * 1000))))

    def _listen(self, event: Event, opening: float, waited: float) -> Answered:
        """Answer an event for whose reply somebody waits."""
        started = opening - waited
        receipt = receipts.open_receipt(event, self._settings.default_region)
        arrival = _Arrival(event, receipt, started, Deadline(started + self._settings.reply_budget_seconds))
        stages = {"receive": time.monotonic() - opening}
        if receipt.reply is not None:
            return Answered(receipt.reply, stages)
        try:
            answered = self._answer(receipt.turn, arrival) if receipt.turn else None
            answered = answered or self._wait(arrival)
        except NoSeat as error:
            if receipt.repeated:
                raise TooManyRequests("this message is being answered: send it again", retry_after=1) from error
            answered = Answered(self._hold(arrival))
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
            known = book.find(session, person.organisation_id, person.known_as, self._settings.default_region)
        state = self.state(person)
        return remembered(state, known, self._serving(person, state))

    def reach(self, person: Person, state: PersonState | None) -> tuple[Address | None, bool]:
        """Where a person can be reached, as far as a channel ever told, and whether they can be written to there.

        `state` is where they stand.
        """
        address = (state.address if state else None) or self.channels.address_of(person.user_id)
        return address, self.channels.can_push(person.organisation_id, address)

    def _serving(self, person: Person, state: PersonState | None) -> Assistant:
        """The assistant in the version that answers a person who stands there."""
        return self._chosen(person, state)[0]

    def _chosen(self, person: Person, state: PersonState | None) -> tuple[Assistant, int | None]:
        """The same, and the experiment that it is for, where it is for one.

        Whoever is in the middle of a conversation when an experiment begins ends it as it began.
        """
        find = self.catalogue.find
        serving = find(person.organisation_id, person.assistant, person.version)
        running = None if person.is_tried else self.experiments.of(person.organisation_id, serving.name)
        if running is None:
            return serving, None
        begun = state is not None and state.run is not None and state.run.started_at < running.started_at
        if state is not None and begun and not state.is_stale(clock.now(), serving.silence):
            return serving, None
        version = running.version_of(person.organisation_id, serving.name, person.user_id)
        try:
            return find(person.organisation_id, serving.name, version), running.id
        except (InvalidInput, CannotStart):
            # The check of the split tells of it: this person is in none of its versions.
            log.warning("version_missing", assistant=serving.name, version=version, experiment=running.id)
            return serving, None

    def _finish(self, turn: Turn) -> None:
        """A turn that nobody waits for."""
        try:
            self.channels.signal(turn.person.organisation_id, turn.address, turn.event_id)
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

    def _work(self, turn: Turn, started: float, *, deadline: Deadline | None = None, unheard: bool = False) -> Answered:
        """The turn itself, in a thread of the pool: think, commit, remember, ring."""
        state = PersonState.from_json(turn.state) if turn.state else None
        assistant, experiment = self._chosen(turn.person, state)
        until = deadline or Deadline.after(_BACKGROUND_SECONDS)
        turn = acquaint(self._attention.attend(turn, until), assistant)
        now = clock.now()
        unheard = unheard and self.channels[turn.channel].limits.listener
        if turn.mode is not TurnMode.BOT and (unheard or not self.channels[turn.channel].limits.listener):
            # What a human left for the next reply waits for one that is heard.
            turn = replace(turn, late=())
        thought = think(turn, assistant, until, now)
        answered = _AnsweredBy(assistant, experiment, started)
        done = self._completion(turn, thought, answered, unheard=unheard)
        committing = time.monotonic()
        try:
            late = completing.complete(turn, done, unheard=unheard, silent=turn.mode is not TurnMode.BOT)
        except ModeChanged:
            silent = think(replace(turn, mode=TurnMode.PAUSED), assistant, Deadline.after(0), now)
            kept, done = done, self._completion(turn, silent, answered, unheard=False)
            done = replace(done, outcome=withheld(kept.outcome, done.outcome), tokens=kept.tokens)
            late = completing.complete(turn, done, unheard=False, silent=True)
        except TurnRefused as error:
            refused = think(
                replace(turn, allowance=TurnAllowance.none(error.refusal)), assistant, Deadline.after(0), now
            )
            kept, done = done, self._completion(turn, refused, answered, unheard=unheard)
            done = replace(done, outcome=withheld(kept.outcome, done.outcome), tokens=kept.tokens)
            late = completing.complete(turn, done, unheard=unheard)
        stages = {**thought.stages, "complete": time.monotonic() - committing}
        forget(turn, assistant)
        memory.save(turn.person, done.state, turn.sequence + 1, self._settings.state_ttl_seconds)
        ring(Task.LOG_CONVERSATIONS)
        if done.sent or (late and done.pushable):
            self.outbox.send(turn.person)
        return Answered(done.reply, stages)

    def _completion(self, turn: Turn, thought: Thought, by: "_AnsweredBy", *, unheard: bool) -> Completion:
        """What is to be written of a thought. `unheard` tells that whoever waited for it does no more."""
        channel, assistant = self.channels[turn.channel], by.assistant
        elapsed_ms = round((time.monotonic() - by.started) * 1000)
        said = thought.parts if channel.limits.listener else ()
        if unheard and said:
            # It is pushed or opens the next reply: a repeat of the event must not bring it a second time.
            said = (Text(assistant.holding(thought.state.language or assistant.default_language)),)
        status = thought.state.user_status()
        address = thought.state.address or self.channels.address_of(turn.person.user_id)
        leaving = self.channels.fitted(address, thought.parts)
        pushable = self.channels.can_push(turn.person.organisation_id, address)
        return Completion(
            state=thought.state.to_json(),
            outcome=outcome(turn, thought, elapsed_ms, assistant.version, by.experiment),
            reply=channel.render(Reply(said, status, elapsed_ms)),
            failed=thought.failed,
            address=address,
            pushable=pushable,
            sent=() if channel.limits.listener else leaving,
            late=leaving if channel.limits.listener else (),
            empty=channel.render(Reply((), status, elapsed_ms)) if turn.earlier else None,
            rating_after=_rating_after(assistant, thought, pushable=pushable),
            messages=thought.messages,
            tokens=thought.tokens,
        )

    def _wait(self, arrival: _Arrival) -> Answered:
        """Wait for what came before: then the event's own turn, or somebody else's reply to it. Raises NoSeat."""
        receipt, seats = arrival.receipt, self._repeats if arrival.receipt.repeated else self._waiting
        person = arrival.event.person
        assistant = self.assistant(person.organisation_id, person.assistant)
        waiting = replace(arrival, deadline=patience(arrival.event, arrival.deadline, assistant))
        with seats.take(person):
            turn = None if receipt.turn else self._await_turn(waiting)
            answered = self._answer(turn, arrival) if turn else None
            if answered is None and waiting.deadline is not arrival.deadline:
                ring_after(RESET_WAITS_SECONDS, Task.RESUME_TURN, str(receipt.id))
            return answered or Answered(self._await_reply(waiting))

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
        known = self.state(person)
        assistant = self._serving(person, known)
        state = known or PersonState(progress=assistant.start)
        text = Text(assistant.holding(language_of(written(arrival.event.inbound.parts), state, assistant)))
        elapsed_ms = round((time.monotonic() - arrival.started) * 1000)
        rendered = self.channels[receipt.channel].render(Reply((text,), state.user_status(), elapsed_ms))
        held = receipts.hold(person, receipt.id, rendered)
        return held or cast(Rendered, receipts.stored_reply(person, receipt.id))

    def stop(self) -> None:
        """Let the turns under way end."""
        self._pool.stop()
        self.channels.close()


def _rating_after(assistant: Assistant, thought: Thought, *, pushable: bool) -> float | None:
    """After how many seconds of silence to ask how a conversation was; None where it is not over, or was rated."""
    after = assistant.feedback.rating_after
    unfinished = thought.state.progress is not None and not thought.state.completed
    handed = thought.reply is not None and thought.reply.handoff is not None
    if after is None or not pushable or unfinished or handed or thought.reply is None:
        return None
    return after.total_seconds()


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
