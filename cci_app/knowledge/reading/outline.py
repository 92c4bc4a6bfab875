"""Blocks of text gathered under headings."""

from cci_app.knowledge.reading.document import Section
from cci_app.language.sentences import BULLET


class Outline:
    """Takes headings and blocks in their order. The first heading is the title, and no heading of what is below it.

    A section's heading is its path below the title, as `Visas › Documents`.
    """

    def __init__(self) -> None:
        self.title: str | None = None
        self.sections: list[Section] = []
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []

    def heading(self, level: int, words: str) -> None:
        """A heading of that level, 1 being the highest; an empty one only ends what is above it."""
        self.close()
        if not words:
            return
        if self.title is None:
            # The document's own name: every passage has it anyway.
            self.title = words
            return
        self._path = [(above, name) for above, name in self._path if above < level] + [(level, words)]

    def block(self, text: str) -> None:
        """A paragraph, or an item of a list that begins with BULLET."""
        if text:
            self._blocks.append(text)

    def close(self) -> None:
        """End the section that is open. Call it at the end, too."""
        if self._blocks:
            heading = " › ".join(name for _, name in self._path) or None
            self.sections.append(Section(join_blocks(self._blocks), heading))
        self._blocks = []


def join_blocks(blocks: list[str]) -> str:
    """Blocks as one text: an empty line between them, but none inside a list."""
    text = ""
    for block in blocks:
        together = block.startswith(BULLET) and text
        text += ("\n" if together else "\n\n" if text else "") + block
    return text
