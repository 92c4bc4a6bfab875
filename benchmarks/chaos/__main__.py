"""`make chaos`: the product under faults, each figure beside its control. Exit status 1 when a goal is missed."""

import argparse
import signal
import sys
import time
from collections.abc import Callable

from benchmarks.chaos import (
    asynchronous,
    crashes,
    late,
    model_faults,
    poison,
    postgres_faults,
    redis_faults,
    repeats,
    stops,
    uploads,
    zombies,
)
from benchmarks.chaos.figures import Figure, table
from benchmarks.chaos.stage import FULL, QUICK, Scale, Stage, say, stage
from benchmarks.machine import describe

SEED = 20_260_115
SHOWN = 20
SCENARIOS: dict[str, Callable[[Stage, Scale], list[Figure]]] = {
    "crashes": crashes.run,
    "asynchronous": asynchronous.run,
    "poison": poison.run,
    "redis": redis_faults.run,
    "postgres": postgres_faults.run,
    "repeats": repeats.run,
    "zombies": zombies.run,
    "late": late.run,
    "stops": stops.run,
    "models": model_faults.run,
    "uploads": uploads.run,
}


def main() -> int:
    """Run the scenarios one after the other, each on a product of its own, and print the table."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = argparse.ArgumentParser(prog="make chaos", description="ARGS='--quick --only late' for a part")
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--quick", action="store_true", help="less of everything, for a first look")
    arguments.add_argument("--only", choices=SCENARIOS, action="append", help="only this scenario")
    chosen = arguments.parse_args()
    started = time.monotonic()
    figures: list[Figure] = []
    described = ""
    for name in chosen.only or SCENARIOS:
        with stage(chosen.seed) as scene:
            say(f"{name} ...")
            found = SCENARIOS[name](scene, QUICK if chosen.quick else FULL)
            described = describe(scene.product, chosen.seed, "flask", "gunicorn", "celery", "redis")
            figures += found
            if not all(figure.passed for figure in found):
                say("\n".join(f"last words of {part}:\n{scene.product.last_words(part)}" for part in ("web", "worker")))
    print(table(figures))
    print(described)
    print(f"took      {time.monotonic() - started:.0f} s{' (--quick: less of everything)' if chosen.quick else ''}")
    missed = [figure for figure in figures if not figure.passed]
    for figure in missed:
        print(f"\nMissed: {figure.name}", *figure.evidence[:SHOWN], sep="\n  ")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
