"""What an organisation's own agent tells about a person, read with tolerance: odd values count for nothing.

Its functions were written for another program: the same fact has several names, and what came from a store of strings
is a string.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cci_app.agents.handler.returned import as_dictionary, count, flag, number, values, where
from cci_app.agents.ports import Progress
from cci_app.contacts.card import SPANISH_NAMES, ContactCard
from cci_app.core.nothing import is_unknown
from cci_app.core.text import clean, fold
from cci_app.language.detection_words import LANGUAGE_NAMES

_QUESTION = ("current_question",)
_ANSWERED = ("questions_answered", "total_questions_answered", "answers_collected")
_COMPLETED = (
    "completed",
    "session_completed",
    "questionnaire_completed",
    "diagnostic_complete",
    "diagnostic_completed",
)
_LANGUAGE = ("language", "detected_language")
_PROGRESS = (*_QUESTION, *_ANSWERED, *_COMPLETED)
_CONTACT = tuple({name: None for names in SPANISH_NAMES.items() for name in names})
STATUS_NAMES = (*_PROGRESS, *_LANGUAGE)
# How a program says of what it returns that there is nothing to be had from it.
_FAILED = ("error", "errors", "exception")
_SUCCEEDED = ("found", "exists", "success", "ok")
CONTACT_NAMES = (*_CONTACT, *_FAILED, *_SUCCEEDED)
_LONGEST = 255
_LONGEST_DESCRIPTION = 2000
# "Unknown company", "Contacto desconocido": what a field is called says nothing of whoever it describes.
_ITS_NAME = frozenset(word for name in _CONTACT for word in name.split("_")) | {"contact", "contacto", "cliente"}
_WITHOUT = frozenset({"no", "not", "non", "sin", "sans", "without"})

NOTHING_ASKED = Progress(current_question=None, questions_answered=0, completed=False)


def read_progress(status: Mapping[str, Any], before: Progress) -> Progress:
    """Where a person stands by `get_user_status`; what it does not tell is as it was `before`.

    Nothing is asked any more once all is answered.
    """
    told = where(status, _PROGRESS)
    completed = _first(map(flag, values(told, _COMPLETED)), before.completed)
    answered = _first(map(count, values(told, _ANSWERED)), before.questions_answered)
    question = before.current_question
    for value in values(told, _QUESTION):
        question = None if value is None else _first([number(value)], question)
    return Progress(None if completed else question or None, answered, completed)


def read_language(status: Mapping[str, Any], languages: Sequence[str]) -> str | None:
    """The language that `get_user_status` tells (`fr`, `es-CO`, `French`), None where it is none of `languages`."""
    for value in values(where(status, _LANGUAGE), _LANGUAGE):
        if isinstance(value, str):
            name = re.split(r"[-_]", fold(value))[0]
            code = LANGUAGE_NAMES.get(name, name)
            if code in languages:
                return code
    return None


def read_contact(info: Mapping[str, Any], user_id: str) -> ContactCard | None:
    """The person of `get_contact_info`, by our names of the fields or the Spanish ones; None where it tells nothing."""
    outer = as_dictionary(info) or {}
    if any(values(outer, _FAILED)) or any(flag(value) is False for value in values(outer, _SUCCEEDED)):
        return None
    by_name = where(info, _CONTACT)
    told: dict[str, Any] = {}
    for field, spanish in SPANISH_NAMES.items():
        texts = (_text(value, field) for value in values(by_name, (field, spanish)))
        text = next((text for text in texts if text and not _says_nothing(text, field, user_id)), None)
        if text is not None:
            told[field] = text
    phone = told.pop("phone", user_id)
    if not told:
        return None
    # Who writes from a phone is known by it, whatever else stands in the book.
    return ContactCard(phone=user_id if user_id.startswith("+") else phone, **told)


def _first(values: Iterable[Any], otherwise: Any) -> Any:
    return next((value for value in values if value is not None), otherwise)


def _text(value: Any, field: str) -> str | None:
    if isinstance(value, float):
        # As pandas reads a workbook: a phone is a float, an empty cell is one that is no number.
        value = int(value) if value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    longest = _LONGEST_DESCRIPTION if field == "description" else _LONGEST
    return clean(str(value)).strip()[:longest].strip()


def _says_nothing(text: str, field: str, user_id: str) -> bool:
    """Whether a text is none of that field: a word for nothing, or the number that somebody writes from."""
    if field == "phone":
        return is_unknown(text)
    if re.sub(r"\W", "", text) == re.sub(r"\W", "", user_id):
        return True
    words = re.findall(r"\w+", text)
    # "Non renseigné", "Sin información", but not "Sin Fronteras", which is a name; of a membership it is a fact.
    if len(words) == 2 and fold(words[0]) in _WITHOUT and words[1].islower() and field != "membership":
        return True
    rest = [word for word in map(fold, words) if word not in _ITS_NAME]
    return is_unknown(text) or (0 < len(rest) < len(words) and is_unknown(" ".join(rest)))
