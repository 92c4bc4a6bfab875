"""How the samples' seller takes utterances and reads questions without a model; and whether one may change its figures.

Half of the utterances and questions were looked at while rules and examples were made, the others are only counted.
"""

import argparse
import logging
import sys

import structlog

from benchmarks.machine import versions_and_machine
from benchmarks.selling.filters import ReadQuery, queries, read_queries
from benchmarks.selling.intents import accuracy, confusion, routed, utterances
from benchmarks.selling.shop import Shop, open_shop
from benchmarks.selling.voiced import voiced

GOAL = 0.95
HALVES = {"seen": "tuned on", "unseen": "held out"}


def _misses(shop: Shop) -> None:
    """What is missed of the halves that were tuned on; those held out are not asked."""
    for each in routed(shop, utterances("seen")):
        if not each.right:
            print(f"{each.intent:12}{each.taken_for:12}{each.text}")
    for read in read_queries(shop.table, queries("seen")):
        if not read.right:
            print(f"{read.query.ask}\n    wanted {sorted(read.query.expect)}\n    made   {sorted(read.made)}")


def _filters(shop: Shop) -> list[ReadQuery]:
    """Print how many questions were read right, in each half and in all."""
    found: list[ReadQuery] = []
    for half, name in HALVES.items():
        some = list(read_queries(shop.table, queries(half)))
        follow = [each for each in some if each.query.after is not None]
        right, of_them = sum(each.right for each in some), sum(each.right for each in follow)
        print(f"filters, {name}: {right} of {len(some)} right, of which go on from another {of_them} of {len(follow)}")
        found += some
    print(f"filters, all: {sum(each.right for each in found)} of {len(found)} right")
    return found


def main() -> int:
    """Print the tables; status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--misses", action="store_true", help="only list what is missed of the halves that are tuned on"
    )
    # That the lying model's wordings are refused is counted, not told one by one.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with open_shop() as shop:
        if parser.parse_args().misses:
            _misses(shop)
            return 0
        print(versions_and_machine(database="embedded"))
        for half, name in HALVES.items():
            told = routed(shop, utterances(half))
            print(f"\nintents, {name}\n{confusion(told)}")
        print()
        read = _filters(shop)
        asked = [each.query for each in read]
        guarded, control = (voiced(shop, asked, guarded=there) for there in (True, False))
    print(f"\n{'a model alters figures':26}{'answers':>9}{'tried':>7}{'changed':>9}")
    for name, each in (("guarded", guarded), ("control: unguarded", control)):
        print(f"{name:26}{each.answers:>9}{each.tried:>7}{each.changed:>9}")
    filters = sum(each.right for each in read) / len(read)
    goals = [
        (f"intents, held out, >= {GOAL}", accuracy(told) >= GOAL),
        (f"filters of {len(read)} questions >= {GOAL}", filters >= GOAL),
        ("no figure changed, and some without the guard", not guarded.changed and control.changed > 0),
    ]
    print()
    for goal, met in goals:
        print(f"goal: {goal}: {'reached' if met else 'missed'}")
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
