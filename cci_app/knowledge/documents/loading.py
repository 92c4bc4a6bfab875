"""A folder of documents brought into the database: what is new, what changed, what is gone."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.core.clock import now
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean
from cci_app.knowledge.documents.reasons import sentences
from cci_app.knowledge.index.chunking import chunks
from cci_app.knowledge.index.indexing import Cut, index, prepare
from cci_app.knowledge.languages import document_language
from cci_app.knowledge.models import SHARED, KnowledgeDocument, Origin
from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.extraction import MAX_BYTES, extract
from cci_app.knowledge.reading.kinds import SUFFIXES, kind_of
from cci_app.knowledge.reading.report import written
from cci_app.llm.embeddings import BATCH


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
    assistant: str | None = None,
    force: bool = False,
    progress: Callable[[str, str], None] | None = None,
) -> LoadReport:
    """Make the organisation's documents equal to the files of `folder` and its subfolders.

    With `assistant` those that belong to it alone; the others stay as they are.

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
    owner = _Owner(organisation_id, assistant or SHARED)
    load = _Load(owner, report, progress or _silent, force=force)
    for source, path in files.items():
        load.take(source, path)
    load.write()
    report.removed = _remove_vanished(owner, set(files))
    for source in report.removed:
        load.tell(source, "removed")
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


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read: what its document's row becomes, and its passages."""

    source: str
    content_hash: str
    row: dict[str, Any]
    cut: Cut


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose documents a folder holds: the organisation's, or those of one of its assistants."""

    organisation_id: int
    assistant: str

    @property
    def from_folder(self) -> sa.ColumnElement[bool]:
        """The documents that came from a folder of theirs."""
        return sa.and_(
            KnowledgeDocument.organisation_id == self.organisation_id,
            KnowledgeDocument.assistant == self.assistant,
            KnowledgeDocument.origin == Origin.FOLDER,
        )


class _Load:
    """A load under way. Files that were read wait until their passages are enough to be embedded and written."""

    def __init__(self, owner: _Owner, report: LoadReport, tell: Callable[[str, str], None], *, force: bool) -> None:
        self._owner = owner
        self._organisation_id = owner.organisation_id
        self._report = report
        self.tell = tell
        self._force = force
        self._loaded = {} if force else _loaded(owner)
        self._waiting: list[_File] = []

    def take(self, source: str, path: Path) -> None:
        """Read a file, unless an earlier load brought it in as it is."""
        try:
            data = _bytes(path)
            content_hash = hashlib.sha256(data).hexdigest()
            if content_hash == self._loaded.get(source):
                self._note(self._report.unchanged, source, "unchanged")
                return
            file = self._read(source, path.name, data, content_hash)
        except UnreadableDocument as error:
            self._report.failed.append(Failure(source, error.reason))
            self.tell(source, sentences(error.reason)["en"])
            return
        if sum(len(each.cut.chunks) for each in (*self._waiting, file)) > BATCH:
            self.write()
        self._waiting.append(file)

    def write(self) -> None:
        """Write the files that wait: one call of the embedding model and one transaction for all of them."""
        files, self._waiting = self._waiting, []
        if not files:
            return
        prepared = prepare([file.cut for file in files])
        with tenant_transaction(self._organisation_id) as session:
            _lock(session, self._organisation_id)
            # Another load may have written some of them since.
            known = _hashes(session, self._owner, [file.source for file in files])
            fresh = {
                file.source: passages
                for file, passages in zip(files, prepared, strict=True)
                if self._force or file.content_hash != known.get(file.source)
            }
            moment = now()
            rows = [{**file.row, "indexed_at": moment} for file in files if file.source in fresh]
            ids = _write_rows(session, rows)
            index(session, self._organisation_id, {ids[source]: passages for source, passages in fresh.items()})
        for file in files:
            if file.source not in fresh:
                self._note(self._report.unchanged, file.source, "unchanged")
                continue
            self._report.chunks += len(file.cut.chunks)
            if file.source in known:
                self._note(self._report.changed, file.source, "changed")
            else:
                self._note(self._report.added, file.source, "added")

    def _read(self, source: str, name: str, data: bytes, content_hash: str) -> _File:
        kind = kind_of(data, name)
        document = extract(name, data, kind)
        cut = Cut(document.title, document_language(source, document), tuple(chunks(document)))
        row = {
            "organisation_id": self._organisation_id,
            "assistant": self._owner.assistant,
            "origin": Origin.FOLDER,
            "source": source,
            "title": cut.title,
            "language": cut.language,
            "kind": kind,
            "pages": document.pages,
            "report": written(document.report),
            "passages": len(cut.chunks),
            "size_bytes": len(data),
            "content_hash": content_hash,
        }
        return _File(source, content_hash, row, cut)

    def _note(self, sources: list[str], source: str, outcome: str) -> None:
        sources.append(source)
        self.tell(source, outcome)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableDocument(Reason.TOO_LARGE)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(Reason.UNREACHABLE) from error


def _loaded(owner: _Owner) -> dict[str, str | None]:
    """The hashes of the files that an earlier load has brought in, by source."""
    with tenant_transaction(owner.organisation_id) as session:
        return _hashes(session, owner)


def _hashes(session: Session, owner: _Owner, sources: Sequence[str] | None = None) -> dict[str, str | None]:
    """The hashes of the owner's files, or of some of them, by source."""
    query = sa.select(KnowledgeDocument.source, KnowledgeDocument.content_hash).where(owner.from_folder)
    if sources is not None:
        query = query.where(KnowledgeDocument.source.in_(sources))
    return {row.source: row.content_hash for row in session.execute(query)}


def _lock(session: Session, organisation_id: int) -> None:
    """One load of an organisation writes at a time; a second one waits and then sees what the first did."""
    session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"knowledge:{organisation_id}"}
    )


_NEW = insert(KnowledgeDocument)
_WRITE = _NEW.on_conflict_do_update(
    index_elements=["organisation_id", "assistant", "source"],
    index_where=sa.text("origin IN ('folder', 'url')"),
    set_={
        name: _NEW.excluded[name]
        for name in (
            "title",
            "language",
            "kind",
            "pages",
            "report",
            "passages",
            "size_bytes",
            "content_hash",
            "indexed_at",
        )
    },
).returning(KnowledgeDocument.source, KnowledgeDocument.id)


def _write_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write documents, each in the place of the one that its file was before; their ids by source."""
    return {row.source: row.id for row in session.execute(_WRITE, rows)} if rows else {}


def _remove_vanished(owner: _Owner, present: set[str]) -> list[str]:
    """Remove the documents that came from a folder and are in it no longer; those that were sent stay."""
    with tenant_transaction(owner.organisation_id) as session:
        _lock(session, owner.organisation_id)
        loaded = session.execute(
            sa.select(KnowledgeDocument.id, KnowledgeDocument.source).where(owner.from_folder)
        ).all()
        vanished = {row.id: row.source for row in loaded if row.source not in present}
        session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id.in_(vanished)))
    return sorted(vanished.values())
