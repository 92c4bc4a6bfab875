"""Sums over many small numbers at once, each in its own bits of one large integer.

Python adds two integers of a thousand digits, or multiplies one by a small number, in about a microsecond. So a row of
numbers from 0 to 255, each given 32 bits, is added and weighed as one number. No sum here reaches 2³²: it would run
into its neighbour.
"""

import struct
from collections.abc import Sequence

_BYTES = 4
MOST = 1 << 8 * _BYTES
"""What a sum stays below."""


def joined(row: bytes | memoryview) -> int:
    """A row of bytes as one integer, the first in its lowest 32 bits."""
    spread = bytearray(_BYTES * len(row))
    spread[::_BYTES] = row
    return int.from_bytes(spread, "little")


def unjoined(row: int, count: int) -> bytes:
    """The row of `count` bytes that was joined."""
    return row.to_bytes(_BYTES * count, "little")[::_BYTES]


def parted(sums: int, count: int) -> tuple[int, ...]:
    """The `count` numbers that an integer is made of."""
    return struct.unpack(f"<{count}I", sums.to_bytes(_BYTES * count, "little"))


class Rows:
    """Rows of numbers from 0 to 255, multiplied with a vector of such: the inner products with all of them at once."""

    def __init__(self, rows: Sequence[bytes]) -> None:
        """`rows` are of one length, below 2¹⁶."""
        self.count = len(rows)
        self._columns = [joined(bytes(column)) for column in zip(*rows, strict=True)]

    def products(self, vector: bytes) -> tuple[int, ...]:
        """The inner product of `vector` with each row."""
        total = 0
        for value, column in zip(vector, self._columns, strict=True):
            total += value * column
        return parted(total, self.count)
