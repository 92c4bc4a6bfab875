"""What is exported: which conversations, and in which form."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from pydantic import SecretStr

from cci_app.core.errors import InvalidInput


class ExportFormat(StrEnum):
    """The form of an export."""

    EXCEL = "excel"
    CSV = "csv"
    JSON = "json"

    @property
    def extension(self) -> str:
        """Of the file's name."""
        return "xlsx" if self is ExportFormat.EXCEL else self.value

    @property
    def has_messages(self) -> bool:
        """Whether it holds all messages beside the conversations."""
        return self is ExportFormat.EXCEL

    @property
    def content_type(self) -> str:
        """Of the file."""
        return _CONTENT_TYPES[self]


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTENT_TYPES = {
    ExportFormat.EXCEL: XLSX,
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
}


_DIGEST_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Selection:
    """The conversations to export; None leaves a filter out.

    The dates are days of the organisation's time zone, both included, on which a conversation began. A company is
    compared without case. Raises InvalidInput for an end before the start.
    """

    start_date: date | None = None
    end_date: date | None = None
    user_id: str | None = None
    company: str | None = None
    language: str | None = None
    status: str | None = None
    assistant: str | None = None

    def __post_init__(self) -> None:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise InvalidInput(
                "the end of the export is before its start",
                details={"end_date": [f"Not before start_date ({self.start_date})."]},
            )

    @property
    def conditions(self) -> list[str]:
        """SQL on `export_conversations AS v`; its parameters are the fields' names and `timezone`."""
        return ["v.organisation_id = %(organisation_id)s"] + [
            condition for name, condition in _CONDITIONS.items() if getattr(self, name) is not None
        ]

    def as_json(self) -> dict[str, str]:
        """The filters that are set, as `from_json` reads them."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        dates: dict[str, Any] = {
            name: date.fromisoformat(kept[name]) for name in ("start_date", "end_date") if name in kept
        }
        return cls(**{**kept, **dates})

    def file_name(self, form: ExportFormat, secret: SecretStr) -> str:
        """What the file is called: the same for the same selection, another for any other.

        It tells the days and what is nobody's person. A person or a company is only told apart, by an HMAC: whoever
        reads the name cannot try phones until one fits.
        """
        parts = ["conversations", self._days()]
        parts += [f"{name}-{getattr(self, name)}" for name in ("status", "language") if getattr(self, name)]
        whom = [self.user_id, self.company and self.company.lower()]
        if any(whom):
            key = secret.get_secret_value().encode()
            message = f"export file name {json.dumps(whom)}".encode()
            parts.append(f"for-{hmac.new(key, message, hashlib.sha256).hexdigest()[:_DIGEST_CHARACTERS]}")
        # Last: it alone may hold what the others are joined with.
        parts += [f"assistant-{self.assistant}"] if self.assistant else []
        return f"{'_'.join(parts)}.{form.extension}"

    def _days(self) -> str:
        start, end = self.start_date, self.end_date
        if start and end:
            return str(start) if start == end else f"{start}_{end}"
        return f"from-{start}" if start else f"until-{end}" if end else "all"


_CONDITIONS = {
    "start_date": "v.started_at >= %(start_date)s::date::timestamp AT TIME ZONE %(timezone)s",
    "end_date": "v.started_at < (%(end_date)s::date + 1)::timestamp AT TIME ZONE %(timezone)s",
    "user_id": "v.user_id = %(user_id)s",
    "company": "lower(v.company) = lower(%(company)s)",
    "language": "v.language = %(language)s",
    "status": "v.status = %(status)s",
    "assistant": "v.assistant = %(assistant)s",
}
