"""Where a page of a list ends, as one word that callers give back as they got it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from cci_app.core.errors import InvalidInput


def written(text: str) -> str:
    """The word for what the list has to know of its last row."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@contextmanager
def reading(word: str) -> Iterator[str]:
    """What `written` was given, to be read in the block. Raises InvalidInput for what is not ours."""
    try:
        yield base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
    except (ValueError, TypeError, RecursionError) as error:
        told = "this is no `next` of a page: begin again without `before`"
        raise InvalidInput(told, details={"before": [told]}) from error
