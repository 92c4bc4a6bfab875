"""A message of which the agent never comes to an end, and eats the processor meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.attack.watch import Seen, attacked
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.people import Message
from benchmarks.chaos.poison import MOST_ATTEMPTS
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

_GIVEN_UP_SECONDS = 240.0
_STATUS = "SELECT count(*) FROM webhook_events WHERE text LIKE :text AND status <> 'received'"


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, and the product that keeps such a turn."""
    say("A6: a turn that never ends")
    seen, over = spun(stage, stage.product.address, "a6", scale.attack_seconds, _GIVEN_UP_SECONDS)
    attempts = stage.providers.asked[_spinning("a6").text]
    control, kept = _control(stage, scale)
    return [
        Figure(
            "A6",
            f"a message of which the agent never ends, and eats the processor, for {scale.attack_seconds:.0f} s and on",
            f"others as above; {MOST_ATTEMPTS} attempts at most, then an apology",
            f"{seen}; {attempts} attempts, {'then an apology' if over else 'NO END'}",
            f"kept however long it takes: {'no end' if kept else 'AN END'}; {control.others}",
            seen.held and over and 0 < attempts <= MOST_ATTEMPTS and kept,
        )
    ]


def _control(stage: Stage, scale: Scale) -> tuple[Seen, bool]:
    # An own agent's call has a bound of its own, which is off here as well.
    with stage.product.web("benchmarks.attack.unspun:app", "unspun", {"AGENT_HANDLER_SECONDS": "600"}) as address:
        seen, over = spun(stage, address, "ca6", scale.attack_seconds, scale.control_seconds)
    return seen, not over


def spun(stage: Stage, address: str, name: str, seconds: float, patience: float) -> tuple[Seen, bool]:
    """What others saw, and whether there was an end to it in time."""
    poison = _spinning(name)

    @contextmanager
    def spinning() -> Iterator[None]:
        threading.Thread(target=stage.channel(address).insist, args=(poison,), daemon=True).start()
        wait_for(lambda: stage.providers.asked[poison.text] > 0, 10)
        yield

    seen = attacked(stage, address, name, spinning(), seconds)
    return seen, wait_for(lambda: stage.count(_STATUS, text=poison.text) > 0, patience)


def _spinning(name: str) -> Message:
    return Message(f"+57399{sum(name.encode()):07d}", f"[spin.{name}]")
