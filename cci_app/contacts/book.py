"""The contact book in the database: finding a person, and replacing the whole of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.contacts.card import ContactCard
from cci_app.contacts.models import Contact
from cci_app.core.phone import national_number, to_e164

CARD_FIELDS = tuple(ContactCard.__slots__)
_CARD_COLUMNS = [getattr(Contact, name) for name in CARD_FIELDS]
_CANDIDATES = (
    sa.select(*_CARD_COLUMNS)
    .where(
        Contact.organisation_id == sa.bindparam("organisation_id"),
        sa.or_(Contact.phone == sa.bindparam("phone"), Contact.national_number == sa.bindparam("national_number")),
    )
    .order_by((Contact.phone == sa.bindparam("phone")).desc())
    .limit(2)
)


def find(session: Session, organisation_id: int, user_id: str, region: str) -> ContactCard | None:
    """The contact with that phone, or None; one query, none at all for an id that is not a phone.

    The full number decides. Without one, the contact with the same national number, when there is only one:
    two would be a guess.
    """
    phone = to_e164(user_id, region)
    if phone is None:
        return None
    rows: Sequence[sa.Row[tuple[str | None, ...]]] = session.execute(
        _CANDIDATES,
        {"organisation_id": organisation_id, "phone": phone, "national_number": national_number(phone)},
    ).all()
    cards = [ContactCard(**row._mapping) for row in rows]
    if cards and (cards[0].phone == phone or len(cards) == 1):
        return cards[0]
    return None
