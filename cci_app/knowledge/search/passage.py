"""What a search of the documents returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that matches; `score` is comparable within one search only."""

    id: int
    document_id: int
    title: str
    page: int | None
    heading: str | None
    language: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: a document's title and, where it has pages, the page."""

    document_id: int
    title: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer taken from the documents, with its sources; `language` is that of a quote, None where it quotes not."""

    text: str
    sources: tuple[Source, ...]
    language: str | None = None
