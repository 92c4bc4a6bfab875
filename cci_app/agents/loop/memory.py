"""What an agent with tools keeps of a conversation: the last exchanges, whole, and a summary of those before them.

The summary is made of the person's own words by rule: it costs no call, is there offline, and no model can write into
it what nobody said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

_CHARACTERS_PER_TOKEN: Final = 4
_MOST_EXCHANGES: Final = 40
_LONGEST_SAID: Final = 4_096
_LONGEST_LINE: Final = 160
_LONGEST_SUMMARY: Final = 1_200


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the person said, and what was answered."""

    said: str
    answer: str

    @property
    def tokens(self) -> int:
        """About how many tokens a model reads of it."""
        return -(-(len(self.said) + len(self.answer)) // _CHARACTERS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A call that waits for the person's yes."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoopMemory:
    """The state of the agent."""

    exchanges: tuple[Exchange, ...] = ()
    summary: str = ""
    pending: PendingCall | None = field(default=None)

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; an empty mapping is the start."""
        pending = state.get("pending")
        return cls(
            tuple(Exchange(each["said"], each["answer"]) for each in state.get("exchanges", ())),
            state.get("summary", ""),
            PendingCall(pending["tool"], pending["arguments"]) if pending else None,
        )

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        return {
            "exchanges": [{"said": each.said, "answer": each.answer} for each in self.exchanges],
            "summary": self.summary,
            "pending": {"tool": self.pending.tool, "arguments": dict(self.pending.arguments)} if self.pending else None,
        }

    @property
    def said(self) -> tuple[str, ...]:
        """What the person said, as far as it is kept whole."""
        return tuple(each.said for each in self.exchanges)

    def after(self, said: str, answer: str, *, tokens: int) -> Self:
        """The memory with one more exchange, cut between exchanges to so many tokens; the last one always stays."""
        kept = [*self.exchanges, Exchange(said[:_LONGEST_SAID], answer[:_LONGEST_SAID])]
        summary = self.summary
        while len(kept) > 1 and (len(kept) > _MOST_EXCHANGES or sum(each.tokens for each in kept) > tokens):
            summary = _with_line(summary, kept.pop(0))
        return replace(self, exchanges=tuple(kept), summary=summary)


def _with_line(summary: str, gone: Exchange) -> str:
    lines = [*summary.splitlines(), f"- {' '.join(gone.said.split())[:_LONGEST_LINE]}"]
    while len(lines) > 1 and sum(len(line) + 1 for line in lines) > _LONGEST_SUMMARY:
        lines.pop(0)
    return "\n".join(lines)
