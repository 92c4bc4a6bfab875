"""What a plan of the conversation is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cci_app.agents.finance.reading import PlanWish


@dataclass(frozen=True, slots=True)
class FinanceMemory:
    """The plan as far as it is told, and the row (`thing` its key, `title` its line) whose price it has.

    `offered` are the keys of rows of which one is to be chosen.
    """

    wish: PlanWish = field(default_factory=PlanWish)
    thing: str | None = None
    title: str = ""
    offered: tuple[str, ...] = ()

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        wish = PlanWish.from_json(dict(state.get("wish", {})))
        return cls(wish, state.get("thing"), state.get("title", ""), tuple(state.get("offered", ())))

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        return {"wish": self.wish.to_json(), "thing": self.thing, "title": self.title, "offered": list(self.offered)}
