"""All that is kept of a person, for them to take along."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from cci_app.contacts.wishes import find_mark
from cci_app.conversation.identities import ids_of
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.pseudonyms import pseudonym
from cci_app.people.holdings import as_json, find_card, personal_tables, rows_of

# Whose turn it is says nothing of anybody.
_OURS = {"lease_token", "lease_until", "organisation_id"}


def export_person(organisation_id: int, user_id: str) -> dict[str, Any]:
    """Everything about one person as JSON: `user_id`, `exported_at`, `contact`, `wish` and `record`.

    `contact` is their card in the contact book with what the book says beyond, `wish` what they asked of the
    organisation; both are None where there is nothing. `record` has the rows of every table by its name.
    """
    with tenant_transaction(organisation_id) as session:
        ids = ids_of(session, organisation_id, user_id)
        card = find_card(session, organisation_id, ids)
        mark = find_mark(session, organisation_id, user_id)
        kept = {
            name: [_row(row) for row in session.execute(_rows(table, organisation_id, ids)).mappings()]
            for name, table in personal_tables().items()
        }
        record(session, organisation_id, "person.exported", f"person:{pseudonym(organisation_id, user_id)}")
    return {
        "user_id": user_id,
        "exported_at": clock.now().isoformat(),
        "contact": {**card.as_dict(), "extra": dict(card.extra)} if card else None,
        "wish": mark.wish if mark else None,
        "record": {name: rows for name, rows in kept.items() if rows},
    }


def _rows(table: sa.Table, organisation_id: int, ids: Collection[str]) -> sa.Select[Any]:
    return sa.select(table).where(rows_of(table, organisation_id, ids)).order_by(*table.primary_key.columns)


def _row(row: sa.RowMapping) -> dict[str, Any]:
    return {name: as_json(value) for name, value in row.items() if name not in _OURS}
