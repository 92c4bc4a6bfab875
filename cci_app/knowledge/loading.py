"""A folder of documents brought into the database: what is new, what changed, what is gone."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.clock import now
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean
from cci_app.knowledge.chunking import chunks
from cci_app.knowledge.document import Reason, UnreadableDocument
from cci_app.knowledge.extraction import MAX_BYTES, extract
from cci_app.knowledge.indexing import index_chunks, prepare
from cci_app.knowledge.kinds import SUFFIXES, kind_of
from cci_app.knowledge.languages import document_language
from cci_app.knowledge.models import KnowledgeDocument, Origin
from cci_app.knowledge.reasons import sentences


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not loaded. What an earlier load made of it stays."""

    source: str
    reason: Reason


@dataclass(slots=True)
class LoadReport:
    """What a load did, by source (the path below the folder). `chunks` counts those written."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    chunks: int = 0


def load_folder(
    organisation_id: int,
    folder: Path,
    *,
    force: bool = False,
    progress: Callable[[str, str], None] | None = None,
) -> LoadReport:
    """Make the organisation's documents equal to the files of `folder` and its subfolders.

    A file with the same bytes as at the last load is left alone (not with `force`); a changed one is replaced in one
    transaction and keeps its id. A file that cannot be read is reported and stops nothing. `progress` is told each
    source and what became of it. Raises InvalidInput, and changes nothing, where the folder is missing or holds no
    document: a disk that was not mounted must not empty the knowledge.
    """
    if not folder.is_dir():
        raise InvalidInput(f"there is no folder {folder}", details={"folder": ["Not a folder."]})
    report = LoadReport()
    files = {clean(path.relative_to(folder).as_posix()): path for path in _files(folder, report)}
    if not files:
        raise InvalidInput(
            f"{folder} holds no document ({', '.join(sorted(SUFFIXES))}); nothing was changed",
            details={"folder": ["Holds no document."]},
        )
    tell = progress or _silent
    loaded = {} if force else _loaded(organisation_id)
    for source, path in files.items():
        try:
            outcome = _load_file(organisation_id, path, source, loaded.get(source), report)
        except UnreadableDocument as error:
            report.failed.append(Failure(source, error.reason))
            outcome = sentences(error.reason)["en"]
        tell(source, outcome)
    report.removed = _remove_vanished(organisation_id, set(files))
    for source in report.removed:
        tell(source, "removed")
    return report


def _silent(_source: str, _outcome: str) -> None:
    """Progress that nobody watches."""


def _files(folder: Path, report: LoadReport) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not path.is_file() or any(part.startswith((".", "~$")) for part in relative.parts):
            continue
        if path.suffix.lower() in SUFFIXES:
            yield path
        else:
            report.ignored.append(clean(relative.as_posix()))


def _load_file(organisation_id: int, path: Path, source: str, loaded_hash: str | None, report: LoadReport) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableDocument(Reason.TOO_LARGE)
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(Reason.UNREACHABLE) from error
    content_hash = hashlib.sha256(data).hexdigest()
    if content_hash == loaded_hash:
        report.unchanged.append(source)
        return "unchanged"
    kind = kind_of(data, path.name)
    document = extract(path.name, data, kind)
    language = document_language(source, document)
    prepared = prepare(document.title, language, chunks(document))
    with tenant_transaction(organisation_id) as session:
        _lock(session, organisation_id)
        row, new = _row(session, organisation_id, source)
        row.title, row.language, row.kind = document.title, language, kind
        row.pages, row.size_bytes, row.content_hash = document.pages, len(data), content_hash
        row.passages, row.indexed_at = len(prepared.chunks), now()
        session.flush()
        report.chunks += index_chunks(session, organisation_id, row.id, prepared)
    (report.added if new else report.changed).append(source)
    return "added" if new else "changed"


def _loaded(organisation_id: int) -> dict[str, str | None]:
    """The hashes of the files that an earlier load has brought in, by source."""
    with tenant_transaction(organisation_id) as session:
        columns = sa.select(KnowledgeDocument.source, KnowledgeDocument.content_hash)
        return {row.source: row.content_hash for row in session.execute(columns.where(_from_folder(organisation_id)))}


def _lock(session: Session, organisation_id: int) -> None:
    """One load of an organisation writes at a time; a second one waits and then sees what the first did.

    Nor does a load wait for the disk: what a crash of the server takes back, a moment's worth, the next one brings in.
    """
    session.execute(
        sa.text(
            "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(hashtextextended(:name, 0))"
        ),
        {"name": f"knowledge:{organisation_id}"},
    )


def _row(session: Session, organisation_id: int, source: str) -> tuple[KnowledgeDocument, bool]:
    """The document's row, and whether it is new."""
    row = session.scalar(
        sa.select(KnowledgeDocument).where(_from_folder(organisation_id), KnowledgeDocument.source == source)
    )
    if row is not None:
        return row, False
    row = KnowledgeDocument(organisation_id=organisation_id, origin=Origin.FOLDER, source=source)
    session.add(row)
    return row, True


def _from_folder(organisation_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(KnowledgeDocument.organisation_id == organisation_id, KnowledgeDocument.origin == Origin.FOLDER)


def _remove_vanished(organisation_id: int, present: set[str]) -> list[str]:
    """Remove the documents that came from a folder and are in it no longer; those that were sent stay."""
    with tenant_transaction(organisation_id) as session:
        _lock(session, organisation_id)
        loaded = session.execute(
            sa.select(KnowledgeDocument.id, KnowledgeDocument.source).where(_from_folder(organisation_id))
        ).all()
        vanished = {row.id: row.source for row in loaded if row.source not in present}
        session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id.in_(vanished)))
    return sorted(vanished.values())
