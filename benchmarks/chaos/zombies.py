"""R7: a web process that stands still past its leases, and goes on when others have taken over."""

import time
from functools import partial

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.people import Message
from benchmarks.chaos.repeats import at_once
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

_MODEL_SECONDS = 2.0
_TAKEN_OVER_SECONDS = 45.0
_COMMITS = "SELECT coalesce(sum(sequence), 0) FROM turn_state WHERE user_id = ANY(:people)"


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, and the product without its fence."""
    taken_over, doubled = stopped_and_continued(stage, stage.product.address, "web", "r7", scale.stopped)
    with stage.product.web("benchmarks.chaos.unfenced:app", "unfenced") as address:
        _, control = stopped_and_continued(stage, address, "unfenced", "c7", scale.stopped)
    return [
        Figure(
            "R7",
            f"a web process stopped past its leases, then continued, {scale.stopped} messages",
            "0 double commits",
            f"{doubled} double commits, {taken_over} turns taken over",
            f"without the fence: {control} double commits",
            doubled == 0 < taken_over and control > 0,
        )
    ]


def stopped_and_continued(stage: Stage, address: str, part: str, name: str, people: int) -> tuple[int, int]:
    """How many turns others took over from the stopped process, and how many commits there were too many."""
    say(f"R7: {part} stopped and continued")
    stage.providers.seconds = _MODEL_SECONDS
    channel = stage.channel(address)
    first = sum(name.encode()) * 1000
    messages = [Message(f"+57340{first + number:07d}", f"[{name}.{number}]") for number in range(people)]
    stopped = stage.children(part)[0]

    def stand_still() -> None:
        wait_for(lambda: all(stage.providers.asked[one.text] for one in messages), _TAKEN_OVER_SECONDS)
        stopped.suspend()

    try:
        at_once([stand_still, *(partial(channel.insist, one) for one in messages)])
        wait_for(lambda: _unanswered(stage, messages) == 0, _TAKEN_OVER_SECONDS)
    finally:
        stopped.resume()
    # What the process was in the middle of takes it no longer than this.
    time.sleep(_MODEL_SECONDS + 1)
    stage.settle()
    commits = stage.count(_COMMITS, people=[one.user_id for one in messages])
    taken_over = sum(stage.providers.asked[one.text] > 1 for one in messages)
    return taken_over, commits - people


def _unanswered(stage: Stage, messages: list[Message]) -> int:
    return stage.count(
        "SELECT count(*) FROM webhook_events WHERE status = 'received' AND user_id = ANY(:people)",
        people=[one.user_id for one in messages],
    )
