"""What is read out of a file: a title, and text under headings and on pages."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Section:
    """Text that stands together: under one heading and on one page. Blocks are parted by an empty line."""

    text: str
    heading: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document that could be read. `sections` is never empty and each has text."""

    title: str
    sections: tuple[Section, ...]


class Reason(StrEnum):
    """Why a file cannot be read."""

    TOO_LARGE = "too large"
    EMPTY = "empty"
    NOT_TEXT = "not text"
    ENCRYPTED = "protected by a password"
    DAMAGED = "damaged"
    NO_TEXT = "without text (perhaps scanned)"
    TOO_SLOW = "too slow to read"
    UNREACHABLE = "cannot be opened"


class UnreadableDocument(Exception):  # noqa: N818
    """The file holds nothing that can be quoted; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
