"""What an organisation's own agent tells about a person, read with tolerance: odd values count for nothing.

Its functions were written for another program: the same fact has several names, and what came from a store of strings
is a string.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
_LONGEST = 255
_LONGEST_DESCRIPTION = 2000
_LARGEST_NUMBER = 2**31 - 1  # of a PostgreSQL integer

NOTHING_ASKED = Progress(current_question=None, questions_answered=0, completed=False)


def read_progress(status: Mapping[str, Any], before: Progress) -> Progress:
    """Where a person stands by `get_user_status`; what it does not tell is as it was `before`.

    Nothing is asked any more once all is answered.
    """
    completed = _first(map(_flag, _told(status, _COMPLETED)), before.completed)
    answered = _first(map(_count, _told(status, _ANSWERED)), before.questions_answered)
    question = before.current_question
    for value in _told(status, _QUESTION):
        question = None if value is None else _first([_number(value)], question)
    return Progress(None if completed else question or None, answered, completed)


def read_language(status: Mapping[str, Any], languages: Sequence[str]) -> str | None:
    """The language that `get_user_status` tells (`fr`, `es-CO`, `French`), None where it is none of `languages`."""
    for value in _told(status, _LANGUAGE):
        if isinstance(value, str):
            name = re.split(r"[-_]", fold(value))[0]
            code = LANGUAGE_NAMES.get(name, name)
            if code in languages:
                return code
    return None


def read_contact(info: Mapping[str, Any], user_id: str) -> ContactCard | None:
    """The person of `get_contact_info`, by our names of the fields or the Spanish ones; None where it tells nothing."""
    by_name = {fold(str(name)): value for name, value in info.items()}
    told: dict[str, Any] = {}
    for field, spanish in SPANISH_NAMES.items():
        longest = _LONGEST_DESCRIPTION if field == "description" else _LONGEST
        text = _first((_text(value, longest) for value in _told(by_name, (field, spanish))), None)
        if text is not None:
            told[field] = text
    phone = told.pop("phone", user_id)
    if not told:
        return None
    # Who writes from a phone is known by it, whatever else stands in the book.
    return ContactCard(phone=user_id if user_id.startswith("+") else phone, **told)


def _told(told: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    return [told[name] for name in names if name in told]


def _first(values: Iterable[Any], otherwise: Any) -> Any:
    return next((value for value in values if value is not None), otherwise)


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}(\.0+)?", value.strip()):
        value = int(float(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        return None
    return value


def _count(value: Any) -> int | None:
    """A number, or how many answers there are where they are told themselves."""
    return len(value) if isinstance(value, list | dict) else _number(value)


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def _text(value: Any, longest: int) -> str | None:
    if isinstance(value, float):
        # As pandas reads a workbook: a phone is a float, an empty cell is one that is no number.
        value = int(value) if value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = clean(str(value)).strip()[:longest].strip()
    return None if is_unknown(text) else text
