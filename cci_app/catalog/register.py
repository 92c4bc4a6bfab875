"""The tables of an organisation: declared, filled from a file in one transaction, told."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.catalog.declaration import TableDeclaration
from cci_app.catalog.known import KnownValues
from cci_app.catalog.models import CatalogItem, CatalogTable
from cci_app.catalog.rows import TableFile, TableRow, read_table
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound

EXAMPLES: Final = 10
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands."""

    id: int
    declaration: TableDeclaration
    known: KnownValues
    row_count: int
    loaded_at: Any

    @property
    def name(self) -> str:
        """Its name."""
        return self.declaration.name

    def as_dict(self) -> dict[str, Any]:
        """The table as JSON."""
        return {
            "name": self.name,
            "title": self.declaration.title,
            "rows": self.row_count,
            "loaded_at": self.loaded_at,
            "declaration": self.declaration.model_dump(mode="json", exclude_defaults=True),
        }


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What a file does to a table, or would do."""

    columns: Mapping[str, str | None]
    added: Sequence[TableRow]
    changed: Sequence[tuple[TableRow, tuple[str, ...]]]
    removed: Sequence[str]
    unchanged: int

    @property
    def tag(self) -> str:
        """A word that is another one for another file, or another table before it."""
        told = (dict(self.columns), self.added, self.changed, list(self.removed), self.unchanged)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:20]

    def as_dict(self) -> dict[str, Any]:
        """Counts, how each header was read, and the first ten keys of each kind."""
        return {
            "columns": dict(self.columns),
            "rows": len(self.added) + len(self.changed) + self.unchanged,
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
            "examples": {
                "added": [{"key": row.key, "row": row.number} for row in self.added[:EXAMPLES]],
                "changed": [
                    {"key": row.key, "row": row.number, "changed": list(names)}
                    for row, names in self.changed[:EXAMPLES]
                ],
                "removed": [{"key": key} for key in self.removed[:EXAMPLES]],
            },
        }


def list_tables(organisation_id: int) -> list[Table]:
    """All tables, by name."""
    with tenant_transaction(organisation_id) as session:
        own = CatalogTable.organisation_id == organisation_id
        return [_told(each) for each in session.scalars(sa.select(CatalogTable).where(own).order_by(CatalogTable.name))]


def find_table(organisation_id: int, name: str) -> Table:
    """The table of that name. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _told(_found(session, organisation_id, name))


def declare(organisation_id: int, declaration: TableDeclaration) -> tuple[Table, bool]:
    """Keep what a table holds; its rows stay, read by the new declaration. The table, and whether it is new."""
    with tenant_transaction(organisation_id) as session:
        _lock(session, organisation_id)
        row = session.scalars(_named(organisation_id, declaration.name)).one_or_none()
        new = row is None
        if row is None:
            row = CatalogTable(organisation_id=organisation_id, name=declaration.name, declaration={})
            session.add(row)
        # Of an object jsonb keeps no order; which attribute comes first tells what the price is.
        order = list(declaration.attributes)
        row.declaration = {**declaration.model_dump(mode="json", exclude_defaults=True), "order": order}
        session.flush()
        row.known = KnownValues.of(declaration, _values(session, organisation_id, row.id)).to_json()
        session.flush()
        session.refresh(row)
        record(session, organisation_id, "table.declared", f"table:{row.name}")
        return _told(row), new


def compare_rows(
    organisation_id: int, name: str, data: bytes, columns: Mapping[str, str] | None = None
) -> TableDifference:
    """What `load_rows` would do; changes nothing. Raises NotFound and TableRefused."""
    table = find_table(organisation_id, name)
    file = read_table(data, table.declaration, columns)
    with tenant_transaction(organisation_id) as session:
        return _difference(session, organisation_id, table.id, file)


def load_rows(
    organisation_id: int, name: str, data: bytes, columns: Mapping[str, str] | None = None, *, seen: str | None = None
) -> TableDifference:
    """Make the rows of a table those of a file, all at once or not at all. Raises NotFound and TableRefused.

    `seen` is the tag of the difference that somebody agreed to: Conflict where it would be another one by now.
    """
    table = find_table(organisation_id, name)
    file = read_table(data, table.declaration, columns)
    with tenant_transaction(organisation_id) as session:
        # Whoever reads meanwhile sees the rows before; whoever loads waits.
        _lock(session, organisation_id)
        row = _found(session, organisation_id, name)
        difference = _difference(session, organisation_id, row.id, file)
        if seen is not None and seen != difference.tag:
            raise Conflict(f"the table {name}, or the file, is not what it was when they were compared")
        session.execute(sa.delete(CatalogItem).where(*_of(organisation_id, row.id)))
        for start in range(0, len(file.rows), _AT_ONCE):
            several = file.rows[start : start + _AT_ONCE]
            session.execute(sa.insert(CatalogItem), [_item(organisation_id, row.id, each) for each in several])
        row.known = KnownValues.of(table.declaration, (each.values for each in file.rows)).to_json()
        row.row_count = len(file.rows)
        row.loaded_at = clock.now()
        counts = {each: told for each, told in difference.as_dict().items() if isinstance(told, int)}
        record(session, organisation_id, "table.loaded", f"table:{name}", counts)
        return difference


def remove_table(organisation_id: int, name: str) -> None:
    """Take a table away with its rows. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        session.delete(_found(session, organisation_id, name))
        record(session, organisation_id, "table.removed", f"table:{name}")


# One declares or loads at a time; the lock goes with the transaction, behind a pooler too.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('catalog'), CAST(:organisation_id % 2147483647 AS integer))")


def _lock(session: Session, organisation_id: int) -> None:
    session.execute(_LOCK, {"organisation_id": organisation_id})


def _named(organisation_id: int, name: str) -> sa.Select[CatalogTable]:
    return sa.select(CatalogTable).where(CatalogTable.organisation_id == organisation_id, CatalogTable.name == name)


def _of(organisation_id: int, table_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return CatalogItem.organisation_id == organisation_id, CatalogItem.table_id == table_id


def _found(session: Session, organisation_id: int, name: str) -> CatalogTable:
    found = session.scalars(_named(organisation_id, name)).one_or_none()
    if found is None:
        raise NotFound(f"there is no table {name}: declare it first")
    return found


def _told(row: CatalogTable) -> Table:
    kept = dict(row.declaration)
    attributes = kept["attributes"]
    kept["attributes"] = {name: attributes[name] for name in kept.pop("order", attributes)}
    declaration = TableDeclaration.model_validate(kept)
    return Table(row.id, declaration, KnownValues.from_json(row.known), row.row_count, row.loaded_at)


def _values(session: Session, organisation_id: int, table_id: int) -> Iterator[Mapping[str, Any]]:
    yield from session.scalars(sa.select(CatalogItem.values).where(*_of(organisation_id, table_id)))


def _item(organisation_id: int, table_id: int, row: TableRow) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "table_id": table_id,
        "key": row.key,
        "position": row.number,
        "values": dict(row.values),
    }


def _difference(session: Session, organisation_id: int, table_id: int, file: TableFile) -> TableDifference:
    stored = sa.select(CatalogItem.key, CatalogItem.values).where(*_of(organisation_id, table_id))
    before = {row.key: row.values for row in session.execute(stored.order_by(CatalogItem.position))}
    added, changed, unchanged = [], [], 0
    for row in file.rows:
        old = before.pop(row.key, None)
        if old is None:
            added.append(row)
        elif old == dict(row.values):
            unchanged += 1
        else:
            names = old.keys() | row.values.keys()
            changed.append((row, tuple(sorted(name for name in names if old.get(name) != row.values.get(name)))))
    return TableDifference(file.columns, added, changed, list(before), unchanged)
