"""Markdown as plain text under its headings: made the page that it stands for, and read as that."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from html import escape
from typing import Any

from lxml.html import HTMLParser, document_fromstring
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cci_app.knowledge.reading.document import Found
from cci_app.knowledge.reading.hypertext import Hypertext, with_breaks
from cci_app.knowledge.reading.outline import Outline

_EMPTY_LINE = re.compile(r"(\n[ \t]*\n)")
_TABLE_RULE = re.compile(r"\A[ \t]*+\|?(?:[ \t]*+:?-+:?[ \t]*+\|)*+[ \t]*+:?-*:?[ \t]*")
_MOST_OPEN = 1000
_FRONT_MATTER = re.compile(
    # A rule with an empty line below it only parts what it stands between.
    r"\A(?:---[ \t]*\n(?![ \t]*\n)(?:(?:[\w-]+[ \t]*:.*|[ \t]+\S.*|- .*|#.*|[ \t]*)\n)*?(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\n(?:(?:[\w.\"-]+[ \t]*=.*|[ \t]+\S.*|[\[\]#].*|[ \t]*)\n)*?\+\+\+)[ \t]*\n"
)
# Of several lines, as YAML writes them, the first.
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(?:[>|][+-]?[ \t]*\n[ \t]+)?([^\s>|].*)$", re.MULTILINE)
# Letters that are tags only where the tag is closed somewhere: "a<b>c" is none.
_LETTER = re.compile(r"<([abiqsu])>", re.IGNORECASE)
# A table drawn with lines: above and between its rows, and below its head.
_GRID_LINE = re.compile(r"[ \t]*\+(?:-+\+)+[ \t]*")
_GRID_HEAD = re.compile(r"[ \t]*\+(?:[=:]+\+)+[ \t]*")
# A sign that begins neither one of HTML's own tags nor a whole comment is a sign: "x<y", "<nom de famille>".
_NO_TAG = re.compile(
    r"<(?!!--(?:(?!<!--).)*?-->|/?(?:a|abbr|address|article|aside|b|bdi|bdo|big|blockquote|body|br|button|caption|center"
    r"|cite|code|col|colgroup|data|dd|del|details|dfn|dialog|div|dl|dt|em|fieldset|figcaption|figure|font|footer|form"
    r"|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|mark|menu|meta|nav"
    r"|noscript|ol|optgroup|option|p|picture|pre|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|strike"
    r"|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video"
    r"|wbr)(?:\s[^<>]*=[^<>]*|\s+(?:open|hidden|checked|disabled|selected|reversed|controls|nowrap|noshade))?\s*/?>)",
    re.DOTALL | re.IGNORECASE,
)


def read_markdown(text: str) -> Found:
    """The first heading as title, or that of its front matter, and the sections of a Markdown text."""
    matter = _FRONT_MATTER.match(text)
    named = _TITLE.search(matter[0]) if matter else None
    env = {letter: None for letter in "abiqsu" if f"</{letter}>" in text.lower()}
    page = document_fromstring(
        f"<html><body>{_PARSER.render(_tamed(_FRONT_MATTER.sub('', text)), env)}</body></html>",
        parser=HTMLParser(encoding="utf-8", huge_tree=True),
    )
    outline = Outline()
    reader = Hypertext(outline, links=True)
    reader.read(page.find("body"))
    sections = outline.close()
    return Found(
        outline.title or (named[1].strip("\"' \t") if named else None),
        sections,
        {"markdown-it": 1},
        left_out=reader.left_out,
    )


def _tamed(text: str) -> str:
    """`text` as its writer means it where the parser would take it another way.

    A line without a bar is no row of the table above it; rows between bars are a table, whether a rule stands below the
    first or lines are drawn around them. Whoever opens a thousand links and closes none opens none: the
    parser would look for each end through all that follows.
    """
    lines: list[str] = []
    in_table = False
    for line in _ruled(text.split("\n")):
        if in_table and "|" not in line:
            in_table = False
            if line.strip():
                lines.append("")
        elif lines and "|" in lines[-1] and _TABLE_RULE.fullmatch(line):
            in_table = True
        lines.append(line)
    blocks = _EMPTY_LINE.split("\n".join(lines))
    return "".join(
        f"<p>{escape(block)}</p>" if block.count("[") - block.count("](") > _MOST_OPEN else block for block in blocks
    )


def _ruled(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with a rule and a head of nothing where rows between bars have none; no lines of drawn tables."""
    in_rows = drawn = fenced = False
    for place, line in enumerate(lines):
        stripped = line.strip()
        fenced ^= stripped.startswith(("```", "~~~"))
        is_row = len(stripped) > 1 and stripped[0] == stripped[-1] == "|" and not fenced
        if not fenced and (_GRID_LINE.fullmatch(line) or _GRID_HEAD.fullmatch(line)):
            drawn = True
            if "=" in line:
                yield "|" + "---|" * (line.count("+") - 1)
            continue
        if is_row and not in_rows:
            below = lines[place + 1] if place + 1 < len(lines) else ""
            rows = below.strip()[:1] == below.strip()[-1:] == "|"
            headed = "=" in below and _GRID_HEAD.fullmatch(below)
            if (rows or drawn) and not headed and not ("-" in below and _TABLE_RULE.fullmatch(below)):
                yield from ("", "|" * (stripped.count("|")), "|" + "---|" * (stripped.count("|") - 1))
        in_rows, drawn = is_row or (in_rows and drawn and stripped != ""), drawn and bool(stripped)
        yield line


def _html(_renderer: Any, tokens: Sequence[Token], place: int, _options: Any, env: MutableMapping[str, Any]) -> str:
    written = with_breaks(tokens[place].content)
    written = _LETTER.sub(lambda tag: tag[0] if tag[1].lower() in env else f"&lt;{tag[1]}&gt;", written)
    return _NO_TAG.sub("&lt;", written)


class _Parser(MarkdownIt):
    """Shows an address as it was written, not as a browser would ask for it."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 (the library's name)
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002
        return True


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark").enable(["table", "strikethrough"])
    parser.add_render_rule("html_block", _html)
    parser.add_render_rule("html_inline", _html)
    return parser


_PARSER = _parser()
