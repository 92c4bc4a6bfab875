"""Words of a question: which of them carry what is asked, and whether a document's word is the same one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from cci_app.core.cache import remember
from cci_app.language.stop_words import ASKING, FUNCTION_WORDS
from cci_app.language.synonyms import SAME
from cci_app.language.tokens import tokens

_ENDING = re.compile(
    r"(?<=[a-z0-9]{4})(?:amos|emos|imos|ando|iendo|ons|ont|ent|ant|ez|er|ir|ar|an|en|as|es|os|e|a|o|i|s)$"
)
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
# In a shorter word a slip makes another word.
_LONG_ENOUGH = 5
# Words beyond it are seldom words, and are compared anew each time.
_LONGEST = 40

_ALTERNATIVES: dict[str, tuple[str, ...]] = {}
for _group in SAME:
    for _word in _group:
        _ALTERNATIVES[_word] = (*_ALTERNATIVES.get(_word, ()), *(other for other in _group if other != _word))

# What carries nothing of what is asked.
STOP = ASKING.union(*FUNCTION_WORDS.values())


@remember(1024, longest=4096)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a passage without those of its addresses, which speak of no subject."""
    return tuple(tokens(_ADDRESS.sub(" ", text) if "@" in text or "://" in text else text))


@dataclass(frozen=True, slots=True)
class Term:
    """A word that carries what is asked, as it was written, and other words for it."""

    word: str
    others: tuple[str, ...] = ()


def terms(question: str, without: frozenset[str] = frozenset()) -> list[Term]:
    """The terms of a question, each once, without the words of asking and those in `without`."""
    found: dict[str, Term] = {}
    for word in tokens(question):
        if word in STOP or word in without or len(word) == 1 or (word.isdigit() and len(word) < 4):
            continue
        found[word] = Term(word, _others(word))
    return list(found.values())


def _others(word: str) -> tuple[str, ...]:
    for form in (word, word.removesuffix("s"), f"{word}s"):
        if form in _ALTERNATIVES:
            return _ALTERNATIVES[form]
    return ()


@remember(65_536, longest=_LONGEST)
def alike(asked: str, written: str) -> float:
    """How surely two folded words are the same one: 1 the same, 0 not; forms and slips of the finger lie between."""
    if asked == written:
        return 1.0
    shorter, longer = sorted((len(asked), len(written)))
    if not (asked.isalpha() and written.isalpha()):
        # Another number is another thing; a reference may be called by its letters.
        letters, reference = sorted((asked, written), key=len)
        return 0.9 if letters.isalpha() and shorter > 1 and reference.removeprefix(letters).isdigit() else 0.0
    if shorter < 3:
        return 0.0
    if _stem(asked) == _stem(written):
        return 0.9
    shared = Prefix.similarity(asked, written)
    if shared == shorter and longer - shorter <= 2:
        return 0.95
    if shared >= 6 or (shared >= 5 and shared >= 0.7 * shorter):
        return 0.85
    if shorter >= _LONG_ENOUGH and longer - shorter <= 2:
        most = _most_slips(shorter)
        # Letters left out, put in, changed or swapped with their neighbour.
        slips = OSA.distance(asked, written, score_cutoff=most)
        if slips <= most:
            return 0.9 - 0.1 * slips
    return 0.0


def slipped(asked: str, words: Sequence[str]) -> list[str]:
    """Those of many words that `alike` may take for `asked` written with slips; the others it does not."""
    if len(asked) < _LONG_ENOUGH:
        return []
    near = process.extract(asked, words, scorer=OSA.distance, score_cutoff=_most_slips(len(asked)), limit=None)
    return [word for word, _, _ in near]


def _most_slips(length: int) -> int:
    return 1 if length < 8 else 2


def closeness(term: Term, word: str) -> float:
    """How surely `word` is the term or another word for it."""
    best = alike(term.word, word)
    for other in term.others:
        best = max(best, 0.9 * alike(other, word))
    return best


@remember(65_536, longest=_LONGEST)
def _stem(word: str) -> str:
    """`word` without the ending of a French or Spanish verb, noun or plural, where four letters remain."""
    return _ENDING.sub("", word)
