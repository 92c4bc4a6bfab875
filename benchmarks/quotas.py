"""Ten thousand turns of ten thousand people, a few at a time, against a limit: not one answer too many, nor too few.

Each turn is received, answered and completed as the product does it, on a PostgreSQL that writes to the disk. Beside it
the same turns are counted as is often done, by a look before and a count after; and without a limit, for what it costs.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from benchmarks.machine import versions_and_machine
from cci_app import before_exit, create_app
from cci_app.accounts.organisations import ensure_organisation
from cci_app.agents.ports import AgentReply, Forgets, KnowsPeople, Progress, TurnContext
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.router import Decision
from cci_app.assistants.spec import FeedbackAsked
from cci_app.channels.message import Inbound, Text
from cci_app.channels.registry import load_channels
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.outbox import late_answers
from cci_app.conversation.service import Conversation
from cci_app.core.database import db, tenant_transaction
from cci_app.embedded import EmbeddedPostgres, EmbeddedRedis
from cci_app.embedded.database import NAME, create_database
from cci_app.usage.alerts import list_alerts
from cci_app.usage.quotas import read_quotas, set_limits
from config.settings import Settings

THREADS = 8
STOPPED = "stopped"
ANSWERED = "answered"


class _Echo:
    """An assistant that answers at once."""

    name, languages, default_language = "cci", ("es", "fr"), "es"
    silence = timedelta(days=30)
    version = 1
    feedback = FeedbackAsked()
    start: Progress | None = None
    knowing: Mapping[str, KnowsPeople] = {}
    forgetting: Mapping[str, Forgets] = {}

    def __init__(self) -> None:
        self.agents = {"echo": self}

    def reply(self, _turn: TurnContext) -> AgentReply:
        return AgentReply((Text(ANSWERED),), {})

    def route(self, *_: Any, **__: Any) -> Decision:
        return Decision("echo", 1.0, "there is no other")

    def remembered(self, _decision: Decision) -> Mapping[str, Any]:
        return {}

    def holding(self, _language: str) -> str:
        return "holding"

    def apology(self, _language: str) -> str:
        return "apology"

    def stopped(self, _language: str) -> str | None:
        return STOPPED


class _OneAssistant(Catalogue):
    def __init__(self) -> None:
        self._echo: Any = _Echo()

    def find(self, *_: Any, **__: Any) -> Any:
        return self._echo


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of the turns of one run; `answered` are those of which a person got the answer, at once or later."""

    turns: int
    limit: int | None
    answered: int
    refused: int
    counted: int | None
    alerts: int
    seconds: float


def run(app: Flask, slug: str, turns: int, limit: int | None) -> Counted:
    """So many turns, each of a person of their own, of an organisation with that limit."""
    whose = ensure_organisation(slug, slug, "America/Bogota")
    settings = app.config["SETTINGS"]
    conversation = Conversation(app, settings, _OneAssistant(), load_channels(settings))
    if limit is not None:
        set_limits(whose, "", {"message_limit": limit})

    def turn(number: int) -> bytes:
        person = Person(whose, "cci", f"+57300{number:07}")
        inbound = Inbound("api", "api", person.user_id, (Text("hola"),), f"event {number}")
        with app.app_context():
            return conversation.receive(Event(person, inbound)).reply.body

    replies, seconds = _at_once(turn, turns)
    conversation.stop()
    # On a machine that is busy some are told to wait, and are told the answer later.
    later = [each["answer"] for each in late_answers(whose, limit=turns)].count(ANSWERED)
    quotas = read_quotas(whose)
    raised = [each for each in list_alerts(whose, limit=50)["alerts"] if each["severity"] == "critical"]
    return Counted(
        turns=turns,
        limit=limit,
        answered=sum(ANSWERED.encode() in reply for reply in replies) + later,
        refused=sum(STOPPED.encode() in reply for reply in replies),
        counted=quotas[0]["messages"] if quotas else None,
        alerts=sum(each["count"] for each in raised),
        seconds=seconds,
    )


def run_unfenced(app: Flask, slug: str, turns: int, limit: int) -> Counted:
    """The control: a look before the answer, and a count after it, each in a transaction of its own."""
    whose = ensure_organisation(slug, slug, "America/Bogota")
    set_limits(whose, "", {"message_limit": None})
    look = sa.text("SELECT token_limit FROM quotas WHERE organisation_id = :whose")
    count = sa.text("UPDATE quotas SET token_limit = :used WHERE organisation_id = :whose")

    def turn(_number: int) -> bytes:
        with app.app_context():
            with tenant_transaction(whose) as session:
                used = session.scalar(look, {"whose": whose}) or 0
            if used >= limit:
                return STOPPED.encode()
            with tenant_transaction(whose) as session:
                session.execute(count, {"whose": whose, "used": used + 1})
            return ANSWERED.encode()

    replies, seconds = _at_once(turn, turns)
    answered = replies.count(ANSWERED.encode())
    return Counted(turns, limit, answered, turns - answered, None, 0, seconds)


def _at_once(turn: Callable[[int], bytes], turns: int) -> tuple[list[bytes], float]:
    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        replies = list(pool.map(turn, range(turns)))
    return replies, time.monotonic() - started


def holds(counted: Counted) -> bool:
    """Whether exactly as many were answered as were allowed, everybody else was refused, and one alert told of it."""
    exact = counted.answered == counted.limit == counted.counted
    return exact and counted.answered + counted.refused == counted.turns and counted.alerts == 1


def table(runs: Mapping[str, Counted]) -> str:
    """The runs as a table of Markdown."""
    lines = [
        "| run | turns | limit | answered | refused | over | short | counted | alerts | turns/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, each in runs.items():
        allowed = each.turns if each.limit is None else min(each.limit, each.turns)
        over, short = max(0, each.answered - allowed), max(0, allowed - each.answered)
        figures = [each.turns, each.limit if each.limit is not None else "–", each.answered, each.refused, over, short]
        figures += [each.counted if each.counted is not None else "–", each.alerts, round(each.turns / each.seconds)]
        lines.append(f"| {name} | {' | '.join(map(str, figures))} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run, print the table, and tell whether the limit held."""
    parser = argparse.ArgumentParser(prog="benchmarks.quotas", description=__doc__)
    parser.add_argument("--turns", type=int, default=10_000)
    turns = parser.parse_args(arguments).turns
    limit = turns * 3 // 4
    with tempfile.TemporaryDirectory(prefix="cci-quotas-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder, durable=True) as postgres, EmbeddedRedis(folder, durable=False) as redis:
            create_database(postgres)
            settings = Settings(
                database_url=postgres.superuser_url(NAME), redis_url=redis.url, db_pool_size=2 * THREADS + 2
            )
            app = create_app(settings)
            with app.app_context():
                upgrade()
                runs = {
                    "limited": run(app, "limited", turns, limit),
                    "not limited": run(app, "free", turns, None),
                    "control: look, answer, count": run_unfenced(app, "unfenced", turns, limit),
                }
                with db.engine.connect() as connection:
                    database = connection.exec_driver_sql("SHOW server_version").scalar_one()
            before_exit(app)
    print(f"{versions_and_machine(database=database)}\n\n{table(runs)}")
    control = runs["control: look, answer, count"]
    return 0 if holds(runs["limited"]) and control.answered > limit else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
