"""What is no message in a queue, and what is no state where copies of states are: neither ends or delays anything."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import redis

from benchmarks.attack.watch import Seen, attacked
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import Scale, Stage, say, wait_for
from cci_app.core.queue import Queue, worker_words

_ENTRIES = 40
_ENDS_SECONDS = 30.0
_SHAPES = (
    b"\xff\xfe",
    b"no message",
    b"[]",
    b"{}",
    b'"a"',
    b'{"properties": 5}',
    b'{"body": 5, "properties": {"delivery_tag": "1", "body_encoding": "base64"}}',
)


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Rubbish while people write; the control is a worker that reads queues as kombu does."""
    say("A5: rubbish in Redis")
    seen, ended = littered(stage, "a5", scale.attack_seconds)
    control = _credulous(stage)
    return [
        Figure(
            "A5",
            f"{2 * _ENTRIES} entries in each queue that are no messages, and states that are none",
            "others as above; 0 workers ended",
            f"{seen}; {ended} ended",
            f"a worker that reads as kombu does: {'ended' if control else 'NOT ended'}",
            seen.held and ended == 0 and control,
        )
    ]


def littered(stage: Stage, name: str, seconds: float) -> tuple[Seen, int]:
    """What others saw while rubbish was thrown, and how many processes of workers ended."""
    chance = random.Random(stage.seed)
    client = redis.Redis.from_url(stage.product.redis.url)
    before = _workers(stage)

    @contextmanager
    def thrown() -> Iterator[None]:
        _throw(client, chance)
        yield
        _throw(client, chance)
        for key in client.scan_iter(match="cci:state:*", count=1000):
            client.set(key, os.urandom(64))

    seen = attacked(stage, stage.product.address, name, thrown(), seconds)
    client.close()
    return seen, len(before - _workers(stage))


def _throw(client: redis.Redis, chance: random.Random) -> None:
    for queue in Queue:
        client.lpush(queue.value, *(chance.choice(_SHAPES) for _ in range(_ENTRIES)))


def _workers(stage: Stage) -> set[int]:
    parents = [psutil.Process(stage.product.processes[name].pid) for name in ("worker", "jobs")]
    return {process.pid for parent in parents for process in (parent, *parent.children()) if process.is_running()}


def _credulous(stage: Stage) -> bool:
    """Whether the other worker ends, on a Redis database of its own."""
    own = stage.product.redis.url.removesuffix("/0") + "/2"
    words = ("celery", "-A", "benchmarks.attack.credulous", *worker_words("turns"))
    database = redis.Redis.from_url(own)
    _throw(database, random.Random(stage.seed))
    with stage.product.part("credulous", words, {"REDIS_URL": own}) as process:
        found = wait_for(lambda: process.poll() is not None, _ENDS_SECONDS)
    database.close()
    return found
