"""What the rest of the house knows of a contact."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

# The same fields by the names of those who wrote their agent in Spanish.
SPANISH_NAMES = {
    "phone": "celular",
    "first_name": "nombre",
    "last_name": "apellido",
    "company": "empresa",
    "role": "cargo",
    "sector": "sector",
    "city": "ciudad",
    "email": "correo",
    "membership": "membresia",
    "description": "descripcion",
}


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One person of the contact book. Only the phone (E.164) is certain; the rest is None where unknown.

    `extra` is what the book says beyond these fields, as text by the header of its column.
    """

    phone: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    role: str | None = None
    sector: str | None = None
    city: str | None = None
    email: str | None = None
    membership: str | None = None
    description: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The fields of the card as JSON, unknown ones included as None; without `extra`."""
        return {name: getattr(self, name) for name in CARD_FIELDS}

    def told(self) -> dict[str, Any]:
        """The card for callers outside: every field under its name and its Spanish one, and `extra`."""
        card = self.as_dict()
        spanish = {SPANISH_NAMES[name]: value for name, value in card.items()}
        return {**card, **spanish, "extra": dict(self.extra)}

    def over(self, other: Self | None) -> Self:
        """This card, its gaps filled in from what another says of the same person."""
        if other is None:
            return self
        gaps = {name: getattr(other, name) for name in CARD_FIELDS if not getattr(self, name)}
        return replace(self, **gaps, extra={**other.extra, **self.extra})


CARD_FIELDS = tuple(each.name for each in fields(ContactCard) if each.name != "extra")
