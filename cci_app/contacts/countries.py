"""The country that a column beside the phone tells: a code to dial, letters, a flag, or a name in our languages."""

import re
from functools import lru_cache
from typing import Any

import phonenumbers
from babel import Locale

from cci_app.core.text import clean, fold

_LANGUAGES = ("es", "fr", "en", "pt")
# As people say it where the books of names say otherwise.
_ALSO = {
    "eeuu": "US",
    "ee uu": "US",
    "usa": "US",
    "u s a": "US",
    "etats unis": "US",
    "estados unidos de america": "US",
    "united states of america": "US",
    "inglaterra": "GB",
    "angleterre": "GB",
    "england": "GB",
    "uk": "GB",
    "holanda": "NL",
    "hollande": "NL",
    "holland": "NL",
}
_THREE_LETTERS = {
    "COL": "CO", "FRA": "FR", "ESP": "ES", "MEX": "MX", "ARG": "AR", "BRA": "BR", "CHL": "CL", "PER": "PE", "ECU": "EC",
    "VEN": "VE", "PAN": "PA", "CRI": "CR", "GTM": "GT", "HND": "HN", "SLV": "SV", "NIC": "NI", "DOM": "DO", "CUB": "CU",
    "BOL": "BO", "PRY": "PY", "URY": "UY", "CAN": "CA", "GBR": "GB", "DEU": "DE", "ITA": "IT", "PRT": "PT", "BEL": "BE",
    "CHE": "CH", "NLD": "NL", "LUX": "LU", "MAR": "MA", "DZA": "DZ", "TUN": "TN", "CHN": "CN", "JPN": "JP", "IND": "IN",
}  # fmt: skip


_LONGEST_CODE = 8


class UnknownCountry(Exception):  # noqa: N818
    """The cell tells no country that we know."""


def region_of(cell: Any) -> str | None:
    """The country (two letters) that a cell tells, None for an empty one. Raises UnknownCountry."""
    if isinstance(cell, bool | dict):
        raise UnknownCountry
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(clean(str(cell)).split())
    flag = _flag(text)
    if flag or not any(map(str.isalnum, text)):
        return flag
    code, *rest = re.findall(r"[0-9]+", text.removeprefix("00 ")) or [""]
    if code and not "".join(rest).strip("0"):
        return _dialled(int(code[:_LONGEST_CODE]))
    return _named(text)


def dialling_code(region: str) -> str:
    """The code of a country as it is dialled, `+57`."""
    return f"+{phonenumbers.country_code_for_region(region)}"


def _dialled(code: int) -> str:
    # Numbers beyond the first digits of North America's plan: 1 809 is the Dominican Republic, dialled as +1.
    region: str = phonenumbers.region_code_for_country_code(code)
    if region in {"ZZ", "001"}:
        raise UnknownCountry
    return region


def _flag(text: str) -> str | None:
    letters = [chr(ord(character) - 0x1F1E6 + ord("A")) for character in text if 0x1F1E6 <= ord(character) <= 0x1F1FF]
    region = "".join(letters)
    return region if len(letters) == 2 and region in phonenumbers.SUPPORTED_REGIONS else None


def _named(text: str) -> str:
    letters = text.replace(".", "").upper()
    if letters in phonenumbers.SUPPORTED_REGIONS:
        return letters
    if letters in _THREE_LETTERS:
        return _THREE_LETTERS[letters]
    name = " ".join(re.findall(r"[a-z]+", fold(text)))
    found = _ALSO.get(name) or _names().get(name)
    if found is None:
        raise UnknownCountry
    return found


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every country by its name, folded, in our languages."""
    return {
        " ".join(re.findall(r"[a-z]+", fold(name))): region
        for language in _LANGUAGES
        for region, name in Locale(language).territories.items()
        if region in phonenumbers.SUPPORTED_REGIONS
    }
