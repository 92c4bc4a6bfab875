"""What an assistant may still use, as a turn reads it when it is taken; and how the database says no at its end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from sqlalchemy.exc import DBAPIError


class Refusal(StrEnum):
    """Why an assistant may not answer."""

    SPENT = "spent"
    BUSY = "busy"
    TOO_LONG = "too_long"


# One object, of an organisation without quotas too: nothing of it is said then.
ALLOWANCE: Final = (
    "SELECT json_build_object("
    "'spent', bool_or(stopped_at IS NOT NULL AND period_end > clock_timestamp()),"
    " 'busy', bool_or(hour = date_trunc('hour', clock_timestamp(), 'UTC')"
    "  AND hour_messages >= CAST(agreed ->> 'rate' AS bigint)),"
    " 'longest', min(CAST(agreed ->> 'length' AS bigint)))"
    " FROM quotas WHERE organisation_id = :organisation_id AND assistant IN ('', :assistant)"
)
# The errors of the trigger that counts, by which it undoes a turn.
_CODES: Final = {"QUOTA": Refusal.SPENT, "QRATE": Refusal.BUSY}


@dataclass(frozen=True, slots=True)
class TurnAllowance:
    """What is left to an assistant: nothing in this period, nothing in this hour, or messages of that length."""

    spent: bool = False
    busy: bool = False
    longest: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Self:
        """What the statement ALLOWANCE told."""
        told = kept or {}
        return cls(bool(told.get("spent")), bool(told.get("busy")), told.get("longest"))

    @classmethod
    def none(cls, refusal: Refusal) -> Self:
        """Nothing, for that reason."""
        return cls(spent=refusal is Refusal.SPENT, busy=refusal is Refusal.BUSY)

    def refusal(self, length: int) -> Refusal | None:
        """Why a message of that length is not answered; None where it is."""
        if self.spent:
            return Refusal.SPENT
        if self.busy:
            return Refusal.BUSY
        return Refusal.TOO_LONG if self.longest is not None and length > self.longest else None


UNLIMITED: Final = TurnAllowance()


class TurnRefused(Exception):  # noqa: N818
    """The database counted one too many, and undid what it was asked to write."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@contextmanager
def counted() -> Iterator[None]:
    """Statements that write what was used. Raises TurnRefused."""
    try:
        yield
    except DBAPIError as error:
        refusal = _CODES.get(getattr(error.orig, "pgcode", None) or "")
        if refusal is None:
            raise
        raise TurnRefused(refusal) from error
