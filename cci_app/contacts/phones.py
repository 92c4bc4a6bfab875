"""Phone numbers as people put them into a cell."""

import re
from typing import Any

import phonenumbers

from cci_app.contacts.countries import dialling_code
from cci_app.core.phone import to_e164, undressed

_LONGEST = 300
_SEPARATORS = re.compile(r"[/;,|\n\\*]|\s(?:y|o|e|u|et|ou|and|or|-|&)\s|\s{3,}", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


class NoPhone(Exception):  # noqa: N818
    """The cell holds no phone number; the argument says why, in words that go after "the phone"."""


def read_phones(cell: Any, region: str, *, told: str | None = None) -> list[str]:
    """Every phone number of a cell, in E.164, in the order written, each once.

    `region` is the country of national numbers. Where the row itself tells one, it is `told`: a number that neither is
    written with its own code nor is one of that country is none, or a stranger would be written to. Raises NoPhone with
    the reason where there is none.
    """
    text = _as_text(cell)
    if not text:
        raise NoPhone("is missing")
    found: dict[str, None] = {}
    whole = _in_groups(text, told or region)
    for part in [text] if whole else _SEPARATORS.split(text):
        number = whole or _number(part.strip(), region, told)
        if number is not None:
            found[number] = None
            continue
        # Words around the number, an extension after it, or several numbers with a space between them.
        for match in phonenumbers.PhoneNumberMatcher(part, told or region):
            one = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            if told is None or "+" in match.raw_string or one.startswith(dialling_code(told)):
                found[to_e164(one, region) or one] = None
    if not found:
        found = dict.fromkeys(_side_by_side(text, told or region))
    if not found and any(map(str.isdigit, text)):
        raise NoPhone(
            f"is not a number of {told} ({dialling_code(told)}), which the row tells"
            if told
            else "is not a valid number"
        )
    if not found:
        raise NoPhone("has no digits")
    return list(found)


def _number(written: str, region: str, told: str | None) -> str | None:
    """The number that is written, by the rules of the country that the row tells, if it tells one."""
    if told is None:
        return to_e164(written, region)
    number = to_e164(written, told)
    _, international = undressed(written)
    if number is None or international or number.startswith(dialling_code(told)):
        return number
    return None


def _in_groups(text: str, region: str) -> str | None:
    """A number whose groups of digits have any sign between them: 06/12/34/56/78, 300*123*4567."""
    groups = _DIGITS.findall(text)
    if not 2 < len(groups) < 8 or any(len(group) > 5 for group in groups) or any(map(str.isalpha, text)):
        return None
    joined = "".join(groups)
    international = text.lstrip("( ").startswith(("+", "00"))
    # Without a plus it is a number of this country or none: five groups might be two numbers that are cut short.
    number = to_e164(f"+{joined.removeprefix('00')}" if international else joined, region)
    return number if international or (number or "").startswith(dialling_code(region)) else None


def _side_by_side(text: str, region: str) -> list[str]:
    """Two national numbers with nothing but the same sign between them as inside them: 300 123 4567 601 234 5678."""
    groups = _DIGITS.findall(text)
    if not 1 < len(groups) < 11 or any(map(str.isalpha, text)):
        return []
    for cut in range(1, len(groups)):
        pair = [to_e164("".join(part), region) for part in (groups[:cut], groups[cut:])]
        if all((number or "").startswith(dialling_code(region)) for number in pair):
            return [number for number in pair if number]
    return []


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
    lines = [undressed(line)[0] for line in str(cell)[:_LONGEST].splitlines()]
    text = "\n".join(line for line in lines if line)
    if _SCIENTIFIC.fullmatch(text):
        raise NoPhone(
            "has lost digits to Excel's scientific notation: give the column the format Text and write it again"
        )
    return text
