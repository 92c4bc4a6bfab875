"""R3: Redis dead, hung, and back without what it knew."""

import math
import time
from collections.abc import Callable
from functools import partial

import psutil

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message, People, Reply
from benchmarks.chaos.repeats import at_once
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

RESUME_GOAL = 10.0
REPLY_GOAL = 8.0
FAST_GOAL = 1.0
_GOALS = f"0 lost, 0 rows lost; resumed < {RESUME_GOAL:.0f} s; reply < {REPLY_GOAL:.0f} s, p95 < {FAST_GOAL:.0f} s"
# What it takes to notice that Redis hangs; from then on nobody waits for it.
_NOTICED_SECONDS = 3.0
_LONGEST_RESUME = 60.0
_MODEL_SECONDS = 0.2
_PEOPLE = 16
_PAUSE_SECONDS = 0.4
_SETTLING_SECONDS = 6.0
_CONTROL_PEOPLE = 20
_LOGGED = "SELECT count(*) FROM conversations"
_NOT_LOGGED = "SELECT count(*) FROM webhook_events WHERE logged_at IS NULL"


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Each fault under load, and what `delay()` on defaults makes of a Redis that hangs."""
    figures = []
    control = _hung_control(stage)
    faults: tuple[tuple[str, str, Callable[[], list[float]]], ...] = (
        ("dead", f"dead for {scale.fault_seconds:.0f} s", lambda: [_dead(stage, scale.fault_seconds)]),
        ("hung", f"hung (SIGSTOP) for {scale.fault_seconds:.0f} s", lambda: [_hung(stage, scale.fault_seconds)]),
        (
            "empty",
            f"restarted empty {scale.empty_restarts} times",
            lambda: [_dead(stage, 0.5) for _ in range(scale.empty_restarts)],
        ),
    )
    for name, what, fault in faults:
        say(f"R3: Redis {what}")
        figures.append(_under_load(stage, name, what, fault, control))
    return figures


def _under_load(stage: Stage, name: str, what: str, fault: Callable[[], list[float]], control: int) -> Figure:
    stage.providers.seconds = _MODEL_SECONDS
    channel = stage.channel()
    writers = People(channel, f"r3{name}", seed=stage.seed, people=_PEOPLE, messages=10_000, pause=_PAUSE_SECONDS)
    writers.start()
    time.sleep(_SETTLING_SECONDS / 2)
    struck = time.monotonic()
    resumed = fault()
    ended = time.monotonic()
    writers.finish()
    writers.join()
    stage.settle()
    verdict = judge(writers.sent, channel.replies, stage.providers.pushed, stage.uncertain())
    received, logged = stage.messages(f"r3{name}")
    slowest = max(reply.seconds for reply in channel.replies)
    p95 = _p95(channel.replies, struck + _NOTICED_SECONDS, ended)
    lost_rows = received - logged
    return Figure(
        "R3",
        f"Redis {what}, {verdict.messages} messages",
        _GOALS,
        f"{verdict}, {lost_rows} rows lost; resumed {max(resumed):.1f} s; reply {slowest:.1f} s, p95 {p95:.2f} s",
        f"delay() on defaults: {control} of {_CONTROL_PEOPLE} without a reply in {REPLY_GOAL:.0f} s",
        verdict.clean
        and lost_rows == 0
        and received == verdict.messages
        and max(resumed) < RESUME_GOAL
        and slowest < REPLY_GOAL
        and p95 < FAST_GOAL
        and control > 0,
        [*verdict.evidence, *map(str, channel.broken.items())],
    )


def _p95(replies: list[Reply], since: float, until: float) -> float:
    """The 95th percentile of what a reply took among those asked for in a span of time."""
    taken = sorted(reply.seconds for reply in replies if since <= reply.at - reply.seconds <= until)
    return taken[math.ceil(len(taken) * 0.95) - 1] if taken else math.inf


def _dead(stage: Stage, seconds: float) -> float:
    redis = stage.product.redis
    assert redis.process is not None
    redis.process.kill()
    redis.process.wait()
    time.sleep(seconds)
    redis.start()
    return _until_resumed(stage)


def _hung(stage: Stage, seconds: float) -> float:
    assert stage.product.redis.process is not None
    process = psutil.Process(stage.product.redis.process.pid)
    process.suspend()
    try:
        time.sleep(seconds)
    finally:
        process.resume()
    return _until_resumed(stage)


def _until_resumed(stage: Stage) -> float:
    """Seconds from now until the worker has worked again: what was left to log in this moment is less."""
    back = time.monotonic()
    before = stage.count(_LOGGED)
    wait_for(lambda: stage.count(_LOGGED) > before, _LONGEST_RESUME)
    resumed = time.monotonic() - back
    time.sleep(_SETTLING_SECONDS)
    return resumed


def _hung_control(stage: Stage) -> int:
    """How many have no reply in time from a webhook that rings Celery itself, while Redis hangs."""
    assert stage.product.redis.process is not None
    with stage.naive() as channel:
        process = psutil.Process(stage.product.redis.process.pid)
        process.suspend()
        try:
            messages = [Message(f"+57350{number:07d}", f"[c3.{number}]") for number in range(_CONTROL_PEOPLE)]
            at_once([partial(channel.send, one) for one in messages])
        finally:
            process.resume()
    return _CONTROL_PEOPLE - sum(reply.seconds < REPLY_GOAL for reply in channel.replies)
