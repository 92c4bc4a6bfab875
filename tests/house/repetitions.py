"""Texts that make an expression repeat itself: its own words, classes and groups, again and again, and then no match.

    python -m tests.house.repetitions

prints every expression of the product that needs too long for one of them, one a line.
"""

import ast
import importlib
import json
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from tests.fakes.processor import own_time

# The standard library's own reading of an expression, of which no types are known.
opcodes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

LENGTH = 4096
MOST_SECONDS = 0.5
_ROOT = Path(__file__).parents[2]
_ALTERNATIVES = 24
_ATTACKS = 36
_ENDS = ("", "!", "k", "\n", " \x01")
_CATEGORIES = {
    opcodes.CATEGORY_DIGIT: "7",
    opcodes.CATEGORY_NOT_DIGIT: "x",
    opcodes.CATEGORY_SPACE: " ",
    opcodes.CATEGORY_NOT_SPACE: "x",
    opcodes.CATEGORY_WORD: "w",
    opcodes.CATEGORY_NOT_WORD: "-",
}

Written = str | bytes


class TooSlowError(Exception):
    """Something used more of the processor than it may."""


def samples(pattern: Written, flags: int = 0) -> list[str]:
    """Texts that a pattern's parts match: the whole, and each of its groups, repeats and alternatives."""
    found: list[str] = []

    def of(items: Any, random: Random) -> str:
        return "".join(one(op, argument, random) for op, argument in items)

    def one(op: Any, argument: Any, random: Random) -> str:
        if op is opcodes.LITERAL:
            return chr(argument)
        if op is opcodes.NOT_LITERAL:
            return "y" if argument != ord("y") else "z"
        if op is opcodes.ANY:
            return "a"
        if op is opcodes.IN:
            return _member(argument, random)
        if op is opcodes.BRANCH:
            choices = [of(items, random) for items in argument[1][:_ALTERNATIVES]]
            found.extend(choices)
            return random.choice(choices)
        if op is opcodes.SUBPATTERN:
            found.append(of(argument[3], random))
            return found[-1]
        if op in {opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT}:
            least, most, items = argument
            body = of(items, random)
            found.append(body)
            return body * int(max(least, min(1, most)))
        if op is opcodes.ATOMIC_GROUP:
            return of(argument, random)
        return ""

    parsed = parser.parse(pattern, flags)
    for seed in range(3):
        found.append(of(parsed, Random(seed)))
    return sorted({text for text in found if text}, key=lambda text: (len(text), text))


def _member(items: Any, random: Random) -> str:
    op, argument = random.choice(items)
    if op is opcodes.NEGATE:
        excluded = {chr(what) for how, what in items if how is opcodes.LITERAL}
        return next(letter for letter in "a 7-\n~é" if letter not in excluded)
    if op is opcodes.LITERAL:
        return chr(argument)
    if op is opcodes.RANGE:
        return chr(random.choice(argument))
    return _CATEGORIES.get(argument, "x")


def attacks(units: Sequence[str], length: int, most: int = _ATTACKS) -> Iterator[str]:
    """Texts of `length` characters: each unit again and again, and pairs of units, with an end that spoils a match."""
    random = Random(len(units))
    chosen = list(units) if len(units) <= most else random.sample(list(units), most)
    for unit in chosen:
        other = random.choice(units)
        yield (unit * (length // len(unit) + 1))[: length - 2] + random.choice(_ENDS)
        yield other + (unit * (length // len(unit) + 1))[: length - len(other) - 2] + random.choice(_ENDS)
        pair = unit + random.choice(["", " "]) + other
        yield (pair * (length // len(pair) + 1))[: length - 2] + random.choice(_ENDS)


def seconds_of(work: Callable[[], object], most: float = MOST_SECONDS) -> float:
    """The processor time of `work`, which is ended when it has used twice `most`, and then counts as that."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, end)
    with own_time():
        signal.setitimer(signal.ITIMER_VIRTUAL, most * 2)
        started = time.thread_time()
        try:
            work()
        except TooSlowError:
            return most * 2
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        return time.thread_time() - started


def slowest(pattern: Written, flags: int = 0, length: int = LENGTH) -> tuple[float, str]:
    """The longest that an expression takes for one of its attacks, in seconds, and that attack's beginning."""
    compiled = re.compile(pattern, flags)
    worst = (0.0, "")
    for text in attacks(samples(pattern, flags) or ["a"], length):
        given: Any = text.encode("utf-8", "replace") if isinstance(pattern, bytes) else text
        for run in (compiled.search, compiled.fullmatch):
            # What is quick for a quarter of the text is quick for the whole, though it take the cube of the time.
            seconds = seconds_of(lambda: run(given[-length // 4 :]))  # noqa: B023 (called at once)
            if seconds < MOST_SECONDS / 4**3:
                continue
            if seconds < MOST_SECONDS:
                seconds = seconds_of(lambda: run(given))  # noqa: B023
            worst = max(worst, (seconds, text[:40]))
            if worst[0] > MOST_SECONDS:
                return worst
    return worst


def patterns_of_the_product() -> list[tuple[str, Written, int]]:
    """Every expression that a module of `cci_app` compiles when it is imported or when an assistant is loaded, and
    every one written where it is used: where it stands, the pattern, its flags.
    """
    found: dict[tuple[Written, int], str] = {}
    compile_now = re.compile

    def compile_and_note(pattern: Any, flags: int = 0) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith("cci_app") and not isinstance(pattern, re.Pattern):
            found.setdefault((pattern, int(flags)), caller)
        return compile_now(pattern, flags)

    re.compile = compile_and_note
    try:
        import cci_app

        for module in pkgutil.walk_packages(cci_app.__path__, "cci_app."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        from cci_app.agents.questionnaire.phrasebook import Phrasebook

        Phrasebook(("fr", "es", "en"), ("CCI", "la Chambre"), ("Bogota", "Medellin"))
    finally:
        re.compile = compile_now
    for path in sorted((_ROOT / "cci_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            pattern = _written_in_place(node)
            if pattern is not None:
                found.setdefault((pattern, 0), str(path.relative_to(_ROOT)))
    return [(where, pattern, flags) for (pattern, flags), where in found.items()]


def _written_in_place(node: Any) -> Written | None:
    used = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
    )
    return node.args[0].value if used else None


def main() -> None:
    """Print what is slow, and how many expressions there are."""
    patterns = patterns_of_the_product()
    slow = []
    for where, pattern, flags in patterns:
        seconds, text = slowest(pattern, flags)
        if seconds > MOST_SECONDS:
            slow.append(f"{where}: {seconds:.1f} s for {text!r}: {pattern!r}"[:300])
    sys.stdout.write(json.dumps({"expressions": len(patterns), "slow": slow}) + "\n")


if __name__ == "__main__":
    main()
