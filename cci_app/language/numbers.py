"""The numbers that a text tells, as values: "4 800 000", "4.800.000", "4,8 millions" and "cuarenta y cinco mil".

A point or a comma before three digits may part thousands or decimals; where that cannot be told, it is read both ways.
"""

import re
from collections.abc import Iterator

from cci_app.language.tokens import folded

_UNITS = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dos": 2, "tres": 3,
    "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "two": 2, "three": 3, "four": 4, "five": 5,
    "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_ONE = frozenset({"un", "une", "uno", "una", "one"})
_TEENS = {
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "diez": 10, "once": 11,
    "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18,
    "diecinueve": 19, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "veintiun": 21, "veintiuno": 21, "veintiuna": 21,
    "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27,
    "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
_TENS = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "veinte": 20,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDREDS = {
    "cent": 100, "cents": 100, "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300,
    "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500,
    "seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800,
    "ochocientas": 800, "novecientos": 900, "novecientas": 900, "hundred": 100,
}  # fmt: skip
_SMALL = {**_UNITS, **_TEENS, **_TENS, **_HUNDREDS}
_LARGE = {
    "mil": 1e3, "mille": 1e3, "thousand": 1e3, "million": 1e6, "millions": 1e6, "millon": 1e6, "millones": 1e6,
    "milliard": 1e9, "milliards": 1e9,
}  # fmt: skip
_MULTIPLIED = frozenset({"cent", "cents", "hundred"})
_BETWEEN = frozenset({"et", "y", "and"})

_PARTS = re.compile(r"[0-9]+(?:[.,'’   ][0-9]+)*|[a-z]+|[^\sa-z0-9-]")
_SPACES = re.compile(r"[   '’]")
# A telephone number is one however it is grouped.
_LONG = 7


def values(text: str) -> frozenset[float]:
    """Every number of a text, in digits or in words (French, Spanish, English); of one that may be two, both."""
    return frozenset(_values(_PARTS.findall(folded(text))))


def figures(text: str) -> list[frozenset[float]]:
    """What each figure that a text has in digits may stand for, in their order."""
    parts = _PARTS.findall(folded(text))
    return [
        frozenset(value * _scale(parts[place + 1 : place + 2]) for value in several)
        for place, part in enumerate(parts)
        if part[0].isdigit()
        for several in _readings(part)
    ]


def _values(parts: list[str]) -> Iterator[float]:
    for place, part in enumerate(parts):
        if part[0].isdigit():
            for several in _readings(part):
                yield from (value * scale for value in several for scale in {1.0, _scale(parts[place + 1 : place + 2])})
    yield from in_words(parts)


def _scale(following: list[str]) -> float:
    return _LARGE.get(following[0], 1.0) if following else 1.0


def _readings(written: str) -> Iterator[frozenset[float]]:
    """The numbers of a run of digits and separators, each as what it may stand for."""
    grouped = _SPACES.split(written)
    digits = "".join(filter(str.isdigit, written))
    if len(digits) >= _LONG and len(grouped) > 1 and written.replace(" ", "").isdigit():
        yield frozenset({float(digits)})
        return
    if len(grouped) > 1 and all(len(each) == 3 and each.isdigit() for each in grouped[1:-1]):
        whole, _, decimals = grouped[-1].replace(",", ".").partition(".")
        if len(whole) == 3 and len(grouped[0]) <= 3 and grouped[0].isdigit():
            yield frozenset({float("".join([*grouped[:-1], whole]) + (f".{decimals}" if decimals.isdigit() else ""))})
            return
    for each in grouped:
        yield _of_one(each)


def _of_one(written: str) -> frozenset[float]:
    """What digits with points and commas may stand for."""
    parts = re.split(r"[.,]", written)
    whole = float("".join(parts))
    if len(parts) == 1:
        return frozenset({whole})
    decimal = float(f"{''.join(parts[:-1])}.{parts[-1]}")
    if all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3:
        # 1.200 is twelve hundred, and elsewhere one and a fifth; 1.200.000 has no decimals.
        return frozenset({whole, decimal} if len(parts) == 2 else {whole})
    return frozenset({decimal})


def is_number_word(word: str) -> bool:
    """Whether a folded word is a number, or part of one."""
    return word in _SMALL or word in _LARGE


def in_words(parts: list[str]) -> Iterator[float]:
    """The numbers that folded words make: "trescientos", "cincuenta", "mil" are one."""
    total = current = 0.0
    for place, part in enumerate(parts):
        value = _SMALL.get(part)
        if value is None and part in _ONE:
            following = parts[place + 1 : place + 2]
            value = 1 if current >= 20 or (following and following[0] in _LARGE) else None
        if value is not None:
            if part in _MULTIPLIED and 1 < current < 10:
                current *= 100
            elif part in {"vingt", "vingts"} and current % 100 == 4:
                current += 76
            elif current and not _continues(current, value):
                yield total + current
                total, current = 0.0, float(value)
            else:
                current += value
        elif part in _LARGE and (total or current or part in {"mil", "mille"}):
            total, current = _enlarged(total, current, _LARGE[part]), 0.0
        elif not (part in _BETWEEN and current >= 20):
            if total or current:
                yield total + current
            total = current = 0.0
    if total or current:
        yield total + current


def _continues(current: float, value: float) -> bool:
    """Whether a number word belongs to what stands before it: "soixante dix", "doscientos cuarenta", not "dos tres"."""
    if value < 10:
        return current % 10 == 0 and current % 100 != 10
    if value < 20:
        return current % 100 in {0, 60, 80}
    return current % (100 if value < 100 else 1000) == 0


def _enlarged(total: float, current: float, by: float) -> float:
    if by > 1e3 and total:
        return (total + current) * by
    return total + (current or 1.0) * by
