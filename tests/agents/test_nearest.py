"""A question that nothing surely answers: what comes nearest is told as that, with whom to ask."""

import pytest

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Step


@pytest.mark.parametrize(
    ("hello", "question", "words"),
    [
        ("Bonjour", "et la forêt, vous en plantez ?", "Voici ce que j'ai trouvé de plus proche\u00a0:"),
        ("Buenos días", "¿y el bosque, ustedes lo siembran?", "Lo más cercano que encontré es esto:"),
    ],
)
def test_what_comes_nearest_is_told_as_no_answer(spec: AssistantSpec, hello: str, question: str, words: str) -> None:
    speaker = MemorySpeaker(Assistant.build(spec, FewPassages()), None)
    speaker.say(Step(say=hello))
    text = speaker.say(Step(say=question)).text
    assert f"{words}\n• Siembra – 40 %" in text
    assert text.index("Siembra") < text.index("wa.me"), "whoever knows it is named"
    assert speaker.last is not None
    assert speaker.last.unanswered == question, "it is kept among the unanswered"
    assert [source.title for source in speaker.last.sources] == ["Acta"]
