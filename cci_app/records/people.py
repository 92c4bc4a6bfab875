"""People on record, found by a code that is compared by us and guessed by nobody."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.pseudonyms import keyed
from cci_app.core.text import fold
from cci_app.records.models import CodeAttempts, RecordPerson

MOST_WRONG = 3
_LEAST_CODE = 4
# "AWA 4821"
_BARE_WORDS = 2
_MOST_CODES = 2


@dataclass(frozen=True, slots=True)
class Found:
    """The code is that of this person."""

    id: int
    name: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrongCode:
    """It is nobody's; so many tries are left."""

    left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many were wrong: none is compared until then."""

    until: datetime


def code_in(text: str) -> str:
    """A code as it is compared: letters and digits, however they were set apart and written."""
    return "".join(character for character in fold(text) if character.isalnum())


def codes_in(text: str) -> tuple[str, ...]:
    """What of a message may be a code: all of a short one, else each word with a figure, or that and the word before.

    Nothing of "je ne sais pas" or "je cherche le papier, une minute": whoever gives no code has not given a wrong one.
    """
    words = text.split()
    if len(words) == 1 or (len(words) <= _BARE_WORDS and any(map(str.isdigit, text))):
        found = [code_in(text)]
    else:
        pairs = [(before, word) for before, word in pairwise(["", *words]) if any(map(str.isdigit, word))]
        found = [code_in(each) for before, word in pairs[:_MOST_CODES] for each in (word, before + word)]
    return tuple(dict.fromkeys(code for code in found if len(code) >= _LEAST_CODE))


def find_by_code(
    organisation_id: int, assistant: str, user_id: str, codes: Collection[str], now: datetime, lock: timedelta
) -> Found | WrongCode | Locked:
    """Whose code one of `codes` is, together one try.

    Three wrong ones in a row lock the asker, whatever they write, for the time of `lock`.
    """
    whose = {"organisation_id": organisation_id, "assistant": assistant, "user_id": user_id}
    with tenant_transaction(organisation_id) as session:
        session.execute(insert(CodeAttempts).values(**whose).on_conflict_do_nothing())
        attempts = session.scalars(sa.select(CodeAttempts).filter_by(**whose).with_for_update()).one()
        if attempts.locked_until is not None and attempts.locked_until > now:
            return Locked(attempts.locked_until)
        if attempts.locked_until is not None:
            attempts.wrong, attempts.locked_until = 0, None
        chosen = sa.select(RecordPerson).where(
            RecordPerson.organisation_id == organisation_id,
            RecordPerson.code_hash.in_([_hash(organisation_id, code) for code in codes]),
        )
        person = session.scalars(chosen.limit(1)).one_or_none()
        if person is not None:
            attempts.wrong = 0
            return Found(person.id, person.name, person.details)
        attempts.wrong += 1
        if attempts.wrong >= MOST_WRONG:
            attempts.locked_until = now + lock
            return Locked(attempts.locked_until)
        return WrongCode(MOST_WRONG - attempts.wrong)


def keep_people(organisation_id: int, rows: Iterable[Mapping[str, Any]]) -> int:
    """Keep people by their `reference`: `name`, `code`, and whatever else a row has as `details`; how many.

    Raises InvalidInput for a row without one of the three, or with a short code.
    """
    count = 0
    with tenant_transaction(organisation_id) as session:
        for row in rows:
            details = {name: value for name, value in row.items() if name not in {"reference", "name", "code"}}
            code = code_in(str(row.get("code", "")))
            if not row.get("reference") or not row.get("name") or len(code) < _LEAST_CODE:
                raise InvalidInput("each person needs a reference, a name and a code of four characters or more")
            values = {"name": row["name"], "details": details, "code_hash": _hash(organisation_id, code)}
            kept = insert(RecordPerson).values(organisation_id=organisation_id, reference=row["reference"], **values)
            session.execute(kept.on_conflict_do_update(index_elements=["organisation_id", "reference"], set_=values))
            count += 1
    return count


def _hash(organisation_id: int, code: str) -> str:
    return keyed(f"record code {organisation_id} {code}")
