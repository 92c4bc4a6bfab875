"""A document cut into passages that can be found and quoted on their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cci_app.knowledge.reading.document import Document
from cci_app.language.sentences import END_OF_SENTENCE

SIZE = 1000
OVERLAP = 200

_ENDLESS = re.compile(r"\S{800}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: at most `SIZE` characters, all of it under one heading and on one page."""

    text: str
    heading: str | None
    page: int | None


def chunks(document: Document, size: int = SIZE, overlap: int = OVERLAP) -> Iterator[Chunk]:
    """Cut at headings and pages first; a longer section at blocks, then at sentence ends, with an overlap.

    Sections are never put together, however short: an answer stands under one heading.
    """
    # Imported here because it takes most of a second and only a load needs it.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n\n", END_OF_SENTENCE, r"\n", r"(?<=[,;:])\s", r"\s", ""],
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=size,
        chunk_overlap=overlap,
    )
    for section in document.sections:
        whole = len(section.text) <= size
        for text in [section.text] if whole else splitter.split_text(_with_spaces(section.text)):
            if stripped := text.strip():
                yield Chunk(stripped, section.heading, section.page)


def _with_spaces(text: str) -> str:
    """No word is as long as a passage; what looks like one is cut, as the splitter would do letter by letter."""
    return _ENDLESS.sub(r"\g<0> ", text)
