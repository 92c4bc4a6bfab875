"""The monitor's rules: content that people can read and change, and that is checked when it is read."""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from cci_app.coordination.models import AiActionKind
from cci_app.coordination.monitor.models import Cause, EscalationStep, UrgencyLevel
from cci_app.coordination.ruling import read_content
from cci_app.core.errors import InvalidInput
from cci_app.core.text import fold

DEFAULT_FILE = Path(__file__).parents[3] / "config" / "coordination" / "monitor.yaml"
LONGEST_RULES = 20_000
_Hours = Annotated[float, Field(ge=0.25, le=720)]
_Days = Annotated[int, Field(ge=0, le=90)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UrgencyPoints(_Strict):
    """What makes a task urgent, in points."""

    late_day: int = Field(ge=0, le=100)
    late_most: int = Field(ge=0, le=500)
    due_within_1_day: int = Field(ge=0, le=500)
    due_within_3_days: int = Field(ge=0, le=500)
    urgent_word: int = Field(ge=0, le=500)
    many_comments: int = Field(ge=0, le=500)
    some_comments: int = Field(ge=0, le=500)


class UrgencyRules(_Strict):
    """How urgent a task is: its points, the words that give some, and from how many points on which level begins."""

    points: UrgencyPoints
    words: tuple[Annotated[str, Field(min_length=2, max_length=60)], ...] = Field(max_length=60)
    many_comments_over: int = Field(ge=1, le=1000)
    some_comments_over: int = Field(ge=0, le=1000)
    critical_from: int
    high_from: int
    normal_from: int


class CauseRule(_Strict):
    """When a task is spoken of for that cause, and to whom.

    `days` are working days: late for so many, due within so many, untouched for so many. `share` of the estimate is
    spent. `steps` hear of it one after the other; with `once` the first of them who can be reached, and nobody after.
    """

    days: _Days = 0
    share: float = Field(default=1.0, ge=0.1, le=10)
    steps: tuple[EscalationStep, ...] = Field(min_length=1, max_length=3)
    once: bool = False
    comment: bool = False


class QuietHours(_Strict):
    """When nobody is written to, in the time of whoever it is about; days off are quiet where `days_off` says so."""

    begin: time
    end: time
    days_off: bool = True


class UnaskedRule(_Strict):
    """What an assistant does without the person's yes, and tells them: actions of these kinds.

    It holds for whoever has one of the `roles`, for all where none is named; with `own` for their own tasks alone.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    kinds: tuple[AiActionKind, ...] = Field(min_length=1)
    roles: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)], ...] = ()
    own: bool = True

    def lets(self, kind: AiActionKind, role: str, *, is_own: bool) -> bool:
        """Whether it lets somebody of that role have it done; `is_own` says that the task is theirs."""
        if kind not in self.kinds or (self.own and not is_own):
            return False
        return not self.roles or fold(role) in {fold(each) for each in self.roles}


class MonitorRules(_Strict):
    """All rules. `country` says whose holidays count; where it is left out, that of the time zone."""

    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    urgency: UrgencyRules
    causes: dict[Cause, CauseRule]
    hours_between: dict[UrgencyLevel, _Hours]
    most_rounds: int = Field(ge=1, le=9)
    acknowledged_hours: _Hours
    quiet: QuietHours
    pause_minutes: int = Field(ge=0, le=24 * 60)
    without_asking: tuple[UnaskedRule, ...] = Field(default=(), max_length=20)

    @field_validator("without_asking")
    @classmethod
    def _has_each_once(cls, rules: tuple[UnaskedRule, ...]) -> tuple[UnaskedRule, ...]:
        if len({rule.name for rule in rules}) < len(rules):
            raise ValueError("two rules have the same name")
        return rules

    def unasked(self, kind: AiActionKind, role: str, *, is_own: bool) -> str | None:
        """The name of the first rule that lets it be done without a yes; None where each has to be asked."""
        return next((rule.name for rule in self.without_asking if rule.lets(kind, role, is_own=is_own)), None)

    @property
    def told_once(self) -> tuple[Cause, ...]:
        """Of what one person hears once."""
        return tuple(cause for cause, rule in self.causes.items() if rule.once)


def read_rules(text: str) -> MonitorRules:
    """Rules out of YAML. Raises InvalidInput that names each place."""
    rules = read_content(text, MonitorRules, LONGEST_RULES)
    missing = [level.value for level in UrgencyLevel if level not in rules.hours_between]
    if missing:
        raise InvalidInput(
            "the rules cannot be read: hours_between needs each level",
            details={"rules": [f"hours_between.{missing[0]}: missing"]},
        )
    return rules


@cache
def default_rules() -> MonitorRules:
    """Those of the file that the product brings."""
    return read_rules(DEFAULT_FILE.read_text(encoding="utf-8"))
