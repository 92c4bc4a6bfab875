"""What was asked of a table in a conversation, what was shown, and which row is spoken of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cci_app.catalog.asking import condition_from_json, condition_to_json
from cci_app.catalog.declaration import TableDeclaration
from cci_app.catalog.query import Search, Sorting


@dataclass(frozen=True, slots=True)
class CatalogMemory:
    """`shown` are the keys of the rows of the last answer, in its order; `focus` the one spoken of, by its `title`."""

    search: Search = field(default_factory=Search)
    shown: tuple[str, ...] = ()
    focus: str | None = None
    title: str = ""

    @classmethod
    def load(cls, state: Mapping[str, Any], declaration: TableDeclaration) -> Self:
        """Read what `to_json` wrote; what the table does not have any more is left out."""
        kept = [condition_from_json(each, declaration) for each in state.get("conditions", ())]
        order = state.get("order")
        search = Search(
            tuple(each for each in kept if each is not None),
            Sorting(order["attribute"], order["descending"])
            if order is not None and order["attribute"] in declaration.attributes
            else None,
            state.get("like"),
            state.get("offset", 0),
            state.get("limit", 5),
        )
        return cls(search, tuple(state.get("shown", ())), state.get("focus"), state.get("title", ""))

    def to_json(self) -> dict[str, Any]:
        """The state as JSON."""
        order = self.search.order
        return {
            "conditions": [condition_to_json(each) for each in self.search.conditions],
            "order": {"attribute": order.attribute, "descending": order.descending} if order else None,
            "like": self.search.like,
            "offset": self.search.offset,
            "limit": self.search.limit,
            "shown": list(self.shown),
            "focus": self.focus,
            "title": self.title,
        }

    def named(self, place: int) -> str | None:
        """The key of the row at a place of the last answer, -1 the last, 0 the one spoken of; None where none is."""
        if place == 0:
            return self.focus or (self.shown[0] if len(self.shown) == 1 else None)
        index = place if place < 0 else place - 1
        return self.shown[index] if -len(self.shown) <= index < len(self.shown) else None
