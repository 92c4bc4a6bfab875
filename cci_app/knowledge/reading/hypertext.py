"""The elements of a web page, or of Markdown made one, as blocks under headings."""

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from cci_app.knowledge.reading.contact import is_said, reached
from cci_app.knowledge.reading.document import Omission
from cci_app.knowledge.reading.outline import Outline
from cci_app.knowledge.reading.table import items
from cci_app.language.sentences import BULLET

_BREAK = re.compile(r"</br\s*>", re.IGNORECASE)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# These stand on lines of their own; everything else runs on in its line.
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "ul",
    ]
)
# Inside an item of a list these part words, and the item goes on.
_SOFT = frozenset(("p", "div", "section", "article", "blockquote", "address"))
_UNSEEN = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "iframe",
        "object",
        "embed",
        "canvas",
        "svg",
        "audio",
        "video",
        "select",
        "textarea",
        "datalist",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_OPENED = re.compile(r"tab|accordion|collaps|panel|toggle", re.I)
# As Cloudflare keeps an address from robots, beside the attribute `data-cfemail`.
_VEILED = re.compile(r"/email-protection#([0-9a-f]+)", re.I)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_SPANNED = 50


@dataclass(slots=True)
class _Table:
    """A table under way; `spans` are cells of rows above that reach into the rows below: column → (rows left, text).

    `first` are the kinds of cells in its first row, `heads` the rows of its head.
    """

    rows: list[list[str]] = field(default_factory=list)
    first: set[str] = field(default_factory=set)
    heads: int = 0
    spans: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Cell:
    columns: int
    rows: int
    parts: list[str] = field(default_factory=list)


class Hypertext:
    """Writes what a tree of elements shows into an outline. `links` tells whether a link keeps its address.

    The address of a link to a person (mail, telephone, WhatsApp) or a place is kept in any case: it may stand nowhere
    else.
    """

    def __init__(self, outline: Outline, *, links: bool) -> None:
        self.left_out: Counter[Omission] = Counter()
        self._outline = outline
        self._links = links
        self._words: list[str] = []
        self._bullet = ""
        self._items = 0
        self._pre = 0
        self._raised = 0
        self._term: str | None = None
        self._links_open: list[int] = []
        # How many words there were where a link ended: another link, or a button, parts from it.
        self._linked = 0
        self._tables: list[_Table | None] = []
        self._cells: list[_Cell] = []

    def read(self, root: Element) -> None:
        """Read everything below `root`."""
        walk = iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if self._unseen(element):
                    walk.skip_subtree()
                    continue
                self._open(element)
                self._text(element.text)
            elif event == "end":
                if not self._unseen(element, counted=False):
                    self._shut(element)
                if element is not root:
                    self._text(element.tail)
            elif element is not root:
                self._text(element.tail)
        self._flush()

    def _unseen(self, element: Element, *, counted: bool = True) -> bool:
        if element.tag in _UNSEEN:
            return True
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        if not hidden or _OPENED.search(f"{element.get('role')} {element.get('class')} {element.get('id')}"):
            return False
        if counted:
            self.left_out[Omission.HIDDEN_TEXT] += words_in(element)
        return True

    def _text(self, text: str | None) -> None:
        if text:
            self._words.append(text.translate(_RAISED) if self._raised and text.strip().isdigit() else text)

    def _open(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS or (tag in _BLOCKS and not (tag in _SOFT and self._items)):
            self._flush()
        elif tag in _SOFT or tag in {"br", "option", "button"}:
            self._words.append(" ")
        if tag == "li":
            self._items += 1
            self._bullet = BULLET
        elif tag == "pre":
            self._pre += 1
        elif tag == "sup":
            self._raised += 1
        elif tag == "a":
            if self._words and len(self._words) == self._linked:
                self._words.append(" ")
            self._links_open.append(len(self._words))
        elif tag == "img" and self._links:
            self._words.append(element.get("alt") or "")
        elif tag == "table":
            self._flush()
            self._tables.append(None if _is_layout(element) else _Table())
        elif tag == "tr" and self._tables and (table := self._tables[-1]) is not None:
            table.rows.append([])
        elif tag in {"td", "th"}:
            self._open_cell(element)
        if secret := element.get("data-cfemail"):
            self._words.append(_unveiled(secret))
            element.text = None

    def _shut(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self._shut_heading(_HEADINGS[tag])
        elif tag == "a" and self._links_open:
            self._shut_link(element, self._links_open.pop())
            self._linked = len(self._words)
        elif tag == "sup":
            self._raised -= 1
        elif tag in {"td", "th"}:
            self._shut_cell(element)
        elif tag in {"tr", "thead", "table"}:
            self._shut_rows(tag)
        elif tag == "dt":
            self._term = f"{self._term}, {self._taken()}" if self._term else self._taken()
        elif tag in {"dd", "dl"} and self._term is not None:
            said = self._taken()
            self._emit(BULLET + (f"{self._term}: {said}" if said else self._term))
            self._term = None
        elif tag in _SOFT and self._items:
            self._words.append(" ")
        elif tag in _BLOCKS:
            self._flush()
        if tag == "li":
            self._items -= 1
            self._bullet = ""
        elif tag == "pre":
            self._pre -= 1

    def _shut_heading(self, level: int) -> None:
        words = self._taken()
        if self._cells:
            self._emit(words)
        else:
            self._outline.heading(level, words)

    def _shut_link(self, element: Element, begin: int) -> None:
        address = (element.get("href") or "").strip()
        if veiled := _VEILED.search(address):
            address = f"mailto:{_unveiled(veiled[1])}"
        words = " ".join("".join(self._words[begin:]).split())
        shown = reached(address)
        if not shown and self._links and not address.startswith("#"):
            shown = unquote(address)
        if shown and not is_said(shown, words):
            self._words.append(f" ({shown})" if words else shown)

    def _open_cell(self, element: Element) -> None:
        self._flush()
        if not self._tables or self._tables[-1] is None:
            return
        table = self._tables[-1]
        if not table.rows:
            table.rows.append([])
        _span(table)
        self._cells.append(_Cell(_number(element.get("colspan")), _number(element.get("rowspan"))))

    def _shut_cell(self, element: Element) -> None:
        self._flush()
        if not self._cells or not self._tables or (table := self._tables[-1]) is None:
            return
        cell = self._cells.pop()
        text = " ".join(cell.parts)
        row = table.rows[-1]
        for place in range(len(row), len(row) + cell.columns):
            if cell.rows > 1:
                table.spans[place] = (cell.rows - 1, text if place == len(row) else "")
        row.extend([text, *[""] * (cell.columns - 1)])
        if len(table.rows) == 1:
            table.first.add(str(element.tag))

    def _shut_rows(self, tag: str) -> None:
        self._flush()
        if not self._tables:
            return
        table = self._tables.pop() if tag == "table" else self._tables[-1]
        if table is None:
            return
        if tag == "tr" and table.rows:
            _span(table)
        elif tag == "thead":
            table.heads = len(table.rows)
        elif tag == "table":
            self._shut_table(table)

    def _shut_table(self, table: _Table) -> None:
        heads = table.heads or {"th": 1, "td": None}.get("".join(table.first), 0)
        found = list(items(table.rows, heads))
        if self._cells:
            self._cells[-1].parts.append("; ".join(item.removeprefix(BULLET) for item in found))
            return
        for item in found:
            self._outline.block(item)

    def _taken(self) -> str:
        written = "".join(self._words)
        self._words = []
        if self._pre:
            return "\n".join(line for each in written.splitlines() if (line := " ".join(each.split())))
        return " ".join(written.split())

    def _flush(self) -> None:
        if not (text := self._taken()):
            return
        if self._term is not None and not self._cells:
            self._emit(BULLET + f"{self._term}: {text}")
            self._term = None
            return
        self._emit(self._bullet + text)
        self._bullet = ""

    def _emit(self, text: str) -> None:
        if self._cells:
            self._cells[-1].parts.append(text.removeprefix(BULLET))
        else:
            self._outline.block(text)


def with_breaks(text: str) -> str:
    """The text of a page with `</br>` as what browsers take it for."""
    return _BREAK.sub("<br>", text)


def words_in(element: Element) -> int:
    """How many words stand inside an element."""
    return len(" ".join(element.itertext()).split())


def _is_layout(table: Element) -> bool:
    """Whether a table only puts blocks beside each other."""
    if table.get("role") in {"presentation", "none"}:
        return True
    if any(True for _ in table.iter("table", *_HEADINGS) if _ is not table):
        return True
    return all(sum(1 for _ in row.iterchildren("td", "th")) < 2 for row in table.iter("tr"))


def _span(table: _Table) -> None:
    """Fill the open row with the cells of rows above that reach into it."""
    row = table.rows[-1]
    while (above := table.spans.get(len(row))) is not None:
        left, text = above
        if left > 1:
            table.spans[len(row)] = (left - 1, text)
        else:
            del table.spans[len(row)]
        row.append(text)


def _number(written: str | None) -> int:
    return min(int(written), _MOST_SPANNED) if written and written.strip().isdecimal() and int(written) > 0 else 1


def _unveiled(secret: str) -> str:
    """An address that a page keeps from robots: in hex, each byte XOR the first."""
    try:
        key, *letters = bytes.fromhex(secret)
    except ValueError:
        return ""
    return bytes(letter ^ key for letter in letters).decode("utf-8", "replace")
