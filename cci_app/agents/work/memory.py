"""What is remembered of a conversation about the work: the last question, what was shown, what waits for a yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from cci_app.agents.work.content import WorkIntent


@dataclass(frozen=True, slots=True)
class ProposedCall:
    """A change that waits for the person's yes: the tool, its arguments, and what to say once it is done.

    `action` is its row, None in a rehearsal; `person` is whoever is told of it.
    """

    tool: str
    arguments: Mapping[str, Any]
    done: str
    action: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class OpenWish:
    """A change of which something is missing: what it is, the message that asked for it, and what was asked back."""

    intent: str
    said: str
    missing: str
    tasks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkMemory:
    """The state of the agent. `shown` are the tasks of the last list, `focus` the one that is spoken of."""

    role: str
    intent: WorkIntent | None = None
    said: str = ""
    offset: int = 0
    shown: tuple[int, ...] = ()
    focus: int | None = None
    proposed: ProposedCall | None = None
    wish: OpenWish | None = field(default=None)

    @classmethod
    def load(cls, role: str, state: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; an empty mapping is the start."""
        proposed, wish = state.get("proposed"), state.get("wish")
        return cls(
            role,
            WorkIntent(state["intent"]) if state.get("intent") in set(WorkIntent) else None,
            state.get("said", ""),
            state.get("offset", 0),
            tuple(state.get("shown", ())),
            state.get("focus"),
            ProposedCall(**proposed) if proposed else None,
            OpenWish(wish["intent"], wish["said"], wish["missing"], tuple(wish["tasks"])) if wish else None,
        )

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        proposed, wish = self.proposed, self.wish
        return {
            "role": self.role,
            "intent": self.intent,
            "said": self.said,
            "offset": self.offset,
            "shown": list(self.shown),
            "focus": self.focus,
            "proposed": asdict(proposed) if proposed else None,
            "wish": asdict(wish) if wish else None,
        }
