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
    """A document that could be read. `sections` is never empty and each has text; `links` are those of a web page."""

    title: str
    sections: tuple[Section, ...]
    pages: int | None = None
    links: tuple[str, ...] = ()


class Reason(StrEnum):
    """Why a document cannot be had or read, as a stable code; `knowledge.documents.reasons` has the sentences."""

    TOO_LARGE = "too_large"
    TOO_MUCH_TEXT = "too_much_text"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no_text"
    TOO_SLOW = "too_slow"
    TOO_COMPLEX = "too_complex"
    UNREACHABLE = "unreachable"
    UPLOAD_LOST = "upload_lost"
    DUPLICATE = "duplicate"
    INTERRUPTED = "interrupted"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    HOST_NOT_FOUND = "host_not_found"
    PAGE_NOT_FOUND = "page_not_found"
    PAGE_REFUSED = "page_refused"
    PAGE_UNEXPECTED = "page_unexpected"
    SITE_UNREACHABLE = "site_unreachable"
    STORE_UNAVAILABLE = "store_unavailable"


class UnreadableDocument(Exception):  # noqa: N818
    """The document holds nothing that can be quoted; `reason` says why, `same_as` the document that it is a copy of."""

    def __init__(self, reason: Reason, same_as: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.same_as = same_as
