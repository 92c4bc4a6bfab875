"""The contact book to look through: who is in it, and who of them has written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cci_app.contacts import book
from cci_app.contacts.card import CARD_FIELDS
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import find_mark
from cci_app.conversation.history.finding import Wanted, find_conversations
from cci_app.conversation.models import UserSession
from cci_app.core.cursor import reading, written
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.core.sql_text import folded
from cci_app.core.text import fold

PAGE_SIZE = 50
_MOST_WORDS = 8
_SHOWN_CONVERSATIONS = 20
_SEARCHED = ("first_name", "last_name", "company", "role", "sector", "city", "email", "phone", "membership")


_SAID = folded(sa.func.concat_ws(" ", *(getattr(Contact, name) for name in _SEARCHED)))
# By company, then by name, as an admin looks for somebody.
_ORDER = (folded(Contact.company), folded(sa.func.concat_ws(" ", Contact.last_name, Contact.first_name)), Contact.id)
_KEYS = ("company_key", "name_key", "id")
_WROTE = sa.exists().where(UserSession.user_id == Contact.phone)


@dataclass(frozen=True, slots=True)
class Looked:
    """Which contacts; None leaves a filter out. `completed` are those who told all that is asked."""

    text: str | None = None
    city: str | None = None
    wrote: bool | None = None
    completed: bool | None = None

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """SQL on the contacts and who wrote."""
        words = fold(self.text or "").split()[:_MOST_WORDS]
        found: list[sa.ColumnElement[bool]] = [_SAID.contains(word, autoescape=True) for word in words]
        if self.city is not None:
            found.append(folded(Contact.city) == fold(self.city))
        if self.wrote is not None:
            found.append(_WROTE if self.wrote else sa.not_(_WROTE))
        if self.completed is not None:
            completed = _WROTE.where(UserSession.session_completed)
            found.append(completed if self.completed else sa.not_(completed))
        return found


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """A page of contacts; `count` is how many there are in all, None on later pages."""

    contacts: Sequence[dict[str, Any]]
    next: str | None
    count: int | None


def list_contacts(
    organisation_id: int, looked: Looked, *, before: str | None = None, limit: int = PAGE_SIZE
) -> ContactsPage:
    """A page of the contact book by company and name, those after the cursor `before`. Raises InvalidInput."""
    conditions = [Contact.organisation_id == organisation_id, *looked.conditions]
    page = sa.select(
        *(getattr(Contact, name) for name in CARD_FIELDS),
        *(key.label(name) for name, key in zip(_KEYS, _ORDER, strict=True)),
    )
    if before is not None:
        page = page.where(sa.tuple_(*_ORDER) > sa.tuple_(*map(sa.literal, _read(before))))
    page = page.where(*conditions).order_by(*_ORDER).limit(limit + 1)
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(_with_sessions(page.subquery("page"))).mappings().all()
        count = None
        if before is None:
            count = session.scalar(sa.select(sa.func.count()).select_from(Contact).where(*conditions))
    keys = [[row[name] for name in _KEYS] for row in rows[:limit]]
    shown = [_listed(row) for row in rows[:limit]]
    return ContactsPage(shown, written(json.dumps(keys[-1])) if len(rows) > limit else None, count)


def find_contact(organisation_id: int, phone: str, region: str) -> dict[str, Any]:
    """All that is known of the contact with that phone, with their newest conversations. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        card = book.find(session, organisation_id, phone, region)
        if card is None:
            raise NotFound("there is nobody with that number in the contact book")
        updated_at = session.scalar(
            sa.select(Contact.updated_at).where(Contact.organisation_id == organisation_id, Contact.phone == card.phone)
        )
        mark = find_mark(session, organisation_id, card.phone)
    found = find_conversations(organisation_id, Wanted(user_id=card.phone), limit=_SHOWN_CONVERSATIONS)
    return {
        **card.as_dict(),
        "extra": dict(card.extra),
        "updated_at": updated_at,
        "wish": mark.wish if mark else None,
        "conversations": found.conversations,
    }


def _with_sessions(page: sa.Subquery) -> sa.Select[Any]:
    """A page of contacts, and what each of them wrote, of which no other contact's is read."""
    wrote = (
        sa.select(
            sa.func.max(UserSession.last_interaction).label("last_interaction"),
            sa.func.bool_or(UserSession.session_completed).label("completed"),
            sa.func.max(UserSession.total_questions_answered).label("questions_answered"),
        )
        .where(UserSession.user_id == page.c.phone)
        .lateral("wrote")
    )
    keys = (page.c[name] for name in _KEYS)
    return sa.select(page, wrote).join(wrote, sa.true()).order_by(*keys)


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    names = (*CARD_FIELDS, "last_interaction", "questions_answered")
    return {**{name: row[name] for name in names}, "completed": bool(row["completed"])}


def _read(word: str) -> tuple[str, str, int]:
    with reading(word) as text:
        company, name, row = json.loads(text)
        if not (isinstance(company, str) and isinstance(name, str) and isinstance(row, int)):
            raise ValueError("no keys")
        if "\0" in company + name or not 0 <= row < 2**63:
            raise ValueError("no keys of ours")
        return company, name, row
