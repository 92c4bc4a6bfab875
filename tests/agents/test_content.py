"""An assistant's file: what is wrong in it is told by file and field."""

import copy
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.people import link_of
from cci_app.agents.questionnaire.reading import words_of
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.files import SpecError, load_spec, load_specs
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.deadline import Deadline
from config.settings import ROOT
from tests.agents.speaker import FewPassages

FOLDER = ROOT / "config" / "assistants"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "cci.yaml").read_text(encoding="utf-8"))
    return loaded


def _questions(content: dict[str, Any]) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = content["agents"]["questionnaire"]["questions"]
    return questions


def _drop_spanish(content: dict[str, Any]) -> None:
    del _questions(content)[2]["ask"]["es"]


def _empty(content: dict[str, Any]) -> None:
    content["texts"]["holding"]["fr"] = "  "


def _third_language(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["say"]["hello"]["en"] = "Hello!"


def _misspelt_key(content: dict[str, Any]) -> None:
    _questions(content)[0]["weigth"] = 2


def _misspelt_placeholder(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["say"]["stopped"]["fr"] = "Merci, question {nombre}."


def _long_prefill(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["services"][0]["prefill"]["es"] = (
        "uno dos tres cuatro cinco seis siete ocho nueve"
    )


def _no_digits(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["directory"]["people"][0]["phone"] = "+57 300 000 0101"


def _unknown_city(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["directory"]["people"][0]["city"] = "cali"


def _unknown_kind(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["kind"] = "oracle"


def _unknown_default(content: dict[str, Any]) -> None:
    content["default_language"] = "en"


def _unknown_service(content: dict[str, Any]) -> None:
    content["agents"]["questionnaire"]["default_service"] = "teleport"


def _same_question(content: dict[str, Any]) -> None:
    _questions(content)[1]["id"] = "member_area"


def _odd_silence(content: dict[str, Any]) -> None:
    content["silence"] = "half an hour"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_drop_spanish, "agents.questionnaire.questions.2.ask: es is missing"),
        (_empty, "texts.holding.fr"),
        (_third_language, "agents.questionnaire.say.hello: en is not a language of this assistant"),
        (_misspelt_key, "questions.0.weigth"),
        (_misspelt_placeholder, "{nombre}"),
        (_long_prefill, "services.0.prefill"),
        (_no_digits, "directory.people.0.phone"),
        (_unknown_city, "cali is not one of the cities"),
        (_unknown_kind, "kind"),
        (_unknown_default, "default_language: en is not one of the languages"),
        (_unknown_service, "default_service: teleport"),
        (_same_question, "member_area appears twice"),
        (_odd_silence, "silence: is written as `30 minutes`, `12 hours` or `30 days`"),
    ],
)
def test_what_is_wrong_is_told(
    tmp_path: Path, written: dict[str, Any], damage: Callable[[dict[str, Any]], None], told: str
) -> None:
    damaged = copy.deepcopy(written)
    damage(damaged)
    path = tmp_path / "cci.yaml"
    path.write_text(yaml.safe_dump(damaged, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        load_spec(path)
    assert str(path) in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize("text", ["", "- a\n- b", "name: [", "name: \x00"])
def test_what_is_no_assistant(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"odd\.yaml"):
        load_specs(tmp_path)


def test_an_empty_folder_and_a_name_other_than_the_files(tmp_path: Path, written: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="no assistant here"):
        load_specs(tmp_path)
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SpecError, match=r"name: 'cci' should be 'other'"):
        load_specs(tmp_path)


def test_the_chambers_content(spec: AssistantSpec, content: QuestionnaireContent) -> None:
    assert spec.languages == ("fr", "es")
    assert spec.silence == timedelta(days=30)
    assert len(content.questions) == 7
    assert len(content.services) == 19
    assert spec.texts.holding["fr"] == "Un instant, je vérifie et je vous réponds tout de suite."
    for person in content.directory.people:
        assert link_of(person, "Hola, ¿qué tal?").startswith("https://wa.me/57300000")
        assert link_of(person, "Hola, ¿qué tal?").endswith("?text=Hola%2C%20%C2%BFqu%C3%A9%20tal%3F")


def test_an_assistant_at_work(spec: AssistantSpec) -> None:
    assistant = Assistant.build(spec, FewPassages())
    assert (assistant.name, assistant.default_language) == ("cci", "es")
    decision = assistant.route("hola", {}, Deadline.after(1))
    assert (decision.agent, decision.confidence) == ("questionnaire", 1.0)
    assert set(assistant.agents) == {"questionnaire"}


def test_every_text_is_typed_with_care(written: dict[str, Any]) -> None:
    """French has its spaces, Spanish its opening marks, both their typographic quotation marks."""
    wrong = []
    for language, text in _texts(written):
        for sign in "?!":
            if language == "fr" and any(before not in " \u00a0" for before, after in pairwise(text) if after == sign):
                wrong.append(text)
            if language == "es" and text.count(sign) != text.count({"?": "¿", "!": "¡"}[sign]):
                wrong.append(text)
        if '"' in text or "  " in text or (language == "es" and " :" in text):
            wrong.append(text)
    assert not wrong


def _texts(node: Any) -> list[tuple[str, str]]:
    found = []
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"fr", "es"}:
                found += [(key, text) for text in ([value] if isinstance(value, str) else value)]
            else:
                found += _texts(value)
    elif isinstance(node, list):
        for value in node:
            found += _texts(value)
    return found


def test_no_agent_knows_an_organisation_or_its_cities(content: QuestionnaireContent) -> None:
    names = [name for names in content.own_names.root.values() for name in names]
    names += [alias for city in content.directory.cities for alias in city.aliases]
    known = re.compile(rf"\b(?:{'|'.join(words_of(name) for name in names)})\b")
    lexicons = sorted((ROOT / "cci_app" / "agents" / "questionnaire" / "lexicon").glob("*.py"))
    assert lexicons
    told = {path.name: known.findall(path.read_text(encoding="utf-8")) for path in lexicons}
    assert {name: words for name, words in told.items() if words} == {}
