"""A page of a PDF as a reader gives it: lines, and how much of it is a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# Adobe's names of old-style figures and small capitals stand for private letters, each so far from the usual one.
_PRIVATE = {0xF700 + code: code for code in (*range(0x21, 0x7F), *range(0xA1, 0x100))}
# As far as this a value stands beside a line, in pages.
_BESIDE = 0.015
# A value this long that stands on the page already is the same one, however it is parted there.
_LONG = 20
# What is shorter may well be written twice: "bonbon".
_SHORTEST_TWICE = 5


@dataclass(frozen=True, slots=True)
class Line:
    """`size` is that of its letters in points; `top` how far down the page it stands, 0 to 1, None where unknown."""

    text: str
    size: float
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`covered` is the share of the page that pictures cover; `unseen` counts words that stand outside of it."""

    lines: Sequence[Line]
    covered: float = 0.0
    unseen: int = 0

    @property
    def text(self) -> str:
        """All lines, each on its own."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on a page without being in its content: the value of a field, a comment written on the page."""

    text: str
    top: float


def usual(text: str) -> str:
    """The text with old-style figures and small capitals as usual ones."""
    return text.translate(_PRIVATE)


def drawn_once(lines: Iterable[Line]) -> list[Line]:
    """Lines without those that are drawn over themselves, as programs do for want of a bold letter."""
    kept: list[Line] = []
    for line in lines:
        if kept and line.text == kept[-1].text and _same_height(line, kept[-1]):
            continue
        kept.append(line)
    return kept


def once(text: str) -> str:
    """The text of a line that is drawn over itself, once."""
    half = text[: len(text) // 2]
    return half if len(half) >= _SHORTEST_TWICE and half * 2 == text and any(map(str.isalpha, half)) else text


def _same_height(one: Line, other: Line) -> bool:
    return one.top is not None and other.top is not None and abs(one.top - other.top) < 0.003


def with_marks(page: Page, marks: Sequence[Mark]) -> Page:
    """The page with its marks: each at the end of the line beside it, else between the lines above and below."""
    lines = list(page.lines)
    shown = " ".join(page.text.split())
    for mark in marks:
        tops = [line.top if line.top is not None else 0.0 for line in lines]
        beside = " ".join(line.text for line, top in zip(lines, tops, strict=True) if abs(top - mark.top) < _BESIDE)
        if mark.text in (shown if len(mark.text) >= _LONG else beside):
            continue
        near = min(range(len(lines)), key=lambda place: abs(tops[place] - mark.top), default=None)
        if near is not None and abs(tops[near] - mark.top) < _BESIDE:
            lines[near] = replace(lines[near], text=f"{lines[near].text} {mark.text}")
        else:
            above = [place for place, top in enumerate(tops) if top < mark.top]
            place = above[-1] + 1 if above else 0
            size = lines[min(place, len(lines) - 1)].size if lines else 1.0
            lines.insert(place, Line(mark.text, size, mark.top))
    return replace(page, lines=lines)
