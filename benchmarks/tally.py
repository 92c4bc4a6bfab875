"""Counts of what came back, made by the client."""

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.fakes.wire import Attempt, Outcome, Send

THREADS = 8


@dataclass(slots=True)
class Tally:
    """Requests sent, answers of 5xx, and other faults, each kind with one request that showed it."""

    requests: int = 0
    server_errors: int = 0
    faults: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, attempt: Attempt, outcome: Outcome, allowed: frozenset[int] | None) -> None:
        """Count one answer."""
        self.requests += 1
        self.statuses[outcome.status] += 1
        if outcome.status >= 500 and outcome.status != attempt.right:
            self.server_errors += 1
            fault: str | None = f"{outcome.status}"
        elif outcome.status == 0:
            fault = None if attempt.may_be_dropped else "no answer"
            self.faults += fault is not None
        else:
            fault = outcome.fault(allowed)
            self.faults += fault is not None
        if fault:
            shown = f"{attempt.method} {attempt.target[:120]} {(attempt.body or b'')[:120]!r}"
            self.examples.setdefault(f"{fault}: {attempt.what}", shown)

    def include(self, other: "Tally") -> None:
        """Add another count to this one."""
        self.requests += other.requests
        self.server_errors += other.server_errors
        self.faults += other.faults
        self.statuses += other.statuses
        self.examples |= other.examples


def send_all(attempts: Iterable[Attempt], send: Send, statuses: Mapping[str, frozenset[int]]) -> Tally:
    """Send everything, some at a time; `statuses` are the documented ones of each operation."""
    tally = Tally()
    listed = list(attempts)
    with ThreadPoolExecutor(THREADS) as pool:
        for attempt, outcome in zip(listed, pool.map(send, listed), strict=True):
            tally.add(attempt, outcome, statuses.get(attempt.operation or ""))
    return tally
