"""Made-up people and talks run again: always the same for a seed, seen in the replies, and nothing is kept."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.assistants.intents import IntentRouter
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from cci_app.evaluation.experiments.versions import make_version
from cci_app.evaluation.simulation.files import render_html
from cci_app.evaluation.simulation.job import ask_for_report, run_evaluation
from cci_app.evaluation.simulation.people import FOLDER, MadeUpPerson, Want, is_told, people_of
from cci_app.evaluation.simulation.pictured import decision, pictured
from cci_app.evaluation.simulation.report import EvaluationOrder, make_report
from cci_app.evaluation.simulation.talking import talk
from cci_app.jobs.ledger import find_job
from cci_app.jobs.models import JobState
from cci_app.knowledge.documents.loading import load_folder
from tests.catalog.ready import CARS, make_cars
from tests.conftest import Tenant

Rows = Callable[..., list[dict[str, Any]]]
# A questionnaire that nobody gets through: a question more, which their answers do not hold.
SILENT = {"texts": {"apology": {"es": "No.", "fr": "Non."}}}


def test_the_people_that_come_along_can_be_read(app: Flask, tenant: Tenant) -> None:
    for path in FOLDER.glob("*.yaml"):
        people = people_of(path.stem)
        spoken = get_conversation().assistant(tenant.organisation_id, path.stem).languages
        assert {each.language for each in people} == set(spoken), path


def test_every_buyer_that_comes_along_gets_what_they_want(app: Flask, tenant: Tenant) -> None:
    make_cars(tenant)
    load_folder(tenant.organisation_id, CARS / "documents", assistant="autos")
    assistant = get_conversation().assistant(tenant.organisation_id, "autos")
    router = assistant._router
    assert isinstance(router, IntentRouter)
    router.learning.learnt()
    for each in people_of("autos"):
        went = talk(assistant, tenant.organisation_id, each, 4, clock.now(), seconds=60)
        assert went.done, went.lines


@pytest.mark.parametrize(
    ("content", "told"),
    [
        *(("people: []", "a list"), ("- x", "a list"), ("people: [{name: a}]", "people.0.language")),
        ("people: [{name: a, language: es, goal: x}]", "wants something"),
        ("people:\n" + "- {name: a, language: es, goal: x, ends: completed}\n" * 2, "a name of their own"),
        ("people: [", "people.yaml"),
    ],
)
def test_a_file_of_people_that_is_wrong_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=told):
        people_of("cci", path)


def test_what_is_typed_is_wrong_as_often_as_told() -> None:
    import random

    hurried = MadeUpPerson(name="x", language="es", goal="x", ends="completed", typos=10)
    text = "necesitamos ayuda para encontrar socios comerciales " * 40
    typed = hurried.typed(text, random.Random(1))
    assert typed == hurried.typed(text, random.Random(1))
    assert typed != hurried.typed(text, random.Random(2))
    assert sum(one != other for one, other in zip(text.split(), typed.split(), strict=False)) / 280 > 0.05
    careful = hurried.model_copy(update={"typos": 0})
    assert careful.typed(text, random.Random(1)) == text.strip()


def test_a_want_is_told_in_any_spelling() -> None:
    want = Want(says=("x",), hears=("Martes a sábado", "7 a 18"))
    assert is_told(want, "Abrimos de MARTES A SABADO.")
    assert not is_told(want, "No lo sé.")


def test_a_talk_is_the_same_for_its_seed(app: Flask, tenant: Tenant, rows: Rows) -> None:
    assistant = get_conversation().assistant(tenant.organisation_id, "cci")
    at = clock.now()
    by_name = {each.name: each for each in people_of("cci")}
    for name in ("socia-que-responde", "veut-quelquun"):
        one, other = (talk(assistant, tenant.organisation_id, by_name[name], 4, at, seconds=20) for _ in range(2))
        assert one.done, one.lines
        assert [line[:2] for line in one.lines] == [line[:2] for line in other.lines]
    # Nobody hears of it, and it stands nowhere.
    for table in ("webhook_events", "turn_state", "conversations", "handoff_requests", "outbound_messages"):
        assert rows(f"SELECT 1 FROM {table} WHERE organisation_id = :id", id=tenant.organisation_id) == []


def test_whoever_is_not_told_gives_up(app: Flask, tenant: Tenant) -> None:
    assistant = get_conversation().assistant(tenant.organisation_id, "cci")
    want = Want(says=("¿A qué hora sale el tren a la luna?",), hears=("a las 25 horas",))
    person = MadeUpPerson(name="x", language="es", goal="el tren", wants=(want,), patience=2)
    spoken = talk(assistant, tenant.organisation_id, person, 1, clock.now(), seconds=20)
    assert (spoken.done, spoken.gave_up, len(spoken.lines)) == (False, True, 2)


def worse(tenant: Tenant) -> int:
    """A version whose second question cannot be got past with the answers that people have."""
    catalogue = get_conversation().catalogue
    content = catalogue.files.content("cci")["agents"]["questionnaire"]
    questions = [*content["questions"], {**content["questions"][-1], "id": "one_more"}]
    return make_version(
        catalogue, tenant.organisation_id, "cci", {"agents": {"questionnaire": {"questions": questions}}}, "worse"
    )


def test_the_report_tells_that_a_candidate_is_worse(app: Flask, tenant: Tenant) -> None:
    find = get_conversation().catalogue.find
    people = [each for each in people_of("cci") if each.name in {"socia-que-responde", "member-who-answers"}]
    control, candidate = find(tenant.organisation_id, "cci"), find(tenant.organisation_id, "cci", worse(tenant))
    told: list[tuple[int, int]] = []
    report = make_report(
        tenant.organisation_id,
        control,
        candidate,
        EvaluationOrder(people, times=4),
        progress=lambda *each: told.append(each),
    )
    before, after = report["versions"]
    assert (before["done"], after["done"], report["verdict"]) == (8, 0, "worse")
    assert report["difference"]["high"] < 0
    assert told[-1] == (16, 16)
    assert [each["done"] for each in report["people"]] == [[4, 0], [4, 0]]
    page = render_html(json.loads(json.dumps(report, default=str)))
    assert "the candidate is worse" in page
    assert "8 (100 %)" in page
    assert "Why: 0 of 8 people reached their goal with the candidate, 8 of 8 with version 1." in page
    goal, *_, length = pictured(report)
    assert (goal.measure, goal.values, goal.bars) == ("goal", (1.0, 0.0), (100.0, 0.0))
    assert (length.measure, max(length.bars)) == ("length", 100.0)
    alone = make_report(tenant.organisation_id, control, None, EvaluationOrder(people, times=1))
    assert (alone["verdict"], alone["difference"], len(alone["versions"])) == ("alone", None, 1)
    assert "candidate" not in render_html(alone).split("</style>")[1]


def test_a_picture_has_what_the_record_tells_and_the_verdict_its_reason() -> None:
    sides = [{"version": number, "share": 0.5, "p50_ms": 900.0, "length": 200.0, "failed": 0} for number in (1, 1001)]
    on_record: dict[str, Any] = {
        "version": 1,
        "people": 20,
        "completed": 5,
        "leads": 2,
        "came_back": 0,
        "up": 3,
        "down": 1,
        "stars": 4.5,
    }
    report: dict[str, Any] = {"versions": sides, "recorded": [on_record], "difference": {"low": -0.1, "high": 0.1}}
    told = {each.measure.value: (each.values, each.bars) for each in pictured(report)}
    assert told["satisfaction"] == ((0.75, None), (75.0, 0.0))
    assert told["stars"] == ((4.5, None), (90.0, 0.0))
    assert (told["completed"], told["leads"]) == (((0.25, None), (25.0, 0.0)), ((0.1, None), (10.0, 0.0)))
    assert told["time"] == ((900.0, 900.0), (100.0, 100.0))
    assert decision(report) == ("alike", "")
    sides[1]["failed"] = 3
    assert decision(report) == ("worse", "failed")
    assert decision({**report, "difference": {"low": -0.4, "high": -0.1}}) == ("worse", "goal")
    sides[1]["failed"] = 2
    assert decision({**report, "difference": {"low": 0.1, "high": 0.4}}) == ("better", "goal")
    assert decision({**report, "difference": None}) == ("alone", "")


def test_what_is_said_stands_as_text_on_the_page(app: Flask, tenant: Tenant) -> None:
    person = MadeUpPerson(name="x", language="es", goal="<script>", opens="<script>alert(1)</script>", ends="completed")
    control = get_conversation().assistant(tenant.organisation_id, "cci")
    report = make_report(tenant.organisation_id, control, None, EvaluationOrder([person], times=1))
    assert "<script>" not in render_html(report)


@pytest.fixture
def recorded(web: FlaskClient, tenant: Tenant) -> str:
    """A conversation on record; the id of its person."""
    for text in ("Bonjour", "Oui, j'ai accédé à l'espace membre", "Je veux parler à une personne"):
        body = {"user_id": "+573000000001", "message": text, "message_id": uuid.uuid4().hex}
        assert web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body).status_code == 200
    log_conversations()
    return "+573000000001"


def test_recorded_talks_are_run_again_side_by_side(app: Flask, tenant: Tenant, recorded: str, rows: Rows) -> None:
    catalogue = get_conversation().catalogue
    content = catalogue.files.content("cci")["agents"]["questionnaire"]
    first, *others = content["questions"]
    first = {**first, "ask": {"fr": "Connaissez-vous votre espace ?", "es": "¿Ya conoce su espacio?"}}
    changes: dict[str, Any] = {"agents": {"questionnaire": {"questions": [first, *others]}}}
    version = make_version(catalogue, tenant.organisation_id, "cci", changes)
    find = catalogue.find
    before = rows("SELECT count(*) AS n FROM webhook_events WHERE organisation_id = :id", id=tenant.organisation_id)
    control, candidate = find(tenant.organisation_id, "cci"), find(tenant.organisation_id, "cci", version)
    people = people_of("cci")[:1]
    report = make_report(
        tenant.organisation_id, control, candidate, EvaluationOrder(people, times=1, recorded=5), with_words=True
    )
    tried = report["backtest"]
    assert tried["messages"] == 3
    assert [side["failed"] for side in tried["sides"]] == [0, 0]
    assert tried["differing"] == len(tried["turns"]) > 0
    assert all(turn["said"] and turn["control"] != turn["candidate"] for turn in tried["turns"])
    after = rows("SELECT count(*) AS n FROM webhook_events WHERE organisation_id = :id", id=tenant.organisation_id)
    assert before == after
    # Without its words a report names where to look, and nobody.
    kept = make_report(tenant.organisation_id, control, candidate, EvaluationOrder(people, times=1, recorded=5))
    assert recorded not in json.dumps(kept, default=str)
    assert "espace membre" not in json.dumps(kept["backtest"], default=str)
    (of_version,) = report["recorded"]
    assert (of_version["version"], of_version["people"], of_version["handoffs"]) == (1, 1, 1)


def test_a_worker_makes_the_report_that_is_asked_for(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    body = {"assistant": "cci", "times": 1}
    asked = web.post("/api/v1/evaluations", headers=tenant.headers, json=body)
    assert asked.status_code == 202, asked.text
    shown: Any = asked.json
    run_evaluation(uuid.UUID(shown["id"]))
    read: Any = web.get(f"/api/v1/evaluations/{shown['id']}", headers=tenant.headers).json
    assert (read["state"], read["report"]["verdict"]) == ("done", "alone")
    assert read["report"]["versions"][0]["people"] == len(people_of("cci"))
    listed: Any = web.get("/api/v1/evaluations?assistant=cci", headers=tenant.headers).json
    assert [each["id"] for each in listed["evaluations"]] == [shown["id"]]
    with pytest.raises(InvalidInput, match="version 7"):
        ask_for_report(tenant.organisation_id, "cci", 7, times=1, recorded=0, seed=1)
    assert find_job(tenant.organisation_id, uuid.UUID(shown["id"])).state == JobState.DONE


def test_the_command_prints_and_writes_it(app: Flask, tenant: Tenant, tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text("people: [{name: a, language: es, goal: x, opens: Hola, ends: completed}]")
    told = app.test_cli_runner().invoke(
        args=[
            *("assistants", "evaluate", "cci", "--organisation", tenant.slug, "--people", str(people)),
            *("--times", "2", "--json", str(tmp_path / "r.json"), "--html", str(tmp_path / "r.html")),
        ]
    )
    assert told.exit_code == 0, told.output
    assert "version 1: 0 of 2 reached their goal" in told.output
    assert json.loads((tmp_path / "r.json").read_text())["versions"][0]["people"] == 2
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    again = ["assistants", "evaluate", "cci", "--organisation", tenant.slug, "--by-model", "--people", str(people)]
    refused = app.test_cli_runner().invoke(args=again)
    assert "CHAT_MODEL" in refused.output
