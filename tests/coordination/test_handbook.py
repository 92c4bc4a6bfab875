"""The handbook: rules that are read, held against tasks and comments, waived, mended by themselves, and re-checked."""

from collections import Counter
from datetime import UTC, timedelta
from typing import Any

import pytest
import yaml

from cci_app.admin.workspace import fill_work
from cci_app.coordination import comments
from cci_app.coordination.handbook.checking import WorkChecked, check_work, try_handbook
from cci_app.coordination.handbook.models import ViolationState
from cci_app.coordination.handbook.rules import DEFAULT_FILE, default_handbook, read_handbook
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.handbook.subjects import has_card_number
from cci_app.coordination.handbook.violations import (
    ViolationFilter,
    find_handbook_rule,
    list_handbook,
    list_violations,
    reopen,
    waive,
)
from cci_app.coordination.projects import change_project
from cci_app.coordination.tasks import change_task
from cci_app.core import clock
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from tests.conftest import Tenant, make_tenant
from tests.coordination.work import give, make_person, make_project

TOLD = {"es": "Dígalo", "fr": "Dites-le", "en": "Say it"}
RULE: dict[str, Any] = {
    "id": "with-an-estimate",
    "title": TOLD,
    "do": TOLD,
    "place": {"document": "Manual", "heading": "Estimaciones"},
    "checks": "task",
    "when": {"status": ["in_progress"]},
    "must": {"has": ["estimate"]},
}


def book(*changes: dict[str, Any]) -> str:
    return yaml.safe_dump({"rules": [{**RULE, **each} for each in changes]}, allow_unicode=True)


def count(tenant: Tenant, text: str) -> None:
    """Let a handbook count."""
    HANDBOOK.make_count(tenant.organisation_id, HANDBOOK.draft(tenant.organisation_id, text).id)


def check(tenant: Tenant, later: float = 0) -> WorkChecked:
    """Look at the work, so many minutes from now."""
    checked = check_work(tenant.organisation_id, clock.now() + timedelta(minutes=later))
    assert checked is not None
    return checked


def found(tenant: Tenant, **wanted: Any) -> list[dict[str, Any]]:
    return list_violations(tenant.organisation_id, ViolationFilter(**wanted))


def broken(tenant: Tenant) -> Counter[str]:
    return Counter(each["rule"] for each in found(tenant, state=ViolationState.OPEN))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": {"es": "Dígalo"}}, "rules.0.title"),
        ({"place": {}}, "rules.0.place"),
        ({"place": {"citation": TOLD, "heading": "x"}}, "rules.0.place"),
        ({"must": None}, "rules.0"),
        ({"must_not": {"has": ["label"]}}, "rules.0"),
        ({"must": {}}, "rules.0.must"),
        ({"must": {"says": {"title": "(?=x)"}}}, "rules.0.must.says.title"),
        ({"must": {"says": {"title": "(a"}}}, "rules.0.must.says.title"),
        ({"must": {"says": {"title": "任務"}}}, "rules.0.must.says.title"),
        ({"must": {"contains": ["card_number"]}}, "rules.0"),
        ({"must": {"has": ["sense"]}}, "rules.0.must.has.0"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named_by_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_handbook(book(change))
    assert place in " ".join(refused.value.details["rules"])


def test_a_rule_is_there_once_and_has_another_version_when_it_changes() -> None:
    with pytest.raises(InvalidInput, match="two rules with-an-estimate"):
        read_handbook(book({}, {}))
    (first,), (second,) = (read_handbook(book(each)).rules for each in ({}, {"when": None}))
    assert first.version != second.version
    assert first.version == read_handbook(book({})).rules[0].version


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("4111 1111 1111 1111", True),
        ("la tarjeta 4111-1111-1111-1111, vence 12/29", True),
        ("2 4111111111111111 2026", True),
        ("4111 1111 1111 1112", False),
        ("+57 300 123 4567", False),
        ("1" * 400, False),
    ],
)
def test_a_card_number_is_known_by_its_check_digit(text: str, is_one: bool) -> None:
    assert has_card_number(text) is is_one


def test_the_rules_of_the_product_find_what_they_are_for(tenant: Tenant) -> None:
    project, ana = make_project(tenant), make_person(tenant)
    give(tenant, project, "Diseño")
    started = give(tenant, project, "Diseñar la portada", priority="high", status="in_progress")
    done = give(tenant, project, "Reservar el salón", status="done")
    for text in ("Contraseña del correo: Prueba-2026", "La clave es hablar pronto: mañana", "4111 1111 1111 1111"):
        comments.add_comment(tenant.organisation_id, started.id, text)
    check(tenant)
    assert broken(tenant) == {
        "title-says-what": 1,
        "somebody-does-it": 1,
        "estimate-before-start": 1,
        "urgent-has-a-day": 1,
        "no-passwords": 1,
        "no-card-numbers": 1,
        "closing-comment": 1,
    }
    # All of it mends by itself; what an assistant or the monitor says closes nothing.
    due = clock.now().astimezone(UTC).date()
    changes = {"assignee_id": ana.id, "estimate_hours": 3, "due_date": due}
    change_task(tenant.organisation_id, started.id, changes)
    comments.add_comment(tenant.organisation_id, done.id, "Atrasada", via=comments.MONITOR)
    check(tenant)
    assert broken(tenant) == {"title-says-what": 1, "no-passwords": 1, "no-card-numbers": 1, "closing-comment": 1}
    comments.add_comment(tenant.organisation_id, done.id, "Confirmado, el contrato está en la carpeta.")
    assert check(tenant).mended == 1
    (closed,) = found(tenant, rule="closing-comment")
    assert (closed["state"], closed["task_id"]) == ("mended", done.id)


def test_a_violation_is_one_row_whatever_becomes_of_it(tenant: Tenant) -> None:
    count(tenant, book({}))
    task = give(tenant, make_project(tenant), status="in_progress")
    assert check(tenant).opened == 1
    assert [check(tenant, minutes).opened for minutes in (1, 5)] == [0, 0]
    (first,) = found(tenant)
    assert first["place"] == {"document": "Manual", "heading": "Estimaciones"}
    waived = waive(tenant.organisation_id, first["id"], "Es de dos minutos.")
    assert (waived["state"], waived["reason"]) == ("waived", "Es de dos minutos.")
    assert waived["waived_by"]
    check(tenant, 6)
    assert found(tenant, state=ViolationState.OPEN) == []
    assert reopen(tenant.organisation_id, first["id"])["state"] == "open"
    waive(tenant.organisation_id, first["id"], "Es de dos minutos.")
    change_task(tenant.organisation_id, task.id, {"estimate_hours": 1})
    check(tenant, 7)
    with pytest.raises(Conflict):
        waive(tenant.organisation_id, first["id"], "Tarde")
    # Broken again, it is the same row; what was waived was another time.
    change_task(tenant.organisation_id, task.id, {"estimate_hours": None})
    check(tenant, 8)
    (again,) = found(tenant)
    assert (again["id"], again["state"], again["reason"]) == (first["id"], "open", None)
    assert again["since"] > first["since"]


def test_another_handbook_is_held_against_all_a_part_at_a_time(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cci_app.coordination.handbook.checking._MOST_TASKS", 2)
    count(tenant, book({}))
    project = make_project(tenant)
    tasks = [give(tenant, project, f"Tarea {number}", status="in_progress") for number in range(5)]
    looks = [check(tenant, 3 + number) for number in range(4)]
    assert [each.opened for each in looks] == [2, 2, 1, 0]
    assert [each.left for each in looks] == [True, True, False, False]
    first = found(tenant)[0]
    count(tenant, book({"when": {"status": ["in_progress", "todo"]}}))
    assert [check(tenant, 8).opened for _ in range(3)] == [0, 0, 0]
    assert len(found(tenant)) == 5
    assert found(tenant)[0]["version"] != first["version"]
    # What is no rule any more is not broken any more; what no event told of is found a day later.
    count(tenant, book({"id": "another"}))
    assert [check(tenant, 9).mended for _ in range(3)] == [5, 0, 0]
    assert broken(tenant) == {"another": 5}
    assert check(tenant, 24 * 60 + 10).tasks == 2
    assert {each["task_id"] for each in found(tenant, rule="another")} == {task.id for task in tasks}


def test_only_what_is_worked_on_is_looked_at(tenant: Tenant) -> None:
    count(tenant, book({"when": None}))
    project = make_project(tenant)
    give(tenant, project)
    change_project(tenant.organisation_id, project.id, {"status": "on_hold"})
    assert check(tenant).tasks == 0
    change_project(tenant.organisation_id, project.id, {"status": "active"})
    task = give(tenant, project, status="done")
    assert check_work(tenant.organisation_id, clock.now() + timedelta(days=31)) is not None
    assert task.id not in {each["task_id"] for each in found(tenant)}


def test_a_rule_of_comments_goes_with_its_comment(tenant: Tenant) -> None:
    count(tenant, book({"checks": "comment", "when": {"via": ["page"]}, "must": {"says": {"comment": "(?i)^camión"}}}))
    task = give(tenant, make_project(tenant))
    said = [
        comments.add_comment(tenant.organisation_id, task.id, text, via=via)
        for text, via in (("CAMIÓN listo", "page"), ("Listo", "page"), ("Listo", "api"))
    ]
    check(tenant)
    (only,) = found(tenant, task_id=task.id)
    assert only["comment_id"] == said[1].id
    comments.remove_comment(tenant.organisation_id, said[1].id)
    assert found(tenant) == []


def test_a_trial_writes_nothing_down(tenant: Tenant) -> None:
    project = make_project(tenant)
    for number in range(5):
        give(tenant, project, f"Tarea {number}", status="in_progress", estimate_hours=number or None)
    trial = try_handbook(tenant.organisation_id, read_handbook(book({})), clock.now())
    assert (trial.tasks, trial.about, trial.broken) == (5, {"with-an-estimate": 5}, {"with-an-estimate": 1})
    assert len(trial.examples["with-an-estimate"]) == 1
    assert found(tenant) == []


def test_the_counts_are_those_of_the_rows_and_nobody_elses(tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    counted = {each["id"]: each["open"] for each in list_handbook(tenant.organisation_id)}
    assert {name: count for name, count in counted.items() if count} == dict(broken(tenant))
    assert counted["no-passwords"] == 1
    assert counted["closing-comment"] == 1
    assert find_handbook_rule(tenant.organisation_id, "no-passwords")["open"] == 1
    with pytest.raises(NotFound):
        find_handbook_rule(tenant.organisation_id, "no-such")
    other = make_tenant(f"{tenant.slug}-other")
    assert found(other) == []
    with pytest.raises(NotFound):
        waive(other.organisation_id, found(tenant)[0]["id"], "No es mía")


def test_the_product_has_all_texts_and_a_digest() -> None:
    assert read_handbook(DEFAULT_FILE.read_text(encoding="utf-8")).digest == default_handbook().digest
