"""The collections of documents, and the questions that each is asked."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from cci_app.core.database import tenant_connection
from cci_app.knowledge.documents.loading import load_folder
from config.settings import ROOT

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Expected:
    """A passage that answers: its document's stem, and words of its heading; without those, any of the document's."""

    document: str
    heading: str | None

    @classmethod
    def parse(cls, written: str) -> "Expected":
        """`document` or `document#words`."""
        document, _, heading = written.partition("#")
        return cls(document, heading or None)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, what answers it, and whether anything was tuned on it."""

    language: str
    ask: str
    expect: tuple[Expected, ...]
    tune: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """Folders of documents that are loaded together, and the files of the questions about them."""

    name: str
    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    def load(self, organisation_id: int) -> None:
        """Give an organisation the documents of every language."""
        with tempfile.TemporaryDirectory() as together:
            for folder in self.folders:
                shutil.copytree(folder, together, dirs_exist_ok=True)
            load_folder(organisation_id, Path(together))

    def questions(self) -> list[Question]:
        """All questions that the documents answer."""
        found = []
        for path in self.files:
            written: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [
                Question(language, each["ask"], tuple(map(Expected.parse, each["expect"])), each["tune"])
                for language, several in written.items()
                for each in several
                if each["expect"]
            ]
        return found


# Few documents with little in common: the right document counts.
SAMPLES = Collection(
    "samples",
    (ROOT / "config" / "samples" / "documents", HERE / "counterparts"),
    (ROOT / "tests" / "knowledge" / "questions.yaml", HERE / "questions.yaml"),
)
# What a chamber has, with many that resemble each other: the right passage counts.
CHAMBER = Collection("chamber", (*SAMPLES.folders, HERE / "documents"), (HERE / "passages.yaml",))


def answers(organisation_id: int, questions: Sequence[Question]) -> list[frozenset[int]]:
    """The ids of the passages that answer each question.

    Raises ValueError where an expected one is not there, or where its words fit several headings.
    """
    with tenant_connection(organisation_id) as connection:
        rows = connection.execute(
            sa.text(
                "SELECT chunk.id, chunk.language, chunk.heading, source"
                " FROM knowledge_chunks chunk JOIN knowledge_documents d ON d.id = document_id"
            )
        )
        passages = [(row.id, row.language, Path(row.source).stem, row.heading or "") for row in rows]

    def named(question: Question, expected: Expected) -> set[int]:
        found = {
            passage: heading
            for passage, language, stem, heading in passages
            if (language, stem) == (question.language, expected.document) and (expected.heading or "") in heading
        }
        if not found or (expected.heading and len(found) > 1):
            raise ValueError(f"{question.ask!r} expects {expected}, which is {len(found)} passages: {found}")
        return set(found)

    return [frozenset().union(*(named(each, expected) for expected in each.expect)) for each in questions]
