"""Which of two readers read a page better."""

import re

from cci_app.knowledge.reading.legibility import odd_letters
from cci_app.knowledge.reading.pdf.lines import Page

# Of the letters of a page, what the reader that is believed may miss without a word.
MOST_MISSED = 0.02
# A word as people write them; what is longer is several, run together.
_WORD = re.compile(r"[^\W\d_]{1,24}|\d{1,12}")
_RUN = re.compile(r"[^\W_]+")


def words(text: str) -> dict[str, int]:
    """The different words of a text that look like words, in small letters, each with the number of its letters.

    A word parted at the end of a line is whole.
    """
    whole = re.sub(r"(?<=\w)-\n(?=\w)", "", text)
    found = (run for run in _RUN.findall(whole.casefold()) if _WORD.fullmatch(run))
    return {word: len(word) for word in found}


def chosen(first: Page, second: Page | None) -> tuple[Page, bool, float]:
    """The page of the reader that read it better, whether that is the second, and the share that it missed.

    One reader has missed a word that the other has: it left it out, ran it into the next one, cut it in pieces, or has
    another letter in it. The one that missed fewer letters so, and has fewer that are none, is the better; where they
    are equal it is the first.
    """
    if second is None:
        return first, False, 0.0
    ours, theirs = words(first.text), words(second.text)
    if ours.keys() == theirs.keys():
        return first, False, 0.0
    missed = sum(size for word, size in theirs.items() if word not in ours)
    gained = sum(size for word, size in ours.items() if word not in theirs)
    worse = missed + odd_letters(first.text) > gained + odd_letters(second.text)
    page, other = (second, ours) if worse else (first, theirs)
    return page, worse, _lost(page, other)


def _lost(page: Page, others: dict[str, int]) -> float:
    """The share of the other reader's letters that a page does not have, however its words are parted."""
    run_on = "".join(_RUN.findall(page.text.casefold()))
    return sum(size for word, size in others.items() if word not in run_on) / (sum(others.values()) or 1)
