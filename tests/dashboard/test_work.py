"""The pages of the work: statements, polls, what a member without a place in it is told, and forms."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.accounts.members.register import Changes, change_own
from cci_app.admin.workspace import fill_work
from cci_app.coordination.collaborators import list_collaborators
from cci_app.coordination.comments import add_comment
from cci_app.coordination.errors import PersonLeft, TaskCircle
from cci_app.coordination.figures import loads, work_stats
from cci_app.coordination.finding import TaskFilter, find_tasks, show_task
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.handbook.violations import ViolationFilter, list_violations
from cci_app.coordination.links import keep_link
from cci_app.coordination.models import OutsideKind
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.standing import open_alerts
from cci_app.coordination.monitor.watching import look
from cci_app.coordination.sync.conflicts import list_conflicts, note_clashes, note_trouble
from cci_app.coordination.sync.models import ConflictCause
from cci_app.coordination.sync.settling import Clash
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.dashboard.pages.work.shown import told
from cci_app.integrations.accounts import integrations
from cci_app.leads.models import Lead, LeadRecord
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.coordination.callers import person, program
from tests.coordination.work import give, make_person, make_project
from tests.dashboard.test_pages import counted

# Of the session, of who looks, and of the page itself: as many however much work there is.
STATEMENTS = {
    "": 14,
    "/board": 30,
    "/calendar": 16,
    "/mine": 26,
    "/projects": 10,
    "/people": 10,
    "/monitor": 13,
    "/handbook": 14,
    "/conflicts": 16,
    "/reports": 14,
    "/tasks/{task}": 27,
    "/projects/{project}": 24,
}


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant, Role.AGENT))


def first_task(tenant: Tenant) -> dict[str, int]:
    task = find_tasks(program(tenant), TaskFilter(q="portada")).items[0]
    return {"task": task["id"], "project": task["project_id"]}


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_page_asks_the_database_so_often_however_much_work_there_is(app: Flask, tenant: Tenant, path: str) -> None:
    browser = sign_in(app, make_member(tenant))
    fill_work(tenant.organisation_id)
    address = f"/admin/work{path.format(**first_task(tenant))}"
    with counted(app) as seen:
        assert browser.get(address).status_code == 200
    assert len(seen) <= STATEMENTS[path], "\n".join(seen)


def test_no_page_shows_another_organisations_work(app: Flask, tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    stranger = sign_in(app, make_member(make_tenant(f"{tenant.slug}-other")))
    for path in STATEMENTS:
        shown = stranger.get(f"/admin/work{path.format(**first_task(tenant))}")
        assert shown.status_code == (404 if "{" in path else 200), path
        assert "ortada" not in shown.text


def test_a_workspace_of_nothing_says_what_to_do(app: Flask, tenant: Tenant, browser: FlaskClient) -> None:
    for path in ("", "/board", "/calendar", "/mine", "/projects", "/people", "/monitor", "/reports"):
        assert 'class="card empty"' in browser.get(f"/admin/work{path}").text, path
    assert "Trabajar en proyectos" in browser.get("/admin/work/mine").text
    # Who may change nothing is told whom to ask.
    viewer = sign_in(app, make_member(tenant, Role.VIEWER))
    assert "pida a un administrador" in viewer.get("/admin/work/mine").text
    assert viewer.post("/admin/work/mine/join", headers=OURS).status_code == 403


def test_whoever_is_reached_at_the_address_of_a_member_becomes_that_member(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    make_person(tenant, "Ana Pérez", reach=[{"via": "email", "to": member.email}])
    browser = sign_in(app, member)
    assert browser.post("/admin/work/mine/join", headers=OURS).status_code == 303
    assert "@ana.perez" in browser.get("/admin/work/mine").text
    assert browser.post("/admin/work/mine/join", headers=OURS).status_code == 303
    assert [each.member_id for each in list_collaborators(tenant.organisation_id)] == [member.id]
    # Her handle is taken then: somebody else of that name is told so.
    other = make_member(tenant, Role.AGENT)
    change_own(person(tenant, other), Changes(name="Ana Pérez"))
    refused = sign_in(app, other).post("/admin/work/mine/join", headers=OURS)
    assert refused.status_code == 409
    assert "ya hay alguien con su nombre" in refused.text


def test_an_address_that_makes_no_sense_is_a_page_all_the_same(browser: FlaskClient, tenant: Tenant) -> None:
    make_project(tenant)
    for path in (
        "?assigned_to=nobody-of-ours",
        "/board?project_id=x",
        "/calendar?month=2026-99",
        "?before=x",
        "/monitor?before=x",
        "/handbook?rule=no-such&before=9",
        "/conflicts?before=x",
    ):
        shown = browser.get(f"/admin/work{path}")
        assert shown.status_code == 200, path
    assert "Un filtro no se puede usar" in browser.get("/admin/work?due_before=x").text


def test_two_who_change_a_task_at_once(browser: FlaskClient, tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant), "Portada", estimate_hours=3)
    address = f"/admin/work/tasks/{task.id}/change"
    form = {"version": "1", "title": "Portada nueva", "status": "in_progress", "priority": "high", "labels": "web"}
    assert browser.post(address, data={**form, "estimate_hours": ""}, headers=OURS).status_code == 303
    changed = show_task(tenant.organisation_id, task.id)
    assert (changed["title"], changed["labels"], changed["estimate_hours"]) == ("Portada nueva", ["web"], None)
    second = browser.post(address, data={**form, "title": "Otra cosa"}, headers=OURS)
    assert second.status_code == 409
    assert "Alguien la cambió entretanto" in second.text
    assert 'value="Otra cosa"' in second.text
    assert show_task(tenant.organisation_id, task.id)["title"] == "Portada nueva"


@pytest.mark.parametrize(
    ("act", "form", "status"),
    [
        ("change", {"due_date": "tomorrow"}, 422),
        ("change", {"start_date": "2026-03-02", "due_date": "2026-03-01"}, 422),
        ("change", {"labels": ",".join(["x" * 80])}, 422),
        ("time", {"hours": "0"}, 422),
        ("comment", {"content": " "}, 422),
        ("escalate", {}, 303),
        ("acknowledge", {}, 303),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(
    browser: FlaskClient, tenant: Tenant, act: str, form: dict[str, str], status: int
) -> None:
    task = give(tenant, make_project(tenant), "Portada")
    answer = browser.post(f"/admin/work/tasks/{task.id}/{act}", data=form, headers=OURS)
    assert answer.status_code == status
    assert show_task(tenant.organisation_id, task.id)["version"] == 1


def test_what_is_wrong_is_told_in_words(app: Flask) -> None:
    from flask import g

    with app.test_request_context():
        g.page_language = "es"
        assert told(TaskCircle("x")) == "Una tarea no puede ser parte de sí misma."
        assert "elija a otra persona" in told(PersonLeft("x"))


def test_a_poll_of_the_monitor_that_finds_nothing_new_is_told_so(browser: FlaskClient, tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    # What breaks the handbook was found after the monitor had looked.
    look(tenant.organisation_id, clock.now())
    first = browser.get("/admin/work/monitor", headers={"HX-Request": "true"})
    tag = first.headers["HX-PTag"]
    look(tenant.organisation_id, clock.now() + timedelta(seconds=1))
    again = browser.get("/admin/work/monitor", headers={"HX-Request": "true", "HX-PTag": tag})
    assert (again.status_code, again.data) == (304, b"")
    alert = open_alerts(tenant.organisation_id)[0]
    browser.post(f"/admin/work/monitor/{alert['task_id']}/acknowledge", headers=OURS)
    assert "se encarga, hasta" in browser.get("/admin/work/monitor").text


def test_the_figures_of_a_project_are_those_of_the_api(browser: FlaskClient, tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    project = first_task(tenant)["project"]
    shown = browser.get(f"/admin/work/projects/{project}").text
    stats = work_stats(tenant.organisation_id, project)
    assert f"{stats.by_status['done']} / {stats.total}" in shown
    for each in loads(tenant.organisation_id, project):
        assert (each.name in shown) is (each.open > 0) or each.open == 0
    assert shown.count('<th scope="row">') >= 30


def test_the_history_says_what_was_done(browser: FlaskClient, tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant), "Portada", due_date=clock.now().date() - timedelta(days=9))
    ana = make_person(tenant, reach=[{"via": "email", "to": "ana@example.org"}])
    form = {"version": "1", "assignee_id": str(ana.id), "priority": "low", "description": "x" * 90}
    assert browser.post(f"/admin/work/tasks/{task.id}/change", data=form, headers=OURS).status_code == 303
    add_comment(tenant.organisation_id, task.id, "@ana.perez <script>alert(1)</script>")
    look(tenant.organisation_id, clock.now())
    shown = browser.get(f"/admin/work/tasks/{task.id}").text
    told_so = ("avisó a Ana Pérez, quien la hace: Atrasada", "días de atraso", "creó la tarea", "comentó")
    for words in ("Quién la hace: – → Ana Pérez", "Prioridad: Media → Baja", *told_so):
        assert words in shown, words
    assert "<script>alert" not in shown


def test_a_report_is_made_read_sent_and_scheduled(browser: FlaskClient, tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    ana = list_collaborators(tenant.organisation_id)[0]
    made = browser.post("/admin/work/reports", data={"period": "monthly", "person_id": str(ana.id)}, headers=OURS)
    assert made.status_code == 303
    address = made.headers["Location"]
    shown = browser.get(address).text
    assert f"Informe del mes: {ana.name}" in shown
    assert browser.post(f"{address}/send", data={"send_to": str(ana.id)}, headers=OURS).status_code == 303
    assert "no enviado" in browser.get(address).text
    assert browser.post(f"{address}/send", headers=OURS).status_code == 422
    assert browser.post("/admin/work/reports", data={"period": "hourly"}, headers=OURS).status_code == 422
    when = {"name": "Los lunes", "frequency": "weekly", "hour": "7", "send_to": str(ana.id)}
    assert browser.post("/admin/work/reports/schedules", data=when, headers=OURS).status_code == 303
    listed = browser.get("/admin/work/reports").text
    assert "Los lunes" in listed
    schedule = listed.partition("/reports/schedules/")[2].partition("/remove")[0]
    assert browser.post(f"/admin/work/reports/schedules/{schedule}/remove", headers=OURS).status_code == 303
    assert "Los lunes" not in browser.get("/admin/work/reports").text


def test_rules_are_written_tried_and_made_to_count_by_admins(app: Flask, tenant: Tenant, browser: FlaskClient) -> None:
    fill_work(tenant.organisation_id)
    address = "/admin/work/monitor/rules"
    text = MONITOR_RULES.text(tenant.organisation_id)
    assert browser.post(address, data={"content": text}, headers=OURS).status_code == 403
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    refused = admin.post(address, data={"content": "most_rounds: many"}, headers=OURS)
    assert refused.status_code == 422
    assert "most_rounds" in refused.text
    # One round, where there were three.
    written = text.replace("most_rounds: 3", "most_rounds: 1")
    kept = admin.post(address, data={"content": written}, headers=OURS)
    assert kept.status_code == 303
    tried = admin.get(kept.headers["Location"]).text
    figures = re.search(r"Recordatorios, como máximo</th><td class=.number.>(\d+)</td><td class=.number.>(\d+)", tried)
    assert figures is not None
    assert 0 < int(figures[1]) < int(figures[2])
    assert MONITOR_RULES.text(tenant.organisation_id) == text
    assert admin.post(f"{kept.headers['Location']}/count", headers=OURS).status_code == 303
    assert "most_rounds: 1" in MONITOR_RULES.text(tenant.organisation_id)
    assert "vigentes desde" in browser.get(address).text


def test_what_breaks_the_handbook_is_shown_with_its_place_and_may_be_let_be(
    tenant: Tenant, browser: FlaskClient
) -> None:
    fill_work(tenant.organisation_id)
    shown = browser.get("/admin/work/handbook").text
    assert "Ninguna contraseña en los comentarios" in shown
    assert "Manual de trabajo, 6: Secretos" in shown
    assert "Mesa-2026" not in shown
    (violation,) = list_violations(tenant.organisation_id, ViolationFilter(rule="no-passwords"))
    task = f"/admin/work/tasks/{violation['task_id']}"
    assert "Cambie la contraseña" in browser.get(task).text
    address = f"/admin/work/handbook/violations/{violation['id']}"
    assert browser.post(f"{address}/waive", data={"reason": " "}, headers=OURS).status_code == 422
    form = {"reason": "Ya se cambió.", "task": str(violation["task_id"])}
    assert browser.post(f"{address}/waive", data=form, headers=OURS).headers["Location"] == task
    assert "Ya se cambió." in browser.get(task).text
    assert "Ya se cambió." in browser.get("/admin/work/handbook?state=waived&rule=no-passwords").text
    assert "Ya se cambió." not in browser.get("/admin/work/handbook").text
    assert browser.post(f"{address}/reopen", headers=OURS).headers["Location"] == "/admin/work/handbook"
    assert list_violations(tenant.organisation_id, ViolationFilter(rule="no-passwords"))[0]["state"] == "open"


def test_a_handbook_is_written_tried_and_made_to_count_by_admins(app: Flask, tenant: Tenant) -> None:
    fill_work(tenant.organisation_id)
    address, admin = "/admin/work/handbook/rules", sign_in(app, make_member(tenant, Role.ADMIN))
    refused = admin.post(address, data={"content": "rules: [{id: x}]"}, headers=OURS)
    assert refused.status_code == 422
    assert "rules.0.title" in refused.text
    # Three words, where two are enough.
    written = HANDBOOK.text(tenant.organisation_id).replace(r"\S+\s+\S+", r"\S+\s+\S+\s+\S+")
    kept = admin.post(address, data={"content": written}, headers=OURS)
    tried = admin.get(kept.headers["Location"]).text
    figures = re.search(r"El título dice.*?</th>(?:<td class=.number.>(\d+)</td>){3}", tried)
    assert figures is not None
    assert admin.post(f"{kept.headers['Location']}/count", headers=OURS).status_code == 303
    assert HANDBOOK.text(tenant.organisation_id) == written


def test_a_conflict_is_shown_with_both_values_and_settled(browser: FlaskClient, tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant), "Portada")
    with tenant_transaction(tenant.organisation_id) as session:
        link, _ = keep_link(session, tenant.organisation_id, OutsideKind.CRM, "4711", task_id=task.id)
        note_clashes(session, link, [Clash("status", "todo", "done", clock.now(), ours_holds=False)], clock.now())
    page = browser.get("/admin/work/conflicts").text
    for words in ("Cambiado en ambos lados", "4711", "Por hacer", "Lista", "Vale lo del CRM"):
        assert words in page
    (conflict,) = list_conflicts(tenant.organisation_id, limit=2)
    address = f"/admin/work/conflicts/{conflict.id}/resolve"
    assert browser.post(address, data={"keep": "theirs"}, headers=OURS).status_code == 303
    assert show_task(tenant.organisation_id, task.id)["status"] == "done"
    assert "4711" not in browser.get("/admin/work/conflicts").text
    assert browser.post(address, data={"keep": "theirs"}, headers=OURS).status_code == 303


def test_leads_are_counted_and_one_that_the_crm_refuses_is_named(browser: FlaskClient, tenant: Tenant) -> None:
    account = {"base_url": "https://crm.example.org", "leads": "rest-leads"}
    integrations.add(tenant.organisation_id, "crm", "main", account, {"secret": "made-up"})
    whose = {"organisation_id": tenant.organisation_id, "assistant": "autos", "user_id": "+573000000001"}
    with tenant_transaction(tenant.organisation_id) as session:
        lead = Lead(**whose, event_id=1, name="Ana Ejemplo", interest="quiero verlo")
        session.add(lead)
        session.flush()
        ids = {"first_lead_id": lead.id, "last_lead_id": lead.id, "last_lead_at": clock.now()}
        session.add(LeadRecord(**whose, **ids, kind="crm", state="refused", changed_at=clock.now()))
        cause = ConflictCause.NOT_TAKEN
        note_trouble(session, tenant.organisation_id, cause, "crm_leads", f"lead {lead.id}", "the CRM answered 422: no")
    page = browser.get("/admin/work/conflicts").text
    for words in (
        "Ana Ejemplo",
        "entregados: 0",
        "rechazados o dudosos: 1",
        "el CRM respondió 422",
        "Escribir otra vez",
    ):
        assert words in page
    assert "/admin/conversations?user_id=%2B573000000001" in page
