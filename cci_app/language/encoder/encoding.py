"""A text as a vector: the sum of its words' rows, rare words weighing more than frequent ones."""

import re
from collections import Counter

from cci_app.language.encoder.lanes import MOST
from cci_app.language.encoder.word_table import WEIGHT_ONE, centred, to_bytes, word_table

# Also a reference such as CO-5, which many type co5.
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:-?[0-9]+[a-z0-9]*)?")
# More would overflow a lane of the sum; so many words are a book, not a message.
_MOST_WORDS = MOST // (256 * (WEIGHT_ONE + 1)) - 1


def summed(text: str) -> list[int] | None:
    """The sum of a text's words, `DIMENSIONS` numbers; None where it has no word."""
    row = word_table().row
    total = weights = 0
    for word, times in Counter(_WORD.findall(text.lower())[:_MOST_WORDS]).items():
        lanes, weight = row(word.replace("-", ""))
        total += lanes * (weight * times)
        weights += weight * times
    return centred(total, weights) if weights else None


def encoded(text: str) -> bytes | None:
    """A text's vector as `DIMENSIONS` bytes of length `SCALE` around `OFFSET`; None where it has no word."""
    values = summed(text)
    return to_bytes(values) if values else None
