"""What a report shows as a picture, and what decided it: each figure of its versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Measure(StrEnum):
    """A figure of a version: what made-up people found, or what people on record did in the last 30 days."""

    GOAL = "goal"
    TIME = "time"
    LENGTH = "length"
    SATISFACTION = "satisfaction"
    STARS = "stars"
    COMPLETED = "completed"
    LEADS = "leads"
    CAME_BACK = "came_back"


_RECORDED: Final = frozenset(Measure) - {Measure.GOAL, Measure.TIME, Measure.LENGTH}
# Of a share or of stars the bar is a part of all there could be; of others of the greater one.
_WHOLE: Final[Mapping[Measure, float | None]] = {
    **dict.fromkeys(Measure, 1.0),
    Measure.STARS: 5.0,
    Measure.TIME: None,
    Measure.LENGTH: None,
}


@dataclass(frozen=True, slots=True)
class PicturedMeasure:
    """A figure of each version, None where nothing tells it, and the length of its bar from 0 to 100."""

    measure: Measure
    values: tuple[float | None, ...]
    bars: tuple[float, ...]

    @property
    def recorded(self) -> bool:
        """Whether people on record tell it, and not made-up ones."""
        return self.measure in _RECORDED


def pictured(report: Mapping[str, Any]) -> list[PicturedMeasure]:
    """The figures of a report that any of its versions has."""
    recorded = {each["version"]: each for each in report["recorded"]}
    told = [_told(each, recorded.get(each["version"])) for each in report["versions"]]
    shown = []
    for measure in Measure:
        values = tuple(each[measure] for each in told)
        if any(value is not None for value in values):
            whole = _WHOLE[measure] or max(value or 0.0 for value in values) or 1.0
            bars = tuple(round(100 * (value or 0.0) / whole, 1) for value in values)
            shown.append(PicturedMeasure(measure, values, bars))
    return shown


def decision(report: Mapping[str, Any]) -> tuple[str, str]:
    """What made-up people say of the candidate, and what decided it.

    `better`, `worse`, or `alike` where nothing can be told apart, `alone` without a candidate; by `goal`, who reached
    their goal, or `failed`, answers that failed.
    """
    difference = report["difference"]
    if difference is None:
        return "alone", ""
    control, candidate = report["versions"]
    if difference["high"] < 0:
        return "worse", "goal"
    if candidate["failed"] > 2 * control["failed"] + 2:
        return "worse", "failed"
    return ("better", "goal") if difference["low"] > 0 else ("alike", "")


def _told(version: Mapping[str, Any], on_record: Mapping[str, Any] | None) -> dict[Measure, float | None]:
    found = on_record or {}
    thumbs = found.get("up", 0) + found.get("down", 0)
    return {
        Measure.GOAL: version["share"],
        Measure.TIME: version["p50_ms"],
        Measure.LENGTH: version["length"],
        Measure.SATISFACTION: found["up"] / thumbs if thumbs else None,
        Measure.STARS: found.get("stars"),
        **{
            measure: found[measure] / found["people"] if found.get("people") else None
            for measure in (Measure.COMPLETED, Measure.LEADS, Measure.CAME_BACK)
        },
    }
