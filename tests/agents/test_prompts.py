"""What a model is told with each message, read from its requests; and how often it is asked."""

import json
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.interpreting import Understood, command_of
from cci_app.agents.questionnaire.understanding import Intent, Mode, Situation
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts.card import ContactCard
from cci_app.language.detect import told
from cci_app.llm.chains import ChatModels
from config.settings import Environment, Settings
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Step
from tests.fakes.models import Asked, FakeModels, Reply, filled

CARD = ContactCard(phone="+573000000301", first_name="Lucía", company="Café Ñandú", city="Bogotá")
SITUATION = Situation(language="fr", mode=Mode.ASKING, number=2, company_known=True)


def speaker(spec: AssistantSpec, fake: FakeModels) -> MemorySpeaker:
    chat = ChatModels(Settings(environment=Environment.TEST, **fake.settings)).chain(["openai:gpt-4o"])
    assistant = Assistant.build(spec, FewPassages(), chat, zone_of=lambda _: ZoneInfo("America/Bogota"))
    return MemorySpeaker(assistant, CARD)


def situation_of(asked: Asked) -> dict[str, object]:
    situation: dict[str, object] = json.loads(asked.user)["situation"]
    return situation


def detect_first(example: str) -> str | None:
    return told(example.partition('": ')[0], ("fr", "es"))


def test_it_is_told_who_the_organisation_is_what_vague_means_and_two_examples_a_language(spec: AssistantSpec) -> None:
    with FakeModels([filled(intent="answer", tone="yes")]) as fake:
        speaker(spec, fake).say(Step(say="sí, ya entré al espacio"))
    system = fake.asked[0].system
    assert f"A member of {spec.title} wrote" in system
    assert "vague: names nothing to act on" in system
    examples = system.partition("Examples:\n")[2].splitlines()
    assert len(examples) == 2 * len(spec.languages)
    assert all('": ' in each for each in examples)
    assert [detect_first(each) for each in examples] == ["fr", "fr", "es", "es"]


def test_it_is_told_the_day_and_the_zone_and_what_was_said_last(spec: AssistantSpec) -> None:
    """Of the last reply the open question is told by itself, and neither its links nor who is spoken to at all."""
    with FakeModels([filled(intent="question", question="¿cómo buscan un distribuidor?")] * 2) as fake:
        talk = speaker(spec, fake)
        talk.say(Step(say="hola"))
        talk.say(Step(say="¿cómo buscan un distribuidor?"))
        talk.say(Step(say="¿y cómo buscan un distribuidor en Cali?", after="12 hours"))
    first, second = map(situation_of, fake.asked)
    assert str(first["now"]) == "Monday 2026-03-02 10:02 America/Bogota"
    assert str(second["now"]) == "Monday 2026-03-02 22:02 America/Bogota"
    assert "Soy el asistente de la CCI France Colombia" in str(first["you_said"])
    assert "La búsqueda de socios presenta distribuidores verificados" in str(second["you_said"])
    assert all("espacio de miembros" not in str(each["you_said"]) for each in (first, second))
    assert "espacio de miembros" in str(second["open_question"])
    for asked in fake.asked:
        assert not [name for name in ("Lucía", "Ñandú", "+573000000301", "wa.me") if name in asked.user]


def test_one_call_an_ordinary_turn_and_two_with_a_question(spec: AssistantSpec) -> None:
    """The documents are asked by whoever answers from them, with one call of its own at most."""
    said = {
        "hola": None,
        "sí, ya entré hace un mes": {"intent": "answer", "tone": "yes"},
        "el taller de aduanas, muy bueno": {"intent": "answer"},
        "¿ayudan con las visas?": {"intent": "question"},
        "vender en Pereira": {"intent": "answer"},
        "paso": None,
    }
    with FakeModels(lambda asked: filled(**(said[json.loads(asked.user)["message"]] or {}))) as fake:
        talk = speaker(spec, fake)
        for message in said:
            talk.say(Step(say=message))
    calls = Counter(json.loads(asked.user)["message"] for asked in fake.asked)
    assert calls == Counter(message for message, fields in said.items() if fields is not None)


@pytest.mark.parametrize(
    ("message", "copied", "kept"),
    [
        ("oui ! le salon\u00a0du vin", "oui! le salon du vin", "oui ! le salon\u00a0du vin"),
        ("10 000 tonnes , par an", "10000 tonnes, par an", "10 000 tonnes , par an"),
        ("la feria  (muy util)y el taller", "la feria (muy útil) y el taller", "la feria  (muy util)y el taller"),
        ("bueno... ¿ cuándo abren ?", "¿cuándo abren?", "cuándo abren ?"),
        ("👍 sí", "👍", "👍"),
    ],
)
def test_a_quote_that_differs_in_spaces_and_signs_is_the_messages_own(message: str, copied: str, kept: str) -> None:
    command = command_of(Understood(intent=Intent.ANSWER, answer=copied), message, SITUATION, 7)
    assert command.answer == kept


@pytest.mark.parametrize("copied", ["une foire", "salons", "alon du vin", "✨"])
def test_a_quote_of_what_was_not_written_is_none(copied: str) -> None:
    with pytest.raises(ValueError, match="not in the message"):
        command_of(Understood(intent=Intent.ANSWER, answer=copied), "le salon du vin", SITUATION, 7)


@pytest.mark.parametrize(
    ("message", "written", "language"),
    [
        ("can we do this in Spanish", "Spanish", "es"),
        ("mieux en espagnol", "es-CO", "es"),
        ("prefiero el francés para esto", "Français", "fr"),
        ("me queda más fácil en español, la verdad", None, "es"),
        ("em português fica melhor", "pt", "pt"),
    ],
)
def test_a_language_is_taken_however_the_model_names_it(message: str, written: str | None, language: str) -> None:
    understood = Understood(intent=Intent.LANGUAGE, language=written)
    assert command_of(understood, message, SITUATION, 7).language == language


def test_null_in_every_field_that_has_a_default_costs_nothing(
    spec: AssistantSpec, content: QuestionnaireContent
) -> None:
    nothing = dict.fromkeys(name for name, each in Understood.model_fields.items() if not each.is_required())
    assert len(nothing) >= 8
    with FakeModels([Reply(fields={"intent": "answer", **nothing})]) as fake:
        talk = speaker(spec, fake)
        talk.say(Step(say="hola"))
        said = talk.say(Step(say="sí, entré ayer por la tarde"))
    assert said.answers == {1: "sí, entré ayer por la tarde"}
    assert content.questions[1].ask["es"] in said.text
    assert len(fake.asked) == 1
