"""The contact book in the database: finding a person, and replacing the whole of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.contacts.card import CARD_FIELDS, ContactCard
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import erased_people
from cci_app.contacts.workbook import Entry
from cci_app.core import clock
from cci_app.core.phone import national_number, to_e164
from cci_app.core.pseudonyms import pseudonym

_CARD_COLUMNS = [*(getattr(Contact, name) for name in CARD_FIELDS), Contact.extra]
# Who a user id may be, as a subquery too: its parameters are those of `asked_for`, and its rows are for `chosen`.
CANDIDATES = (
    f"SELECT {', '.join(CARD_FIELDS)}, extra FROM contacts WHERE organisation_id = :organisation_id"  # noqa: S608 (our fields)
    " AND (phone = :phone OR national_number = :national_number) ORDER BY phone = :phone DESC LIMIT 2"
)
_CANDIDATES = sa.text(CANDIDATES)


def find(session: Session, organisation_id: int, user_id: str, region: str) -> ContactCard | None:
    """The contact with that phone, or None; no query at all for an id that is not a phone."""
    asked = asked_for(user_id, region)
    if asked["phone"] is None:
        return None
    rows = session.execute(_CANDIDATES, {"organisation_id": organisation_id, **asked}).mappings()
    return chosen(rows.all(), asked["phone"])


def asked_for(user_id: str, region: str) -> dict[str, str | None]:
    """What CANDIDATES wants to know of a user id; one that is not a phone finds nobody."""
    phone = to_e164(user_id, region)
    return {"phone": phone, "national_number": phone and national_number(phone)}


def chosen(candidates: Sequence[Mapping[Any, Any]], phone: str | None) -> ContactCard | None:
    """The contact that the rows of CANDIDATES tell.

    The full number decides. Without one, the contact with the same national number, when there is only one:
    two would be a guess.
    """
    if candidates and (candidates[0]["phone"] == phone or len(candidates) == 1):
        return ContactCard(**candidates[0])
    return None


@dataclass(frozen=True, slots=True)
class Change:
    """A contact that a workbook would change, and the names of the fields that differ."""

    entry: Entry
    changed: tuple[str, ...]


@dataclass(slots=True)
class Diff:
    """What stands between the book and a workbook: who is new, who differs, who is no longer there.

    `erased` counts those of the workbook who had their data erased: they are left out.
    """

    added: list[Entry] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    removed: list[ContactCard] = field(default_factory=list)
    unchanged: int = 0
    erased: int = 0


def count(session: Session, organisation_id: int) -> int:
    """How many contacts the organisation has."""
    found = session.scalar(sa.select(sa.func.count()).where(Contact.organisation_id == organisation_id))
    return found or 0


def diff(session: Session, organisation_id: int, entries: Iterable[Entry]) -> Diff:
    """Compare the book with `entries`, whose phones are distinct; changes nothing."""
    book = {
        row.phone: row
        for row in session.execute(sa.select(*_CARD_COLUMNS).where(Contact.organisation_id == organisation_id))
    }
    found = Diff()
    gone = erased_people(session, organisation_id)
    for entry in entries:
        if gone and pseudonym(organisation_id, entry.card.phone) in gone:
            found.erased += 1
            continue
        row = book.pop(entry.card.phone, None)
        if row is None:
            found.added.append(entry)
        elif changed := tuple(_differences(row, entry)):
            found.changed.append(Change(entry, changed))
        else:
            found.unchanged += 1
    found.removed = [ContactCard(**row._mapping) for row in book.values()]
    return found


def replace_all(session: Session, organisation_id: int, entries: Sequence[Entry]) -> Diff:
    """Make the book what `entries` say, in the session's transaction; who is not among them is removed.

    Two at once follow one another: the later one compares with what the earlier one left.
    """
    session.execute(_ONE_AT_A_TIME, {"key": f"contacts of {organisation_id}"})
    found = diff(session, organisation_id, entries)
    gone = [card.phone for card in found.removed]
    session.execute(
        sa.delete(Contact).where(Contact.organisation_id == organisation_id, Contact.phone == sa.any_(sa.literal(gone)))
    )
    statement = insert(Contact)
    statement = statement.on_conflict_do_update(
        index_elements=[Contact.organisation_id, Contact.phone],
        set_={name: statement.excluded[name] for name in (*CARD_FIELDS[1:], "extra", "updated_at")},
    )
    for batch in _batches([*found.added, *(change.entry for change in found.changed)]):
        session.execute(statement, [_row(organisation_id, entry) for entry in batch])
    return found


_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
_BATCH = 1_000


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), _BATCH):
        yield entries[start : start + _BATCH]


def _differences(row: Any, entry: Entry) -> Iterator[str]:
    for name in CARD_FIELDS:
        if getattr(row, name) != getattr(entry.card, name):
            yield name
    if row.extra != entry.card.extra:
        yield "extra"


def _row(organisation_id: int, entry: Entry) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "national_number": national_number(entry.card.phone),
        "extra": entry.card.extra,
        "updated_at": clock.now(),
        **entry.card.as_dict(),
    }
