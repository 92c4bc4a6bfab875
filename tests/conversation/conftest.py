"""A conversation with an agent that does as it is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from cci_app.channels.registry import load_channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import Conversation
from tests.conftest import Tenant
from tests.conversation.scripted import BUDGET, ScriptedAgent, ScriptedAssistant, ScriptedCatalogue


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def conversation(app: Flask, settings: Any, agent: ScriptedAgent) -> Iterator[Conversation]:
    changed = settings.model_copy(update={"reply_budget_seconds": BUDGET, "agent_pool_size": 2})
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    yield made
    agent.gate.set()
    made.stop()


@pytest.fixture
def person(tenant: Tenant) -> Person:
    return Person(tenant.organisation_id, "cci", "+573000000001")
