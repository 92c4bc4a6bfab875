"""Phone numbers as people put them into a cell."""

import re
import unicodedata
from typing import Any

import phonenumbers

from cci_app.core.phone import to_e164

_LONGEST = 300
_SEPARATORS = re.compile(r"[/;,|\n]|\s(?:y|o|et|ou|and|or|-)\s", re.IGNORECASE)
# "(+57) 300", "+(57) 300" and a code in full, as people bracket it.
_BRACKETED_CODE = re.compile(r"^\(?\s*(\+|00)\s*\(?\s*(\d{1,3})\s*\)")
_WHOLE_NUMBER = re.compile(r"(\d{6,15})[.,]0+")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)


class NoPhone(Exception):  # noqa: N818
    """The cell holds no phone number; the argument says why, in words that go after "the phone"."""


def read_phones(cell: Any, region: str) -> list[str]:
    """Every phone number of a cell, in E.164, in the order written, each once; `region` is that of national numbers.

    Raises NoPhone with the reason where there is none.
    """
    text = _as_text(cell)
    if not text:
        raise NoPhone("is missing")
    found: dict[str, None] = {}
    for part in _SEPARATORS.split(text):
        number = to_e164(_BRACKETED_CODE.sub(r"\1\2 ", part.strip()), region)
        if number is not None:
            found[number] = None
            continue
        # Words around the number, an extension after it, or several numbers with a space between them.
        for match in phonenumbers.PhoneNumberMatcher(part, region):
            found[phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)] = None
    if not found:
        raise NoPhone("is not a valid number" if any(map(str.isdigit, text)) else "has no digits")
    return list(found)


def _as_text(cell: Any) -> str:
    if isinstance(cell, dict):
        raise NoPhone("is a date: give the column the format Text and write the number again")
    if isinstance(cell, bool):
        raise NoPhone("is not a valid number")
    if isinstance(cell, float):
        if not cell.is_integer():
            raise NoPhone("is not a valid number")
        cell = int(cell)
    if isinstance(cell, int):
        return str(cell) if 0 <= cell < 10**15 else "0"
    text = unicodedata.normalize("NFKC", str(cell))[:_LONGEST]
    # Marks of direction come along from a phone's own contacts; dashes and dots have many forms.
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = re.sub(r"[‐-―−]", "-", text.replace("·", ".")).strip().lstrip("'").strip()
    if _SCIENTIFIC.fullmatch(text):
        raise NoPhone(
            "has lost digits to Excel's scientific notation: give the column the format Text and write it again"
        )
    whole = _WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text
