"""`make eval`: experiments with versions that are the same, and with others; what stops, and what the split tells."""

import argparse
import platform
import time

import numpy as np

from benchmarks.experiments.simulated import simulate, simulate_fixed_test, simulate_split
from cci_app.assistants.experiments.statistics import ALPHA, SPLIT_ALPHA, detectable
from cci_app.evaluation.experiments.results import GUARD_LEAST, GUARD_PLANNED, Guard

PEOPLE = 5_000
SEED = 20


def main() -> int:
    """Print the tables; 1 where a false alarm is more frequent than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=4_000, help="how many of each line")
    count = parser.parse_args().experiments
    began, wrong = time.monotonic(), []
    print(f"seed {SEED}, {count} experiments a line, each looked at after every person up to {PEOPLE}")
    print(f"Python {platform.python_version()}, numpy {np.__version__}\n")
    print("A/A: both versions are the same              a winner   candidate   control")
    for share in (0.5, 0.1):
        for does in (0.02, 0.1, 0.3, 0.5, 0.9):
            same = simulate(does, does, share=share, people=PEOPLE, experiments=count, seed=SEED)
            false = same.candidate + same.control
            wrong += [f"A/A {does} {share}"] if false > ALPHA else []
            print(
                f"  {does:4.0%} do it, {share:3.0%} get the candidate     {false:10.2%} {same.candidate:10.2%}"
                f" {same.control:10.2%}"
            )
    fixed = simulate_fixed_test(0.3, people=PEOPLE, looks=30, experiments=count, seed=SEED)
    print(f"  the control: a test for one look, 30 % do it, looked at on 30 days {fixed:.2%}\n")
    print("A/B: they differ                             candidate   control   people (median)   80 % see about")
    for before, after in ((0.1, 0.13), (0.1, 0.15), (0.3, 0.33), (0.3, 0.36), (0.5, 0.56), (0.3, 0.24)):
        other = simulate(before, after, people=PEOPLE, experiments=count, seed=SEED)
        seen = detectable(before, PEOPLE, 0.5, planned=2_000)
        print(
            f"  {before:4.0%} and {after:4.0%}                            {other.candidate:10.2%} {other.control:9.2%}"
            f" {other.median or float('nan'):14.0f} {seen:16.3f}"
        )
    print("\nGuard rails: meet it with either version      stopped   people (median)")
    for before, after in ((0.01, 0.01), (0.05, 0.05), (0.2, 0.2), (0.01, 0.1), (0.02, 0.3)):
        for share in (0.5, 0.1):
            rail = simulate(
                before,
                after,
                share=share,
                people=2_000,
                planned=GUARD_PLANNED,
                experiments=count,
                seed=SEED,
                least=GUARD_LEAST,
                alpha=ALPHA / len(Guard),
                one_sided=True,
            )
            wrong += [f"guard {before} {share}"] if before == after and rail.candidate > ALPHA / len(Guard) else []
            median = f"{rail.median:10.0f}" if rail.median else "         -"
            print(f"  {before:4.0%} and {after:4.0%}, {share:3.0%} get the candidate {rail.candidate:14.2%} {median}")
    print("\nThe check of the split                         alarm")
    for actual, expected in ((0.5, 0.5), (0.1, 0.1), (0.45, 0.5), (0.07, 0.1)):
        alarm = simulate_split(actual, expected, people=PEOPLE, experiments=count, seed=SEED, alpha=SPLIT_ALPHA)
        wrong += [f"split {expected}"] if actual == expected and alarm > SPLIT_ALPHA else []
        print(f"  {actual:4.0%} get it of {expected:4.0%}                       {alarm:10.2%}")
    print(
        f"\n{time.monotonic() - began:.0f} s; " + (f"too often: {', '.join(wrong)}" if wrong else "none errs too often")
    )
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
