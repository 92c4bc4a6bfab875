"""What is read out of a file: a title, and text under headings and on pages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Section:
    """Text that stands together: under one heading and on one page. Blocks are parted by an empty line."""

    text: str
    heading: str | None = None
    page: int | None = None


class Omission(StrEnum):
    """What a reader of the page sees, or once wrote, and a passage does not have."""

    REPEATED_LINES = "repeated_lines"
    PAGE_NUMBERS = "page_numbers"
    OUTSIDE_THE_PAGE = "outside_the_page"
    MENUS_AND_FOOTERS = "menus_and_footers"
    HIDDEN_TEXT = "hidden_text"
    DELETED_TEXT = "deleted_text"
    COMMENTS = "comments"
    CHARTS = "charts"
    EMBEDDED_FILES = "embedded_files"


class Caution(StrEnum):
    """What makes a text that was read less than what its readers see; `knowledge.documents.reasons` says it."""

    ODD_LETTERS = "odd_letters"
    GLUED_WORDS = "glued_words"
    PICTURES = "pictures"
    WORDS_MISSING = "words_missing"
    NOT_EVERYTHING = "not_everything"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of reading a document.

    `readers` counts the pages that each reader gave, or the whole document as one. `odd` is the share of letters that
    look wrong, 0 to 1. `left_out` counts words, save comments, charts and embedded files, which it counts as such.
    `cautions` has the pages that each is about; none where it is about the whole document.
    """

    words: int
    readers: Mapping[str, int] = field(default_factory=dict)
    odd: float = 0.0
    left_out: Mapping[Omission, int] = field(default_factory=dict)
    cautions: Mapping[Caution, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that could be read. `sections` is never empty and each has text; `links` are those of a web page."""

    title: str
    sections: tuple[Section, ...]
    pages: int | None = None
    links: tuple[str, ...] = ()
    report: Report | None = None


@dataclass(slots=True)
class Found:
    """What the reader of one kind found in a file, before it is cleaned."""

    title: str | None
    sections: Sequence[Section]
    readers: Mapping[str, int]
    pages: int | None = None
    links: tuple[str, ...] = ()
    left_out: Counter[Omission] = field(default_factory=Counter)
    cautions: dict[Caution, tuple[int, ...]] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a document cannot be had or read, as a stable code; `knowledge.documents.reasons` has the sentences."""

    TOO_LARGE = "too_large"
    TOO_MUCH_TEXT = "too_much_text"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no_text"
    ODD_LETTERS = "odd_letters"
    NEEDS_SCRIPT = "needs_script"
    TOO_SLOW = "too_slow"
    TOO_COMPLEX = "too_complex"
    READER_FAILED = "reader_failed"
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
