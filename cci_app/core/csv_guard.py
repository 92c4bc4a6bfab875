"""The guard of CSV: a spreadsheet that opens the file must not take what people wrote for a formula.

A cell that begins with `= + - @`, a tab or a carriage return gets an apostrophe before it, except a plain phone. Excel
and JSON need none: there a text is a text.
"""

import re

_LIVE = re.compile(r"[=+\-@\t\r]")
_PLAIN_PHONE = re.compile(r"\+[0-9]{6,15}")


def guarded(text: str) -> str:
    """The text as a cell of CSV."""
    return f"'{text}" if _LIVE.match(text) and not _PLAIN_PHONE.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """What `guarded` was given. A text that came with an apostrophe before such a character loses it."""
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell[1:]) else cell


def guarded_sql(value: str) -> str:
    """SQL for the same, of a text value; `value` is SQL itself."""
    live = rf"left({value}, 1) IN ('=', '+', '-', '@', E'\t', E'\r')"
    return f"CASE WHEN {live} AND {value} !~ '^\\+[0-9]{{6,15}}$' THEN '''' || {value} ELSE {value} END"
