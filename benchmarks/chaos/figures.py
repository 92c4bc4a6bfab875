"""The table of what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table; `control` says what was counted with the protection off."""

    name: str
    what: str
    goal: str
    measured: str
    control: str
    passed: bool
    evidence: Sequence[str] = field(default=())


def table(figures: Sequence[Figure]) -> str:
    """The figures under each other."""
    lines = [("", "what", "goal", "measured", "control", "")]
    lines += [(f.name, f.what, f.goal, f.measured, f.control, "pass" if f.passed else "MISSED") for f in figures]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
