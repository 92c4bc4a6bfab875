"""What is in the database when a conversation is over, whatever words were used in it.

The whole product holds the conversations, offline and on a database of its own: the endpoint, the turn, the record, the
erasure. What is compared are rows.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from flask import Flask
from flask_migrate import upgrade

from benchmarks.product import NO_LIMITS
from cci_app import before_exit, create_app
from cci_app.accounts.caller import Scope
from cci_app.accounts.keys import create_key
from cci_app.accounts.organisations import ensure_organisation
from cci_app.agents.questionnaire.agent import examples_of
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.files import load_specs
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import find_mark
from cci_app.conversation.log import log_conversations
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.phone import national_number
from cci_app.core.queue import Task
from cci_app.embedded import EmbeddedPostgres, EmbeddedRedis
from cci_app.embedded.database import NAME, create_database
from cci_app.jobs.models import Job
from cci_app.knowledge.documents.loading import load_folder
from cci_app.people.erasure import run_erasure
from config.settings import ROOT, Settings

SCENARIOS = Path(__file__).parent / "end_states.yaml"
UNREAD = Path(__file__).parent / "unread.yaml"
WORDINGS = 8
_PATH = "/api/v1/whatsapp/message"
_NAME, _COMPANY = "Claire", "Vins Réunis"


@dataclass(frozen=True, slots=True)
class EndState:
    """What is said, with one of its wordings, and the rows that there have to be; `tune` as in `messages`."""

    name: str
    language: str
    before: tuple[str, ...]
    said: str
    after: tuple[str, ...]
    rows: Mapping[str, Any]
    stranger: bool
    tune: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of one: the rows that differ, as wanted and as found."""

    scenario: EndState
    differs: Mapping[str, tuple[Any, Any]]


def scenarios(path: Path = SCENARIOS) -> list[EndState]:
    """All of the file. Raises ValueError for one that has not so many wordings."""
    written: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = []
    for name, languages in written.items():
        for language, each in languages.items():
            if len(set(each["said"])) != WORDINGS:
                raise ValueError(f"{name}.{language} has {len(set(each['said']))} wordings, not {WORDINGS}")
            found += [
                EndState(
                    *(name, language, tuple(each["before"]), said, tuple(each.get("after", ()))),
                    rows=each["rows"],
                    stranger=each.get("stranger", False),
                    tune=place % 2 == 0,
                )
                for place, said in enumerate(each["said"])
            ]
    return found


def unread(path: Path = UNREAD) -> list[EndState]:
    """The same conversations, each in wordings of somebody who knew nothing of the others, and whom nobody read."""
    said: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    told = {(each.name, each.language): each for each in scenarios()}
    return [
        replace(told[name, language], said=text, tune=False)
        for name, languages in said.items()
        for language, texts in languages.items()
        for text in texts
    ]


class Chamber:
    """An organisation with the sample assistant and documents, whose members talk over the endpoint."""

    def __init__(self, app: Flask, slug: str) -> None:
        self._web = app.test_client()
        self._organisation_id = ensure_organisation(slug, "Chamber", "America/Bogota")
        with system_transaction() as session:
            self._key = create_key(session, self._organisation_id, "eval", set(Scope))
        load_folder(self._organisation_id, ROOT / "config" / "samples" / "documents")
        self._next = 573200000000

    def hold(self, scenario: EndState) -> Compared:
        """Hold a conversation as somebody new; what differs in the rows."""
        self._next += 1
        user = f"+{self._next}"
        if not scenario.stranger:
            card = {"phone": user, "national_number": national_number(user), "first_name": _NAME, "company": _COMPANY}
            with tenant_transaction(self._organisation_id) as session:
                session.add(Contact(organisation_id=self._organisation_id, city="Bogotá", **card))
        for text in (*scenario.before, scenario.said, *scenario.after):
            headers = {"X-API-Key": self._key}
            response = self._web.post(_PATH, json={"user_id": user, "message": text}, headers=headers)
            if response.status_code != 200:
                raise RuntimeError(f"{response.status_code}: {response.text}")
        log_conversations()
        self._erase()
        found = self._rows(user, scenario)
        return Compared(scenario, {name: (scenario.rows.get(name), found[name]) for name in found})

    def _erase(self) -> None:
        """What a worker does soon after somebody confirmed that they want to be erased."""
        with tenant_transaction(self._organisation_id) as session:
            session.execute(sa.text("UPDATE webhook_events SET completed_at = completed_at - interval '1 minute'"))
            waiting = sa.select(Job.id).where(Job.kind == Task.ERASE_PERSON, Job.state == "queued")
            jobs = session.scalars(waiting).all()
        for job in jobs:
            run_erasure(job)

    def _rows(self, user: str, scenario: EndState) -> dict[str, Any]:
        """What was found of what should be otherwise."""
        of_person = {"user": user, "organisation": self._organisation_id}
        with tenant_transaction(self._organisation_id) as session:
            mark = find_mark(session, self._organisation_id, user)
            run = session.execute(sa.text(_RUN), of_person).first()
            answers = session.execute(sa.text(_ANSWERS), of_person).all()
            asked = session.scalars(sa.text(_ASKED), of_person).all()
            left = sum(session.scalar(sa.text(each), of_person) or 0 for each in _LEFT)
        want = scenario.rows
        found: dict[str, Any] = {
            "wish": mark.wish if mark is not None else None,
            "company": run.client_company if run is not None else None,
            "language": run.detected_language if run is not None else None,
            "asked": list(asked),
            "left": left,
        }
        differs = {name: value for name, value in found.items() if name in want and value != want[name]}
        if "wish" not in want and found["wish"] is not None:
            differs["wish"] = found["wish"]
        recorded = {answer.question: None if answer.status == "skipped" else answer.text for answer in answers}
        wanted: dict[int, str | None] = want["answers"]
        right = all(fits(recorded[each], text, scenario) for each, text in wanted.items() if each in recorded)
        if recorded.keys() != wanted.keys() or not right:
            differs["answers"] = recorded
        return differs


_RUN = "SELECT * FROM conversation_runs WHERE user_id = :user ORDER BY started_at DESC LIMIT 1"
_ANSWERS = (
    "SELECT a.question, a.text, a.status FROM answers a JOIN conversation_runs r ON r.id = a.run_id"
    " WHERE r.user_id = :user"
)
_ASKED = "SELECT reason FROM handoff_requests WHERE user_id = :user ORDER BY id"
_LEFT = [
    f"SELECT count(*) FROM {table} WHERE user_id = :user"
    for table in ("conversations", "conversation_runs", "webhook_events", "turn_state", "user_sessions")
] + [
    "SELECT count(*) FROM contacts WHERE phone = :user",
    "SELECT count(*) FROM outbound_messages WHERE user_id = :user",
]


def fits(found: str | None, wanted: str | None, scenario: EndState) -> bool:
    """Whether an answer is as the file wants it: exactly, with something in it, what was said, or skipped."""
    if wanted is None or found is None:
        return found is wanted
    if wanted.startswith("~"):
        return re.search(re.escape(wanted[1:]), found, re.IGNORECASE) is not None
    return found == (scenario.said if wanted == "*" else wanted)


@contextmanager
def chamber() -> Iterator[Chamber]:
    """A chamber with a database and a Redis of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="cci-eval-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
        EmbeddedRedis(Path(folder), durable=False) as redis,
    ):
        create_database(postgres)
        limits: dict[str, Any] = {name.lower(): value for name, value in NO_LIMITS.items()}
        settings = Settings(
            database_url=postgres.superuser_url(NAME), redis_url=redis.url, chat_model="offline", **limits
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            content = load_specs(ROOT / "config" / "assistants")["cci"].agents["questionnaire"]
            if not isinstance(content, QuestionnaireContent):
                raise TypeError(f"the sample assistant is a {content.kind}")
            examples_of(content).learnt()
            yield Chamber(app, settings.default_organisation)
            before_exit(app)


def hold_all(some: Sequence[EndState]) -> list[Compared]:
    """Hold them one after the other."""
    with chamber() as ours:
        return [ours.hold(each) for each in some]


def table(ended: Sequence[Compared]) -> str:
    """A row for each scenario: of each half and language, how many ended as they should."""
    lines = [f"{'conversations by their rows':30}{'tuned on fr':>14}{'es':>8}{'held out fr':>14}{'es':>8}"]
    for name in dict.fromkeys(each.scenario.name for each in ended):
        cells = []
        for tune in (True, False):
            for language, width in (("fr", 14), ("es", 8)):
                key = (name, language, tune)
                some = [e for e in ended if (e.scenario.name, e.scenario.language, e.scenario.tune) == key]
                told = f"{sum(not each.differs for each in some)}/{len(some)}" if some else ""
                cells.append(f"{told:>{width}}")
        lines.append(f"{name:30}{''.join(cells)}")
    return "\n".join([*lines, f"{'all':30}{sum(not each.differs for each in ended)} of {len(ended)}"])
