"""Files that go with a letter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file that goes with a letter; `content` is in base64, for a part is kept as JSON."""

    name: str
    media_type: str
    content: str
