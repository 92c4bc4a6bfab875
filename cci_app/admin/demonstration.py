"""Conversations that never took place, for trying exports and for measuring: believable, and the same for a seed."""

import io
import random
import uuid
from collections.abc import Iterator, Mapping
from csv import writer
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from psycopg2.errors import UniqueViolation

from cci_app.accounts.models import Organisation
from cci_app.admin.rehearsal import COMPANY, MOST, NAME, Play, Rehearsal
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.database import system_transaction
from cci_app.core.errors import Conflict

_YEAR = timedelta(days=365)
# Nobody's local time is further from UTC, and a conversation may go on the day after.
_MARGIN = timedelta(days=3)
_BATCH = 5_000
# How many begin at seven, at eight, and so on until nine in the evening.
_HOURS = (2, 8, 14, 16, 14, 9, 6, 10, 14, 13, 10, 6, 3, 2, 1)
_NOT_AT_WEEKENDS = 0.9
_LATE = 0.01
_ABANDONED = 0.3

RUN = (
    *("organisation_id", "assistant", "user_id", "id", "started_at", "last_message_at", "completed_at", "ended_at"),
    *("ended_reason", "detected_language", "client_company", "contact_name", "current_question"),
    *("questions_answered", "messages"),
)
ANSWER = ("organisation_id", "assistant", "run_id", "question", "text", "status", "asked_at", "answered_at")
MESSAGE = (
    *("organisation_id", "assistant", "user_id", "event_id", "run_id", "user_message", "agent_response"),
    *("current_question", "detected_language", "has_client_context", "client_company", "agent", "late"),
    *("timestamp", "response_time_ms"),
)

_BOOK = sa.text(
    "SELECT phone, first_name, concat_ws(' ', first_name, last_name) AS full_name, company"
    " FROM contacts WHERE organisation_id = :organisation_id AND first_name <> '' AND company <> ''"
)
Rows = dict[str, list[tuple[Any, ...]]]


def fill(organisation_id: int, spec: AssistantSpec, count: int, seed: int, until: datetime) -> int:
    """Add `count` conversations of the year before `until`, and return how many messages they have.

    What tells them from real ones is that their messages have no receipt: the numbers of those are negative. Raises
    InvalidInput for an assistant without a questionnaire, Conflict where they are there already.
    """
    # Another organisation's conversations are others, with ids of their own.
    chance = random.Random(f"{seed}/{organisation_id}")  # noqa: S311 (a demonstration is to be repeatable)
    try:
        with system_transaction() as session:
            lowest = session.scalar(sa.text("SELECT LEAST(min(event_id), 0) FROM conversations")) or 0
            timezone = ZoneInfo(session.get_one(Organisation, organisation_id).timezone)
            book = {row.phone: row for row in session.execute(_BOOK, {"organisation_id": organisation_id})}
            conversations = _conversations(
                organisation_id, spec, count, chance, until - _MARGIN, timezone, lowest, book
            )
            messages = 0
            while batch := list(islice(conversations, _BATCH)):
                for table, columns in (("conversation_runs", RUN), ("answers", ANSWER), ("conversations", MESSAGE)):
                    rows = [row for one in batch for row in one[table]]
                    _copy(session.connection(), table, columns, rows)
                messages += len(rows)
            session.execute(_ADD_SESSIONS, {"organisation_id": organisation_id, "assistant": spec.name})
    except UniqueViolation as error:
        raise Conflict(f"the conversations of seed {seed} are there already: choose another seed") from error
    return messages


def clear(organisation_id: int) -> int:
    """Take away every conversation that `fill` added for the organisation, and return how many there were."""
    with system_transaction() as session:
        session.execute(_MADE_UP, {"organisation_id": organisation_id})
        for statement in _CLEAR:
            session.execute(statement)
        count: int = session.scalar(_CLEARED) or 0
    return count


# COPY into a table with row-level security is refused by PostgreSQL: the rows pass through one without.
def _copy(connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    buffer = io.StringIO()
    writer(buffer, lineterminator="\n").writerows(rows)
    buffer.seek(0)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS filling_{table} ON COMMIT DROP AS"  # noqa: S608 (constants)
            f" SELECT {names} FROM {table} WITH NO DATA"
        )
        cursor.copy_expert(f"COPY filling_{table} ({names}) FROM STDIN WITH (FORMAT csv)", buffer)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM filling_{table}")  # noqa: S608
        cursor.execute(f"TRUNCATE filling_{table}")


_MADE_UP = sa.text(
    "CREATE TEMP TABLE made_up ON COMMIT DROP AS SELECT organisation_id, assistant, user_id, id FROM conversation_runs"
    " WHERE id IN (SELECT run_id FROM conversations WHERE organisation_id = :organisation_id AND event_id < 0)"
)
_OTHERS = (
    "FROM conversation_runs r WHERE (r.organisation_id, r.assistant, r.user_id)"
    " = (s.organisation_id, s.assistant, s.user_id)"
)
_CLEAR = (
    sa.text("DELETE FROM answers a USING made_up m WHERE a.run_id = m.id"),
    sa.text(
        "DELETE FROM conversations c USING made_up m WHERE c.run_id = m.id AND c.organisation_id = m.organisation_id"
    ),
    sa.text("DELETE FROM conversation_runs r USING made_up m WHERE r.id = m.id"),
    # Somebody with such a number may have written since.
    sa.text(
        f"UPDATE user_sessions s SET first_interaction = (SELECT min(r.started_at) {_OTHERS})"  # noqa: S608
        f" FROM made_up m WHERE (m.organisation_id, m.assistant, m.user_id)"
        f" = (s.organisation_id, s.assistant, s.user_id) AND EXISTS (SELECT {_OTHERS})"
    ),
    sa.text(
        f"DELETE FROM user_sessions s USING made_up m WHERE (m.organisation_id, m.assistant, m.user_id)"  # noqa: S608
        f" = (s.organisation_id, s.assistant, s.user_id) AND NOT EXISTS (SELECT {_OTHERS})"
    ),
)
_CLEARED = sa.text("SELECT count(*) FROM made_up")
_ADD_SESSIONS = sa.text(
    "INSERT INTO user_sessions (organisation_id, assistant, user_id, first_interaction, last_interaction,"
    "  total_questions_answered, session_completed, detected_language)"
    " SELECT DISTINCT ON (user_id) organisation_id, assistant, user_id, min(started_at) OVER person,"
    "  last_message_at, questions_answered, completed_at IS NOT NULL, detected_language"
    " FROM conversation_runs WHERE organisation_id = :organisation_id AND assistant = :assistant"
    " WINDOW person AS (PARTITION BY user_id)"
    " ORDER BY user_id, last_message_at DESC"
    " ON CONFLICT DO NOTHING"
)


def _conversations(
    organisation_id: int,
    spec: AssistantSpec,
    count: int,
    chance: random.Random,
    until: datetime,
    timezone: ZoneInfo,
    lowest: int,
    book: Mapping[str, Any],
) -> Iterator[Rows]:
    rehearsal = Rehearsal(spec, chance)
    plays = rehearsal.plays(min(count, MOST))
    phrases = rehearsal.phrases
    event_id = lowest - 1
    for number in range(count):
        if number % len(plays) == 0:
            chance.shuffle(plays)
        play = plays[number % len(plays)]
        started = _moment(until - _YEAR * (1 - number / count), timezone, chance)
        first, last = chance.choice(phrases.first_names), chance.choice(phrases.last_names)
        who = {NAME: first, COMPANY: chance.choice(phrases.companies)}
        name = f"{first} {last}"
        person = (organisation_id, spec.name, f"+57300{number:07d}")
        if contact := book.get(person[2]):
            # Whoever is in the contact book is who stands there.
            name, who = contact.full_name, {NAME: contact.first_name, COMPANY: contact.company}
        yield _conversation(person, play, who, name, started, chance, event_id)
        event_id -= len(play.lines)


def _moment(day: datetime, timezone: ZoneInfo, chance: random.Random) -> datetime:
    """A moment of that day or the two before: in office hours mostly, in the evening and at weekends now and then."""
    local = day.astimezone(timezone)
    if local.weekday() >= 5 and chance.random() < _NOT_AT_WEEKENDS:
        local -= timedelta(days=local.weekday() - 4)
    hour = chance.choices(range(7, 22), _HOURS)[0]
    local = local.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0)
    return local.astimezone(UTC)


def _conversation(
    person: tuple[int, str, str],
    play: Play,
    who: dict[str, str],
    full_name: str,
    started: datetime,
    chance: random.Random,
    event_id: int,
) -> Rows:
    run_id = uuid.UUID(int=chance.getrandbits(128), version=4)
    company, name = (who[COMPANY], full_name) if play.known else (None, None)
    messages: list[tuple[Any, ...]] = []
    for place, line in enumerate(play.lines):
        slow = chance.random() < _LATE
        took = chance.randint(8_100, 20_000) if slow else min(8_000, int(chance.lognormvariate(7, 0.5)))
        reply = line.reply.replace(NAME, who[NAME]).replace(COMPANY, who[COMPANY])
        messages.append(
            (
                *(*person, event_id - place, run_id, line.text, reply, line.current_question, play.language),
                *(play.known, company, "questionnaire", slow, started + line.after, took),
            )
        )
    answers: list[tuple[Any, ...]] = [
        (
            *(*person[:2], run_id, answer.question, answer.text, answer.status.value),
            *(play.moment(answer.asked_at, started), play.moment(answer.answered_at, started)),
        )
        for answer in play.answers.values()
        if answer.text
    ]
    last = play.lines[-1]
    when = started + last.after
    completed = None if play.completed_after is None else started + play.completed_after
    ended = (when, "reset") if not completed and chance.random() < _ABANDONED else (None, None)
    progress = (last.current_question, play.questions_answered, len(messages))
    run = (*person, run_id, started, when, completed, *ended, play.language, company, name, *progress)
    return {"conversation_runs": [run], "answers": answers, "conversations": messages}
