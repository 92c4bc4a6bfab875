"""What the others saw of an attack, what was lost of theirs, and how much memory each process took meanwhile."""

import threading
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Self

import psutil

from benchmarks.beside import GOAL_SECONDS, Beside, beside
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import Stage, wait_for
from benchmarks.product import Product

GOAL_MB = 250
GOAL = f"others all answered, p95 < {GOAL_SECONDS:.0f} s, 0 lost; < {GOAL_MB} MB a process"
_LOOK_SECONDS = 0.5
_MB = 1024 * 1024


class Watch:
    """The most memory that a process of each part held, in MB: what is its own, and its share of what several have."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.most: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        """Look at every process now."""
        for name, part in list(self._product.processes.items()):
            try:
                parent = psutil.Process(part.pid)
                for process in (parent, *parent.children(recursive=True)):
                    self.most[name] = max(self.most[name], process.memory_full_info().pss // _MB)
            except psutil.Error:
                continue

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_SECONDS):
            self.look()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of an attack: what the others saw before and during it, what of theirs was lost, the most MB held."""

    quiet: Beside
    others: Beside
    lost: int
    most: Counter[str]

    @property
    def held(self) -> bool:
        """Whether the others noticed nothing."""
        memory = max(self.most.values())
        return self.others.unanswered == self.lost == 0 and self.others.p95 < GOAL_SECONDS and memory < GOAL_MB

    def __str__(self) -> str:
        name, most = self.most.most_common(1)[0]
        return f"{self.others} ({self.quiet.p95:.2f} s before), {self.lost} lost; {most} MB at most ({name})"


def attacked(stage: Stage, address: str, name: str, attack: AbstractContextManager[object], seconds: float) -> Seen:
    """What people see at an address during an attack, and what is left of it when everything is settled."""
    # Also until the processes have learnt what they learn from their first message.
    quiet = beside(address, stage.product.key, nullcontext(), seconds / 2, f"q{name}")
    with Watch(stage.product) as watch:
        others = beside(address, stage.product.key, attack, seconds, name)
        wait_for(lambda: _missing(stage, name, len(others.seconds)) == 0, 60)
    return Seen(quiet, others, _missing(stage, name, len(others.seconds)), watch.most)


def _missing(stage: Stage, name: str, answered: int) -> int:
    """How many answered messages are not in the record; more than were answered may be there."""
    rows = stage.count("SELECT count(*) FROM conversations WHERE user_id LIKE :who", who=f"slow:{name}-%")
    return max(0, answered - rows)


def figure(name: str, what: str, seen: Seen, control: Beside, more: str = "", *, held: bool = True) -> Figure:
    """A line of the table; the control must show that somebody was not answered, or not within a second."""
    return Figure(
        name,
        what,
        GOAL,
        f"{seen}{more}",
        str(control),
        seen.held and held and (control.unanswered > 0 or control.p95 >= GOAL_SECONDS),
    )
