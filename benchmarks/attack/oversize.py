"""Bodies, names and ids that are too large, too many or too deep: refused before they cost anything."""

import itertools
import json
from collections.abc import Iterator

import httpx

from benchmarks.attack.senders import Senders
from benchmarks.attack.watch import GOAL_MB, Seen, attacked
from benchmarks.beside import MESSAGE
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import Scale, Stage, say

_SENDERS = 16
_PAUSE_SECONDS = 0.2
_JUST_FITS = 1_000_000
# What the control lets in, and what is sent to it.
_CONTROL_BYTES = 64 * 1024 * 1024
_LETTERS = "ja "


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, and the product with a limit that lets everything in."""
    say("A4: what is too large")
    seen, answers = oversized(stage, stage.product.address, "a4", bodies(), scale.attack_seconds)
    boundless = {"MAX_BODY_BYTES": str(2 * _CONTROL_BYTES)}
    with stage.product.web("wsgi:app", "boundless", boundless) as address:
        control, _ = oversized(stage, address, "ca4", itertools.repeat(_large()), scale.attack_seconds / 2)
    return [
        Figure(
            "A4",
            f"{_SENDERS} callers who send what is too large, too many or too deep, for {scale.attack_seconds:.0f} s",
            f"others as above; nothing of it taken in, no error of ours; < {GOAL_MB} MB a process",
            f"{seen}; {answers} answers, all of them refusals",
            f"with a limit that lets in {_CONTROL_BYTES // 2**20} MB: {control.most['boundless']} MB",
            seen.held and answers > 0 and control.most["boundless"] > GOAL_MB,
        )
    ]


def oversized(stage: Stage, address: str, name: str, bodies: Iterator[bytes], seconds: float) -> tuple[Seen, int]:
    """What others saw, and how many refusals there were; none where one was anything else."""

    def send(client: httpx.Client, _: int) -> httpx.Response:
        return client.post(MESSAGE, content=next(bodies), headers={"Content-Type": "application/json"})

    senders = Senders(address, stage.product.key, _SENDERS, send, pause=_PAUSE_SECONDS)
    seen = attacked(stage, address, name, senders, seconds)
    refused = sum(senders.statuses[status] for status in (400, 413, 422))
    # Who is cut off while they send too much got their answer, and did not read it.
    others = senders.statuses.total() - refused - senders.statuses[0]
    return seen, 0 if others else refused


def bodies() -> Iterator[bytes]:
    """Bodies that fit, just so, each with something in it that is too large; and some that do not fit."""
    long = "x" * _JUST_FITS
    known = {"user_id": "slow:large", "message": "Hola"}
    made = [
        json.dumps({**known, "message": long}),
        json.dumps({**known, "user_id": long}),
        json.dumps({**known, "message_id": long}),
        json.dumps({**known, "assistant": long}),
        json.dumps({**known, "message": _LETTERS * (_JUST_FITS // len(_LETTERS))}),
        json.dumps({"user_id": 5, **{f"k{number}": number for number in range(60_000)}}),
        '{"message": ' + "[" * (_JUST_FITS // 2),
        '{"message": ' + "9" * (_JUST_FITS // 2) + "}",
        json.dumps({**known, "message": 3 * long}),
    ]
    return itertools.cycle([body.encode() for body in made])


def _large() -> bytes:
    """A body of which each letter becomes an object."""
    return b"[" + b"0.5," * (_CONTROL_BYTES // 16) + b"1]"
