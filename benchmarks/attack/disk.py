"""A full disk: PostgreSQL takes nothing in, and everything goes on when there is room again."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import People
from benchmarks.chaos.stage import Scale, Stage, say, stage, wait_for

WAIT_GOAL = 8.0
_SIZE = "128m"
_PEOPLE = 12
_PAUSE_SECONDS = 0.3
_LONGEST_RECOVERY = 30.0
_PIECE = 4096


@contextmanager
def on_small_disk(seed: int, settings: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """A product whose database is in a small file system of its own; on the common one where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="cci-small-disk-", dir="/tmp"))
    mounted = os.geteuid() == 0 and _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder))
    try:
        with stage(seed, settings, tablespace=_data(folder) if mounted else None) as scene:
            yield scene
    finally:
        if mounted:
            _run("umount", "--lazy", str(folder))
        folder.rmdir()


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The disk is full for a while; a check that only reads is the control."""
    folder = stage.product.tablespace
    what = f"the disk of the database full for {scale.attack_seconds:.0f} s"
    if folder is None:
        return [Figure("A7", what, "", "not tried: no file system can be mounted here", "", passed=True)]
    say("A7: a full disk")
    channel = stage.channel()
    writers = People(channel, "a7", seed=stage.seed, people=_PEOPLE, messages=10_000, pause=_PAUSE_SECONDS)
    writers.start()
    wait_for(lambda: writers.answered >= _PEOPLE, _LONGEST_RECOVERY)
    with _filled(folder.parent):
        time.sleep(scale.attack_seconds)
        ready = _ready(stage)
        reads = bool(stage.product.rows("SELECT 1 AS one"))
    free = time.monotonic()
    wait_for(lambda: channel.replies[-1].at > free, _LONGEST_RECOVERY)
    recovered = time.monotonic() - free
    writers.finish()
    writers.join()
    stage.settle()
    verdict = judge(writers.sent, channel.replies, stage.providers.pushed, stage.uncertain())
    received, logged = stage.messages("a7")
    turned_away, slowest = channel.broken.pop("503", 0), max(channel.waits)
    return [
        Figure(
            "A7",
            f"{what}, {verdict.messages} messages",
            f"503 with Retry-After, none waits {WAIT_GOAL:.0f} s; /health/ready tells; then all answered, 0 lost",
            f"{turned_away} times 503, {channel.broken.total()} others, {slowest:.1f} s at most; ready: {ready};"
            f" {verdict}, {received - logged} rows lost; recovered {recovered:.1f} s",
            f"a check that only reads: {'ok' if reads else 'down'}",
            turned_away > 0
            and channel.broken.total() == 0
            and slowest < WAIT_GOAL
            and ready == "down"
            and verdict.clean
            and received == logged == verdict.messages
            and reads,
            [*verdict.evidence, *map(str, channel.broken.items())],
        )
    ]


def _ready(stage: Stage) -> str:
    headers = {"X-API-Key": stage.product.key}
    answer = httpx.get(f"{stage.product.address}/api/v1/health/ready", headers=headers, timeout=10, trust_env=False)
    return str(answer.json()["status"])


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * _PIECE)
        except OSError:
            yield
    path.unlink()


def _data(folder: Path) -> Path:
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    return data


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
