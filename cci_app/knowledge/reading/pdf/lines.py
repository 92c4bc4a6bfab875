"""A page of a PDF as a reader gives it: lines, and how much of it is a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cci_app.knowledge.reading.contact import is_said

# Adobe's names of old-style figures and small capitals stand for private letters, each so far from the usual one.
_PRIVATE = {0xF700 + code: code for code in (*range(0x21, 0x7F), *range(0xA1, 0x100))}
# As far as this a value stands beside a line, in pages.
_BESIDE = 0.015
# So much less counts how far it stands to the side.
_ASIDE = 0.03
# A value this long that stands on the page already is the same one, however it is parted there.
_LONG = 20
# What is shorter may well be written twice: "bonbon".
_SHORTEST_TWICE = 5


@dataclass(frozen=True, slots=True)
class Line:
    """`size` is that of its letters in points; `top` how far down the page it stands, 0 to 1, None where unknown.

    `starts` tells where each word of it begins, from the left of the page, 0 to 1; none where that is unknown.
    """

    text: str
    size: float
    top: float | None = None
    starts: tuple[float, ...] = ()


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
    """What stands on a page without being in its content: the value of a field, a comment written on the page.

    `top` and `left` are where it stands, of the page, 0 to 1. `reached` is whom a link leads to.
    """

    text: str
    top: float
    left: float = 1.0
    reached: str = ""


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
    """The page with its marks: each in the line beside it, where it stands there, else below the line above it."""
    lines = list(page.lines)
    shown = " ".join(page.text.split())
    for mark in marks:
        if mark.reached and is_said(mark.reached, shown):
            continue
        shown += f" {mark.reached}"
        if _is_drawn(mark, page, shown):
            continue
        beside = [place for place, line in enumerate(lines) if abs((line.top or 0.0) - mark.top) < _BESIDE]
        if beside:
            near = min(beside, key=lambda place: _apart(lines[place], mark))
            lines[near] = _joined(lines[near], mark)
            continue
        above = [place for place, line in enumerate(lines) if (line.top or 0.0) < mark.top]
        place = min(above, key=lambda each: (_apart(lines[each], mark), -each), default=-1) + 1
        size = lines[min(place, len(lines) - 1)].size if lines else 1.0
        lines.insert(place, Line(mark.text, size, mark.top, (mark.left,) * len(mark.text.split())))
    return replace(page, lines=lines)


def _is_drawn(mark: Mark, page: Page, shown: str) -> bool:
    """Whether the page's content has the text of a mark, too."""
    if len(mark.text) >= _LONG:
        return mark.text in shown
    beside = (line.text for line in page.lines if abs((line.top or 0.0) - mark.top) < _BESIDE)
    return f" {mark.text} " in f" {' '.join(beside)} "


def _apart(line: Line, mark: Mark) -> float:
    """How far a line is from a mark: what stands higher or lower is farther than what stands to the left."""
    gap = mark.left - line.starts[0] if line.starts else 0.0
    return abs((line.top or 0.0) - mark.top) + _ASIDE * max(gap, -2 * gap)


def _joined(line: Line, mark: Mark) -> Line:
    """The line with a mark before the words that stand to its right."""
    words, added = line.text.split(), mark.text.split()
    at = sum(start < mark.left for start in line.starts) if len(line.starts) == len(words) else len(words)
    starts = (*line.starts[:at], *[mark.left] * len(added), *line.starts[at:]) if line.starts else ()
    return replace(line, text=" ".join([*words[:at], *added, *words[at:]]), starts=starts)
