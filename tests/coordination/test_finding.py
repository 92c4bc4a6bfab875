"""Tasks found by filters, page by page in each order, and figures that equal the tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cci_app.coordination.errors import UnknownPerson
from cci_app.coordination.figures import burn_up, loads, work_stats
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks
from cci_app.coordination.models import TaskPriority, TaskStatus
from cci_app.coordination.tasks import change_task, log_time
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from tests.accounts.signed_in import make_member
from tests.conftest import Tenant
from tests.coordination.callers import person, program
from tests.coordination.work import give, make_person, make_project

Rows = Callable[..., list[dict[str, Any]]]
# Three in the afternoon in Bogotá; in UTC it is the same day.
NOW = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)
TODAY = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def found(tenant: Tenant, **wanted: Any) -> set[str]:
    return {each["title"] for each in find_tasks(program(tenant), TaskFilter(**wanted)).items}


def test_each_filter_finds_what_it_says(tenant: Tenant) -> None:
    project, other = make_project(tenant), make_project(tenant, "Otro")
    ana = make_person(tenant)
    give(tenant, project, "Diseño de página", assignee_id=ana.id, due_date=TODAY - timedelta(days=1))
    give(tenant, project, "Textos", priority=TaskPriority.HIGH, due_date=TODAY)
    give(tenant, other, "Servidor", description="el diseño de la red", status=TaskStatus.IN_PROGRESS)
    done = give(tenant, other, "Dominio", due_date=TODAY - timedelta(days=9), assignee_id=ana.id)
    change_task(tenant.organisation_id, done.id, {"status": "done"})
    assert found(tenant, project_id=project.id) == {"Diseño de página", "Textos"}
    assert found(tenant, status=TaskStatus.IN_PROGRESS) == {"Servidor"}
    assert found(tenant, assigned_to="Ana") == {"Diseño de página", "Dominio"} == found(tenant, assigned_to=str(ana.id))
    assert found(tenant, assigned_to="nobody") == {"Textos", "Servidor"}
    assert found(tenant, priority=TaskPriority.HIGH) == {"Textos"}
    assert found(tenant, due_before=TODAY) == {"Diseño de página", "Dominio"}
    assert found(tenant, overdue=True) == {"Diseño de página"}
    assert found(tenant, overdue=False) == {"Textos", "Servidor", "Dominio"}
    assert found(tenant, q="diseno") == {"Diseño de página", "Servidor"}
    assert found(tenant, q="dise pag") == {"Diseño de página"}
    assert found(tenant, q="…") == set()
    with pytest.raises(UnknownPerson):
        found(tenant, assigned_to="Zoe")


def test_the_day_is_over_when_it_is_over_where_the_organisation_is(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(tenant, make_project(tenant), due_date=TODAY)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 5, 4, 59, tzinfo=UTC))
    assert found(tenant, overdue=True) == set()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 5, 5, 1, tzinfo=UTC))
    assert found(tenant, overdue=True) == {"Diseño"}


def test_mine_are_those_of_the_member_who_asks(tenant: Tenant) -> None:
    member = make_member(tenant)
    me = make_person(tenant, member_id=member.id)
    give(tenant, make_project(tenant), assignee_id=me.id)
    mine = TaskFilter(assigned_to="me")
    assert [each["assignee"] for each in find_tasks(person(tenant, member), mine).items] == ["ana.perez"]
    assert find_tasks(program(tenant), mine).items == []


@pytest.mark.parametrize("order", TaskOrder)
def test_pages_hold_each_task_once_in_every_order(tenant: Tenant, order: TaskOrder) -> None:
    project = make_project(tenant)
    for number in range(7):
        due = TODAY + timedelta(days=number % 3) if number % 2 else None
        give(tenant, project, str(number), due_date=due, priority=[*TaskPriority][number % 3])
    whole = [each["id"] for each in find_tasks(program(tenant), TaskFilter(), order).items]
    pages, word = [], None
    while True:
        page = find_tasks(program(tenant), TaskFilter(), order, word, limit=2)
        pages.append([each["id"] for each in page.items])
        if (word := page.next) is None:
            break
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [each for page in pages for each in page] == whole
    if order is not TaskOrder.POSITION:
        with pytest.raises(InvalidInput):
            find_tasks(
                program(tenant),
                TaskFilter(),
                TaskOrder.POSITION,
                find_tasks(program(tenant), TaskFilter(), order, limit=2).next,
            )


def test_figures_equal_the_tables(tenant: Tenant, rows: Rows) -> None:
    project = make_project(tenant)
    ana, bea = make_person(tenant, hours_per_week=Decimal(20)), make_person(tenant, "Bea Ruiz")
    late = give(tenant, project, assignee_id=ana.id, estimate_hours=Decimal(10), due_date=TODAY - timedelta(days=2))
    log_time(tenant.organisation_id, late.id, Decimal(4))
    give(tenant, project, assignee_id=ana.id, estimate_hours=Decimal(1), spent_hours=Decimal(3))
    give(tenant, project, assignee_id=ana.id, status=TaskStatus.IN_PROGRESS)
    give(tenant, project, due_date=TODAY)
    change_task(tenant.organisation_id, give(tenant, project, assignee_id=bea.id).id, {"status": "done"})
    stats = work_stats(tenant.organisation_id, project.id)
    (counted,) = rows(
        "SELECT count(*) AS total, count(*) FILTER (WHERE status <> 'done' AND due_date < :today) AS overdue,"
        " count(*) FILTER (WHERE status <> 'done' AND assignee_id IS NULL) AS unassigned, sum(spent_hours) AS spent"
        " FROM project_tasks WHERE project_id = :id",
        id=project.id,
        today=TODAY,
    )
    assert (stats.total, stats.overdue, stats.unassigned, stats.spent_hours) == tuple(
        float(value) for value in counted.values()
    )
    assert stats.by_status == {"todo": 3, "in_progress": 1, "done": 1}
    assert (stats.due_this_week, stats.completed_last_7_days) == (1, 1)
    first, second = loads(tenant.organisation_id)
    assert (first.handle, first.open, first.overdue, first.unestimated, first.hours_left) == ("ana.perez", 3, 1, 1, 6.0)
    assert (first.weeks_left, second.handle, second.open) == (0.3, "bea.ruiz", 0)
    last = burn_up(tenant.organisation_id, project.id, days=3)[-1]
    assert (last.day, last.total, last.done) == (TODAY, 5, 1)
