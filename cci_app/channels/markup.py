"""What an assistant writes in Markdown, in the markup that a channel shows.

It is read line by line, so that a text keeps its lines, its numbers and whatever in it is no Markdown.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_HEADING = re.compile(r"#{1,6} +(?=\S)")
_BULLET = re.compile(r"( {0,12})[*+-] +(?=\S)")
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Markup:
    """How a channel writes what Markdown can say: what stands before and after it."""

    bold: tuple[str, str]
    italic: tuple[str, str]
    struck: tuple[str, str]
    code: tuple[str, str]
    block: tuple[str, str]
    link: Callable[[str, str], str]
    plain: Callable[[str], str]


def _address_behind(words: str, address: str) -> str:
    return address if words in {"", address} else f"{words}: {address}"


def _as_it_is(text: str) -> str:
    return text


def _anchor(words: str, address: str) -> str:
    return f'<a href="{escape(address)}">{words or escape(address)}</a>'


def _for_html(text: str) -> str:
    return escape(text, quote=False)


WHATSAPP = Markup(
    bold=("*", "*"),
    italic=("_", "_"),
    struck=("~", "~"),
    code=("`", "`"),
    block=(_FENCE, _FENCE),
    link=_address_behind,
    plain=_as_it_is,
)
TELEGRAM = Markup(
    bold=("<b>", "</b>"),
    italic=("<i>", "</i>"),
    struck=("<s>", "</s>"),
    code=("<code>", "</code>"),
    block=("<pre>", "</pre>"),
    link=_anchor,
    plain=_for_html,
)
_PLAIN = Markup(("", ""), ("", ""), ("", ""), ("", ""), ("", ""), _address_behind, _as_it_is)


def marked_up(text: str, markup: Markup) -> str:
    """The text in a channel's markup."""
    lines: list[str] = []
    block: list[str] | None = None
    for line in text.split("\n"):
        if line.lstrip().startswith(_FENCE):
            if block is None:
                block = []
            else:
                lines.append(_between(markup.block, "\n".join(block)))
                block = None
        elif block is not None:
            block.append(markup.plain(line))
        else:
            lines.append(_line(line, markup))
    if block is not None:
        lines += [markup.plain(_FENCE), *block]
    return "\n".join(lines)


def without_marks(text: str) -> str:
    """The text where nothing can be marked, as below a button."""
    return marked_up(text, _PLAIN)


def _line(line: str, markup: Markup) -> str:
    heading = _HEADING.match(line)
    if heading:
        return _between(markup.bold, _inline(line[heading.end() :].rstrip(" #"), markup, bold=True))
    bullet = _BULLET.match(line)
    if bullet:
        return f"{bullet[1]}• {_inline(line[bullet.end() :], markup)}"
    return _inline(line, markup)


def _inline(text: str, markup: Markup, *, bold: bool = False) -> str:
    if not text.strip():
        return text
    indent = text[: len(text) - len(text.lstrip())]
    (line,) = _reader().parseInline(text.lstrip())
    return indent + _told(line.children or [], markup, bold)


def _told(tokens: Sequence[Token], markup: Markup, bold: bool) -> str:
    marks = {"em": markup.italic, "s": markup.struck, "strong": ("", "") if bold else markup.bold}
    stack: list[tuple[str, str, list[str]]] = [("", "", [])]
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if end == "open":
            stack.append((name, str(token.attrs.get("href", "")), []))
        elif end == "close":
            name, address, inner = stack.pop()
            words = "".join(inner)
            stack[-1][2].append(markup.link(words, address) if name == "link" else _between(marks[name], words))
        elif token.type == "code_inline":
            stack[-1][2].append(_between(markup.code, markup.plain(token.content)))
        else:
            stack[-1][2].append(markup.plain(token.content))
    return "".join("".join(inner) for _, _, inner in stack)


def _between(marks: tuple[str, str], text: str) -> str:
    return f"{marks[0]}{text}{marks[1]}" if text else ""


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    rules = ["emphasis", "strikethrough", "backticks", "link", "escape"]
    return MarkdownIt("zero").enable(rules)
