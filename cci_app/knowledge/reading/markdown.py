"""Markdown as plain text under its headings: a message shows no Markdown, so its marks go when it is read."""

import re

from cci_app.knowledge.reading.document import Section
from cci_app.knowledge.reading.outline import Outline
from cci_app.knowledge.reading.table import listed
from cci_app.language.sentences import BULLET

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# Whoever writes a thousand opening marks and no closing one must not make the search for it start a thousand times over
# the whole text: what stands between two marks has no further opening one, or is short.
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*")
_RULE = re.compile(r" {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_ITEM = re.compile(r"\A\s*+(?:[-*+]|\d{1,3}[.)])\s+(.*)")
_QUOTE = re.compile(r"\A {0,3}>\s?")
_TABLE_RULE = re.compile(r"\A\s*+\|?(?:\s*+:?-+:?\s*+\|)++\s*+:?-*:?\s*")

_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\((?:mailto:|tel:)?([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s]+)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"(?<!`)`+([^`]+)`+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")


def plain(text: str) -> str:
    """`text` without the marks of Markdown inside a line; a link keeps its address after its words."""
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(_link, text)
    text = _AUTOLINK.sub(lambda match: match[1].removeprefix("mailto:"), text)
    text = _TAG.sub("", text)
    text = _CODE.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(_ESCAPE.sub(r"\1", text).split())


def _link(match: re.Match[str]) -> str:
    words, address = match[1], match[2]
    return words if words == address or address.startswith("#") else f"{words} ({address})"


class _Reader:
    """Gathers lines into blocks."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._lines: list[str] = []
        self._head: list[str] = []
        self._rows: list[list[str]] = []

    def heading(self, level: int, written: str) -> None:
        self.end_block()
        self.outline.heading(level, plain(written))

    def line(self, line: str) -> None:
        item = _ITEM.fullmatch(line)
        if not line.strip() or item or self._rows:
            self.end_block()
        if item:
            self._lines.append(BULLET + item[1])
        elif line.strip():
            self._lines.append(line.strip())

    def pop_line(self) -> str | None:
        """The only line of the open block, taken back: an underline below made it a heading."""
        return self._lines.pop() if len(self._lines) == 1 and not self._lines[0].startswith(BULLET) else None

    def row(self, written: str) -> None:
        if self._lines:
            self.end_block()
        cells = written.strip().removeprefix("|").removesuffix("|").split("|")
        self._rows.append([plain(cell) for cell in cells])

    def rule(self) -> None:
        """The line below the names of a table's columns."""
        if len(self._rows) == 1:
            self._head = self._rows.pop()

    def end_block(self) -> None:
        self.outline.block(plain(" ".join(self._lines)))
        for item in listed(self._head, self._rows):
            self.outline.block(item)
        self._lines, self._head, self._rows = [], [], []


def read_markdown(text: str) -> tuple[str | None, tuple[Section, ...]]:
    """The first heading and the sections of a Markdown text; the first heading is None where it has none."""
    text = _COMMENT.sub("", _FRONT_MATTER.sub("", text))
    reader = _Reader()
    fenced = False
    for raw in text.split("\n"):
        line = _QUOTE.sub("", raw)
        if _FENCE.match(line):
            fenced = not fenced
            reader.end_block()
        elif fenced:
            reader.line(line)
        elif heading := _HEADING.fullmatch(line):
            reader.heading(len(heading[1]), heading[2])
        elif (underline := _UNDERLINE.fullmatch(line)) and (above := reader.pop_line()):
            reader.heading(1 if underline[1].startswith("=") else 2, above)
        elif _RULE.fullmatch(line):
            reader.end_block()
        elif _TABLE_RULE.fullmatch(line):
            reader.rule()
        elif line.lstrip().startswith("|"):
            reader.row(line)
        else:
            reader.line(line)
    reader.end_block()
    reader.outline.close()
    return reader.outline.title, tuple(reader.outline.sections)
