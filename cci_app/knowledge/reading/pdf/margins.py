"""What stands at the head and the foot of pages, and is no text of theirs: the page's number, a line on all of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import TypeVar

from cci_app.knowledge.reading.contact import tells_how_to_reach
from cci_app.knowledge.reading.document import Omission
from cci_app.knowledge.reading.pdf.lines import Line

_EDGE = 2
# How far into the page its head and foot reach.
_REACH = 0.14
# What stands so near to the edge, smaller than the page's text, is about the page: "Reglamento interno 3".
_OUTMOST = 0.07
_NUMBER = re.compile(r"\d{1,4}")
_SIGNS = " \t-–—|/·"
# What is around the number of a page where nothing else is.
_AROUND = re.compile(r"[\s\-–—|/·.()\[\]]*(?:page|p\.|página|pág\.?|pagina|seite)?[\s\-–—|/·.()\[\]]*", re.IGNORECASE)
# A number of several groups, as of a telephone or a date, or one with zeros before it.
_GROUPED = re.compile(r"[\d+#][\s.,/-]*$")
_TOTAL = re.compile(r"\s*(?:/|de|of|sur|von)\s*(\d{1,4})\b(?!\s?[/.:]\s?\d)")
_NAMED = re.compile(r"(?:\bpage|\bp\.|\bpágina|\bpág\.?|\bpagina)\s*$", re.IGNORECASE)
_PARTED = re.compile(r"\s[|–—·-]\s*$")
_PARTING = re.compile(r"\s*[|·]\s")


_Text = TypeVar("_Text")


@dataclass(slots=True)
class Margins:
    """Pages without their margins; `repeated` are the lines that stood on several, once, by the page they begin on."""

    pages: list[list[Line]]
    repeated: list[tuple[int, str]] = field(default_factory=list)
    left_out: Counter[Omission] = field(default_factory=Counter)


def without_margins(pages: Sequence[Sequence[Line]]) -> Margins:
    """Take off what repeats at the edges of pages, and what differs in the page's own number and in nothing else.

    What so differs and tells how to reach somebody is kept once, without its number.
    """
    repeated = _repeated(pages)
    numbered = _numbered(pages, [_edges(page) for page in pages])
    result = Margins([])
    first: dict[str, int] = {}
    for number, (page, places) in enumerate(zip(pages, repeated, strict=True), 1):
        kept = []
        for at, line in enumerate(page):
            if at in places:
                if line.text in first:
                    result.left_out[Omission.REPEATED_LINES] += len(line.text.split())
                first.setdefault(line.text, number)
            elif (beside := numbered.get((number, at))) is not None:
                result.left_out[Omission.PAGE_NUMBERS] += len(line.text.split())
                if tells_how_to_reach(beside):
                    first.setdefault(beside, number)
            else:
                kept.append(line)
        result.pages.append(kept)
    result.repeated = [(number, text) for text, number in first.items()]
    return result


def _most(texts: Iterable[Set[_Text]], pages: int) -> frozenset[_Text]:
    """What stands on most pages, or on several, of what stands on each."""
    counted = Counter(text for page in texts for text in page)
    return frozenset(text for text, times in counted.items() if times >= 2 and (times * 2 > pages or times >= 3))


def _is_near(page: Sequence[Line], at: int) -> bool:
    """Whether a line stands where a page's head and foot do; where that is unknown, whether it is among the outmost."""
    top = page[at].top
    return at < _EDGE or at >= len(page) - _EDGE if top is None else top < _REACH or top > 1 - _REACH


def _edges(page: Sequence[Line]) -> set[int]:
    """The places of the outmost lines, which may be a page's head and foot."""
    places = {*range(min(_EDGE, len(page))), *range(max(len(page) - _EDGE, 0), len(page))}
    return {at for at in places if _is_near(page, at)}


def _repeated(pages: Sequence[Sequence[Line]]) -> list[set[int]]:
    """The places of the lines on each page that repeat: the outmost, and a block that does so with one of them."""
    once = _most(({page[at].text for at in _edges(page)} for page in pages), len(pages))
    pairs = _most(({(page[one].text, page[at].text) for one, at in _pairs(page)} for page in pages), len(pages))
    found = []
    for page in pages:
        places = {at for at in _edges(page) if page[at].text in once}
        for one, at in _pairs(page):
            if one in places and (page[one].text, page[at].text) in pairs:
                places.add(at)
        found.append(places)
    return found


def _pairs(page: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The places of lines near the edges, each with that of the next one inwards."""
    for places in (range(len(page)), range(len(page) - 1, -1, -1)):
        yield from pairwise(takewhile(lambda at: _is_near(page, at), places))


def _numbered(pages: Sequence[Sequence[Line]], edges: Sequence[set[int]]) -> dict[tuple[int, int], str]:
    """The lines, as page and place, that count the pages, and what they say beside the number.

    A number counts them where it goes up with them: it is as far from the page's place in the file on most of them.
    """
    seen: dict[tuple[str, int], dict[tuple[int, int], str]] = defaultdict(dict)
    for number, (page, places) in enumerate(zip(pages, edges, strict=True), 1):
        usual = _usual_size(page)
        for at in places:
            line = page[at]
            for found in _NUMBER.finditer(line.text):
                before, after = line.text[: found.start()], line.text[found.end() :]
                total = _TOTAL.match(after)
                rest = after[total.end() :] if total else after
                small = line.size < usual and line.top is not None and not _OUTMOST <= line.top <= 1 - _OUTMOST
                if _counts(before, rest, total and int(total[1]), small, len(pages)):
                    beside = f"{_NAMED.sub('', before).strip(_SIGNS)} {rest.strip(_SIGNS)}".strip()
                    seen[f"{before}#{after}", int(found[0]) - number][number, at] = beside
    counted = (
        lines for (_, apart), lines in seen.items() if len(lines) * 2 > len(pages) and (len(pages) > 1 or apart == 0)
    )
    return {line: beside for lines in counted for line, beside in lines.items()}


def _usual_size(page: Sequence[Line]) -> float:
    """The size in which most of a page's letters are set."""
    letters = Counter[float]()
    for line in page:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _counts(before: str, after: str, total: int | None, small: bool, pages: int) -> bool:
    """Whether a number may be that of a page, by what stands beside it in its line, and before which total.

    `small` is a line that is set smaller than the page's text, next to its edge. One page alone is not counted without
    a word: "1/5/2026" is a date, "oficina 1" an address.
    """
    if (_AROUND.fullmatch(before) and _AROUND.fullmatch(after)) or _NAMED.search(before):
        return True
    is_first, is_last = not before.strip(), not after.strip()
    if pages == 1:
        return False
    if is_last and _PARTED.search(before):
        return True
    if (is_first or is_last) and total is not None and total >= pages:
        return True
    if _GROUPED.search(before) or not small:
        return False
    # "1 mayo 2026" may well be a date.
    return is_last or (is_first and (not any(map(str.isdigit, after)) or _PARTING.match(after) is not None))
