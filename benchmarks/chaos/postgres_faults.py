"""R4a: a PostgreSQL that hangs: it is stopped, not dead, so that it takes connections and answers nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import Verdict, judge
from benchmarks.chaos.people import Channel, People
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

WAIT_GOAL = 8.0
RECOVERY_GOAL = 2.0
_MODEL_SECONDS = 0.2
_PEOPLE = 40
_PAUSE_SECONDS = 0.2
_SETTLING_SECONDS = 3.0
_LONGEST_RECOVERY = 30.0


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, and the product without a bound on its waits."""
    seconds = scale.hung_seconds
    with stage.product.web("benchmarks.chaos.unbounded:app", "unbounded") as address:
        unbounded = stage.channel(address)
        hung_under_load(stage, unbounded, "c4a", seconds)
    control = sum(wait >= WAIT_GOAL for wait in unbounded.waits)
    channel = stage.channel()
    verdict, recovered = hung_under_load(stage, channel, "r4a", seconds)
    received, logged = stage.messages("r4a")
    turned_away = channel.broken.pop("503", 0)
    slowest = max(channel.waits)
    return [
        Figure(
            "R4a",
            f"PostgreSQL hung (SIGSTOP) for {seconds:.0f} s, {verdict.messages} messages",
            f"no request waits {WAIT_GOAL:.0f} s; 503 only with Retry-After; 0 lost; recovered < {RECOVERY_GOAL:.0f} s",
            f"{slowest:.1f} s at most, {turned_away} times 503, {channel.broken.total()} others; {verdict},"
            f" {received - logged} rows lost; recovered {recovered:.1f} s",
            f"without the bound: {control} waited {WAIT_GOAL:.0f} s or more",
            slowest < WAIT_GOAL
            and turned_away > 0
            and channel.broken.total() == 0
            and verdict.clean
            and received == verdict.messages == logged
            and recovered < RECOVERY_GOAL
            and control > 0,
            [*verdict.evidence, *map(str, channel.broken.items())],
        )
    ]


def hung_under_load(
    stage: Stage, channel: Channel, name: str, seconds: float, people: int = _PEOPLE
) -> tuple[Verdict, float]:
    """What people were told, and the seconds from the server's going on to the first reply."""
    say(f"R4a: PostgreSQL hung for {seconds:.0f} s")
    stage.providers.seconds = _MODEL_SECONDS
    writers = People(channel, name, seed=stage.seed, people=people, messages=10_000, pause=_PAUSE_SECONDS)
    writers.start()
    wait_for(lambda: writers.answered >= people, _LONGEST_RECOVERY)
    with _stopped(stage):
        time.sleep(seconds)
    resumed = time.monotonic()
    wait_for(lambda: channel.replies[-1].at > resumed, _LONGEST_RECOVERY)
    recovered = time.monotonic() - resumed
    time.sleep(_SETTLING_SECONDS)
    writers.finish()
    writers.join()
    stage.settle()
    return judge(writers.sent, channel.replies, stage.providers.pushed, stage.uncertain()), recovered


@contextmanager
def _stopped(stage: Stage) -> Iterator[None]:
    postgres = stage.product.postgres.process
    assert postgres is not None
    parent = psutil.Process(postgres.pid)
    parent.suspend()
    every = [parent, *parent.children(recursive=True)]
    for process in every[1:]:
        process.suspend()
    try:
        yield
    finally:
        for process in every:
            process.resume()
