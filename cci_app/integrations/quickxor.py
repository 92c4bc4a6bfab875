"""QuickXorHash, by which SharePoint tells what is in a file.

Each byte is XORed into a ring of 160 bits, 11 bits further than the one before, and the length in bytes, as 64 bits
little-endian, into the ring's last 64 bits. Specification:
https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash
"""

import base64
from typing import IO

_BITS = 160
_STEP = 11
# After 160 bytes the ring is where it began: bytes that far apart meet at the same place.
_ROUND = 160
_CHUNK = _ROUND * 4096


def quick_xor_hash(file: IO[bytes]) -> str:
    """The hash of what a file still has to give, in base64, as `file.hashes.quickXorHash` of a driveItem has it."""
    folded = 0
    length = 0
    while chunk := file.read(_CHUNK):
        length += len(chunk)
        chunk += bytes(-len(chunk) % _ROUND)
        for start in range(0, len(chunk), _ROUND):
            folded ^= int.from_bytes(chunk[start : start + _ROUND], "little")
    ring = 0
    for index, byte in enumerate(folded.to_bytes(_ROUND, "little")):
        ring ^= byte << index * _STEP % _BITS
    # What went over the end comes in again at the beginning.
    ring = ring & (1 << _BITS) - 1 ^ ring >> _BITS
    ring ^= length << _BITS - 64
    return base64.b64encode(ring.to_bytes(_BITS // 8, "little")).decode()
