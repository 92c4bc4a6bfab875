"""Hours of the day in a text, in digits and in words, and the hours between which something is open."""

import re

from cci_app.language.tokens import folded

# Bare numbers from six on: "de 2 à 3 heures" lasts, "de 10 à 19 heures" is open.
_BARE = (
    r"(?:[6-9]|1\d|2[0-3]|(?:dix-)?(?:six|sept|huit|neuf)|dix(?!-)|onze|douze|treize|quatorze|quinze|seize|vingt"
    r"|siete|ocho|nueve|diez|once|doce)"
)
_WORD = r"(?:une|un|deux|trois|quatre|cinq|una|dos|tres|cuatro|cinco|seis)"
_NUMBER = rf"(?:\d{{1,2}}|{_BARE}|{_WORD})"
# What makes an hour of a number: "8 h", "8 h 30", "8:30", "8 a. m.", "8 am".
_MARK = r"(?: ?h(?: ?\d\d)?\b|[:.]\d\d\b(?: ?[ap]\.? ?m\b)?| ?[ap]\.? ?m\b| o'clock)"
_HOURS = r"(?: heures?(?! (?:de cours|d'|par))| horas?(?! (?:de clase|por|sema|al)))\b(?: \d\d\b| trente\b| quinze\b)?"
_SPANISH_PART = r"(?: (?:y media|y cuarto|menos cuarto))?"
_AFTER = (
    rf"{_SPANISH_PART}(?= de la (?:manana|tarde|noche)| del dia|\s*$|[.,;:)]| (?:a|hasta|y|en|los|con|todos|cada)\b)"
)
_NOON = r"(?:midi|minuit|mediodia|medianoche|noon|midnight)\b"

_HOUR = (
    rf"\b\d{{1,2}}{_MARK}|\b(?:a|jusqu'a|avant|apres|des|vers|de|entre|et) {_BARE}{_HOURS}"
    rf"|\b(?:a|de|hasta|desde|entre|para|antes de|despues de) las? {_NUMBER}{_AFTER}"
    rf"|\b(?:a|jusqu'a|avant|apres|des|vers|al|hasta el|hasta|until|at) {_NOON}"
)
_BETWEEN = r" ?(?:a|et|y|-|–|—|/|hasta|jusqu'a|to) ?(?:las? |el )?"
_SPAN = (
    rf"\b{_NUMBER}(?:{_MARK}|{_HOURS})?\.?{_BETWEEN}(?:\d{{1,2}}{_MARK}|{_NOON})"
    rf"|\b{_BARE}(?:{_MARK}|{_HOURS})?{_BETWEEN}{_BARE}{_HOURS}"
    rf"|\blas? {_NUMBER}{_SPANISH_PART}(?: de la \w+)?{_BETWEEN}{_NUMBER}{_AFTER}"
    rf"|\b{_NUMBER}{_SPANISH_PART} a {_NUMBER}{_SPANISH_PART} de la (?:manana|tarde|noche)"
    # "de 9 a 12", but not "de 3 a 10 años".
    r"|\bde \d{1,2} a \d{1,2}\b(?! ?[a-z%])|\bfrom \d{1,2} to \d{1,2}\b(?! ?[a-z%])"
    r"|\b24 ?h ?(?:/|sur) ?24\b|\b24 horas (?:al dia|del dia)\b|\b24/7\b"
)
_OPENS = r"\b(?:ouvr|ouvert|accueil|recoi|recev|abr|abiert|apert|atien|atenc|recib|open)"
_CLOSES = r"\b(?:ferm|clos|cierr|cerrad|close|jusqu'a|hasta|until)"

_EACH_HOUR = re.compile(f"(?:{_HOUR})")
_ANY_HOUR = re.compile(f"{_HOUR}|{_SPAN}")
_OPENING_HOURS = re.compile(rf"{_SPAN}|{_OPENS}[^.;!?]*?(?:{_HOUR})")
_CLOSING_HOURS = re.compile(rf"{_SPAN}|{_CLOSES}[^.;!?]*?(?:{_HOUR})")


def tells_hour(text: str) -> bool:
    """Whether a text holds an hour of the day: "à 18 h", "a las 6:30"; how long something takes is none."""
    return _ANY_HOUR.search(folded(text)) is not None


def tells_opening(text: str) -> bool:
    """Whether a text says from when, or between which hours, something is open, or the hours of several things."""
    text = folded(text)
    # Most texts hold no hour at all, which is soon seen.
    if _ANY_HOUR.search(text) is None:
        return False
    return _OPENING_HOURS.search(text) is not None or len(_EACH_HOUR.findall(text)) > 1


def tells_closing(text: str) -> bool:
    """Whether a text says until when, or between which hours, something is open."""
    text = folded(text)
    return _ANY_HOUR.search(text) is not None and _CLOSING_HOURS.search(text) is not None
