"""hit@1, hit@5 and MRR on questions as members type them: of each way of searching alone, and of both together.

A question counts as hit at k where one of the first k passages is of a document that answers it.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from flask_migrate import upgrade

from benchmarks.machine import versions_and_machine
from cci_app import before_exit, create_app
from cci_app.accounts.organisations import ensure_organisation
from cci_app.core.database import db, tenant_connection
from cci_app.core.deadline import Deadline
from cci_app.embedded import EmbeddedPostgres
from cci_app.embedded.database import NAME, create_database
from cci_app.knowledge import text_search
from cci_app.knowledge.loading import load_folder
from cci_app.knowledge.search import CANDIDATES, read_question, search
from cci_app.knowledge.stores.choice import vector_store
from cci_app.knowledge.stores.port import Asked
from cci_app.knowledge.words import terms
from cci_app.llm.embeddings import embeddings
from config.settings import ROOT, Settings

DEPTH = 5
GOAL = 0.95
CORPORA = (ROOT / "config" / "samples" / "documents", Path(__file__).parent / "documents")
QUESTIONS = (ROOT / "tests" / "knowledge" / "questions.yaml", Path(__file__).parent / "questions.yaml")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the documents that answer it, and whether anything was tuned on it."""

    language: str
    ask: str
    expect: frozenset[str]
    tune: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the questions, and the mean of 1 / the rank of the first right passage among `DEPTH`."""

    questions: int
    hit_1: float
    hit_5: float
    mrr: float


Way = Callable[[int, Question], Sequence[int]]


def by_words(organisation_id: int, question: Question) -> Sequence[int]:
    """Text search alone, as PostgreSQL orders it."""
    with tenant_connection(organisation_id) as connection:
        return text_search.holding(connection, organisation_id, terms(question.ask), question.language, DEPTH)


def by_vectors(organisation_id: int, question: Question) -> Sequence[int]:
    """The nearest vectors alone."""
    asked = read_question(question.ask, terms(question.ask), Deadline.after(10))
    if asked.vector is None:
        return []
    given = Asked(str(embeddings().model.name), question.language, asked.vector)
    store = vector_store()
    if store.remote:
        near = store.nearest(organisation_id, given, CANDIDATES, timeout=10, connection=None)
    else:
        with tenant_connection(organisation_id) as connection:
            near = store.nearest(organisation_id, given, CANDIDATES, timeout=10, connection=connection)
    return [each.chunk_id for each in near[:DEPTH]]


def by_both(organisation_id: int, question: Question) -> Sequence[int]:
    """The product's search."""
    return [each.id for each in search(organisation_id, question.ask, question.language, DEPTH)]


WAYS: dict[str, Way] = {"text alone": by_words, "vectors alone": by_vectors, "hybrid": by_both}


def questions() -> list[Question]:
    """All questions that the documents answer."""
    found = []
    for path in QUESTIONS:
        written: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [
            Question(language, each["ask"], frozenset(each["expect"]), each["tune"])
            for language, several in written.items()
            for each in several
            if each["expect"]
        ]
    return found


def measure(organisation_id: int, way: Way, asked: Sequence[Question]) -> Score:
    """Ask every question in that way."""
    with tenant_connection(organisation_id) as connection:
        rows = connection.execute(
            sa.text(
                "SELECT chunk.id, source FROM knowledge_chunks chunk JOIN knowledge_documents d ON d.id = document_id"
            )
        )
        stems = {row.id: Path(row.source).stem for row in rows}
    ranks = []
    for question in asked:
        right = [stems[each] in question.expect for each in way(organisation_id, question)]
        ranks.append(right.index(True) + 1 if True in right else 0)
    count = len(ranks)
    return Score(
        count,
        sum(rank == 1 for rank in ranks) / count,
        sum(rank > 0 for rank in ranks) / count,
        sum(1 / rank for rank in ranks if rank) / count,
    )


def load(organisation_id: int) -> None:
    """Give an organisation the documents of every language."""
    with tempfile.TemporaryDirectory() as together:
        for documents in CORPORA:
            shutil.copytree(documents, together, dirs_exist_ok=True)
        load_folder(organisation_id, Path(together))


@contextmanager
def corpus() -> Iterator[int]:
    """A database of its own with the documents of every language; gives the organisation they belong to."""
    with (
        tempfile.TemporaryDirectory(prefix="cci-eval-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
    ):
        create_database(postgres)
        # The models are those that the environment names; the database is not.
        app = create_app(Settings(database_url=postgres.superuser_url(NAME)))
        with app.app_context():
            upgrade()
            organisation_id = ensure_organisation("eval", "Evaluation", "America/Bogota")
            load(organisation_id)
            yield organisation_id
            before_exit(app)
            db.engine.dispose()


def _told(reached: bool) -> str:
    return "reached" if reached else "missed"


def main() -> int:
    """Print the table; status 1 when the goal is missed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    asked = questions()
    reached = True
    with corpus() as organisation_id:
        with tenant_connection(organisation_id) as connection:
            server = str(connection.scalar(sa.text("SHOW server_version")))
        print(
            f"{versions_and_machine(database=server)}\nmodel     {embeddings().model.name}, store {vector_store().name}"
        )
        print(f"{'':12}{'':16}{'questions':>10}{'hit@1':>8}{'hit@5':>8}{'MRR':>8}")
        for tune, half in ((True, "tuned on"), (False, "held out")):
            for language in ("fr", "es", "en", "all"):
                some = [each for each in asked if each.tune is tune and language in {each.language, "all"}]
                scores = {name: measure(organisation_id, way, some) for name, way in WAYS.items()}
                for name, score in scores.items():
                    figures = f"{score.hit_1:>8.3f}{score.hit_5:>8.3f}{score.mrr:>8.3f}"
                    print(f"{f'{half} {language}':12}{'':2}{name:14}{score.questions:>10}{figures}")
            best, *parts = scores["hybrid"], scores["text alone"], scores["vectors alone"]
            reached = best.hit_5 >= GOAL and all(best.mrr > each.mrr and best.hit_5 >= each.hit_5 for each in parts)
    print(f"goal: hybrid hit@5 of the held out >= {GOAL} and of no part higher, its MRR above both: {_told(reached)}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
