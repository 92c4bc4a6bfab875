"""Twelve ways to change a request that a channel signed, of which none may pass."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that a channel signed; `signature` is the header that proves it."""

    path: str
    body: bytes
    headers: dict[str, str]
    signature: str

    def with_signature(self, value: str) -> "Signed":
        """With another value in that header."""
        return replace(self, headers={**self.headers, self.signature: value})


def mutations(request: Signed, other: Signed) -> Iterator[tuple[str, Signed]]:
    """The request changed in twelve ways; `other` is one that another secret signed."""
    given = request.headers[request.signature]
    without = {name: value for name, value in request.headers.items() if name != request.signature}
    middle = len(given) // 2
    flipped = given[:middle] + ("A" if given[middle] != "A" else "B") + given[middle + 1 :]
    place = random.Random(7).randrange(len(request.body) // 4, len(request.body) // 2)
    changed = request.body[:place] + bytes([request.body[place] ^ 1]) + request.body[place + 1 :]
    yield "no signature", replace(request, headers=without)
    yield "an empty signature", request.with_signature("")
    yield "one character changed", request.with_signature(flipped)
    yield "a signature cut short", request.with_signature(given[:-1])
    yield "a signature and more", request.with_signature(given + "0")
    yield "another's signature", request.with_signature(other.headers[other.signature])
    yield "a signature that is no ASCII", request.with_signature("é" * len(given))
    yield "the case of the signature swapped", request.with_signature(given.swapcase())
    yield "one bit of the body", replace(request, body=changed)
    yield "a body cut short", replace(request, body=request.body[:-1])
    yield "a body with more", replace(request, body=request.body + b" ")
    yield "no body", replace(request, body=b"")
