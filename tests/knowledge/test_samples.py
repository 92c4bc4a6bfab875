"""The sample documents, and how well questions are answered from them: measured, with floors."""

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.models import KnowledgeDocument
from cci_app.knowledge.reading.extraction import extract
from cci_app.knowledge.search.retrieval import search
from config.samples.guide.make_pdf import GUIDES, HERE, make_pdf

DOCUMENTS = HERE.parent / "documents"
QUESTIONS = Path(__file__).parent / "questions.yaml"


@dataclass(frozen=True)
class _Question:
    language: str
    ask: str
    expect: list[str] | None
    tune: bool


def _questions() -> list[_Question]:
    written: dict[str, list[dict[str, Any]]] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return [_Question(language, **each) for language, several in written.items() for each in several]


@pytest.mark.parametrize(("source", "target"), GUIDES.items())
def test_the_guides_pdf_is_made_from_its_markdown(source: str, target: str) -> None:
    assert make_pdf((HERE / source).read_text(encoding="utf-8")) == (DOCUMENTS / target).read_bytes()


def test_both_languages_have_the_same_documents() -> None:
    shapes = {
        language: sorted(
            tuple(section.page or 0 for section in extract(path.name, path.read_bytes()).sections)
            for path in (DOCUMENTS / language).iterdir()
        )
        for language in ("fr", "es")
    }
    assert shapes["fr"] == shapes["es"]
    assert len(shapes["fr"]) == 10


def test_the_samples_name_no_price_and_no_date() -> None:
    for path in DOCUMENTS.rglob("*.*"):
        text = " ".join(section.text for section in extract(path.name, path.read_bytes()).sections).lower()
        for word in ("€", "$", "euro", " cop", "pesos", "usd", " 20"):
            assert word not in text, f"{path.name} has {word}"


@pytest.mark.usefixtures("app")
def test_questions_are_answered_or_honestly_refused(organisation_id: int) -> None:
    load_folder(organisation_id, DOCUMENTS)
    with tenant_transaction(organisation_id) as session:
        stems = {row.id: Path(row.source).stem for row in session.scalars(sa.select(KnowledgeDocument))}
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    wrong: list[str] = []
    for each in _questions():
        answer = DocumentAnswerer().answer(organisation_id, each.ask, each.language, Deadline.after(30))
        said = stems[answer.sources[0].document_id] if answer else None
        count = counts[each.tune]
        if each.expect is None:
            count["unanswerable"] += 1
            count["refused"] += answer is None
        else:
            found = [stems[passage.document_id] for passage in search(organisation_id, each.ask, each.language, 3)]
            count["answerable"] += 1
            count["hit@1"] += bool(found) and found[0] in each.expect
            count["hit@3"] += not set(found).isdisjoint(each.expect)
            count["answered right"] += said in each.expect
            count["answered wrong"] += said is not None and said not in each.expect
        if (said is None) != (each.expect is None) or (said and each.expect and said not in each.expect):
            wrong.append(f"{each.language}: {each.ask} -> {said}")
    table = "\n".join(f"{'tuned on' if tune else 'held out'}: {dict(count)}" for tune, count in counts.items())
    report = f"{table}\n" + "\n".join(wrong) + "\n"
    sys.stdout.write(report)
    for tune, count in counts.items():
        assert count["hit@1"] >= 0.93 * count["answerable"], report
        assert count["hit@3"] >= 0.97 * count["answerable"], report
        assert count["answered right"] >= (0.95 if tune else 0.8) * count["answerable"], report
        assert count["answered wrong"] <= 0.04 * count["answerable"], report
        assert count["refused"] >= (1.0 if tune else 0.96) * count["unanswerable"], report
