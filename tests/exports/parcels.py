"""Exports to deliver in tests, and the job that delivers them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cci_app.integrations.ports import Cell, Parcel

HEADER = ("Conversation", "Company", "Answer")
ROWS: tuple[tuple[Cell, ...], ...] = (("1", "Vinos Ejemplo", "=1+1"), ("2", None, "+573001234567"))


def parcel(folder: Path, content: bytes, name: str = "export.csv", rows: Sequence[Sequence[Cell]] = ROWS) -> Parcel:
    """A parcel of these bytes."""
    path = folder / "parcel"
    path.write_bytes(content)
    return Parcel(
        path=path,
        name=name,
        content_type="text/csv",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        header=HEADER,
        key=HEADER[0],
        rows=lambda: iter(rows),
    )


@dataclass
class Recorded:
    """A job's progress, remembered; `interrupt` is called after every advance, and may raise."""

    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    done: list[tuple[int, int]] = field(default_factory=list)
    interrupt: Callable[[], None] = lambda: None

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        self.checkpoint = checkpoint

    def step(self, text: str) -> None:
        self.steps.append(text)

    def advance(self, done: int, total: int) -> None:
        self.done.append((done, total))
        self.interrupt()
