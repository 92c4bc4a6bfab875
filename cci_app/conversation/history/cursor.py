"""Where a page of conversations ends: at a moment and an id."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cci_app.core.cursor import reading, written


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page."""

    moment: datetime
    id: uuid.UUID

    def written(self) -> str:
        """As callers get it."""
        return written(f"{self.moment.isoformat()} {self.id}")

    @classmethod
    def read(cls, word: str) -> Self:
        """Read what `written` made. Raises InvalidInput for anything else."""
        with reading(word) as text:
            moment, _, row = text.partition(" ")
            cursor = cls(datetime.fromisoformat(moment), uuid.UUID(row))
            if cursor.moment.tzinfo is None:
                raise ValueError("a moment without its zone")
            return cursor
