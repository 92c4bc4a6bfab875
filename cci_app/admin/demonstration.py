"""Conversations that never took place, for trying exports and for measuring: believable, and the same for a seed."""

import io
import random
import uuid
from collections.abc import Iterator
from csv import writer
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from psycopg2.errors import UniqueViolation

from cci_app.agents.questionnaire.content import Question, QuestionnaireContent
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.database import system_transaction
from cci_app.core.errors import Conflict, InvalidInput

MESSAGES = 14
_DAYS = 365
_BATCH = 5_000

COMPANIES = (
    *("Vinos del Valle SAS", "Aceros Andinos", "Boulangerie Lumière", "Café Alto Cauca", "Transports Garonne"),
    *("Énergies du Sud", "Textiles Medellín", "Logística Caribe", "Cabinet Moreau & Associés", "Orfèvre Études"),
)
FIRST_NAMES = ("Camille", "Julien", "María José", "Andrés", "Chloé", "Santiago", "Hélène", "Nicolás", "Élodie", "Lucía")
LAST_NAMES = ("Durand", "Restrepo", "Lefèvre", "Gómez", "Moreau", "Ñáñez", "Bernard", "Ospina", "Roux", "Cárdenas")
WORDS = {
    "fr": (
        *("Nous voulons trouver un distributeur à Bogotá", "Le salon du vin nous a été très utile"),
        *("Oui, j'ai accédé à l'espace membre", "Recruter deux commerciaux d'ici mars", "Rien pour le moment, merci"),
        *("Les rencontres avec d'autres dirigeants 👍", "Un appui pour nos visas", "Un club de dirigeants à Medellín"),
    ),
    "es": (
        *("Queremos conseguir un distribuidor en Bogotá", "La feria del vino nos fue muy útil"),
        *("Sí, ya entré al espacio de miembros", "Contratar dos comerciales antes de marzo", "Nada por ahora, gracias"),
        *("Los encuentros con otros directivos 👍", "Apoyo con nuestras visas", "Un club de directivos en Medellín"),
    ),
}
QUESTIONS = {
    "fr": ("Quels sont vos horaires ?", "Comment devenir membre ?", "Proposez-vous un espace de coworking ?"),
    "es": ("¿Cuál es su horario?", "¿Cómo me hago miembro?", "¿Ofrecen un espacio de coworking?"),
}

RUN = (
    *("organisation_id", "assistant", "user_id", "id", "started_at", "last_message_at", "completed_at", "ended_at"),
    *("ended_reason", "detected_language", "client_company", "contact_name", "current_question"),
    *("questions_answered", "messages"),
)
ANSWER = ("organisation_id", "run_id", "question", "text", "status", "asked_at", "answered_at")
MESSAGE = (
    *("organisation_id", "assistant", "user_id", "event_id", "run_id", "user_message", "agent_response"),
    *("current_question", "detected_language", "has_client_context", "client_company", "agent", "late"),
    *("timestamp", "response_time_ms"),
)

Rows = dict[str, list[tuple[Any, ...]]]


def fill(organisation_id: int, spec: AssistantSpec, count: int, seed: int, until: datetime) -> int:
    """Add `count` conversations of the year before `until`, and return how many messages they have.

    Raises InvalidInput for an assistant without a questionnaire, Conflict where they are there already.
    """
    questions = _questions(spec)
    # Another organisation's conversations are others, with ids of their own.
    chance = random.Random(f"{seed}/{organisation_id}")  # noqa: S311 (a demonstration is to be repeatable)
    try:
        with system_transaction() as session:
            lowest = session.scalar(sa.text("SELECT LEAST(min(event_id), 0) FROM conversations")) or 0
            conversations = _conversations(organisation_id, spec, questions, count, chance, until, lowest)
            while batch := list(islice(conversations, _BATCH)):
                for table, columns in (("conversation_runs", RUN), ("answers", ANSWER), ("conversations", MESSAGE)):
                    _copy(session.connection(), table, columns, [row for one in batch for row in one[table]])
            session.execute(_ADD_SESSIONS, {"organisation_id": organisation_id, "assistant": spec.name})
    except UniqueViolation as error:
        raise Conflict(f"the conversations of seed {seed} are there already: choose another seed") from error
    return count * MESSAGES


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


def _questions(spec: AssistantSpec) -> tuple[Question, ...]:
    for content in spec.agents.values():
        if isinstance(content, QuestionnaireContent):
            return content.questions
    raise InvalidInput(f"the assistant {spec.name} has no questionnaire to fill in")


def _conversations(
    organisation_id: int,
    spec: AssistantSpec,
    questions: tuple[Question, ...],
    count: int,
    chance: random.Random,
    until: datetime,
    lowest: int,
) -> Iterator[Rows]:
    languages = [language for language in spec.languages if language in WORDS]
    if not languages:
        raise InvalidInput(f"the assistant {spec.name} speaks none of {', '.join(WORDS)}")
    for number in range(count):
        language = chance.choice(languages)
        person = (organisation_id, spec.name, f"+57300{number:07d}")
        started = until - timedelta(days=_DAYS) * (1 - number / count)
        yield _conversation(person, questions, language, started, chance, lowest - 1 - number * MESSAGES)


def _conversation(
    person: tuple[int, str, str],
    questions: tuple[Question, ...],
    language: str,
    started: datetime,
    chance: random.Random,
    event_id: int,
) -> Rows:
    run_id = uuid.UUID(int=chance.getrandbits(128), version=4)
    company = chance.choice(COMPANIES) if chance.random() < 0.8 else None
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}" if company else None
    total = min(len(questions), MESSAGES - 1)
    reached = total if chance.random() < 0.6 else chance.randrange(total)
    answering = set(chance.sample(range(1, MESSAGES), reached))
    when, asked = started, started
    answers: list[tuple[Any, ...]] = []
    messages: list[tuple[Any, ...]] = []
    for turn in range(MESSAGES):
        when += timedelta(seconds=chance.randint(5, 90))
        said = chance.choice((WORDS if turn in answering else QUESTIONS)[language])
        if turn in answering:
            answers.append((person[0], run_id, len(answers) + 1, said, "answered", asked, when))
            asked = when
        open_question = len(answers) + 1 if len(answers) < total else None
        reply = questions[min(len(answers), total - 1)].ask[language]
        slow = chance.random() < 0.01
        took = chance.randint(8_100, 20_000) if slow else int(chance.lognormvariate(7, 0.5))
        messages.append(
            (
                *(*person, event_id - turn, run_id, said, reply, open_question, language),
                *(company is not None, company, "questionnaire", slow, when, took),
            )
        )
    completed = when if reached == total else None
    ended = (when, "reset") if not completed and chance.random() < 0.3 else (None, None)
    current = None if completed else reached + 1
    run = (*person, run_id, started, when, completed, *ended, language, company, name, current, reached, MESSAGES)
    return {"conversation_runs": [run], "answers": answers, "conversations": messages}
