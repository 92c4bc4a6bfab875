"""What an agent of the work says, and remembers of it."""

from dataclasses import dataclass

from cci_app.agents.work.memory import WorkMemory
from cci_app.channels.message import Part
from cci_app.knowledge.search.passage import Source


@dataclass(frozen=True, slots=True)
class WorkTold:
    """Words, and parts below them; `worded` may be said otherwise by a model. `intent` is for the record."""

    text: str
    memory: WorkMemory
    parts: tuple[Part, ...] = ()
    intent: str = "work"
    worded: bool = False
    sources: tuple[Source, ...] = ()
    sources_told: str = ""
    unanswered: str | None = None
