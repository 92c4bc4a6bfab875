"""A text as a vector: the sum of its words' rows, rare words weighing more than frequent ones."""

import re
from collections import Counter
from collections.abc import Iterable

from cci_app.language.encoder.lanes import MOST
from cci_app.language.encoder.word_table import WEIGHT_ONE, centred, to_bytes, word_table

# Also a reference such as CO-5, which many type co5.
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:-?[0-9]+[a-z0-9]*)?")
# More would overflow a lane of the sum; so many words are a book, not a message.
_MOST_WORDS = MOST // (256 * (WEIGHT_ONE + 1)) - 1


def weighed_words(text: str) -> list[tuple[str, int]]:
    """The words of a text that have a row, each with what it weighs there."""
    row = word_table().row
    counted = Counter(_WORD.findall(text.lower())[:_MOST_WORDS])
    found = ((word.replace("-", ""), times) for word, times in counted.items())
    return [(word, weight * times) for word, times in found if (weight := row(word)[1])]


def sum_of(words: Iterable[tuple[str, int]]) -> list[int] | None:
    """The sum of weighed words, `DIMENSIONS` numbers; None where there is no word."""
    row = word_table().row
    total = weights = 0
    for word, weight in words:
        total += row(word)[0] * weight
        weights += weight
    return centred(total, weights) if weights else None


def summed(text: str) -> list[int] | None:
    """The sum of a text's words, `DIMENSIONS` numbers; None where it has no word."""
    return sum_of(weighed_words(text))


def encoded(text: str) -> bytes | None:
    """A text's vector as `DIMENSIONS` bytes of length `SCALE` around `OFFSET`; None where it has no word."""
    values = summed(text)
    return to_bytes(values) if values else None
