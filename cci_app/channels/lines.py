"""Several things as lines of a plain text."""

from collections.abc import Sequence


def in_lines(*lines: str) -> str:
    """The lines that are not empty, below each other."""
    return "\n".join(filter(None, lines))


def numbered(text: str, lines: Sequence[str]) -> str:
    """A text, and numbered lines below it."""
    return in_lines(text, *(f"{number}. {line}" for number, line in enumerate(lines, start=1)))
