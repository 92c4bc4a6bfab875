"""What people asked of the organisation for themselves: marks that no reload of the contact book touches.

A mark names nobody: it holds a pseudonym, which is all that is left of who was erased.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.contacts.models import ContactMark
from cci_app.core.audit import record
from cci_app.core.pseudonyms import pseudonym


class ContactWish(StrEnum):
    """What a person wants of the organisation, whatever the assistant was about. RESUME takes the others back."""

    LEAVE_ALONE = "leave_alone"
    ERASE = "erase"
    WRONG_PERSON = "wrong_person"
    GONE = "gone"
    RESUME = "resume"


def keep_wish(
    session: Session, organisation_id: int, user_id: str, wish: ContactWish, receipt_id: int | None = None
) -> None:
    """Mark a person by their latest wish, or unmark them; `receipt_id` is the message that said it.

    What is sent to them from then on answers that message, or a later one.
    """
    person = pseudonym(organisation_id, user_id)
    record(session, organisation_id, "person.wished", f"person:{person}", {"wish": wish})
    if wish is ContactWish.RESUME:
        session.execute(sa.delete(ContactMark).where(*_is(organisation_id, person)))
        return
    values = {"wish": wish, "receipt_id": receipt_id, "marked_at": sa.func.clock_timestamp()}
    marked = insert(ContactMark).values(organisation_id=organisation_id, person=person, **values)
    session.execute(marked.on_conflict_do_update(index_elements=_KEY, set_=values))


def copy_mark(session: Session, organisation_id: int, before: str, user_id: str) -> None:
    """Mark an id of a person as another id of theirs is marked, unless it is marked itself."""
    mark = find_mark(session, organisation_id, before)
    if mark is not None:
        values = {name: getattr(mark, name) for name in ("wish", "receipt_id", "marked_at", "erased_at")}
        person = pseudonym(organisation_id, user_id)
        copied = insert(ContactMark).values(organisation_id=organisation_id, person=person, **values)
        session.execute(copied.on_conflict_do_nothing())


def note_erased(session: Session, organisation_id: int, user_ids: Iterable[str]) -> None:
    """Mark those ids of a person as erased: no reload brings them back, nobody writes to them first."""
    now = sa.func.clock_timestamp()
    for user_id in user_ids:
        person = pseudonym(organisation_id, user_id)
        marked = insert(ContactMark).values(
            organisation_id=organisation_id, person=person, wish=ContactWish.ERASE, marked_at=now, erased_at=now
        )
        session.execute(
            marked.on_conflict_do_update(
                index_elements=_KEY, set_={"wish": marked.excluded.wish, "erased_at": marked.excluded.erased_at}
            )
        )


def find_mark(session: Session, organisation_id: int, user_id: str) -> ContactMark | None:
    """The mark of a person; None where they wished nothing."""
    return session.get(ContactMark, (organisation_id, pseudonym(organisation_id, user_id)))


def erased_people(session: Session, organisation_id: int) -> frozenset[str]:
    """The pseudonyms of those who were erased."""
    erased = sa.select(ContactMark.person).where(
        ContactMark.organisation_id == organisation_id, ContactMark.erased_at.is_not(None)
    )
    return frozenset(session.scalars(erased))


def last_erasure(session: Session, organisation_id: int) -> datetime | None:
    """When somebody of the organisation was erased last: what was read before may hold them."""
    return session.scalar(
        sa.select(sa.func.max(ContactMark.erased_at)).where(ContactMark.organisation_id == organisation_id)
    )


_KEY = ("organisation_id", "person")


def _is(organisation_id: int, person: str) -> tuple[sa.ColumnElement[bool], ...]:
    return ContactMark.organisation_id == organisation_id, ContactMark.person == person
