"""Loading a folder, twice and more, and searching what was loaded."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.windows import LONGEST_ANSWER
from cci_app.knowledge.documents import loading
from cci_app.knowledge.documents.loading import Failure, LoadReport, load_folder
from cci_app.knowledge.index.indexing import Cut, Prepared, embedded_text, prepare
from cci_app.knowledge.models import KnowledgeChunk, KnowledgeDocument, KnowledgeVector
from cci_app.knowledge.reading.document import Reason
from cci_app.knowledge.search.retrieval import search
from cci_app.llm.embeddings import Embeddings
from cci_app.llm.offline_embedding import OfflineEmbedding
from cci_app.llm.vectors import Vector
from tests.conftest import make_tenant

pytestmark = pytest.mark.usefixtures("app")

VISAS = "# Visas\n\nNous suivons les visas de vos salariés.\n\n## Délais\n\nLes délais varient."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fr").mkdir()
    (tmp_path / "es").mkdir()
    (tmp_path / "fr" / "visas.md").write_text(VISAS, encoding="utf-8")
    (tmp_path / "es" / "visas.md").write_text("# Visas\n\nTramitamos visas de trabajo.", encoding="utf-8")
    return tmp_path


def _documents(organisation_id: int) -> dict[str, tuple[int, str, str | None]]:
    with tenant_transaction(organisation_id) as session:
        return {row.source: (row.id, row.title, row.language) for row in session.scalars(sa.select(KnowledgeDocument))}


def _chunks(organisation_id: int) -> list[tuple[str | None, str]]:
    with tenant_transaction(organisation_id) as session:
        found = session.scalars(sa.select(KnowledgeChunk).order_by(KnowledgeChunk.document_id, KnowledgeChunk.position))
        return [(chunk.heading, chunk.text) for chunk in found]


def test_documents_are_loaded_with_title_and_language(organisation_id: int, folder: Path) -> None:
    told: list[tuple[str, str]] = []
    report = load_folder(organisation_id, folder, progress=lambda source, outcome: told.append((source, outcome)))
    assert report.added == ["es/visas.md", "fr/visas.md"]
    assert report.chunks == 3
    assert told == [("es/visas.md", "added"), ("fr/visas.md", "added")]
    assert {source: each[1:] for source, each in _documents(organisation_id).items()} == {
        "es/visas.md": ("Visas", "es"),
        "fr/visas.md": ("Visas", "fr"),
    }


def test_the_same_folder_again_changes_nothing(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    before = _documents(organisation_id)
    report = load_folder(organisation_id, folder)
    assert (len(report.unchanged), report.added, report.changed, report.removed, report.chunks) == (2, [], [], [], 0)
    assert load_folder(organisation_id, folder, force=True).changed == ["es/visas.md", "fr/visas.md"]
    assert _documents(organisation_id) == before


def test_a_changed_document_is_replaced_and_keeps_its_id(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    before = _documents(organisation_id)["fr/visas.md"][0]
    (folder / "fr" / "visas.md").write_text("# Les visas\n\nTout est nouveau.", encoding="utf-8")
    assert load_folder(organisation_id, folder).changed == ["fr/visas.md"]
    assert _documents(organisation_id)["fr/visas.md"] == (before, "Les visas", "fr")
    assert sorted(text for _, text in _chunks(organisation_id)) == ["Tout est nouveau.", "Tramitamos visas de trabajo."]


def test_a_vanished_document_is_removed_but_not_one_with_an_address(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    with tenant_transaction(organisation_id) as session:
        session.add(
            KnowledgeDocument(
                organisation_id=organisation_id,
                origin="url",
                source="https://example.org/page",
                title="Page",
                language="fr",
                content_hash="0" * 64,
            )
        )
    (folder / "es" / "visas.md").unlink()
    assert load_folder(organisation_id, folder).removed == ["es/visas.md"]
    assert set(_documents(organisation_id)) == {"fr/visas.md", "https://example.org/page"}
    assert len(_chunks(organisation_id)) == 2


def test_an_unreadable_file_is_named_and_stops_nothing(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    before = _documents(organisation_id)
    (folder / "fr" / "visas.md").write_bytes(b"\x00\x01\x02\x03")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "photo.jpg").write_bytes(b"x")
    (folder / ".hidden.md").write_text("# Secret", encoding="utf-8")
    (folder / "z.txt").write_text("Une phrase de plus.", encoding="utf-8")
    report = load_folder(organisation_id, folder)
    assert report.failed == [Failure("broken.pdf", Reason.DAMAGED), Failure("fr/visas.md", Reason.NOT_TEXT)]
    assert report.added == ["z.txt"]
    assert report.ignored == ["photo.jpg"]
    assert _documents(organisation_id)["fr/visas.md"] == before["fr/visas.md"]


class Counting(OfflineEmbedding):
    """The offline model; it notes how many texts it is given at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        self.batches.append(len(texts))
        return super().embed(texts, seconds)


@pytest.fixture
def model(app: Flask) -> Iterator[Counting]:
    before = app.extensions["cci_embeddings"]
    counting = Counting()
    app.extensions["cci_embeddings"] = Embeddings(counting, threads=1)
    yield counting
    app.extensions["cci_embeddings"] = before


def test_documents_are_embedded_a_hundred_passages_at_a_time_and_each_gets_its_own_vectors(
    organisation_id: int, tmp_path: Path, model: Counting
) -> None:
    for number in range(45):
        sections = "".join(f"\n\n## Point {each}\n\nLe dossier {number} a un point {each}." for each in range(5))
        (tmp_path / f"{number:02}.md").write_text(f"# Dossier {number}{sections}", encoding="utf-8")
    (tmp_path / "07.md").write_bytes(b"\x00\x01")
    (tmp_path / "08.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = load_folder(organisation_id, tmp_path)
    assert [failure.source for failure in report.failed] == ["07.md", "08.pdf"]
    assert (len(report.added), report.chunks) == (44, 220)
    assert model.batches == [100, 100, 20]
    written = (
        sa.select(KnowledgeDocument.title, KnowledgeChunk.heading, KnowledgeChunk.text, KnowledgeVector.embedding)
        .join(KnowledgeChunk, KnowledgeChunk.document_id == KnowledgeDocument.id)
        .join(KnowledgeVector, KnowledgeVector.chunk_id == KnowledgeChunk.id)
    )
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(written).all()
    assert len({(row.title, row.heading) for row in rows}) == 220
    for row in rows:
        [vector] = OfflineEmbedding().embed([embedded_text(row.title, row.heading, row.text)], 1)
        assert row.embedding == vector, row.text


def test_two_loads_at_once_write_each_document_once(
    app: Flask, organisation_id: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2, timeout=30)

    def together(documents: Sequence[Cut]) -> list[Prepared]:
        # Both have seen that there is nothing yet.
        both.wait()
        return prepare(documents)

    def load() -> LoadReport:
        with app.app_context():
            return load_folder(organisation_id, folder)

    monkeypatch.setattr(loading, "prepare", together)
    with ThreadPoolExecutor(2) as threads:
        reports = [each.result() for each in [threads.submit(load), threads.submit(load)]]
    assert sorted((len(report.added), len(report.unchanged), report.chunks) for report in reports) == [
        (0, 2, 0),
        (2, 0, 3),
    ]
    assert len(_documents(organisation_id)) == 2
    assert len(_chunks(organisation_id)) == 3


def test_an_empty_or_missing_folder_changes_nothing(organisation_id: int, folder: Path, tmp_path: Path) -> None:
    load_folder(organisation_id, folder)
    (tmp_path / "empty").mkdir()
    for nowhere in (tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(InvalidInput):
            load_folder(organisation_id, nowhere)
    assert len(_documents(organisation_id)) == 2


def test_of_passages_that_fit_alike_the_asked_language_comes_first(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    for language in ("fr", "es"):
        found = [each.language for each in search(organisation_id, "visas", language)]
        assert found[0] == language
        assert set(found) == {"fr", "es"}


@pytest.mark.parametrize("query", ["", "   ", "?", "' OR 1=1 --", "& | ! <-> (", "a" * 5000, "\U0001f44d", "de la que"])
def test_no_query_is_an_error(organisation_id: int, folder: Path, query: str) -> None:
    load_folder(organisation_id, folder)
    assert search(organisation_id, query, "fr") == []


def test_accents_case_and_slips_are_forgiven(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    for query in ("salarié", "SALARIES", "salraiés", "les  VISAS?"):
        assert "salariés" in search(organisation_id, query, "fr")[0].text


def test_another_organisation_finds_nothing(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    other = make_tenant("neighbour").organisation_id
    assert search(other, "visas", "fr") == []
    assert DocumentAnswerer().answer(other, "visas", "fr", Deadline.after(5)) is None


def test_an_answer_has_whole_sentences_and_its_source(organisation_id: int, folder: Path) -> None:
    load_folder(organisation_id, folder)
    answer = DocumentAnswerer().answer(organisation_id, "et pour un visa ?", "fr", Deadline.after(5))
    assert answer is not None
    assert answer.text == "Nous suivons les visas de vos salariés."
    [source] = answer.sources
    assert (source.document_id, source.title, source.page) == (
        _documents(organisation_id)["fr/visas.md"][0],
        "Visas",
        None,
    )


def test_an_answer_is_quoted_from_whatever_language_holds_it(organisation_id: int, folder: Path) -> None:
    (folder / "es" / "cafe.md").write_text("# Café\n\nEl café está incluido en el coworking.", encoding="utf-8")
    (folder / "fr" / "coworking.md").write_text("# Bureaux\n\nLe coworking est à Bogotá.", encoding="utf-8")
    load_folder(organisation_id, folder)

    def answer(question: str, language: str) -> str | None:
        found = DocumentAnswerer().answer(organisation_id, question, language, Deadline.after(5))
        return found.text if found else None

    assert answer("le café est inclus au coworking ?", "fr") == "El café está incluido en el coworking."
    assert answer("le coworking est à Bogotá ?", "fr") == "Le coworking est à Bogotá."
    assert answer("¿el café está incluido en el coworking?", "fr") == "El café está incluido en el coworking."
    assert answer("¿el café está incluido en el coworking?", "es") == "El café está incluido en el coworking."
    assert answer("café inclus", "es") == "El café está incluido en el coworking."


def test_a_long_passage_gives_a_short_answer(organisation_id: int, tmp_path: Path) -> None:
    text = " ".join(f"Le visa numéro {number} demande un dossier complet et patient." for number in range(30))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    load_folder(organisation_id, tmp_path)
    answer = DocumentAnswerer().answer(organisation_id, "le dossier de visa", "fr", Deadline.after(5))
    assert answer is not None
    assert len(answer.text) <= LONGEST_ANSWER
    assert answer.text.endswith(".")


def test_an_answer_does_not_end_with_a_question(organisation_id: int, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Le lien ouvre le compte. Rien reçu ?", encoding="utf-8")
    load_folder(organisation_id, tmp_path)
    answer = DocumentAnswerer().answer(organisation_id, "le lien du compte", "fr", Deadline.after(5))
    assert answer is not None
    assert answer.text == "Le lien ouvre le compte."


def test_without_time_the_documents_are_unavailable(organisation_id: int) -> None:
    with pytest.raises(Unavailable):
        DocumentAnswerer().answer(organisation_id, "visas", "fr", Deadline.after(0))


def test_the_command_reports_and_fails_on_an_unreadable_file(
    app: Flask, organisation_id: int, folder: Path, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    slug = rows("SELECT slug FROM organisations WHERE id = :id", id=organisation_id)[0]["slug"]
    runner = app.test_cli_runner()
    done = runner.invoke(args=["knowledge", "load", str(folder), "--organisation", slug])
    assert done.exit_code == 0, done.output
    assert "fr/visas.md: added" in done.output
    assert "2 added, 0 changed" in done.output
    (folder / "broken.pdf").write_bytes(b"x")
    done = runner.invoke(args=["knowledge", "load", str(folder), "--organisation", slug])
    assert done.exit_code == 1
    assert "broken.pdf: The file is damaged" in done.output
    done = runner.invoke(args=["knowledge", "load", str(folder / "nowhere"), "--organisation", slug])
    assert done.exit_code == 1
    assert "there is no folder" in done.output
