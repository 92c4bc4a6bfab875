"""One person who sends much at once, an organisation that exports without end, strangers with keys that do not hold."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import httpx

from benchmarks.attack.senders import Senders
from benchmarks.attack.watch import Seen, attacked, figure
from benchmarks.beside import MESSAGE
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.providers import SLOW
from benchmarks.chaos.stage import Scale, Stage, say

_AT_ONCE = 119
_EXPORTS = 140
_STRANGERS = 8
_GUESSES = 60
# Between an answer and the next request of the same thread: less would be against the limit of requests a key.
_PAUSE_SECONDS = 1.0
_FLOODED = "+573009990000"
_NOISY = "noisy"
_RECORD = 1000
_NUMBERS = itertools.count(1)


def flood(stage: Stage, scale: Scale) -> list[Figure]:
    """As many messages of one person at once as may be in a minute; the agent thinks about each for long."""
    say("A1: a flood of one person")
    seen, answers = flooded(stage, stage.product.address, "a1", scale.attack_seconds)
    with stage.product.web("benchmarks.attack.unseated:app", "unseated") as address:
        control, _ = flooded(stage, address, "ca1", scale.attack_seconds / 2)
    what = f"{_AT_ONCE} messages of one person at once, for {scale.attack_seconds:.0f} s"
    return [figure("A1", what, seen, control.others, f"; of the person {answers[200]} answered")]


def flooded(stage: Stage, address: str, name: str, seconds: float, many: int = _AT_ONCE) -> tuple[Seen, Counter[int]]:
    """What others saw of a flood, and with which statuses its messages were answered; 0: with none."""
    senders = Senders(address, stage.product.key, many, _say_something, pause=_PAUSE_SECONDS)
    seen = attacked(stage, address, name, senders, seconds)
    stage.settle()
    return seen, senders.statuses


def _say_something(client: httpx.Client, _: int) -> httpx.Response:
    number = next(_NUMBERS)
    return client.post(
        MESSAGE, json={"user_id": _FLOODED, "message": f"Hola {SLOW}{number}]", "message_id": f"f{number}"}
    )


def neighbour(stage: Stage, scale: Scale) -> list[Figure]:
    """Another organisation exports its whole record, as often at once as it can."""
    say("A2: an organisation that exports without end")
    key = noisy_key(stage, _RECORD)
    seen, made, own = exported(stage, stage.product.address, key, "a2", scale.attack_seconds)
    with stage.product.web("benchmarks.attack.unseated:app", "unseated") as address:
        control, _, off = exported(stage, address, key, "ca2", scale.attack_seconds / 2)
    found = figure(
        "A2",
        f"{_EXPORTS} exports at once of another organisation, for {scale.attack_seconds:.0f} s",
        seen,
        control.others,
        f"; {made} made, and one of their own: {own}",
        held=made > 0 and own == "200",
    )
    return [replace(found, control=f"{found.control}; one of their own: {off}")]


def noisy_key(stage: Stage, conversations: int) -> str:
    """A key of another organisation, which has a record."""
    *_, key = stage.product.commands(
        f"organisations create {_NOISY} --name Noisy",
        f"demo fill --organisation {_NOISY} --conversations {conversations}",
        f"keys create --organisation {_NOISY} --name noisy --scopes messages,export,admin",
    )
    return key


def exported(
    stage: Stage, address: str, key: str, name: str, seconds: float, many: int = _EXPORTS
) -> tuple[Seen, int, str]:
    """What people of one organisation saw while another exports, how often it did, and what came of one of theirs."""
    told: list[str] = []
    senders = Senders(address, key, many, _export, pause=_PAUSE_SECONDS)

    @contextmanager
    def both() -> Iterator[None]:
        with senders:
            yield
            told.append(_own_export(address, stage.product.key))

    seen = attacked(stage, address, name, both(), seconds)
    return seen, senders.statuses[200], told[0]


def _export(client: httpx.Client, _: int) -> httpx.Response:
    return client.get("/api/v1/export/conversations", params={"format": "excel"})


def _own_export(address: str, key: str) -> str:
    try:
        answer = httpx.get(
            f"{address}/api/v1/export/conversations", headers={"X-API-Key": key}, timeout=10, trust_env=False
        )
    except httpx.HTTPError as error:
        return type(error).__name__
    return str(answer.status_code)


def strangers(stage: Stage, scale: Scale) -> list[Figure]:
    """Keys that do not hold, as fast as they are refused."""
    say("A3: strangers")
    limit = {"RATE_LIMIT_PER_STRANGER": f"{_GUESSES}/minute"}
    with stage.product.web("wsgi:app", "limited", limit) as address:
        seen, looked_up, asked = refused(stage, address, "a3", scale.attack_seconds)
    _, control, of_control = refused(stage, stage.product.address, "ca3", scale.attack_seconds / 2)
    # In each of two processes, and in each minute that it touches.
    most = _GUESSES * 2 * math.ceil(1 + scale.attack_seconds / 60)
    return [
        Figure(
            "A3",
            f"{_STRANGERS} strangers who try keys for {scale.attack_seconds:.0f} s",
            f"others as above; at most {most} keys looked up",
            f"{seen}; {looked_up} of {asked} looked up",
            f"without the limit: {control} of {of_control} looked up",
            seen.held and looked_up <= most < asked and control == of_control > 0,
        )
    ]


def refused(stage: Stage, address: str, name: str, seconds: float) -> tuple[Seen, int, int]:
    """What others saw, how many keys were looked up (401, not 429), and how many there were."""
    senders = Senders(address, "", _STRANGERS, partial(_guess, name))
    seen = attacked(stage, address, name, senders, seconds)
    answered = senders.statuses[401] + senders.statuses[429]
    return seen, senders.statuses[401], answered


def _guess(name: str, client: httpx.Client, number: int) -> httpx.Response:
    return client.get("/api/v1/admin/stats", headers={"X-API-Key": f"cci_{name}{number:040d}"})
