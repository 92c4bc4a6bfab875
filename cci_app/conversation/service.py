"""The one way a message takes: receive, take the turn, think, complete, remember, ring."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from flask import Flask, current_app

from cci_app.assistants.registry import Assistant, load_assistants
from cci_app.assistants.spec import AssistantSpec
from cci_app.channels.reply import Reply, render
from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.conversation import memory, turns
from cci_app.conversation.acquaintance import acquaint, contact_of
from cci_app.conversation.inbound import Inbound, Person
from cci_app.conversation.late import LateAnswers
from cci_app.conversation.pool import AgentPool
from cci_app.conversation.state import PersonState
from cci_app.conversation.thinking import language_of, outcome, think
from cci_app.conversation.turns import Completion, LeaseLost, Receipt, Turn
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput
from cci_app.core.queue import Task, ring
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

    rendered: str
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An event on its way through the process that received it."""

    inbound: Inbound
    receipt: Receipt
    started: float
    deadline: Deadline
    stages: dict[str, float] = field(default_factory=dict)


class Conversation:
    """Receives events and answers them; one for each application."""

    def __init__(self, app: Flask, settings: Settings, assistants: Mapping[str, Assistant]) -> None:
        self._settings = settings
        self._assistants = assistants
        self._pool = AgentPool(app, settings.agent_pool_size)
        self.late = LateAnswers(settings)

    def assistant(self, name: str | None) -> Assistant:
        """The assistant of that name, the default one for None. Raises InvalidInput for an unknown name."""
        found = self._assistants.get(name or self._settings.default_assistant)
        if found is None:
            known = ", ".join(sorted(self._assistants))
            raise InvalidInput(
                f"there is no assistant {name}; there are: {known}", details={"assistant": [f"One of: {known}."]}
            )
        return found

    @property
    def specs(self) -> dict[str, AssistantSpec]:
        """What the assistants are made of, by name."""
        return {name: assistant.spec for name, assistant in self._assistants.items()}

    def person(self, organisation_id: int, assistant: str | None, user_id: str) -> Person:
        """The person as the conversation knows them. Raises InvalidInput for an unknown assistant."""
        return Person(organisation_id, self.assistant(assistant).name, user_id)

    def receive(self, inbound: Inbound, waited: float = 0.0) -> Answered:
        """Answer an event inside the reply budget: with the reply, the stored one of a repeat, or a holding reply.

        `waited` is how many seconds of the budget went by before.
        """
        opening = time.monotonic()
        started = opening - waited
        receipt = turns.open_receipt(inbound, self._settings.default_region)
        arrival = _Arrival(inbound, receipt, started, Deadline(started + self._settings.reply_budget_seconds))
        arrival.stages["receive"] = time.monotonic() - opening
        if receipt.rendered is not None:
            return Answered(receipt.rendered, arrival.stages)
        turn = receipt.turn or self._await_turn(arrival)
        rendered = self._answer(turn, arrival) if turn else None
        return Answered(rendered or self._await_reply(arrival), arrival.stages)

    def resume(self, person: Person, receipt_id: int) -> "Future[None] | None":
        """Begin to finish a receipt that its own process did not; None when there is nothing to finish.

        Nobody waits for it: after a crash of the web many turns are to be finished, at once.
        """
        turn = turns.take_turn(person, receipt_id, self._settings.default_region)
        if turn is None:
            return None
        future = self._pool.submit(turn, self._finish)
        if future is None:
            turns.release(turn)
        return future

    def state(self, person: Person) -> PersonState | None:
        """Where a person stands; None for one never seen. From Redis, else from the database."""
        copy = memory.load(person)
        if copy is not None:
            return PersonState.from_json(copy)
        original = turns.read_state(person)
        return PersonState.from_json(original[0]) if original else None

    def contact(self, person: Person) -> ContactCard | None:
        """Who a person is, as their messages are answered: by an agent's own contact book, else by ours."""
        with tenant_transaction(person.organisation_id) as session:
            known = book.find(session, person.organisation_id, person.user_id, self._settings.default_region)
        return contact_of(person.user_id, known, self._assistants[person.assistant])

    def _finish(self, turn: Turn) -> None:
        """A turn that nobody waits for."""
        try:
            self._work(turn, time.monotonic(), {}, unheard=True)
        except LeaseLost:
            log.info("turn_taken_over", receipt=turn.receipt_id)
        except Exception:
            log.exception("turn_not_finished", receipt=turn.receipt_id)
        # The person may have written more meanwhile, and given up waiting.
        ring(Task.SWEEP)

    def _answer(self, turn: Turn, arrival: "_Arrival") -> str | None:
        """The reply of a turn, or the holding reply at the deadline; None when somebody took the turn over."""
        future: Future[str] | None = self._pool.submit(
            turn, lambda taken: self._work(taken, arrival.started, arrival.stages, deadline=arrival.deadline)
        )
        if future is None:
            turns.release(turn)
            return self._hold(arrival)
        try:
            return future.result(timeout=arrival.deadline.left())
        except FutureTimeout:
            return self._hold(arrival)
        except LeaseLost:
            return None

    def _work(
        self,
        turn: Turn,
        started: float,
        stages: dict[str, float],
        *,
        deadline: Deadline | None = None,
        unheard: bool = False,
    ) -> str:
        """The turn itself, in a thread of the pool: think, commit, remember, ring."""
        assistant = self._assistants[turn.person.assistant]
        turn = acquaint(turn, assistant)
        thought = think(turn, assistant, deadline or Deadline.after(_BACKGROUND_SECONDS), clock.now())
        stages.update(thought.stages)
        state = thought.state.to_json()
        elapsed_ms = round((time.monotonic() - started) * 1000)
        # What nobody hears is pushed or opens the next reply: a repeat of the event must not bring it a second time.
        text = assistant.holding(thought.state.language or assistant.default_language) if unheard else thought.text
        rendered = render(Reply(text, thought.state.user_status(), elapsed_ms), turn.reply_format)
        committing = time.monotonic()
        done = Completion(
            state=state,
            outcome=outcome(turn, thought, elapsed_ms),
            rendered=rendered,
            failed=thought.failed,
            delivery=thought.state.delivery,
            pushable=self.late.can_push(turn.person, thought.state.delivery),
        )
        late = turns.complete(turn, done, unheard=unheard)
        stages["complete"] = time.monotonic() - committing
        memory.save(turn.person, state, turn.sequence + 1, self._settings.state_ttl_seconds)
        ring(Task.LOG_CONVERSATIONS)
        if late and done.pushable:
            self.late.push(turn.person.organisation_id, turn.receipt_id)
        return rendered

    def _await_turn(self, arrival: _Arrival) -> Turn | None:
        """Wait for the turn of a receipt; None when the deadline passed or a reply is already there."""
        person, receipt = arrival.inbound.person, arrival.receipt
        for _ in _pauses(arrival.deadline):
            turn = turns.take_turn(person, receipt.id, self._settings.default_region)
            if turn is not None:
                return turn
            if turns.stored_reply(person, receipt.id) is not None:
                return None
        return None

    def _await_reply(self, arrival: _Arrival) -> str:
        """Wait for the stored reply of a receipt that somebody else answers; the holding reply at the deadline."""
        for _ in _pauses(arrival.deadline):
            rendered = turns.stored_reply(arrival.inbound.person, arrival.receipt.id)
            if rendered is not None:
                return rendered
        return self._hold(arrival)

    def _hold(self, arrival: _Arrival) -> str:
        """Give the holding reply, unless the answer came in this very moment."""
        inbound, receipt = arrival.inbound, arrival.receipt
        assistant = self._assistants[inbound.person.assistant]
        state = self.state(inbound.person) or PersonState()
        text = assistant.holding(language_of(inbound.text, state, assistant))
        elapsed_ms = round((time.monotonic() - arrival.started) * 1000)
        rendered = render(Reply(text, state.user_status(), elapsed_ms), receipt.reply_format)
        held = turns.hold(inbound.person, receipt.id, rendered)
        return held or cast(str, turns.stored_reply(inbound.person, receipt.id))

    def stop(self) -> None:
        """Let the turns under way end."""
        self._pool.stop()
        self.late.close()


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
    assistants = load_assistants(settings, models)
    app.extensions["cci_conversation"] = Conversation(app, settings, assistants)


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
        **(status if state else {**status, "current_question": None}),
        "questions_answered": known.progress.questions_answered,
        "company": known.company,
        "last_interaction": known.last_at,
    }
