"""What the rows of a table hold, so that a message can be read without asking the database for it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cci_app.catalog.declaration import AttributeKind, TableDeclaration

# Of one choice; a column with more values is a text.
MOST_VALUES = 2_000


@dataclass(frozen=True, slots=True)
class KnownValues:
    """`choices` are the values of each choice, the most frequent first; `spans` the least and most of each number.

    `parts` are the values of a choice that are within each value of another, as the models of each make.
    """

    choices: Mapping[str, tuple[str, ...]]
    spans: Mapping[str, tuple[Decimal, Decimal]]
    parts: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(cls, declaration: TableDeclaration, rows: Iterable[Mapping[str, Any]]) -> "KnownValues":
        """What some rows hold."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in declaration.of_kind(AttributeKind.CHOICE)}
        numbers: dict[str, list[Decimal]] = {name: [] for name, each in _numbers(declaration)}
        within = {name: each.within for name, each in declaration.attributes.items() if each.within}
        parts: dict[str, dict[str, dict[str, None]]] = {name: {} for name in within}
        for values in rows:
            for name, counter in counts.items():
                if name in values:
                    counter[values[name]] += 1
            for name, found in numbers.items():
                if name in values:
                    found.append(Decimal(values[name]))
            for name, whole in within.items():
                if name in values and whole in values:
                    parts[name].setdefault(values[whole], {})[values[name]] = None
        return cls(
            {name: tuple(each for each, _ in counter.most_common(MOST_VALUES)) for name, counter in counts.items()},
            {name: (min(found), max(found)) for name, found in numbers.items() if found},
            {name: {whole: tuple(found) for whole, found in each.items()} for name, each in parts.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "choices": {name: list(values) for name, values in self.choices.items()},
            "spans": {name: [str(least), str(most)] for name, (least, most) in self.spans.items()},
            "parts": {name: {w: list(v) for w, v in each.items()} for name, each in self.parts.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "KnownValues":
        """What was kept; of a table that was never loaded nothing is known."""
        return cls(
            {name: tuple(values) for name, values in kept.get("choices", {}).items()},
            {name: (Decimal(least), Decimal(most)) for name, (least, most) in kept.get("spans", {}).items()},
            {name: {w: tuple(v) for w, v in each.items()} for name, each in kept.get("parts", {}).items()},
        )


def _numbers(declaration: TableDeclaration) -> Iterable[tuple[str, Any]]:
    return ((name, each) for name, each in declaration.attributes.items() if each.kind.is_number)
