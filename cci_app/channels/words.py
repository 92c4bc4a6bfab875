"""What of a message's parts is read: all of it, what was written, and what came with that."""

from collections.abc import Iterable

from cci_app.channels.message import BETWEEN_PARTS, Part, Text


def plain_text(parts: Iterable[Part]) -> str:
    """All parts as one text, their plain forms as paragraphs."""
    return BETWEEN_PARTS.join(part.plain for part in parts)


def written(parts: Iterable[Part]) -> str:
    """What was written, without what was attached."""
    return "\n".join(part.text for part in parts if isinstance(part, Text))


def attachments_of(parts: Iterable[Part]) -> tuple[Part, ...]:
    """What came with, or instead of, written words."""
    return tuple(part for part in parts if not isinstance(part, Text))
