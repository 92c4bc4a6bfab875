"""The workspace that never was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.accounts.caller import Role
from cci_app.admin.workspace import SampleWork, clear_work, fill_work
from cci_app.coordination.figures import burn_up, work_stats
from cci_app.coordination.finding import TaskFilter, find_tasks
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.monitor.standing import open_alerts, standing
from cci_app.coordination.monitor.watching import look
from cci_app.core import clock
from cci_app.core.database import system_transaction
from tests.accounts.signed_in import make_member
from tests.conftest import Tenant
from tests.coordination.callers import person, program
from tests.coordination.work import give, make_person, make_project

Rows = Callable[..., list[dict[str, Any]]]


def test_it_is_filled_once_and_taken_away_without_what_is_real(app: Flask, tenant: Tenant, rows: Rows) -> None:
    real = give(tenant, make_project(tenant, "De verdad"), "Real", assignee_id=make_person(tenant, "Ana Real").id)
    fill = ("demo", "fill", "--coordinator", "--organisation", tenant.slug)
    told = [app.test_cli_runner().invoke(args=[*fill]) for _ in range(2)]
    assert [each.exit_code for each in told] == [0, 0], told[0].output
    count = "3 projects with 25 tasks"
    assert [each.output.strip() for each in told] == [f"{count} were added", f"{count} are there already"]
    assert work_stats(tenant.organisation_id).total == 26
    cleared = app.test_cli_runner().invoke(args=["demo", "clear", "--coordinator", "--organisation", tenant.slug])
    assert (cleared.exit_code, cleared.output.strip()) == (0, "3 projects were taken away")
    whose = {"id": tenant.organisation_id}
    assert rows("SELECT id FROM project_tasks WHERE organisation_id = :id", **whose) == [{"id": real.id}]
    assert rows("SELECT handle FROM collaborators WHERE organisation_id = :id", **whose) == [{"handle": "ana.real"}]
    assert fill_work(tenant.organisation_id).new


def test_the_monitor_finds_a_few_things_at_once_and_none_in_its_first_minute(tenant: Tenant) -> None:
    whose = tenant.organisation_id
    fill_work(whose)
    found = {(each["task_id"], each["cause"]) for each in open_alerts(whose)}
    # One of each rule that the sample breaks: a word for a title, a password in a comment, no word at the end.
    assert len([cause for _, cause in found if cause == "broken_rule"]) == 3
    assert len({task for task, _ in found}) <= 15
    soon = clock.now() + timedelta(minutes=1)
    check_work(whose, soon)
    look(whose, soon)
    assert {(each["task_id"], each["cause"]) for each in open_alerts(whose)} == found


@pytest.mark.parametrize("language", ["es", "fr"])
def test_it_has_all_that_the_pages_show(tenant: Tenant, rows: Rows, language: str) -> None:
    owner = make_member(tenant, Role.OWNER)
    with system_transaction() as session:
        changed = sa.text("UPDATE organisations SET language = :language WHERE id = :id")
        session.execute(changed, {"language": language, "id": tenant.organisation_id})
    assert fill_work(tenant.organisation_id).new
    stats, monitor = work_stats(tenant.organisation_id), standing(tenant.organisation_id)
    assert stats.overdue >= 4
    assert stats.unassigned == 2
    assert min(stats.by_status.values()) >= 5
    assert {"late", "due_soon", "unassigned"} <= set(monitor.found)
    assert monitor.reminders["waiting"] >= 4
    mine = find_tasks(person(tenant, owner), TaskFilter(assigned_to="me"))
    assert len(mine.items) >= 3
    project = min(
        row["id"] for row in rows("SELECT id FROM projects WHERE organisation_id = :id", id=tenant.organisation_id)
    )
    days = burn_up(tenant.organisation_id, project, 50)
    assert days[0].total == 0
    assert [each.done for each in days] == sorted(each.done for each in days)
    assert 0 < days[-1].done < days[-1].total


def test_its_time_is_the_sum_of_its_entries_and_nothing_is_still_to_come(tenant: Tenant, rows: Rows) -> None:
    fill_work(tenant.organisation_id)
    wrong = rows(
        "SELECT t.title FROM project_tasks t LEFT JOIN time_entries e ON e.task_id = t.id WHERE t.organisation_id = :id"
        " GROUP BY t.id HAVING t.spent_hours <> coalesce(sum(e.hours), 0) OR t.touched_at > now()"
        " OR t.created_at > now() OR t.status_at < t.created_at OR t.touched_at < t.status_at",
        id=tenant.organisation_id,
    )
    assert wrong == []
    log = rows(
        "SELECT at FROM project_events WHERE organisation_id = :id AND who = 'sample' ORDER BY id",
        id=tenant.organisation_id,
    )
    assert len(log) > 60
    assert [row["at"] for row in log] == sorted(row["at"] for row in log)
    said = rows(
        "SELECT mentions FROM task_comments WHERE organisation_id = :id AND content LIKE '%@%' AND via = 'page'",
        id=tenant.organisation_id,
    )
    assert all(len(row["mentions"]) == 1 for row in said)
    assert find_tasks(program(tenant), TaskFilter(q="portada")).items[0]["subtasks"] == 3
    assert clear_work(tenant.organisation_id) == 3


def test_the_files_say_the_same_and_reach_nobody() -> None:
    spanish, french = SampleWork.of("es"), SampleWork.of("fr")
    assert SampleWork.of("en") == spanish

    def shape(work: SampleWork) -> list[Any]:
        return [[(task.given, task.begun, task.done, task.due) for task in each.tasks] for each in work.projects]

    assert shape(spanish) == shape(french)
