"""How it speaks: what members read, checked for what a machine can see of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts.card import ContactCard
from cci_app.language.localised import Localised, LocalisedList
from tests.agents.speaker import FewPassages, MemorySpeaker
from tests.conversations.replay import Said, Step

LINK = re.compile(r"https://wa\.me/\d+(?:\?text=\S+)?")


def speaker(spec: AssistantSpec, city: str | None = "Bogotá") -> MemorySpeaker:
    card = ContactCard(phone="", first_name="Claire", company="Vins Réunis", city=city)
    return MemorySpeaker(Assistant.build(spec, FewPassages()), card)


def hold(talk: MemorySpeaker, *messages: str) -> list[Said]:
    return [talk.say(Step(say=message)) for message in messages]


def texts(content: Any, language: str) -> Iterator[str]:
    """Everything in a content that a person may read, in a language."""
    if isinstance(content, Localised | LocalisedList):
        said = content[language]
        yield from [said] if isinstance(said, str) else said
    elif isinstance(content, BaseModel):
        for name in type(content).model_fields:
            yield from texts(getattr(content, name), language)
    elif isinstance(content, dict | list | tuple):
        for each in content.values() if isinstance(content, dict) else content:
            yield from texts(each, language)


def test_french_has_the_spaces_that_do_not_break(content: QuestionnaireContent) -> None:
    said = list(texts(content, "fr"))
    assert len(said) > 200
    assert [text for text in said if re.search(r" [?!;:](?!\S)|« | »", text)] == []
    assert sum("\u202f" in text for text in said) > 40


@pytest.mark.parametrize("language", ["fr", "es"])
def test_nobody_hears_of_documents_or_machines(content: QuestionnaireContent, language: str) -> None:
    said = " ".join(texts(content.say, language)).lower()
    assert not re.findall(r"\b(?:mes|nos|mis|nuestros) document\w+|\bbase de (?:donn|dat)\w+|\bprompt\b", said)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_question_asks_one_thing_and_says_so_once(content: QuestionnaireContent, language: str) -> None:
    for question in content.questions:
        asked = question.ask[language]
        assert asked.count("?") == 1, asked
        assert "(" not in asked
    last = content.questions[-1].ask[language].lower()
    assert "dernière" not in last, "its number says it"
    assert "última" not in last


@pytest.mark.parametrize(
    ("hello", "ask"), [("bonjour", "il reste combien de questions ?"), ("hola", "¿cuántas faltan?")]
)
def test_what_is_left_is_told_in_a_sentence(spec: AssistantSpec, hello: str, ask: str) -> None:
    talk = speaker(spec)
    _, first = hold(talk, hello, ask)
    assert "7" in first.text.split("\n")[0]
    *_, last = hold(talk, "oui", "paso", "paso", "paso", "paso", "paso", ask)
    assert last.question == 7
    assert "1" not in last.text.split("\n")[0]
    assert re.search("dernière|última", last.text)
    *_, after = hold(talk, "paso", ask)
    assert after.completed
    assert re.search("terminé|terminó", after.text)


def test_a_contact_that_was_given_is_not_given_again(spec: AssistantSpec) -> None:
    talk = speaker(spec)
    said = hold(
        talk, "bonjour", "oui", "le salon du vin", "quelle heure est-il à Tokyo ?", "trouver un club de dirigeants",
        "un échange entre membres", "un comité", "les comités", "un club de dirigeants",
    )  # fmt: skip
    assert said[-1].completed
    links = [link for each in said for link in LINK.findall(each.text)]
    assert len(links) == 1, links
    assert "Laura Duarte, à Bogotá, dont vous avez déjà le contact" in said[-1].text


def test_somebody_else_is_given_at_the_end(spec: AssistantSpec) -> None:
    said = hold(
        speaker(spec), "hola", "sí", "la feria del vino", "¿qué hora es en Tokio?", "conseguir un distribuidor",
        "contratar dos vendedores", "citas con distribuidores", "los contactos", "una rueda de negocios",
    )  # fmt: skip
    links = [link for each in said for link in LINK.findall(each.text)]
    assert [link.partition("?")[0] for link in links] == ["https://wa.me/573000000101", "https://wa.me/573000000102"]
    assert all("?text=" in link for link in links)
    assert all(each.text.split("\n\n")[-1].count("https://") <= 1 for each in said)


def test_of_several_contacts_the_links_are_short(spec: AssistantSpec) -> None:
    _, both = hold(speaker(spec, city=None), "bonjour", "je veux parler à quelqu'un")
    assert LINK.findall(both.text) == ["https://wa.me/573000000101", "https://wa.me/573000000201"]


@pytest.mark.parametrize(
    ("message", "told", "language"),
    [
        ("hello, I would like to know more about your services", "I can answer in Spanish or in French", "es"),
        ("olá, ainda não tenho acesso ao espaço de membros", "Posso responder em espanhol ou em francês", "es"),
    ],
)
def test_who_writes_in_another_language_is_told_in_it_once_which_ones_are_spoken(
    spec: AssistantSpec, message: str, told: str, language: str
) -> None:
    talk = MemorySpeaker(Assistant.build(spec, FewPassages()), None)
    first, second = hold(talk, message, message)
    assert first.text.startswith(told)
    assert first.language == language
    assert told not in second.text


def test_anger_gets_no_smile_and_small_talk_not_always_the_same(spec: AssistantSpec) -> None:
    talk = speaker(spec)
    _, angry = hold(talk, "bonjour", "😡😡")
    assert "🙂" not in angry.text
    replies = {said.text.split("\n")[0] for said in hold(talk, *["jajaja", "mdr", "😂", "jajaja"])}
    assert len(replies) >= 3
