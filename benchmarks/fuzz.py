"""Hostile requests through every way in, each count beside a control with the protection off: `make fuzz`.

Exit status 1 when a goal is missed or a control stays at zero.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.request import urlopen

from benchmarks import described, doors, every_page, faithful, forged, formulas, slow_clients
from benchmarks.chaos.figures import Figure, table
from benchmarks.deliveries import SETTINGS
from benchmarks.machine import describe
from benchmarks.naughty import CORPUS, random_strings
from benchmarks.poison import run as poison
from benchmarks.product import Product
from benchmarks.ssrf import run as ssrf
from benchmarks.tally import send_all
from tests.fakes.entry_points import EntryPoints
from tests.fakes.hostile_bodies import requests
from tests.fakes.wire import over_http

SEED = 20_260_115
LEAST_CASES = 5_000
FURTHER_RUNS = 3
RANDOM_MESSAGES = 1_000
SHOWN = 20
MEASURED_ON = ("flask", "gunicorn", "httpx", "pypdf", "pypdfium2", "lxml")


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured on a product of its own, made with those settings."""

    measure: Callable[[Product], list[Figure]]
    settings: Mapping[str, str] = field(default_factory=dict)


PARTS: Mapping[str, Part] = {
    "clients": Part(slow_clients.figures),
    "addresses": Part(ssrf.figures),
    "files": Part(poison.figures),
    "pages": Part(every_page.figures),
    "routes": Part(doors.figures),
    "webhooks": Part(forged.figures, SETTINGS),
}


@dataclass(slots=True)
class Row:
    """A line of the table: what was done how often, its goal of zero twice over, and the control's counts."""

    what: str
    cases: int
    server_errors: int
    faults: int
    control_errors: int = 0
    control_faults: int = 0
    least: int = 1
    evidence: list[str] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        """Whether a zero is not one, proves nothing, or was too cheap."""
        zeros = self.server_errors == self.faults == 0
        return not zeros or self.cases < self.least or min(self.control_errors, self.control_faults) == 0


def main() -> int:
    """Run everything and print the table."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = argparse.ArgumentParser(prog="make fuzz", description="ARGS='--seed 7' repeats another run")
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--examples", type=int, default=10, help="schemathesis' cases for each operation")
    arguments.add_argument("--only", choices=("requests", *PARTS), action="append", help="only this part")
    chosen = arguments.parse_args()
    started = time.monotonic()
    missed = _requests(chosen.seed, chosen.examples) if "requests" in (chosen.only or {"requests"}) else False
    missed |= _figures([part for name, part in PARTS.items() if name in (chosen.only or PARTS)], chosen.seed)
    print(f"took      {time.monotonic() - started:.0f} s")
    return 1 if missed else 0


def _figures(parts: Sequence[Part], seed: int) -> bool:
    """Print what each part counts; whether a goal was missed."""
    found: list[Figure] = []
    described_by = ""
    for part in parts:
        with Product(part.settings) as product:
            figures = part.measure(product)
            described_by = describe(product, seed, *MEASURED_ON)
            if not all(figure.passed for figure in figures):
                print(product.last_words("worker"), file=sys.stderr)
        found += figures
    if found:
        print(f"{table(found)}\n{described_by}")
    missed = [figure for figure in found if not figure.passed]
    for figure in missed:
        print(f"\nMissed: {figure.name}", *figure.evidence, sep="\n  ")
    return bool(missed)


def _requests(seed: int, examples: int) -> bool:
    """Hostile requests through every way in; whether a goal was missed."""
    with Product() as product:
        with product.web("benchmarks.unprotected:app", "control") as control:
            rows = [
                _described(product, control, seed, examples),
                _entry_points(product, control, seed),
                _messages(product, control, seed),
            ]
            verdict = formulas.check(product, control)
        print(_table(rows))
        print(verdict)
        print(describe(product, seed, "schemathesis", "hypothesis", "flask", "gunicorn"))
        missed = [row for row in rows if row.missed]
        for row in missed:
            print(f"\nMissed: {row.what}", *row.evidence[:SHOWN], sep="\n  ")
        if missed:
            print(f"\nThe web server's last words:\n{product.last_words('web')}")
    return bool(missed) or verdict.missed


def _described(product: Product, control: str, seed: int, examples: int) -> Row:
    verdict = described.check(product.address, product.key, product.folder, seed=seed, examples=examples)
    for further in range(1, FURTHER_RUNS + 1):  # how many cases a run makes hangs on the seed
        if verdict.cases < LEAST_CASES:
            verdict += described.check(
                product.address, product.key, product.folder, seed=seed + further, examples=examples // 4
            )
    phases = ("--phases", "coverage,fuzzing")
    off = described.check(control, product.key, product.folder, seed=seed, examples=10, more=phases)
    return Row(
        "schemathesis, every operation, all checks",
        verdict.cases,
        verdict.server_errors,
        verdict.violations,
        off.server_errors,
        off.violations,
        least=LEAST_CASES,
        evidence=[verdict.output],
    )


def _entry_points(product: Product, control: str, seed: int) -> Row:
    with urlopen(f"{product.address}/openapi.json") as response:
        description = json.load(response)
    points = EntryPoints(description, product.key, [*CORPUS, *random_strings(seed, 12)])
    statuses = {operation.name: operation.statuses for operation in points.operations}
    attempts = [*points.attempts(), *requests(product.key)]
    tally = send_all(attempts, over_http(product.address), statuses)
    sample = [attempt for attempt in attempts if attempt.operation == "send_message"][::3]
    off = send_all(sample, over_http(control), statuses)
    return Row(
        "naughty strings, every field, parameter, header, body",
        tally.requests,
        tally.server_errors,
        tally.faults,
        off.server_errors,
        off.faults,
        evidence=[f"{what}\n    {shown}" for what, shown in tally.examples.items()],
    )


def _messages(product: Product, control: str, seed: int) -> Row:
    texts = [*CORPUS, *random_strings(seed, RANDOM_MESSAGES)]
    sent = list(faithful.messages(texts, "kept"))
    tally = faithful.send_messages(sent, over_http(product.address), product.key)
    wrong = faithful.mismatches(product, sent, "kept")
    unkept = list(faithful.messages(CORPUS, "control"))
    off = faithful.send_messages(unkept, over_http(control), product.key)
    return Row(
        "messages sent, and compared with what was stored",
        tally.requests,
        tally.server_errors,
        tally.faults + len(wrong),
        off.server_errors,
        len(faithful.mismatches(product, unkept, "control")),
        evidence=[*(f"{what}: {shown}" for what, shown in tally.examples.items()), *wrong],
    )


def _table(rows: list[Row]) -> str:
    lines: list[tuple[str, ...]] = [("", "cases", "5xx", "faults", "control 5xx", "control faults", "")]
    for row in rows:
        figures = (row.cases, row.server_errors, row.faults, row.control_errors, row.control_faults)
        lines.append((row.what, *(f"{figure:,}" for figure in figures), "MISSED" if row.missed else "met"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


if __name__ == "__main__":
    sys.exit(main())
