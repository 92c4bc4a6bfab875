"""The lines of a PDF's pages as sections: what is set larger than the body is a heading."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cci_app.knowledge.reading.document import Section
from cci_app.knowledge.reading.outline import join_blocks
from cci_app.knowledge.reading.pdf.lines import Line
from cci_app.language.sentences import BULLET

_LARGER = 1.12  # a heading's size over the body's; below it, rounding of sizes would make headings
_LONGEST_HEADING = 120
# A line that takes less than this of the longest on its page ends because what it says does.
_SHORT = 0.6
_BULLETS = ("•", "●", "▪", "◦", "‣", "–", "-", "\uf0b7")
_END = re.compile(r"[.!?…:»\"”)]\s*$")
_FIRST_SENTENCE = re.compile(r"(.+?[.!?…])(?:\s+|$)(.*)", re.DOTALL)
_PARTED = re.compile(r"(\w+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


def laid_out(pages: Sequence[Sequence[Line]]) -> tuple[str | None, list[Section]]:
    """The title, the largest words of the first page that has any, and the sections, each on its page.

    No line is lost: a heading under which nothing stands is text itself.
    """
    sizes = Counter[float]()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    if not sizes:
        return None, []
    body = sizes.most_common(1)[0][0]
    writer = _Writer(_hyphened(pages))
    title: str | None = None
    for number, page in enumerate(pages, 1):
        longest = max((len(line.text) for line in page), default=0)
        for lines in _groups(page, body):
            words = " ".join(line.text for line in lines)
            is_heading = lines[0].size >= body * _LARGER and len(words) <= _LONGEST_HEADING
            if is_heading and title is None and lines[0].size == max(line.size for line in page) and writer.is_empty:
                title = words
            elif is_heading:
                writer.heading(words, lines[0].size, number)
            else:
                for line in lines:
                    writer.line(line.text, longest)
        writer.end_page(number)
    return title, list(_sentences_kept_whole(writer.end()))


def _groups(page: Sequence[Line], body: float) -> Iterator[list[Line]]:
    """Lines that follow each other in the same size: a heading may take two or three."""
    group: list[Line] = []
    for line in page:
        if group and (line.size != group[0].size or line.size < body * _LARGER):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


class _Writer:
    """Gathers lines into sections."""

    def __init__(self, hyphened: frozenset[str]) -> None:
        self._hyphened = hyphened
        self._sections: list[Section] = []
        self._blocks: list[str] = []
        # Headings under which nothing stood yet, each with its size and page; the last is that of what follows.
        self._untold: list[tuple[str, float, int]] = []
        self._heading: str | None = None
        self._is_short = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not (self._sections or self._blocks or self._untold)

    def heading(self, words: str, size: float, page: int) -> None:
        self._close(page)
        while self._untold and self._untold[-1][1] <= size:
            # Another one follows where its text would.
            above, _, its_page = self._untold.pop()
            self._sections.append(Section(above, None, its_page))
        self._untold.append((words, size, page))
        self._heading = None

    def line(self, text: str, longest: int) -> None:
        if self._untold:
            self._heading = " › ".join(words for words, _, _ in self._untold)
            self._untold = []
        self._add(text)
        self._is_short = len(text) < longest * _SHORT

    def end_page(self, page: int) -> None:
        self._close(page)

    def end(self) -> list[Section]:
        self._sections += [Section(words, None, page) for words, _, page in self._untold]
        return self._sections

    def _add(self, line: str) -> None:
        blocks = self._blocks
        if line.startswith(_BULLETS) and line.lstrip("".join(_BULLETS)).startswith(" "):
            blocks.append(BULLET + line.lstrip("".join(_BULLETS)).strip())
        elif not blocks or self._is_begun(blocks[-1], line):
            blocks.append(line)
        elif (parted := _PARTED.search(blocks[-1])) and line[:1].islower():
            whole = self._is_hyphened(parted[1], line)
            blocks[-1] = (blocks[-1] if whole else blocks[-1][:-1]) + line
        else:
            blocks[-1] += " " + line

    def _is_begun(self, above: str, line: str) -> bool:
        """Whether a line begins a block: it follows one that had room for more, or a whole item of a list."""
        whole_item = above.startswith(BULLET) and _END.search(above) is not None
        return line[:1].isupper() and (whole_item or self._is_short)

    def _is_hyphened(self, before: str, line: str) -> bool:
        """Whether a word that was parted at the line's end has its hyphen also elsewhere in the document."""
        after = _FIRST_WORD.match(line)
        return after is not None and f"{before}-{after[0]}".casefold() in self._hyphened

    def _close(self, page: int) -> None:
        if self._blocks:
            self._sections.append(Section(join_blocks(self._blocks), self._heading, page))
            self._blocks = []


def _hyphened(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    found = (re.findall(r"[^\W\d_]+-[^\W\d_]+", line.text) for page in pages for line in page)
    return _USUAL.union(word.casefold() for words in found for word in words)


# What French, most of all, writes with a hyphen, and a line may end in.
_USUAL = frozenset(
    [
        "rendez-vous",
        "peut-être",
        "c'est-à-dire",
        "quelques-uns",
        "celui-ci",
        "celle-ci",
        "ceux-ci",
        "celui-là",
        "celle-là",
        "là-bas",
        "ci-dessous",
        "ci-dessus",
        "ci-joint",
        "vis-à-vis",
        "sous-traitance",
        "savoir-faire",
        "mot-clé",
        "après-midi",
        "avant-garde",
        "chiffre-clé",
        "e-mail",
    ]
)


def _sentences_kept_whole(sections: list[Section]) -> Iterator[Section]:
    """A sentence that runs over the page's end is kept whole, on the page where it begins."""
    waiting: Section | None = None
    for section in sections:
        here: Section | None = section
        if waiting is not None:
            runs_on = waiting.page != section.page and waiting.heading == section.heading
            runs_on = runs_on and section.text[:1].islower() and not _END.search(waiting.text)
            if runs_on and (parts := _FIRST_SENTENCE.fullmatch(section.text)):
                waiting = Section(f"{waiting.text} {parts[1]}", waiting.heading, waiting.page)
                here = Section(parts[2], section.heading, section.page) if parts[2].strip() else None
            if here is not None:
                yield waiting
        waiting = here or waiting
    if waiting is not None:
        yield waiting
