"""Blocks of text gathered under headings."""

from collections.abc import Iterable

from cci_app.knowledge.reading.document import Section
from cci_app.language.sentences import BULLET


class Outline:
    """Takes headings and blocks in their order. `title` is known from elsewhere, else it is the first heading.

    The title is no heading of what is below it. A section's heading is its path below the title, as
    `Visas › Documents`. A heading under which nothing stands is a section of its own: what it says is all that is said.
    """

    def __init__(self, title: str | None = None) -> None:
        self.title = title
        self.sections: list[Section] = []
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._titled = False
        # Whether the last heading of the path has had text, or another heading, below it.
        self._told = True

    def heading(self, level: int, words: str) -> None:
        """A heading of that level, 1 being the highest; an empty one only ends what is above it."""
        self._end()
        if not words:
            return
        if self.title is None or (words == self.title and not self._titled):
            # The document's own name: every passage has it anyway.
            self.title = words
            self._titled = True
            return
        if not self._told and self._path[-1][0] >= level:
            self._tell()
        self._path = [(above, name) for above, name in self._path if above < level] + [(level, words)]
        self._told = False

    def block(self, text: str) -> None:
        """A paragraph, or an item of a list that begins with BULLET."""
        if text:
            self._blocks.append(text)
            self._told = True

    def close(self) -> tuple[Section, ...]:
        """End what is open; all sections in their order."""
        self._end()
        if not self._told:
            self._tell()
        if not self.sections and self._titled and self.title is not None:
            self.sections.append(Section(self.title))
        return tuple(self.sections)

    def _end(self) -> None:
        if self._blocks:
            self.sections.append(Section(join_blocks(self._blocks), _heading(self._path)))
        self._blocks = []

    def _tell(self) -> None:
        self.sections.append(Section(self._path[-1][1], _heading(self._path[:-1])))
        self._told = True


def _heading(path: Iterable[tuple[int, str]]) -> str | None:
    return " › ".join(name for _, name in path) or None


def join_blocks(blocks: list[str]) -> str:
    """Blocks as one text: an empty line between them, but none inside a list."""
    text = ""
    for block in blocks:
        together = block.startswith(BULLET) and text
        text += ("\n" if together else "\n\n" if text else "") + block
    return text
