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
    """Where an answer comes from: a document's title and, where it has pages, the page.

    `answer_id` is set instead of a document where the organisation itself wrote the answer.
    """

    document_id: int
    title: str
    page: int | None
    answer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer taken from the documents, with its sources; `language` is that of a quote, None where it quotes not.

    Where it is not `sure`, the text is only what comes nearest to the question, an item for each passage.
    """

    text: str
    sources: tuple[Source, ...]
    language: str | None = None
    sure: bool = True

    @property
    def is_own(self) -> bool:
        """Whether the organisation wrote it as an answer to just this: it is told as it stands."""
        return any(source.answer_id is not None for source in self.sources)
