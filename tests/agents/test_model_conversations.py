"""The scripted conversations with a chat model behind the questionnaire: a good one, and one that talks nonsense."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.llm.chains import ChatModels
from config.settings import Environment, Settings
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Script, load_scripts, replay
from tests.fakes.models import GARBAGE, TOO_LONG, Asked, FakeModels, Reply, filled

SCRIPTS = load_scripts()
UNDERSTOOD: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "understood.yaml").read_text(encoding="utf-8")
)
NONSENSE = (
    GARBAGE,
    TOO_LONG,
    Reply(text="With pleasure! Shall I tell you about the wine fair?"),
    Reply(raw=b""),
    filled(),
    filled(intent="make_coffee"),
    filled(intent="answer", answer="a thing that nobody said", tone="yes"),
    filled(intent="answer", answer=["a", "list"]),
    filled(intent="correct", number=99, answer=""),
    filled(intent="confirm_"),
    filled(intent="company", company="Nobody's Company"),
    filled(intent="recall", number=-1),
)


def with_model(spec: AssistantSpec, fake: FakeModels) -> Assistant:
    models = ChatModels(Settings(environment=Environment.TEST, **fake.settings))
    return Assistant.build(spec, FewPassages(), models.chain(["openai:gpt-4o"]))


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_good_model_holds_the_conversation(spec: AssistantSpec, name: str) -> None:
    script, understood = SCRIPTS[name], UNDERSTOOD[name]
    answers = [filled(**{field: value for field, value in each.items() if field != "said"}) for each in understood]
    with FakeModels(answers) as fake:
        replay(script, MemorySpeaker(with_model(spec, fake), script.card, script.user))
    assert [message_of(asked) for asked in fake.asked] == [each["said"] for each in understood]


def test_enough_conversations_have_a_model() -> None:
    assert len(UNDERSTOOD) >= 15
    assert {name[-2:] for name in UNDERSTOOD} == {"fr", "es"}


@pytest.fixture(scope="module")
def babble(spec: AssistantSpec) -> Any:
    """An assistant whose model answers every message with another kind of nonsense, and the server of that model."""
    nonsense = itertools.cycle(NONSENSE)
    with FakeModels(lambda _: next(nonsense)) as fake:
        yield with_model(spec, fake), fake


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_nobody_notices_a_model_that_talks_nonsense(babble: tuple[Assistant, FakeModels], script: Script) -> None:
    assistant, _ = babble
    replay(script, MemorySpeaker(assistant, script.card, script.user))


def test_it_was_asked_all_along(babble: tuple[Assistant, FakeModels]) -> None:
    assistant, fake = babble
    script = SCRIPTS["straight_through_fr"]
    before = len(fake.asked)
    replay(script, MemorySpeaker(assistant, script.card, script.user))
    assert len(fake.asked) - before == len(UNDERSTOOD["straight_through_fr"])


def test_a_model_learns_nothing_of_who_writes(spec: AssistantSpec) -> None:
    script, name = SCRIPTS["straight_through_fr"], "straight_through_fr"
    answers = [
        filled(**{field: value for field, value in each.items() if field != "said"}) for each in UNDERSTOOD[name]
    ]
    with FakeModels(answers) as fake:
        replay(script, MemorySpeaker(with_model(spec, fake), script.card, script.user))
    assert script.contact is not None
    for asked in fake.asked:
        for told in (script.user, *(value for value in script.contact.values() if value and value != "Bogotá")):
            assert told not in json.dumps(asked.body, ensure_ascii=False)


def message_of(asked: Asked) -> str:
    message: str = json.loads(asked.user)["message"]
    return message
