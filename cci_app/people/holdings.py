"""Which tables hold people, read off the models: a new one that names a person is erased and exported as the others."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.core.database import Base

_NAMES_A_PERSON = {"organisation_id", "user_id"}


def names_a_person(table: sa.Table) -> bool:
    """Whether its rows say whose they are."""
    return set(table.columns.keys()) >= _NAMES_A_PERSON


def personal_tables() -> Mapping[str, sa.Table]:
    """The tables whose rows name a person, and those whose rows go with such a row; what is referred to comes first."""
    found: dict[str, sa.Table] = {}
    for table in Base.metadata.sorted_tables:
        if names_a_person(table) or any(key.referred_table.name in found for key in _going_with(table)):
            found[table.name] = table
    return found


def rows_of(table: sa.Table, organisation_id: int, ids: Collection[str]) -> sa.ColumnElement[bool]:
    """The condition that a row of a personal table is that of the person with those ids."""
    if names_a_person(table):
        return sa.and_(table.c.organisation_id == organisation_id, table.c.user_id.in_(ids))
    key = next(key for key in _going_with(table) if key.referred_table.name in personal_tables())
    theirs = [element.column for element in key.elements]
    parents = sa.select(*theirs).where(rows_of(key.referred_table, organisation_id, ids))
    return sa.tuple_(*key.columns).in_(parents)


def find_card(session: Session, organisation_id: int, ids: Collection[str]) -> ContactCard | None:
    """The contact of the person with those ids; None where they are in no book."""
    region: str = current_app.config["SETTINGS"].default_region
    found = (book.find(session, organisation_id, user_id, region) for user_id in sorted(ids))
    return next(filter(None, found), None)


def _going_with(table: sa.Table) -> list[sa.ForeignKeyConstraint]:
    return [key for key in table.foreign_key_constraints if key.ondelete == "CASCADE"]


def as_json(value: Any) -> Any:
    """A value of a row as JSON has it."""
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode(errors="replace")
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)
