"""What is exported: which conversations, and in which form."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

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
    def content_type(self) -> str:
        """Of the file."""
        return _CONTENT_TYPES[self]


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTENT_TYPES = {
    ExportFormat.EXCEL: XLSX,
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
}


class RunStatus(StrEnum):
    """How far a conversation came. An abandoned one was reset, or begun anew, before its end."""

    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    ABANDONED = "abandoned"


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

    def file_name(self, form: ExportFormat) -> str:
        """What the file is called: the days it is about, never whom."""
        days = [str(day) for day in (self.start_date, self.end_date) if day]
        return "_".join(["conversations", *dict.fromkeys(days)]) + f".{form.extension}"


_CONDITIONS = {
    "start_date": "v.started_at >= %(start_date)s::date::timestamp AT TIME ZONE %(timezone)s",
    "end_date": "v.started_at < (%(end_date)s::date + 1)::timestamp AT TIME ZONE %(timezone)s",
    "user_id": "v.user_id = %(user_id)s",
    "company": "lower(v.company) = lower(%(company)s)",
    "language": "v.language = %(language)s",
    "status": "v.status = %(status)s",
    "assistant": "v.assistant = %(assistant)s",
}
