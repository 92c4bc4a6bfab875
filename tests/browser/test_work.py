"""The pages of the work in a real browser: the board by keyboard alone, by mouse and by two at once; forms."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.accounts.caller import Role
from cci_app.admin.workspace import fill_work
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks
from cci_app.coordination.models import TaskStatus
from cci_app.coordination.tasks import change_task, find_task
from cci_app.core import clock
from tests.accounts.signed_in import make_member
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.coordination.callers import program
from tests.coordination.work import give, make_project
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "/board",
    "/calendar",
    "/mine",
    "/projects",
    "/people",
    "/monitor",
    "/monitor/rules",
    "/monitor/unasked",
    "/handbook",
    "/handbook/rules",
    "/conflicts",
    "/reports",
)


def in_order(tenant: Tenant, project_id: int, status: TaskStatus) -> list[str]:
    filters = TaskFilter(project_id=project_id, status=status)
    return [each["title"] for each in find_tasks(program(tenant), filters, TaskOrder.POSITION).items]


def test_the_board_is_moved_by_keyboard_alone(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    project = make_project(tenant, "Sitio")
    first, second = (give(tenant, project, title) for title in ("Portada", "Agenda"))
    give(tenant, project, "Textos", status="in_progress")
    page = signed_in(tenant, Role.AGENT)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/work/board?project_id={project.id}")
    expect(page.locator(".task-card")).to_have_count(3)
    sign = page.locator(f"#task-{first.id} .move")
    for _ in range(60):
        if page.evaluate("document.activeElement.matches('.move')"):
            break
        page.keyboard.press("Tab")
    expect(sign).to_be_focused()
    # Up and down in its column, put back by Escape.
    page.keyboard.press("Space")
    expect(sign).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#told")).to_contain_text("Tomada: Portada")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#told")).to_have_text("Por hacer, puesto 2 de 2")
    page.keyboard.press("Escape")
    expect(page.locator("#told")).to_contain_text("De vuelta en su lugar")
    assert in_order(tenant, project.id, TaskStatus.TODO) == ["Portada", "Agenda"]
    # Into the next column, behind what is there.
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#told")).to_have_text("Puesta: Portada, En curso.")
    expect(page.locator("[data-status=in_progress] .task-card")).to_have_count(2)
    expect(sign).to_be_focused()
    assert in_order(tenant, project.id, TaskStatus.IN_PROGRESS) == ["Textos", "Portada"]
    # Somebody else is faster: the second is told, and sees how it stands.
    change_task(tenant.organisation_id, first.id, {"status": "done"})
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator("#notice")).to_contain_text("«Portada» entretanto: ahora está en Lista")
    expect(page.locator(f"[data-status=done] #task-{first.id}")).to_have_count(1)
    assert find_task(tenant.organisation_id, first.id).status == "done"
    assert find_task(tenant.organisation_id, second.id).version == 1
    # The browser itself tells of the 409.
    assert [each for each in complaints.all() if "409" not in each] == []


def _drag(page: Page, what: str, where: str) -> None:
    """Drag by the events that a browser makes of it: now and then Chromium without a screen never ends a real drag."""
    carried = page.evaluate_handle("() => new DataTransfer()")
    page.dispatch_event(what, "dragstart", {"dataTransfer": carried})
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(where, event, {"dataTransfer": carried})
    page.dispatch_event(what, "dragend", {"dataTransfer": carried})


def test_the_board_is_moved_by_mouse(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    project = make_project(tenant, "Sitio")
    task = give(tenant, project, "Portada")
    page = signed_in(tenant, Role.AGENT)
    page.goto(f"{address}/admin/work/board")
    expect(page.locator(f"#task-{task.id}")).to_have_attribute("draggable", "true")
    _drag(page, f"#task-{task.id}", "[data-status=in_progress] .cards")
    expect(page.locator("#told")).to_have_text("Puesta: Portada, En curso.")
    assert find_task(tenant.organisation_id, task.id).status == "in_progress"
    # By touch: the sign, then the place.
    page.locator(f"#task-{task.id} .move").click()
    page.locator("[data-status=done] .here").click()
    expect(page.locator("[data-status=done] .task-card")).to_have_count(1)
    expect(page.locator("#told")).to_have_text("Puesta: Portada, Lista.")
    assert find_task(tenant.organisation_id, task.id).status == "done"


def test_a_task_from_its_first_day_to_its_last(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    page = signed_in(tenant, Role.AGENT)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/work")
    page.get_by_role("link", name="Comenzar un proyecto").click()
    page.fill("#new input[name=name]", "Sitio")
    page.click("#new button")
    page.wait_for_url("**/admin/work/projects/*")
    page.goto(f"{address}/admin/work/mine")
    page.get_by_role("button", name="Trabajar en proyectos").click()
    expect(page.locator("main")).to_contain_text("No tiene nada pendiente")
    page.goto(f"{address}/admin/work")
    page.click("details.new summary")
    page.fill("details.new input[name=title]", "Portada")
    page.select_option("details.new select[name=assignee_id]", index=1)
    page.fill("details.new input[name=due_date]", f"{clock.now().date() - timedelta(days=4)}")
    page.click("details.new button")
    page.wait_for_url("**/admin/work/tasks/*")
    page.fill("#content", "Faltan <b>fotos</b>")
    page.click("#comments button")
    expect(page.locator("#comments li")).to_contain_text("Faltan <b>fotos</b>")
    page.fill("#time input[name=hours]", "1.5")
    page.click("#time button")
    expect(page.locator("#time li")).to_contain_text("1,5 h")
    page.fill("#facts input[name=labels]", "web, diseño")
    page.fill("#facts input[name=due_date]", "")
    page.select_option("#facts select[name=status]", "done")
    page.click("#facts button")
    expect(page.locator("#history")).to_contain_text("Estado: Por hacer → Lista")
    expect(page.locator("#history")).to_contain_text("→ –")
    expect(page.locator(".head .badges")).to_contain_text("diseño")
    assert complaints.all() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_axe_finds_nothing(
    app: Flask, signed_in: Callable[..., Page], address: str, tenant: Tenant, scheme: str
) -> None:
    make_member(tenant, Role.OWNER)
    fill_work(tenant.organisation_id)
    page = signed_in(tenant, width=375, bypass_csp=True, color_scheme=scheme)
    project = find_tasks(program(tenant), TaskFilter(q="portada")).items[0]
    for path in (*PAGES, f"/tasks/{project['id']}", f"/projects/{project['project_id']}"):
        page.goto(f"{address}/admin/work{path}")
        page.wait_for_load_state("networkidle")
        assert too_wide(page) <= 0, path
        assert barriers(page) == [], path
