"""Where a page of a list ends: a moment and an id, as one word that callers give back as they got it."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cci_app.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page."""

    moment: datetime
    id: uuid.UUID

    def written(self) -> str:
        """As callers get it."""
        return base64.urlsafe_b64encode(f"{self.moment.isoformat()} {self.id}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what `written` made. Raises InvalidInput for anything else."""
        try:
            moment, _, row = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode().partition(" ")
            cursor = cls(datetime.fromisoformat(moment), uuid.UUID(row))
            if cursor.moment.tzinfo is None:
                raise ValueError("a moment without its zone")
        except (ValueError, binascii.Error) as error:
            told = "this is no `next` of a page: begin again without `before`"
            raise InvalidInput(told, details={"before": [told]}) from error
        return cursor
