"""Every scripted conversation, held in memory."""

import pytest

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Script, load_scripts, replay

SCRIPTS = load_scripts()


@pytest.fixture(scope="module")
def assistant(spec: AssistantSpec) -> Assistant:
    return Assistant.build(spec, FewPassages())


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_conversation(assistant: Assistant, script: Script) -> None:
    replay(script, MemorySpeaker(assistant, script.card, script.user))


def test_there_are_enough_in_both_languages() -> None:
    languages = [script.steps[-1].expect.language for script in SCRIPTS.values()]
    assert len(SCRIPTS) >= 36
    assert min(languages.count("fr"), languages.count("es")) >= 14
