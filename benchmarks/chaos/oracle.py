"""What people were told, judged from their side.

An answer counts as given when the reply to its message, a later reply or a push brought it. The same reply to the same
event twice is one delivery: the channel repeated its request and shows one of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.chaos.people import Message, Reply
from benchmarks.chaos.providers import MARKER


@dataclass(slots=True)
class Verdict:
    """Messages without an answer, answers given more than once, and answers given before an earlier message's.

    `told` is what people read in place of the answers that are lost.
    """

    messages: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    late: int = 0
    told: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.disordered)} disordered"

    @property
    def evidence(self) -> list[str]:
        """What went wrong, a line each."""
        return [*self.told, *self.doubled, *self.disordered]

    @property
    def clean(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.doubled or self.disordered)


def judge(
    sent: Sequence[Message],
    replies: Sequence[Reply],
    pushed: Mapping[str, Sequence[tuple[float, str]]],
    uncertain: frozenset[str] = frozenset(),
) -> Verdict:
    """Judge what came of the messages sent; `uncertain` are those that the product itself shows as such."""
    given = _deliveries(replies)
    for marker, pushes in pushed.items():
        for number, (at, text) in enumerate(pushes):
            given[marker][f"push {number}"] = (at, text.find(marker))
    verdict = Verdict(len(sent))
    latest: dict[str, tuple[float, int]] = {}
    for message in sent:
        deliveries = given.get(message.marker)
        if not deliveries:
            if message.marker not in uncertain:
                verdict.lost.append(message.marker)
                read = [reply.text for reply in replies if reply.message.marker == message.marker]
                verdict.told.append(f"{message.marker} read {read}")
            continue
        if len(deliveries) > 1:
            verdict.doubled.append(f"{message.marker}: {', '.join(sorted(deliveries))}")
        verdict.late += not any(name.startswith(f"reply to {message.marker}") for name in deliveries)
        first = min(deliveries.values())
        if first < latest.get(message.user_id, first):
            verdict.disordered.append(message.marker)
        latest[message.user_id] = max(first, latest.get(message.user_id, first))
    return verdict


def _deliveries(replies: Sequence[Reply]) -> dict[str, dict[str, tuple[float, int]]]:
    """By marker: every distinct delivery with the moment of its first arrival and its place in the text."""
    given: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
    bodies: dict[str, list[str]] = defaultdict(list)
    for reply in sorted(replies, key=lambda reply: reply.at):
        known = bodies[reply.message.marker]
        if reply.body in known:
            continue
        known.append(reply.body)
        for found in MARKER.finditer(reply.text):
            name = f"reply to {reply.message.marker} ({len(known)})"
            given[found.group()].setdefault(name, (reply.at, found.start()))
    return given
