"""What the router takes utterances for, beside what they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from benchmarks.selling.shop import Shop
from cci_app.core.deadline import Deadline

UTTERANCES: Final = Path(__file__).with_name("utterances.yaml")
ASKED_BACK: Final = "doubtful"
_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Routing:
    """An utterance, what it is, and what it was taken for: an intent, or the question which of two is meant."""

    text: str
    intent: str
    taken_for: str

    @property
    def right(self) -> bool:
        """Whether it was taken for what it is, without asking back."""
        return self.taken_for == self.intent


def utterances(half: str) -> list[tuple[str, str]]:
    """Those of one half, each with its intent."""
    listed: dict[str, list[str]] = yaml.safe_load(UTTERANCES.read_text(encoding="utf-8"))[half]
    return [(text, intent) for intent, several in listed.items() for text in several]


def routed(shop: Shop, said: Sequence[tuple[str, str]]) -> list[Routing]:
    """Route each as the first message of a conversation."""
    router = shop.router()
    found = []
    for text, intent in said:
        decision = router.route(text, {}, Deadline.after(_SECONDS), organisation_id=shop.organisation_id)
        found.append(Routing(text, intent, decision.routed.intent))
    return found


def accuracy(told: Sequence[Routing]) -> float:
    """The share that was taken for what it is."""
    return sum(each.right for each in told) / len(told)


def confusion(told: Sequence[Routing]) -> str:
    """A row for each intent: how many there are, how many were right, and what the others were taken for."""
    lines = [f"{'what it is':14}{'utterances':>11}{'right':>7}  taken for"]
    for intent in dict.fromkeys(each.intent for each in told):
        some = [each for each in told if each.intent == intent]
        others = Counter(each.taken_for for each in some if not each.right)
        taken = ", ".join(f"{count} {'asked back' if name == ASKED_BACK else name}" for name, count in others.items())
        lines.append(f"{intent:14}{len(some):>11}{sum(each.right for each in some):>7}  {taken}".rstrip())
    asked_back = sum(each.taken_for == ASKED_BACK for each in told)
    lines.append(f"{'all':14}{len(told):>11}  {accuracy(told):.3f} right, {asked_back} asked back")
    return "\n".join(lines)
