"""What stands at the head and the foot of pages, and is no text of theirs: the page's number, a line on all of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cci_app.knowledge.reading.document import Omission
from cci_app.knowledge.reading.pdf.lines import Line

_EDGE = 2
# How far into the page its head and foot reach.
_REACH = 0.14
# What stands so near to the edge, smaller than the page's text, is about the page: "Reglamento interno 3".
_OUTMOST = 0.07
_NUMBER = re.compile(r"\d{1,4}")
# What is around the number of a page where nothing else is.
_AROUND = re.compile(r"[\s\-–—|/·.()\[\]]*(?:page|p\.|página|pág\.?|pagina|seite)?[\s\-–—|/·.()\[\]]*", re.IGNORECASE)
# A number of several groups, as of a telephone, or one with zeros before it.
_GROUPED = re.compile(r"[\d+#][\s.,-]*$")
_TOTAL = re.compile(r"\s*(?:/|de|of|sur|von)\s*\d{1,4}\b")
_NAMED = re.compile(r"(?:\bpage|\bp\.|\bpágina|\bpág\.?|\bpagina|\s[|–—·-])\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Margins:
    """Pages without their margins; `repeated` are the lines that stood on several, once, by the page they begin on."""

    pages: list[list[Line]]
    repeated: list[tuple[int, str]] = field(default_factory=list)
    left_out: Counter[Omission] = field(default_factory=Counter)


def without_margins(pages: Sequence[Sequence[Line]]) -> Margins:
    """Take off what repeats at the edges of pages, and what differs in the page's own number and in nothing else."""
    edges = [_edges(page) for page in pages]
    texts = Counter(
        text for page, places in zip(pages, edges, strict=True) for text in {page[at].text for at in places}
    )
    often = {text for text, times in texts.items() if times >= 2 and (times * 2 > len(pages) or times >= 3)}
    numbered = _numbered(pages, edges)
    result = Margins([])
    first: dict[str, int] = {}
    for number, (page, places) in enumerate(zip(pages, edges, strict=True), 1):
        kept = []
        for at, line in enumerate(page):
            if at in places and line.text in often:
                if line.text in first:
                    result.left_out[Omission.REPEATED_LINES] += len(line.text.split())
                first.setdefault(line.text, number)
            elif (number, at) in numbered:
                result.left_out[Omission.PAGE_NUMBERS] += len(line.text.split())
            else:
                kept.append(line)
        result.pages.append(kept)
    result.repeated = [(number, text) for text, number in first.items()]
    return result


def _edges(page: Sequence[Line]) -> set[int]:
    """The places of the lines that may be a page's head and foot."""
    places = {*range(min(_EDGE, len(page))), *range(max(len(page) - _EDGE, 0), len(page))}
    return {at for at in places if (top := page[at].top) is None or top < _REACH or top > 1 - _REACH}


def _numbered(pages: Sequence[Sequence[Line]], edges: Sequence[set[int]]) -> set[tuple[int, int]]:
    """The lines, as page and place, that count the pages.

    A number counts them where it goes up with them: it is as far from the page's place in the file on most of them.
    """
    seen: dict[tuple[str, int], set[tuple[int, int]]] = defaultdict(set)
    for number, (page, places) in enumerate(zip(pages, edges, strict=True), 1):
        usual = _usual_size(page)
        for at in places:
            line = page[at]
            for found in _NUMBER.finditer(line.text):
                before, after = line.text[: found.start()], line.text[found.end() :]
                if _counts(before, after, line, usual):
                    seen[f"{before}#{after}", int(found[0]) - number].add((number, at))
    counted = (
        lines for (_, apart), lines in seen.items() if len(lines) * 2 > len(pages) and (len(pages) > 1 or apart == 0)
    )
    return {line for lines in counted for line in lines}


def _usual_size(page: Sequence[Line]) -> float:
    """The size in which most of a page's letters are set."""
    letters = Counter[float]()
    for line in page:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _counts(before: str, after: str, line: Line, usual: float) -> bool:
    """Whether a number may be that of a page, by what stands beside it in its line."""
    total = _TOTAL.match(after)
    rest = after[total.end() :] if total else after
    if _AROUND.fullmatch(before) and _AROUND.fullmatch(rest):
        return True
    if total or _NAMED.search(before):
        return True
    if _GROUPED.search(before):
        return False
    outmost = line.top is not None and (line.top < _OUTMOST or line.top > 1 - _OUTMOST)
    return outmost and line.size < usual and (not before.strip() or not rest.strip())
