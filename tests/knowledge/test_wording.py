"""Answers in a model's words: from the passages, citing them, and from nothing else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cci_app.core import clock
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.wording import ModelAnswerer, WordedAnswer, answer_of
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.search.passage import Answer, Passage, Source
from cci_app.llm.chains import ChatModels
from config.samples.guide.make_pdf import HERE
from config.settings import Environment, Settings
from tests.fakes.models import BROKEN, GARBAGE, HANGS, FakeModels, filled

DOCUMENTS = HERE.parent / "documents"
QUESTION = "¿Ayudan con las visas?"


@pytest.fixture
def library(organisation_id: int) -> int:
    load_folder(organisation_id, DOCUMENTS)
    return organisation_id


def answerer(fake: FakeModels, **settings: Any) -> ModelAnswerer:
    chat = ChatModels(Settings(environment=Environment.TEST, **fake.settings, **settings)).chain(["openai:gpt-4o"])
    assert chat is not None
    return ModelAnswerer(chat, DocumentAnswerer())


def test_an_answer_is_worded_from_passages_and_cites_them(library: int) -> None:
    with FakeModels([filled(found=True, answer="Sí, con el expediente\nde la visa.", passages=[1])]) as fake:
        answer = answerer(fake).answer(library, QUESTION, "es", Deadline.after(7))
    asked = json.loads(fake.asked[0].user)
    assert (asked["question"], asked["answer_in"]) == (QUESTION, "Spanish")
    assert 1 <= len(asked["passages"]) <= 5
    assert "visa" in asked["passages"][0]["text"].lower()
    assert answer is not None
    assert answer.text == "Sí, con el expediente de la visa."
    (source,) = answer.sources
    assert source.title == asked["passages"][0]["title"]


def test_it_speaks_for_the_organisation_formally_and_knows_its_day(
    library: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    with FakeModels([filled(found=False)]) as fake:
        chat = ChatModels(Settings(environment=Environment.TEST, **fake.settings)).chain(["openai:gpt-4o"])
        assert chat is not None
        ModelAnswerer(chat, DocumentAnswerer(), "Cámara de Prueba").answer(library, QUESTION, "es", Deadline.after(7))
    (asked,) = fake.asked
    assert "A person asks Cámara de Prueba a question" in asked.system
    assert "usted in Spanish, vous in French" in asked.system
    assert json.loads(asked.user)["now"] == "Sunday 2026-03-01 22:00 America/Bogota"


def test_what_the_passages_do_not_say_is_not_answered(library: int) -> None:
    with FakeModels([filled(found=False, answer="Claro que sí", passages=[1])]) as fake:
        assert answerer(fake).answer(library, QUESTION, "es", Deadline.after(7)) is None


def test_without_passages_no_model_is_asked(organisation_id: int) -> None:
    with FakeModels([]) as fake:
        assert answerer(fake).answer(organisation_id, QUESTION, "es", Deadline.after(7)) is None


@pytest.mark.parametrize(
    "fault",
    [
        BROKEN,
        GARBAGE,
        HANGS,
        filled(found=True, answer="Sí, por 99 pesos.", passages=[1]),
        filled(found=True, answer="Sí.", passages=[]),
        filled(found=True, answer="Sí.", passages=[77]),
    ],
    ids=["broken", "garbage", "hangs", "figure", "no passage", "no such passage"],
)
def test_where_the_model_fails_the_documents_answer_themselves(library: int, fault: Any) -> None:
    expected = DocumentAnswerer().answer(library, QUESTION, "es", Deadline.after(7))
    assert expected is not None
    with FakeModels([fault]) as fake:
        assert answerer(fake, model_seconds=1.5).answer(library, QUESTION, "es", Deadline.after(7)) == expected


def test_without_time_the_documents_answer_at_once_or_say_so(library: int) -> None:
    with FakeModels([]) as fake:
        assert answerer(fake).answer(library, QUESTION, "es", Deadline.after(1.5)) is not None
        with pytest.raises(Unavailable):
            answerer(fake).answer(library, QUESTION, "es", Deadline.after(0))


PASSAGES = [
    Passage(1, 4, "Guía", 2, None, "es", "Un puesto cuesta 450.000 pesos. Escriba a hola@example.org.", 1.0),
    Passage(2, 4, "Guía", 2, None, "es", "La misión dura 5 días.", 0.9),
    Passage(3, 9, "Visas", None, "Costos", "es", "Vea https://example.org/visas.", 0.8),
]


@pytest.mark.parametrize(
    ("answer", "passages", "sources"),
    [
        ("Cuesta 450 000 pesos.", [1], [Source(4, "Guía", 2)]),
        ("Cuesta 450000 pesos; para 12 personas también.", [1, 2], [Source(4, "Guía", 2)]),
        ("Está en https://example.org/visas.", [3, 2, 3], [Source(9, "Visas", None), Source(4, "Guía", 2)]),
        ("Escriba a Hola@example.org.", [1], [Source(4, "Guía", 2)]),
    ],
)
def test_figures_and_addresses_may_be_those_of_the_passages(
    answer: str, passages: list[int], sources: list[Source]
) -> None:
    worded = WordedAnswer(found=True, answer=answer, passages=passages)
    assert answer_of(worded, "¿Y para 12 personas?", PASSAGES) == Answer(answer, tuple(sources))


@pytest.mark.parametrize(
    ("answer", "passages"),
    [
        ("Cuesta 460.000 pesos.", [1]),
        ("Dura 5 días.", [1]),
        ("Dura 7 días.", [2]),
        ("Vea https://example.com/visas", [3]),
        ("Escriba a otro@example.org", [1]),
        ("Vea www.example.net", [1, 2, 3]),
        ("", [1]),
        ("palabra " * 100, [1]),
        ("Dura días.", [0]),
    ],
)
def test_no_other_figure_or_address_passes(answer: str, passages: list[int]) -> None:
    with pytest.raises(ValueError):
        answer_of(WordedAnswer(found=True, answer=answer, passages=passages), "¿Cuánto?", PASSAGES)
