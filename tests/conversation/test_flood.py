"""Whoever sends much at once: few of one person wait, the rest are told at once, and nothing is lost."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from flask import Flask

from cci_app.channels.registry import load_channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import Conversation
from cci_app.core.errors import TooManyRequests
from tests.conversation.scripted import (
    ScriptedAgent,
    ScriptedAssistant,
    ScriptedCatalogue,
    completed,
    say,
    until,
)

# The first is answered, and so many wait for it.
WAITING = 4
REPEATS = 20
# Longer than a test may take: whoever is answered before was not kept waiting.
PATIENCE = 300.0


@pytest.fixture
def patient(app: Flask, settings: Any, agent: ScriptedAgent) -> Iterator[Conversation]:
    """A conversation that lets people wait for ever, as far as this test is concerned."""
    changed = settings.model_copy(update={"reply_budget_seconds": PATIENCE, "agent_pool_size": 2})
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    yield made
    agent.gate.set()
    made.stop()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


def test_few_messages_of_a_person_wait_and_the_rest_are_held_at_once(
    app: Flask, patient: Conversation, person: Person, agent: ScriptedAgent, threads: ThreadPoolExecutor
) -> None:
    def send(text: str) -> str:
        with app.app_context():
            return say(patient, person, text)

    agent.gate.clear()
    first = threads.submit(send, "0")
    until(lambda: agent.asked == ["0"])
    sent = [threads.submit(send, str(number)) for number in range(1, 16)]
    until(lambda: sum(one.done() for one in sent) == len(sent) - WAITING)
    told = [one for one in sent if one.done()]
    assert {one.result() for one in told} == {"holding es"}
    other = Person(person.organisation_id, person.assistant, "+573000000002")
    assert _while_the_gate_is_closed(threads.submit(lambda: _ask(app, patient, other)), agent) == "answer 1 to Bonjour"
    assert first.result(30) == "answer 1 to 0"
    wait([*sent], 30)
    assert all(one.done() for one in sent)
    _finish(app, patient, person)
    until(completed(person, 17))
    # Each once, whoever waited for it.
    asked = [text for turn in agent.asked for text in turn.split("\n")]
    assert sorted(asked) == sorted(["Bonjour", *(str(number) for number in range(16))])


def test_repeats_of_one_event_share_its_reply_and_too_many_are_refused(
    app: Flask, patient: Conversation, person: Person, agent: ScriptedAgent, threads: ThreadPoolExecutor
) -> None:
    def send() -> str:
        with app.app_context():
            return say(patient, person, "hola", "the same")

    agent.gate.clear()
    first = threads.submit(send)
    until(lambda: agent.asked == ["hola"])
    repeats = [threads.submit(send) for _ in range(REPEATS + 3)]
    until(lambda: sum(one.done() for one in repeats) == 3)
    refused = [one for one in repeats if one.done()]
    for one in refused:
        with pytest.raises(TooManyRequests):
            one.result()
    agent.gate.set()
    replies = {one.result(30) for one in [first, *repeats] if one not in refused}
    assert replies == {"answer 1 to hola"}
    assert agent.asked == ["hola"]


def _ask(app: Flask, conversation: Conversation, person: Person) -> str:
    with app.app_context():
        return say(conversation, person, "Bonjour")


def _while_the_gate_is_closed(other: "Future[str]", agent: ScriptedAgent) -> str:
    """Another person's turn begins while the first one's stands still, then everybody goes on."""
    until(lambda: "Bonjour" in agent.asked)
    agent.gate.set()
    return other.result(30)


def _finish(app: Flask, conversation: Conversation, person: Person) -> None:
    """What nobody waits for any more, as the sweeper has it done."""

    def nothing_left() -> bool:
        finished = conversation.resume(person)
        if finished is not None:
            finished.result(30)
        return finished is None

    until(nothing_left)
