"""What a message names beside what it wants: a name, a place, a time, how to be reached. By rules, for the record."""

import re

# Of a message's beginning: nobody introduces themselves after so many characters.
_LOOKED_AT = 600
_NAME = re.compile(
    r"(?:je m'appelle|mon nom est|je suis|me llamo|mi nombre es|soy)\s{1,3}((?:[A-ZÀ-Þ][\w'’-]{0,40}\s?){1,4})"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"\+?\d[\d .-]{7,18}\d")
_TIME = re.compile(
    r"\b(?:\d{1,2}\s?(?:h|:)\s?\d{0,2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|aujourd'hui"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|mañana|hoy)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:à|au|en|de)\s(?:l'|la\s)?([A-ZÀ-Þ][\w'’-]{2,40}(?:\s[A-ZÀ-Þ][\w'’-]{1,40})?)")


def named_in(text: str) -> str:
    """What a message names, in one line; empty where it names nothing."""
    looked = text[:_LOOKED_AT].replace("’", "'")
    name, place = _NAME.search(looked), _PLACE.search(looked)
    contact = _EMAIL.search(looked) or _PHONE.search(looked)
    time = _TIME.search(looked)
    found = (name and name[1], place and place[1], time and time[0], contact and contact[0])
    return " · ".join(each.strip() for each in found if each)
