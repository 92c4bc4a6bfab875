"""The copy of a state in Redis: whatever it holds, the original counts."""

from typing import Any

import pytest

from cci_app.conversation import memory
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import Conversation
from cci_app.conversation.state import PersonState
from cci_app.core.redis import get_redis
from tests.conversation.scripted import say

RUBBISH = [
    "no json",
    "[]",
    "5",
    '{"sequence": 1}',
    '{"sequence": "x", "state": []}',
    '{"sequence": 9, "state": {"run": 5}}',
]


@pytest.mark.parametrize("copy", RUBBISH)
def test_a_copy_that_cannot_be_read_costs_a_look_up(conversation: Conversation, person: Person, copy: str) -> None:
    say(conversation, person, "hola")
    expected = conversation.state(person)
    assert expected is not None
    get_redis().set(memory._key(person), copy)
    assert memory.load(person) is None
    assert conversation.state(person) == expected


@pytest.mark.parametrize("copy", RUBBISH[:5])
def test_a_copy_that_cannot_be_read_is_replaced(person: Person, copy: str) -> None:
    get_redis().set(memory._key(person), copy)
    kept: dict[str, Any] = PersonState(language="fr").to_json()
    memory.save(person, kept, 2, 60)
    found = memory.load(person)
    assert found is not None
    assert found.language == "fr"
    # The control: a newer copy stays.
    memory.save(person, PersonState(language="es").to_json(), 1, 60)
    assert memory.load(person) == found
