"""An assistant whose agent does as it is told, and what tests say to it."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa

from cci_app.agents.ports import AgentReply, Forgets, KnowsPeople, Progress, TurnContext
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.router import Decision
from cci_app.assistants.spec import FeedbackAsked
from cci_app.channels.message import Inbound, Part, Text
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline

BUDGET = 1.0


class ScriptedAgent:
    """Counts its turns; waits or fails where it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.attached: tuple[Part, ...] = ()
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False
        self.asks = True
        self.says: tuple[Part, ...] | None = None

    def reply(self, turn: TurnContext) -> AgentReply:
        self.asked.append(turn.text)
        self.attached = turn.attachments
        self.gate.wait(10)
        if self.fails:
            raise ValueError("a fault of the agent")
        count = int(turn.state.get("count", 0)) + 1
        progress = Progress(count, count - 1, False) if self.asks else None
        said = self.says or (Text(f"answer {count} to {turn.text}"),)
        return AgentReply(said, {"count": count}, progress=progress)


class ScriptedAssistant:
    """An assistant with one scripted agent."""

    name = "cci"
    languages = ("fr", "es")
    default_language = "es"
    silence = timedelta(days=30)
    version = 1
    feedback = FeedbackAsked()

    start: Progress | None = None
    knowing: Mapping[str, KnowsPeople] = {}

    def __init__(self, agent: ScriptedAgent) -> None:
        self.agents = {"scripted": agent}
        self.forgetting: Mapping[str, Forgets] = {}

    def route(
        self, text: str, state: Mapping[str, Any], deadline: Deadline, *, organisation_id: int | None = None
    ) -> Decision:
        return Decision("scripted", 0.75, "there is a script")

    def remembered(self, _decision: Decision) -> Mapping[str, Any]:
        """No router, no memory."""
        return {}

    def holding(self, language: str) -> str:
        return f"holding {language}"

    def apology(self, language: str) -> str:
        return f"apology {language}"

    def stopped(self, language: str) -> str | None:
        return f"stopped {language}"


class ScriptedCatalogue(Catalogue):
    """One assistant for everybody."""

    def __init__(self, assistant: ScriptedAssistant) -> None:
        self._assistant = assistant

    def find(self, organisation_id: int, name: str | None = None, version: int | None = None) -> Assistant:
        return cast(Assistant, self._assistant)


def event(person: Person, text: str, event_id: str | None = None, **more: Any) -> Event:
    """A message of a person's, by the API unless told otherwise."""
    known = {"channel": "api", "account": "api", "event_id": event_id, **more}
    return Event(person, Inbound(sender=person.user_id, parts=(Text(text),), **known))


def say(conversation: Conversation, person: Person, text: str, event_id: str | None = None, **more: Any) -> str:
    """Send a message under an id of its own (its text, unless told otherwise); return the reply."""
    answered = conversation.receive(event(person, text, event_id or text, **more))
    reply: str = json.loads(answered.reply.body)["response"]
    return reply


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def completed(person: Person, count: int) -> Callable[[], bool]:
    def check() -> bool:
        with tenant_transaction(person.organisation_id) as session:
            statement = sa.text("SELECT count(*) FROM webhook_events WHERE status = 'completed'")
            return bool(session.scalar(statement) == count)

    return check


def abandon(person: Person) -> None:
    """Whoever brought the messages of a person is gone, and with them the process that was answering."""
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE turn_state SET lease_until = now() - interval '1 second'"))
        session.execute(sa.text("UPDATE webhook_events SET received_at = received_at - interval '1 minute'"))


def finish(conversation: Conversation, person: Person) -> None:
    finished = conversation.resume(person)
    assert finished is not None
    finished.result(5)
