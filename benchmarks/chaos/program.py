"""The program of `make chaos` and of `make attack`: scenarios one after the other, and their table."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from benchmarks.chaos.figures import Figure, table
from benchmarks.chaos.stage import FULL, QUICK, Scale, Stage, say, stage
from benchmarks.machine import describe

SEED = 20_260_115
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to a product of its own, made with those settings by `opened`."""

    run: Callable[[Stage, Scale], list[Figure]]
    settings: Mapping[str, str] = field(default_factory=dict)
    opened: Callable[[int, Mapping[str, str]], AbstractContextManager[Stage]] = stage


def main(name: str, scenarios: Mapping[str, Scenario]) -> int:
    """Run the scenarios one after the other, each on a product of its own, and print the table; the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    example = next(iter(scenarios))
    arguments = argparse.ArgumentParser(prog=name, description=f"ARGS='--quick --only {example}' for a part")
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--quick", action="store_true", help="less of everything, for a first look")
    arguments.add_argument("--only", choices=scenarios, action="append", help="only this scenario")
    chosen = arguments.parse_args()
    started = time.monotonic()
    figures: list[Figure] = []
    described = ""
    for each in chosen.only or scenarios:
        with scenarios[each].opened(chosen.seed, scenarios[each].settings) as scene:
            say(f"{each} ...")
            found = scenarios[each].run(scene, QUICK if chosen.quick else FULL)
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
