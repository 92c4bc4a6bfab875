"""The table of words: each word's vector, in a file that all processes of a machine share in memory.

`benchmarks/encoder/distil.py` makes it, and says from what. It holds no words, only their hashes, in order, to be found
by halving. A word that it lacks gets the sum of its pieces' vectors.
"""

import hashlib
import math
import mmap
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from operator import mul
from pathlib import Path
from typing import Literal

from cci_app.core.cache import remember
from cci_app.language.encoder.lanes import joined, parted, unjoined
from cci_app.language.tokens import folded

DIMENSIONS = 384
# Numbers of a row have length `SCALE` together, and are kept with `OFFSET` added, as none below 0 can be.
SCALE = 400
OFFSET = 128
WEIGHT_ONE = 1023

MAGIC = b"WORDS001"
HEADER = "<8sIII"

SHA256 = "dd7dc872326c16750a6f24156236248fe79c146aa103bad726900aef67dcd75f"
_FILE = Path(__file__).with_name("words.table")

_PIECES = (3, 4, 5, 6)
_SHORTEST_IN_PIECES = 3
# Some 1.6 KB each.
_KEPT_WORDS = 4096


def key(text: str) -> int:
    """The hash by which the table knows a word or a piece of one: 64 bits."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def pieces(word: str) -> list[str]:
    """The pieces of a word, each once, marked so that they are no words."""
    framed = f"<{folded(word)}>"
    found = (framed[at : at + size] for size in _PIECES for at in range(len(framed) - size + 1))
    return [f"~{piece}" for piece in dict.fromkeys(found)]


class WordTable:
    """Rows of `DIMENSIONS` numbers by word. Safe to share between threads, and by processes after a fork."""

    def __init__(self, path: Path = _FILE, sha256: str = SHA256) -> None:
        """Raises ValueError for a file that is not the one that was measured."""
        with path.open("rb") as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if hashlib.sha256(self._file).hexdigest() != sha256:
            raise ValueError(f"{path} is damaged or of another version: fetch it from the repository again")
        _, dimensions, count, rows = struct.unpack_from(HEADER, self._file)
        if dimensions != DIMENSIONS:
            raise ValueError(f"{path} has vectors of {dimensions} numbers, not {DIMENSIONS}")
        keys = struct.calcsize(HEADER)
        numbers = keys + 8 * count
        weights = numbers + 4 * count
        self._first_row = weights + 2 * rows
        self._keys = self._integers("Q", keys, numbers)
        self._numbers = self._integers("I", numbers, weights)
        self._weights = self._integers("H", weights, self._first_row)
        self.row = remember(_KEPT_WORDS, longest=40)(self._row)

    def vector(self, word: str) -> bytes | None:
        """A word's row as `DIMENSIONS` bytes; None where it has none."""
        lanes, weight = self.row(word)
        return unjoined(lanes, DIMENSIONS) if weight else None

    def knows(self, word: str) -> bool:
        """Whether a word stands in the table as it is written: a misspelt one seldom does."""
        return self._find(word) is not None

    def _row(self, word: str) -> tuple[int, int]:
        """A word's row in lanes, and its weight from 0 to `WEIGHT_ONE`: the rarer, the more; 0 for what has no row."""
        number = self._find(word)
        if number is None and (plain := folded(word)) != word:
            number = self._find(plain)
        if number is not None:
            return joined(self._values(number)), self._weights[number]
        return self._of_pieces(word) if word.isalpha() else (joined(_of_reference(word)), WEIGHT_ONE)

    def _of_pieces(self, word: str) -> tuple[int, int]:
        if len(word) < _SHORTEST_IN_PIECES:
            return 0, 0
        found = [number for piece in pieces(word) if (number := self._find(piece)) is not None]
        if not found:
            return 0, 0
        weights = [self._weights[number] for number in found]
        total = sum(joined(self._values(number)) * weight for number, weight in zip(found, weights, strict=True))
        return joined(to_bytes(centred(total, sum(weights)))), WEIGHT_ONE

    def _find(self, text: str) -> int | None:
        """The number of the row of a word or piece."""
        wanted = key(text)
        place = bisect_left(self._keys, wanted)
        if place == len(self._keys) or self._keys[place] != wanted:
            return None
        return self._numbers[place]

    def _integers(self, kind: Literal["Q", "I", "H"], begin: int, end: int) -> Sequence[int]:
        """A part of the file as integers, which are written the lowest byte first."""
        part = memoryview(self._file)[begin:end]
        if sys.byteorder == "little":
            return part.cast(kind)
        turned = array(kind, part.tobytes())
        turned.byteswap()
        return turned

    def _values(self, number: int) -> bytes:
        begin = self._first_row + DIMENSIONS * number
        return self._file[begin : begin + DIMENSIONS]


def _of_reference(word: str) -> bytes:
    """A direction of its own, told by a hash: another number is another thing."""
    return to_bytes([2 * value - 255 for value in hashlib.shake_128(word.encode()).digest(DIMENSIONS)])


def centred(total: int, weight: int) -> list[int]:
    """The numbers of a sum of rows whose weights are `weight` together, around 0 again."""
    offset = OFFSET * weight
    return [value - offset for value in parted(total, DIMENSIONS)]


def norm(values: Sequence[int]) -> float:
    """The length of a vector."""
    return math.sqrt(sum(map(mul, values, values)))


def to_bytes(values: list[int]) -> bytes:
    """A vector, brought to length `SCALE`, as the bytes of a row."""
    length = norm(values)
    scale = SCALE / length if length else 0.0
    shift = OFFSET + 0.5
    scaled = [int(value * scale + shift) for value in values]
    try:
        return bytes(scaled)
    except ValueError:
        return bytes(max(0, min(255, value)) for value in scaled)


@cache
def word_table() -> WordTable:
    """The product's, opened when a text is first encoded."""
    return WordTable()
