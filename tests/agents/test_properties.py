"""Whatever a member writes, in whatever order: a reply, a state that JSON keeps, one question at most."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts.card import ContactCard
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.agents.test_rules import MESSAGES
from tests.conversations.replay import Expect, Script, Step, replay

KINDS = ("audio", "image", "video", "document", "sticker", "location", "contact")
TYPED = [message for _, message, _ in MESSAGES]
CARDS = [
    None,
    ContactCard("+573000000301"),
    ContactCard("+573000000301", first_name="Ana"),
    ContactCard("+573000000301", company="¿Qué tal? {0 SAS", city="Medellín"),
    ContactCard("+573000000301", "Claire", "Dubois", "Vins du Sud", "Directrice", "Vins", "Bogotá", None, None, "?"),
]

texts = st.one_of(
    st.sampled_from(TYPED),
    st.text(max_size=200),
    st.lists(st.sampled_from(" ".join(TYPED).split()), max_size=30).map(" ".join),
    st.tuples(st.sampled_from(TYPED), st.sampled_from(TYPED)).map(" ".join),
    st.sampled_from(
        ["{0", "%s", "a" * 4000, "no stop retour persona ? " * 160, "\u202e¿ابت؟", "z͑ͫ̓a͐l̑g͌o", "?" * 500, "1: a\n2: b"]
    ),
)
steps = st.one_of(
    texts.filter(bool).map(lambda text: Step(say=text)),
    st.sampled_from(KINDS).map(lambda kind: Step(media={"kind": kind, "city": "Medellín"})),
    texts.filter(bool).map(lambda text: Step(say=text, after="5 days")),
)


@pytest.fixture(scope="module")
def assistant(spec: AssistantSpec) -> Assistant:
    return Assistant.build(spec, FewPassages())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(several=st.lists(steps, min_size=1, max_size=14), card=st.sampled_from(CARDS))
def test_every_reply_has_manners(assistant: Assistant, several: list[Step], card: ContactCard | None) -> None:
    speaker = MemorySpeaker(assistant, card)
    script = Script(title="any", steps=tuple(step.model_copy(update={"expect": Expect()}) for step in several))
    replay(script, speaker)
    reply = speaker.last
    assert reply is not None
    assert json.loads(json.dumps(dict(reply.state))) == reply.state
    progress = reply.progress
    assert progress is not None
    assert 0 <= progress.questions_answered <= 7
    assert (progress.current_question is None) == progress.completed


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts.filter(lambda text: bool(text.strip())), question=st.integers(1, 7))
def test_no_message_moves_by_more_than_a_question(assistant: Assistant, text: str, question: int) -> None:
    speaker = MemorySpeaker(assistant, None)
    speaker.say(Step(say="hola"))
    for _ in range(question - 1):
        speaker.say(Step(say="paso"))
    said = speaker.say(Step(say=text))
    after: Any = said.question if said.question is not None else 8
    assert after <= question + 1
