"""CSV that people open: by a double click their Excel shows columns, letters and no formulas.

Excel takes as separator what its language writes in lists, and needs a byte order mark for UTF-8. It must not take what
people wrote for a formula: a cell that begins with `= + - @`, a tab or a carriage return gets an apostrophe before it,
except a plain phone. A workbook and JSON need none: there a text is a text.
"""

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Self

from flask import current_app

from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import organisation_language
from config.settings import Settings

BYTE_ORDER_MARK = "\ufeff"
_LIVE = re.compile(r"[=+\-@\t\r]")
_PLAIN_PHONE = re.compile(r"\+[0-9]{6,15}")


class Separator(StrEnum):
    """What stands between the cells of a CSV, as requests and settings name it."""

    COMMA = "comma"
    SEMICOLON = "semicolon"

    @classmethod
    def of_language(cls, language: str) -> Self:
        """The one by which a double click shows columns: Excel takes what its language writes in lists."""
        return cls.COMMA if language == "en" else cls.SEMICOLON

    @property
    def sign(self) -> str:
        """The character."""
        return "," if self is Separator.COMMA else ";"

    def number(self, value: Decimal | int) -> str:
        """A number as Excel reads it beside this separator."""
        written = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return written if self is Separator.COMMA else written.replace(".", ",")

    def line(self, cells: Iterable[str]) -> str:
        """A line of cells, guarded."""
        written = io.StringIO()
        csv.writer(written, lineterminator="\n", delimiter=self.sign).writerow(map(guarded, cells))
        return written.getvalue()


def wanted_separator(asked: Separator | None) -> Separator | None:
    """As asked for, else as the settings say; None where the organisation's language decides."""
    settings: Settings = current_app.config["SETTINGS"]
    wanted = asked or settings.csv_separator
    return Separator(wanted) if wanted else None


def separator_of(organisation_id: int, asked: Separator | None = None) -> Separator:
    """As wanted (see `wanted_separator`), else as the organisation's language has it."""
    if wanted := wanted_separator(asked):
        return wanted
    with tenant_transaction(organisation_id) as session:
        return Separator.of_language(organisation_language(session, organisation_id))


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
