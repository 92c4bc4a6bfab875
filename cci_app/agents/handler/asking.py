"""What is known while a function of an organisation's own agent is called: how long it may take."""

from contextvars import ContextVar
from dataclasses import dataclass

from cci_app.core.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Asking:
    """A call under way: when it is given up, and until when its person waits, where one does."""

    limit: Deadline
    reply: Deadline | None = None


ASKING: ContextVar[Asking | None] = ContextVar("own_agent_asking", default=None)


def is_being_asked() -> bool:
    """Whether this code was called by a function of the agent, which waits for it as we wait for the agent."""
    return ASKING.get() is not None
