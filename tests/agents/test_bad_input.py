"""What is no answer, in every shape: a kind reply, nothing false on record, and little of the processor's time."""

from typing import Any

import pytest

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts.card import ContactCard
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Said, Step
from tests.fakes.processor import processor_time_below

MOST_SECONDS = 0.5
NEWSLETTER = """\
*LA LETTRE DE L'EXPORT* 📬 n° 118
👉 Nos 5 conseils pour réussir vos salons en 2026 : https://example.org/salons?utm_source=lettre
Transféré de nombreuses fois. Lancez votre campagne : -30 % jusqu'à dimanche, code PRINTEMPS
Découvrez le témoignage de Sofia, qui a doublé ses ventes grâce à notre formation en ligne…
Se désabonner : https://example.org/desabonnement | Voir dans le navigateur | Mentions légales"""
BOLETIN = """\
📣 *BOLETÍN SEMANAL DEL COMERCIO* 📣
Reenviado muchas veces
1. Cinco trucos para vender más por internet 👉 https://example.org/trucos
2. Feria virtual: regístrese gratis antes del viernes https://example.org/feria
3. Dólar hoy, petróleo y café en un minuto
Para darse de baja haga clic aquí: https://example.org/baja"""
TEN = (
    "Guten Morgen, ich habe keine Zeit. 今日は忙しいです。 Я сейчас не могу ответить. Buongiorno a tutti quanti. "
    "Olá, tudo bem com vocês? مرحبا كيف حالك اليوم Hej, hur mår du i dag? Merhaba nasılsınız Καλημέρα σας 안녕하세요"
)
VCARD = "BEGIN:VCARD\nVERSION:3.0\nN:Pérez;Juan;;;\nFN:Juan Pérez\nTEL;type=CELL:+573000000999\nEND:VCARD"
LONG = {
    "ends of sentences": "Hoy fuimos al parque con los niños y comimos helado. " * 75,
    "one word": "a" * 4000,
    "one word again and again": "jaja " * 800,
    "marks": "¿?" * 2000,
    "accents": "e\u0301" * 2000,
    "spaces": "x" + " " * 3998 + "y",
    "quotations": "« " * 2000,
    "commas": "ja, " * 1000,
}


@pytest.fixture
def talk(spec: AssistantSpec) -> MemorySpeaker:
    """Somebody at the third question, for whom all that is learnt once was learnt."""
    speaker = MemorySpeaker(Assistant.build(spec, FewPassages()), ContactCard(phone="", first_name="Luz", city="Cali"))
    for text in ("hola", "sí", "la feria del vino, muy útil"):
        speaker.say(Step(say=text))
    return speaker


def say(talk: MemorySpeaker, text: str = "", media: dict[str, Any] | None = None) -> Said:
    with processor_time_below(MOST_SECONDS):
        said = talk.say(Step(say=text, media=media))
    assert 0 < len(said.text) <= 1200
    assert len(said.text.split("\n\n")) <= 3
    return said


def record(said: Said) -> dict[int, str]:
    assert said.answers is not None
    return dict(said.answers)


BEFORE = {1: "sí", 2: "la feria del vino, muy útil"}


@pytest.mark.parametrize("text", [NEWSLETTER, BOLETIN, TEN, VCARD], ids=["newsletter", "boletín", "ten", "vcard"])
def test_what_others_wrote_is_not_their_answer(talk: MemorySpeaker, text: str) -> None:
    said = say(talk, text)
    assert record(said) == BEFORE
    assert said.question == 3


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_four_thousand_characters_of_nothing(talk: MemorySpeaker, text: str) -> None:
    said = say(talk, text)
    assert record(said) == BEFORE
    assert said.question == 3


@pytest.mark.parametrize("text", ["🎉🎉🎉", "😂" * 300, "👀", "❤️🙏", "😡😡", "🇨🇴🇫🇷", "‼️"])
def test_nothing_but_emoji(talk: MemorySpeaker, text: str) -> None:
    said = say(talk, text)
    assert record(said) == BEFORE
    assert said.question == 3


@pytest.mark.parametrize(
    "media",
    [
        {"kind": "contact", "name": "Juan Pérez", "phones": ["+573000000999"]},
        {"kind": "location", "latitude": 4.6, "longitude": -74.1},
    ],
    ids=["card", "place"],
)
def test_a_card_or_a_place_is_thanked_for(talk: MemorySpeaker, media: dict[str, Any]) -> None:
    said = say(talk, media=media)
    assert record(said) == BEFORE
    assert said.question == 3
    assert "racias" in said.text


@pytest.mark.parametrize(
    "text", ["sí, ya entré al espacio de miembros", "sí señora, ya pude ingresar con la clave", "todavía no he entrado"]
)
def test_the_answer_to_another_question_is_not_filed_as_this_one_s(talk: MemorySpeaker, text: str) -> None:
    """It is asked about, once; who insists has it kept as unsure."""
    said = say(talk, text)
    assert record(said) == BEFORE
    assert said.question == 3
