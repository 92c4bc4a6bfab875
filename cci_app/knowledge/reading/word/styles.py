"""What the styles of a Word document make of a paragraph: a heading, an item of a list, or neither."""

import re
from dataclasses import dataclass

from lxml.etree import _Element as Element

from cci_app.knowledge.reading.word.package import attribute, local

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_MOST_BASES = 20
_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Style:
    """`level` of a heading, 1 the highest; whether it is an item of a list, and whether it is not shown."""

    level: int | None = None
    listed: bool = False
    hidden: bool = False


_PLAIN = Style()


class Styles:
    """The styles of a document by their id, each looked at once."""

    def __init__(self, root: Element | None) -> None:
        self._elements = {}
        for element in root if root is not None else ():
            if local(element) == "style":
                self._elements[attribute(element, "styleId") or ""] = element
        self._known: dict[str, Style] = {}

    def of(self, identity: str | None) -> Style:
        """The style of that id, with what it takes over from those that it is based on."""
        if not identity:
            return _PLAIN
        if identity not in self._known:
            self._known[identity] = self._read(identity)
        return self._known[identity]

    def _read(self, identity: str) -> Style:
        level: int | None = None
        listed = hidden = False
        based: str | None = identity
        for _ in range(_MOST_BASES):
            element = self._elements.get(based or "")
            if element is None:
                break
            based = None
            for child in element.iter():
                name = local(child)
                value = attribute(child, "val") or ""
                if name == "name":
                    # Word keeps the English names of its own styles whatever language it speaks.
                    level = level or _named_level(value)
                    listed = listed or value.lower().startswith("list ")
                elif name == "outlineLvl" and level is None and value.isdecimal():
                    level = int(value) + 1 if int(value) < _BODY_LEVEL else None
                elif name == "numPr":
                    listed = True
                elif name == "vanish" and value not in {"0", "false", "off"}:
                    hidden = True
                elif name == "basedOn":
                    based = value
        return Style(level, listed, hidden)


def _named_level(name: str) -> int | None:
    if name.lower() == "title":
        return 1
    heading = _HEADING.fullmatch(name)
    return int(heading[1]) if heading else None
