"""Where a rule of the handbook stands, in words."""

from collections.abc import Mapping
from typing import Any


def place_in_words(place: Mapping[str, Any], language: str) -> str:
    """The document and its heading, or the citation, as `RulePlace` keeps it."""
    if "citation" in place:
        return str(place["citation"][language])
    return ", ".join(filter(None, (place["document"], place.get("heading"))))
