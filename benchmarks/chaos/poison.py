"""A message of which the process dies that answers it: given up after two attempts, and nobody beside it is lost."""

import threading
import time
from functools import partial

from benchmarks.chaos.asynchronous import carried, deliver
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message
from benchmarks.chaos.repeats import at_once
from benchmarks.chaos.stage import Scale, Stage, say, wait_for
from benchmarks.chaos.wires import courier_wire

MOST_ATTEMPTS = 2
_MODEL_SECONDS = 1.0
_GIVEN_UP_SECONDS = 90.0


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, through the web and through the worker; then the web without counting."""
    stage.providers.seconds, stage.providers.spread = _MODEL_SECONDS, 0.0
    people = scale.people // 4
    in_worker, wrong, evidence = poison_delivered(stage, "p1", people)
    in_web, wrong_in_web, more = poison_sent(stage, stage.product.address, "p2", people)
    with stage.product.web("benchmarks.chaos.uncounted:app", "uncounted") as address:
        control = _endless(stage, address)
    return [
        Figure(
            "R1",
            f"a message of which its process dies, beside {people} people, in the worker and in the web",
            f"{MOST_ATTEMPTS} attempts at most, then an apology; 0 others lost or doubled",
            f"{in_worker} and {in_web} attempts; {wrong} and {wrong_in_web} others",
            f"with nothing counted: {control} attempts, and no end",
            in_worker == in_web == MOST_ATTEMPTS < control and wrong == wrong_in_web == 0,
            [*evidence, *more],
        )
    ]


def poison_delivered(stage: Stage, name: str, people: int) -> tuple[int, int, list[str]]:
    """Where nobody waits: how often it was tried, how many others were not answered once, and which."""
    say("R1: poison in the worker")
    poison, others = _messages(name, people)
    wire = courier_wire(stage)
    at_once([partial(deliver, stage, wire, one) for one in [poison, *others]])
    stage.supervise(lambda: bool(stage.courier.texts(poison.user_id)), _GIVEN_UP_SECONDS)
    stage.settle()
    # All processes of a worker that die as they start end it, with what it was sending for others.
    verdict = judge(others, [], carried(wire), stage.uncertain())
    found = [*verdict.lost, *verdict.doubled]
    if len(stage.courier.texts(poison.user_id)) != 1:
        found.append(f"{poison.marker}: {stage.courier.texts(poison.user_id)}")
    return stage.providers.asked[poison.text], len(found), found


def poison_sent(stage: Stage, address: str, name: str, people: int) -> tuple[int, int, list[str]]:
    """The same where senders wait, and send again."""
    say(f"R1: poison at {address}")
    channel = stage.channel(address)
    poison, others = _messages(name, people)
    at_once([partial(channel.insist, one) for one in [poison, *others]])
    stage.settle()
    time.sleep(1)
    replies = [reply for reply in channel.replies if reply.message is not poison]
    verdict = judge(others, replies, stage.providers.pushed, stage.uncertain())
    return (
        stage.providers.asked[poison.text],
        len(verdict.lost) + len(verdict.doubled),
        [
            *verdict.lost,
            *verdict.doubled,
        ],
    )


def _endless(stage: Stage, address: str) -> int:
    """How often a product that counts nothing tries it, until that is clear."""
    say("R1: poison, the control")
    poison, _ = _messages("c2", 0)
    threading.Thread(target=stage.channel(address).insist, args=(poison,), daemon=True).start()
    wait_for(lambda: stage.providers.asked[poison.text] > 2 * MOST_ATTEMPTS, _GIVEN_UP_SECONDS)
    return stage.providers.asked[poison.text]


def _messages(name: str, people: int) -> tuple[Message, list[Message]]:
    first = sum(name.encode()) * 1000
    others = [Message(f"+57350{first + number:07d}", f"[{name}.{number}]") for number in range(1, people + 1)]
    return Message(f"+57350{first:07d}", f"[poison.{name}]"), others
