"""Reading a message: its letters without accents, its words, its sentences and clauses."""

import re
from dataclasses import dataclass
from functools import lru_cache

from cci_app.language.copied import flat

_NOT_WORDS = re.compile(r"[\W_]+")
# A full stop, comma or colon ends something only before a space: not in 2.5, S.A.S or https://.
_SENTENCES = re.compile(r"(?<=[?!…])\s*|(?<=[.;])\s+|\n+|(?=[¿¡])")
_CLAUSES = re.compile(r"(?<=[,:;])\s+|(?<!\s)\s++[-–—]\s+|(?<=\))\s*|(?<!\s)\s*+(?=\()")

_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[\w/]", re.IGNORECASE)
# A private character, which no message has: what is not to be stored is dropped at the edge.
_HELD = "\ue000"


def words_of(text: str) -> str:
    """Return the words of `text`, flat, one space between them: `J'ai accédé !` gives `j ai accede`."""
    return _NOT_WORDS.sub(" ", flat(text)).strip()


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence as it was written, and its words."""

    raw: str
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its clauses; `asks` when a question mark ends or opens it."""

    raw: str
    words: str
    asks: bool
    clauses: tuple[Clause, ...]


def sentences_of(text: str) -> list[Sentence]:
    """Split `text` into sentences that have words."""
    found = []
    # The "?" of an address asks nothing.
    text = _ADDRESS.sub(lambda address: address[0].replace("?", _HELD), text)
    for part in filter(None, map(str.strip, _SENTENCES.split(text))):
        raw = part.replace(_HELD, "?")
        clauses = [Clause(clause.strip(), words_of(clause)) for clause in _CLAUSES.split(raw)]
        clauses = [clause for clause in clauses if clause.words]
        if clauses:
            asks = "?" in part or part.startswith("¿")
            found.append(Sentence(raw, words_of(raw), asks, tuple(clauses)))
    return found


def all_clauses(text: str) -> list[Clause]:
    """The clauses of all sentences of `text`."""
    return [clause for sentence in sentences_of(text) for clause in sentence.clauses]


@lru_cache(maxsize=512)
def pattern_of(entries: tuple[str, ...]) -> re.Pattern[str]:
    """Compile content's words (`export*`, `espace membre`) to a pattern that finds any of them in words of a text."""
    parts = []
    for entry in entries:
        stem = words_of(entry)
        if stem:
            parts.append(stem + (r"\w*" if entry.rstrip().endswith("*") else ""))
    if not parts:
        return re.compile(r"(?!)")
    return re.compile(rf"\b(?:{'|'.join(sorted(set(parts), key=len, reverse=True))})\b")
