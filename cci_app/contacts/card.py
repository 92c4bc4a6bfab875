"""What the rest of the house knows of a contact."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One person of the contact book. Only the phone (E.164) is certain; the rest is None where unknown."""

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

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON, unknown fields included as None."""
        return asdict(self)
