"""Which of two readers read a page better."""

import re

from cci_app.knowledge.reading.legibility import odd_letters
from cci_app.knowledge.reading.pdf.lines import Page

# Of the letters of a page, what the reader that is believed may miss without a word.
MOST_MISSED = 0.02
# A word as people write them; what is longer is several, run together.
_LONGEST = 24
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

    A reader has missed a word that the other has and whose letters do not follow each other in its own text, however
    that is parted. The one that missed fewer letters so, and has fewer that are none or run together, is the better;
    where they are equal it is the first, which parts words where the eye does.
    """
    if second is None:
        return first, False, 0.0
    ours, theirs = words(first.text), words(second.text)
    if ours == theirs:
        return first, False, 0.0
    missed, gained = _missed(first, theirs), _missed(second, ours)
    if missed + _wrong(first) > gained + _wrong(second):
        return second, True, gained / (sum(ours.values()) or 1)
    return first, False, missed / (sum(theirs.values()) or 1)


def _missed(page: Page, others: dict[str, int]) -> int:
    run_on = "".join(_RUN.findall(page.text.casefold()))
    return sum(size for word, size in others.items() if word not in run_on)


def _wrong(page: Page) -> int:
    glued = sum(len(run) for run in _RUN.findall(page.text) if len(run) > _LONGEST)
    return odd_letters(page.text) + glued
