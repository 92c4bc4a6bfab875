"""How often the sample assistant, offline, takes a message for what it is, and what it records that answers nothing.

Then, whether the rows of the database are as they should be when a conversation is over, whatever words were used.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.machine import versions_and_machine
from benchmarks.understanding.end_states import Compared, hold_all, scenarios, table, unread
from benchmarks.understanding.messages import ANSWERS, messages
from benchmarks.understanding.told import Told, tell

GOAL = 0.92


def share(told: Sequence[Told]) -> float:
    """How many of them were taken for what they are."""
    return sum(each.right for each in told) / len(told)


def false_records(told: Sequence[Told]) -> list[Told]:
    """Those of which something was recorded though they answer nothing."""
    return [each for each in told if each.recorded and each.message.kind not in ANSWERS]


def confusions(told: Sequence[Told]) -> str:
    """The matrix, a row for each kind: how many there are, how many were right, and what the others were taken for."""
    lines = [f"{'what it is':22}{'messages':>9}{'right':>7}  taken for"]
    for kind in dict.fromkeys(each.message.kind for each in told):
        some = [each for each in told if each.message.kind == kind]
        others = Counter(each.kind for each in some if not each.right)
        taken = ", ".join(f"{count} {other}" for other, count in others.most_common())
        lines.append(f"{kind:22}{len(some):>9}{sum(each.right for each in some):>7}  {taken}")
    return "\n".join(lines)


def main() -> int:
    """Print the tables; status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="only list what is missed of the half that is tuned on")
    parser.add_argument("--states", action="store_true", help="only what is in the database in the end")
    parser.add_argument("--unread", action="store_true", help="the same, in wordings that nobody read")
    options = parser.parse_args()
    if options.unread:
        print(table(hold_all(unread())))
        return 0
    if options.states:
        return 0 if _print_states(only_misses=options.misses) else 1
    only_misses = options.misses
    told = [tell(each) for each in messages() if each.tune or not only_misses]
    if only_misses:
        for each in told:
            if not each.right or each in false_records(told):
                print(f"{each.message.kind:20}{each.kind:20}{each.message.number} {each.message.text}  {each.recorded}")
        print(f"{share(told):.3f} of {len(told)}, {len(false_records(told))} false records")
        return 0
    print(versions_and_machine(database="none"))
    for tune, half in ((True, "tuned on"), (False, "held out")):
        some = [each for each in told if each.message.tune is tune]
        print(f"\n{half}\n{confusions(some)}")
        kept = sum(bool(each.insisted) for each in some if each.message.kind not in ANSWERS)
        print(f"{'all':22}{len(some):>9}  {share(some):.3f} right, {len(false_records(some))} false records")
        print(f"asked about, said again, then kept and marked as unsure: {kept}")
    held_out = [each for each in told if not each.message.tune]
    right = share(held_out) >= GOAL
    none = not false_records(held_out)
    print(f"\ngoal, held out: intents >= {GOAL}: {'reached' if right else 'missed'}")
    print(f"goal, held out: no message recorded that answers nothing: {'reached' if none else 'missed'}\n")
    return 0 if _print_states(only_misses=False) and right and none else 1


def _print_states(*, only_misses: bool) -> bool:
    """Print how many conversations ended as they should, or those tuned on that did not; whether all did."""
    held: list[Compared] = hold_all([each for each in scenarios() if each.tune or not only_misses])
    if only_misses:
        for each in held:
            for name, (wanted, found) in each.differs.items():
                said = f"{each.scenario.language} {each.scenario.said}"
                print(f"{each.scenario.name:18}{said}  {name}: {found}, not {wanted}")
        return not any(each.differs for each in held)
    print(table(held))
    right = not any(each.differs for each in held)
    print(f"\ngoal: every conversation ends as it should, whatever its words: {'reached' if right else 'missed'}")
    return right


if __name__ == "__main__":
    sys.exit(main())
