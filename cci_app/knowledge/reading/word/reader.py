"""Text of a Word document under its headings, as it is shown with all its changes accepted."""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from lxml.etree import LxmlError
from lxml.etree import _Element as Element

from cci_app.knowledge.reading.document import Caution, Found, Omission, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.outline import Outline, join_blocks
from cci_app.knowledge.reading.table import items
from cci_app.knowledge.reading.word.package import Package, attribute, child, flag, local
from cci_app.knowledge.reading.word.runs import Runs
from cci_app.knowledge.reading.word.styles import Styles
from cci_app.language.sentences import BULLET

_DELETED = frozenset(("del", "moveFrom"))
_NUMBERING = re.compile(r"(?:page|página|pág\.?|p\.)?\s*(?:sur|of|de|/|-)?\s*", re.IGNORECASE)
_MOST_SPANNED = 60

# The level of a heading, or None for a paragraph or an item; and what it says.
_Block = tuple[int | None, str]


def read_docx(data: bytes) -> Found:
    """The title and the sections of a document of Word, template or not. Raises UnreadableDocument."""
    try:
        return _Reader(Package(data)).found()
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument(Reason.TOO_COMPLEX) from error
    except RuntimeError as error:
        # zipfile says so of a part that needs a password.
        raise UnreadableDocument(Reason.ENCRYPTED) from error
    except (KeyError, ValueError, OSError, EOFError, LxmlError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableDocument(Reason.DAMAGED) from error


class _Reader:
    """Reads one document. A paragraph's boxes and notes are read after it, in the order of their marks."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main()
        self._styles = Styles(next((part.root for part in self._main.related("styles")), None))
        self._left_out: Counter[Omission] = Counter()
        self._runs = Runs(self._main, self._styles, self._left_out)
        # What a paragraph says whose end was deleted: the next one goes on with it.
        self._begun = ""

    def found(self) -> Found:
        """Read it."""
        outline = Outline()
        body = child(self._main.root, "body")
        for level, text in self._blocks(self._main.root if body is None else body):
            if level is None:
                outline.block(text)
            else:
                outline.heading(level, text)
        outline.block(self._begun)
        self._begun = ""
        sections = outline.close()
        if heads := self._heads(f"{outline.title} " + " ".join(f"{each.heading} {each.text}" for each in sections)):
            sections = (*sections, Section(join_blocks(heads)))
        self._left_out[Omission.COMMENTS] = sum(
            1 for part in self._main.related("comments") for each in part.root if local(each) == "comment"
        )
        unread = self._left_out[Omission.CHARTS] or self._left_out[Omission.EMBEDDED_FILES]
        cautions: dict[Caution, tuple[int, ...]] = {Caution.NOT_EVERYTHING: ()} if unread else {}
        title = outline.title or self._property_title()
        return Found(title, sections, {"word": 1}, left_out=self._left_out, cautions=cautions)

    def _property_title(self) -> str | None:
        for _, (kind, name) in self._package.relations(""):
            part = self._package.part(name) if kind == "core-properties" else None
            title = None if part is None else child(part.root, "title")
            if title is not None and title.text:
                return str(title.text)
        return None

    def _heads(self, shown: str) -> list[str]:
        """What heads and feet of the pages show, each line once, and not what the text says already."""
        lines: dict[str, None] = {}
        even = any(child(part.root, "evenAndOddHeaders") is not None for part in self._main.related("settings"))
        for section in self._main.root.iter("{*}sectPr"):
            kinds = {"default"} | ({"even"} if even else set()) | ({"first"} if flag(section, "titlePg") else set())
            for mark in section.iterchildren("{*}headerReference", "{*}footerReference"):
                part = self._main.by_id(attribute(mark, "id"))
                if part is not None and (attribute(mark, "type") or "default") in kinds:
                    self._runs.enter(part)
                    lines.update((text, None) for _, text in self._blocks(part.root))
        kept = [line for line in lines if line and f" {line} " not in f" {shown} "]
        return [line for line in kept if not _NUMBERING.fullmatch(line.removeprefix(BULLET))]

    def _blocks(self, container: Element) -> Iterator[_Block]:
        for element in container:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name in _DELETED:
                self._runs.delete(element)
            elif name == "altChunk":
                self._left_out[Omission.EMBEDDED_FILES] += 1
            elif name == "AlternateContent":
                yield from self._blocks(self._runs.chosen(element))
            elif name == "r":
                yield from self._said(element, None, "")
            elif not name.endswith("Pr"):
                yield from self._blocks(element)

    def _paragraph(self, paragraph: Element) -> Iterator[_Block]:
        properties = child(paragraph, "pPr")
        style, ended = self._styles.of(None), True
        level, listed = None, False
        if properties is not None:
            named = child(properties, "pStyle")
            style = self._styles.of(None if named is None else attribute(named, "val"))
            outline = child(properties, "outlineLvl")
            value = "" if outline is None else attribute(outline, "val") or ""
            level = style.level if not value.isdecimal() else int(value) + 1 if int(value) < 9 else None
            numbered = child(properties, "numPr")
            listed = style.listed if numbered is None else not _is_unnumbered(numbered)
            mark = child(properties, "rPr")
            ended = mark is None or not any(local(each) in _DELETED for each in mark)
        text, after = self._runs.read(paragraph)
        text = f"{self._begun} {text}".strip() if self._begun else text
        self._begun = ""
        if not ended:
            self._begun = text
        elif text:
            yield level, text if level is not None or not listed else BULLET + text
        for element in after:
            yield from self._blocks(element)

    def _said(self, run: Element, level: int | None, begun: str) -> Iterator[_Block]:
        """A run that stands where paragraphs do."""
        text, after = self._runs.read(run)
        if text:
            yield level, begun + text
        for element in after:
            yield from self._blocks(element)

    def _table(self, table: Element) -> Iterator[_Block]:
        rows = [(row, list(self._parts(row, "tc"))) for row in self._parts(table, "tr")]
        if all(len(cells) < 2 for _, cells in rows):
            # It is a frame around what it holds.
            for _, cells in rows:
                for cell in cells:
                    yield from self._blocks(cell)
            return
        heads = sum(flag(child(row, "trPr"), "tblHeader") for row, _ in rows)
        above: dict[int, str] = {}
        for item in items([self._row(row, cells, above) for row, cells in rows], heads or None):
            yield None, item

    def _parts(self, container: Element, wanted: str) -> Iterator[Element]:
        """The rows of a table or the cells of a row, however they are wrapped; not those that were deleted."""
        for element in container:
            name = local(element)
            if name == wanted:
                properties = child(element, f"{wanted}Pr")
                gone = properties is not None and any(local(each) in {*_DELETED, "cellDel"} for each in properties)
                if gone:
                    self._runs.delete(element)
                else:
                    yield element
            elif name in _DELETED:
                self._runs.delete(element)
            elif not name.endswith("Pr"):
                yield from self._parts(element, wanted)

    def _row(self, row: Element, cells: list[Element], above: dict[int, str]) -> list[str]:
        """The words of each column. A cell over several columns speaks once, one over several rows in each of them."""
        words = [""] * _spanned(child(row, "trPr"), "gridBefore", 0)
        for cell in cells:
            text = " ".join(text.removeprefix(BULLET) for _, text in self._blocks(cell))
            text = " ".join(f"{self._begun} {text}".split())
            self._begun = ""
            properties = child(cell, "tcPr")
            merged = None if properties is None else child(properties, "vMerge")
            if merged is not None and attribute(merged, "val") != "restart":
                text = text or above.get(len(words), "")
            above[len(words)] = text
            words += [text, *[""] * (_spanned(properties, "gridSpan", 1) - 1)]
        return words


def _is_unnumbered(numbered: Element) -> bool:
    identity = child(numbered, "numId")
    return identity is not None and attribute(identity, "val") == "0"


def _spanned(properties: Element | None, name: str, otherwise: int) -> int:
    element = None if properties is None else child(properties, name)
    value = "" if element is None else attribute(element, "val") or ""
    return min(int(value), _MOST_SPANNED) if value.isdecimal() else otherwise
