"""Reports: their figures beside SQL, the mail, the paper, the few lines; each to each person once, by schedule too."""

import io
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from cci_app.admin.schedules import PAYLOADS
from cci_app.admin.workspace import fill_work
from cci_app.channels.message import Letter, Text, part_from_json
from cci_app.conversation.outbox import outbound_messages
from cci_app.coordination.collaborators import change_collaborator, list_collaborators, remove_collaborator
from cci_app.coordination.finding import today_of
from cci_app.coordination.projects import change_project, list_projects
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.queue import Task
from cci_app.jobs.asking import ask
from cci_app.jobs.ledger import find_job
from cci_app.jobs.models import Frequency
from cci_app.jobs.schedules import ask_due
from cci_app.reports.delivering import run_report, schedule_reports, send_report
from cci_app.reports.figures import ReportScope, ReportSpan, span_of
from cci_app.reports.making import find_report, list_reports, make_report, span_until
from cci_app.reports.models import WorkReport
from cci_app.reports.page import as_page
from cci_app.reports.paper import as_paper
from cci_app.reports.words import WORDS, texts_of
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project
from tests.correspondence.accounts import make_accounts

Rows = Callable[..., list[dict[str, Any]]]

# The same, said again in plain SQL: of the organisation, in Bogotá, from :first to :last.
IN_DAYS = {
    "done": "SELECT count(*) FROM project_tasks t WHERE (completed_at AT TIME ZONE 'America/Bogota')::date"
    " BETWEEN :first AND :last",
    "given": "SELECT count(*) FROM project_tasks t WHERE (created_at AT TIME ZONE 'America/Bogota')::date"
    " BETWEEN :first AND :last",
    "hours": "SELECT coalesce(sum(hours), 0) FROM time_entries t WHERE day BETWEEN :first AND :last",
    "comments": "SELECT count(*) FROM task_comments t WHERE via <> 'monitor'"
    " AND (created_at AT TIME ZONE 'America/Bogota')::date BETWEEN :first AND :last",
    "open": "SELECT count(*) FROM project_tasks t WHERE status <> 'done'",
    "overdue": "SELECT count(*) FROM project_tasks t WHERE status <> 'done' AND due_date < :today",
    "unassigned": "SELECT count(*) FROM project_tasks t WHERE status <> 'done' AND assignee_id IS NULL",
    "due_soon": "SELECT count(*) FROM project_tasks t WHERE status <> 'done' AND due_date BETWEEN :today AND :soon",
}


@pytest.fixture
def filled(tenant: Tenant) -> Tenant:
    fill_work(tenant.organisation_id)
    return tenant


def today(tenant: Tenant) -> date:
    with tenant_transaction(tenant.organisation_id) as session:
        return today_of(session, tenant.organisation_id)


def report_of(tenant: Tenant, **about: Any) -> WorkReport:
    """A report of thirty days, the last of which is today: on the first, a month until today is one day."""
    now = today(tenant)
    span = ReportSpan(Frequency.MONTHLY, now - timedelta(days=29), now)
    return make_report(ReportScope(tenant.organisation_id, **about), span)


@pytest.mark.parametrize("period", [*Frequency])
def test_the_figures_are_those_of_the_tables(filled: Tenant, rows: Rows, period: Frequency) -> None:
    now = today(filled)
    report = make_report(ReportScope(filled.organisation_id), span_of(period, now))
    values = {"first": report.starts, "last": report.ends, "today": now, "soon": now + timedelta(days=7)}
    for name, statement in IN_DAYS.items():
        used = {key: value for key, value in values.items() if f":{key}" in statement}
        (row,) = rows(f"{statement} AND t.organisation_id = :id", id=filled.organisation_id, **used)
        assert report.figures["totals"][name] == float(next(iter(row.values()))), name
    for name in ("open", "overdue", "done", "given"):
        assert sum(each[name] for each in report.figures["projects"]) == report.figures["totals"][name], name
    people = sum(each["open"] for each in report.figures["people"]) + report.figures["totals"]["unassigned"]
    assert people == report.figures["totals"]["open"]
    assert sum(each["hours"] for each in report.figures["people"]) == report.figures["totals"]["hours"]
    late = [each["due"] for each in report.figures["late"]]
    assert late == sorted(late)
    assert report.figures["late"][0]["days"] == (now - date.fromisoformat(late[0])).days


def test_a_report_of_a_project_or_of_somebody_counts_nothing_else(filled: Tenant) -> None:
    project = next(each for each in list_projects(filled.organisation_id) if "Sitio" in each.name)
    ana = next(each for each in list_collaborators(filled.organisation_id) if each.handle == "ana.penagos")
    of_project, of_ana = report_of(filled, project_id=project.id), report_of(filled, collaborator_id=ana.id)
    both = report_of(filled, project_id=project.id, collaborator_id=ana.id)
    assert [each["id"] for each in of_project.figures["projects"]] == [project.id]
    assert [each["id"] for each in of_ana.figures["people"]] == [ana.id]
    assert {each["who"] for each in both.figures["late"]} == {ana.id}
    assert both.figures["totals"]["hours"] < of_ana.figures["totals"]["hours"]
    assert texts_of(both, "es").title == "Informe del mes: Sitio web de la cámara, Ana Penagos"


@pytest.mark.parametrize(
    ("period", "on", "first", "last"),
    [
        (Frequency.DAILY, date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28)),
        (Frequency.WEEKLY, date(2026, 3, 2), date(2026, 2, 23), date(2026, 3, 1)),
        (Frequency.MONTHLY, date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (Frequency.MONTHLY, date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_the_days_of_a_run_are_those_before_it(period: Frequency, on: date, first: date, last: date) -> None:
    span = span_of(period, on)
    assert (span.starts, span.ends) == (first, last)


@pytest.mark.parametrize(
    ("period", "day", "first"),
    [
        (Frequency.DAILY, date(2026, 3, 1), date(2026, 3, 1)),
        (Frequency.WEEKLY, date(2026, 3, 2), date(2026, 2, 24)),
        (Frequency.MONTHLY, date(2026, 3, 31), date(2026, 3, 1)),
        (Frequency.MONTHLY, date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_a_day_that_is_named_is_the_last_one(period: Frequency, day: date, first: date) -> None:
    span = span_until(1, period, day)
    assert (span.starts, span.ends) == (first, day)


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_mail_paper_and_lines_say_the_same(filled: Tenant, language: str) -> None:
    report = report_of(filled)
    texts = texts_of(report, language)
    totals, words = report.figures["totals"], WORDS[language]
    page = as_page(texts)
    paper = PdfReader(io.BytesIO(as_paper(texts)))
    printed = "\n".join(each.extract_text() for each in paper.pages)
    for text in (page, texts.plain, printed):
        for word in ("hours", "overdue", "projects", "people", "late"):
            assert words[word] in text, word
        assert "Celia Núñez" in text
        assert texts.number(totals["hours"]) in text
        assert "Diseño de la portada" in text
    # Each style stands at its element: readers of mail drop the head.
    assert "<style" not in page
    assert "color: #a52a2a" in page.replace("color:#a52a2a", "color: #a52a2a")
    assert texts.short.count("\n") < 12
    assert f": {texts.number(totals['overdue'])}" in texts.short.replace("\u202f", " ")
    assert as_paper(texts) == as_paper(texts)


def test_every_language_has_every_word() -> None:
    assert {frozenset(each) for each in WORDS.values()} == {frozenset(WORDS["en"])}


def test_what_people_wrote_is_text_wherever_it_stands(tenant: Tenant) -> None:
    project = make_project(tenant, "<script>alert(1)</script> & Ñandú")
    give(tenant, project, "**<b>Łódź** 漢字 " + "x" * 150, due_date=date(2026, 1, 2))
    texts = texts_of(report_of(tenant), "es")
    assert "<script>" not in as_page(texts)
    assert "&lt;script&gt;" in as_page(texts)
    # A letter that the paper does not have takes the place of nothing else.
    assert "Łódź" in PdfReader(io.BytesIO(as_paper(texts))).pages[0].extract_text()


def test_a_report_goes_to_each_person_once(app: Flask, tenant: Tenant, rows: Rows) -> None:
    make_accounts(tenant)
    ana = make_person(tenant, "Ana Pérez", language="fr", reach=[{"via": "email", "to": "ana@example.org"}])
    bea = make_person(tenant, "Bea Ruiz", reach=[{"via": "whatsapp", "to": "+57 300 000 0001"}])
    nobody = make_person(tenant, "Carla Gil")
    report = report_of(tenant)
    for _ in range(2):
        told = send_report(report, [ana.id, bea.id, nobody.id, ana.id])
    assert [(each["via"], each["sent"]) for each in told] == [("email", True), ("whatsapp", True), (None, False)]
    assert told[2]["reason"] == "nobody knows how to reach them"
    assert len(find_report(tenant.organisation_id, report.id).deliveries) == 3
    waiting = rows(
        "SELECT part, address FROM outbound_messages WHERE organisation_id = :id ORDER BY id", id=tenant.organisation_id
    )
    mail, lines = (part_from_json(row["part"]) for row in waiting)
    assert isinstance(mail, Letter)
    assert mail.subject.startswith("Rapport du mois")
    assert "<h2" in mail.html
    assert "Heures passées" in mail.text
    assert lines.plain.startswith("*Informe del mes*")
    # Without an account there is a reason, and nothing is lost for later.
    change_collaborator(tenant.organisation_id, nobody.id, {"reach": [{"via": "email", "to": "carla@example.org"}]})
    assert send_report(report, [nobody.id])[0]["sent"]
    assert len(rows("SELECT 1 FROM outbound_messages WHERE organisation_id = :id", id=tenant.organisation_id)) == 3


def test_a_mail_carries_the_paper_where_that_is_asked_for(
    app: Flask, web: FlaskClient, filled: Tenant, rows: Rows
) -> None:
    make_accounts(filled)
    ana = make_person(filled, "Ana Pérez", language="fr", reach=[{"via": "email", "to": "ana@example.org"}])
    bea = make_person(filled, "Bea Ruiz", reach=[{"via": "whatsapp", "to": "+57 300 000 0001"}])
    report, whose = report_of(filled), filled.organisation_id
    asked = {"send_to": [ana.id, bea.id], "pdf": True}
    sent = web.post(f"/api/reports/{report.id}/send", json=asked, headers=filled.headers)
    assert sent.status_code == 200, sent.text
    waiting = rows("SELECT part FROM outbound_messages WHERE organisation_id = :id ORDER BY id", id=whose)
    mail, lines = (part_from_json(row["part"]) for row in waiting)
    assert isinstance(mail, Letter)
    assert isinstance(lines, Text)
    (paper,) = mail.enclosed
    assert (paper.name, paper.media_type) == (f"report-monthly-{report.ends}.pdf", "application/pdf")
    content = b64decode(paper.content)
    assert content == as_paper(texts_of(report, "fr"))
    assert "Rapport du mois" in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    # A list of what was sent names it alone.
    listed = next(each for each in outbound_messages(whose) if "enclosed" in each["part"])
    assert listed["part"]["enclosed"] == [{"name": paper.name, "media_type": paper.media_type, "content": ""}]


def test_a_job_makes_its_report_once_and_a_schedule_asks_for_it(
    app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    make_accounts(tenant)
    whose = tenant.organisation_id
    ana = make_person(tenant, "Ana Pérez", reach=[{"via": "email", "to": "ana@example.org"}])
    gone = make_person(tenant, "Gil Gone")
    monday = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    when = {"name": "Los lunes", "frequency": "weekly", "hour": 7, "weekday": 1, "month_day": 1}
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: monday - timedelta(days=2))
        schedule_reports(
            whose, when, {"project_id": None, "person_id": None, "send_to": [ana.id, gone.id], "pdf": True}
        )
        patched.setattr(clock, "now", lambda: monday)
        ask_due(PAYLOADS)
    remove_collaborator(whose, gone.id)
    (job,) = rows("SELECT id, payload FROM jobs WHERE organisation_id = :id AND kind = 'reports.run'", id=whose)
    assert (job["payload"]["starts"], job["payload"]["ends"]) == ("2026-02-23", "2026-03-01")
    run_report(job["id"])
    assert find_job(whose, job["id"]).result == {"report_id": list_reports(whose)[0].id, "sent": 1, "asked": 1}
    (sent,) = rows("SELECT part FROM outbound_messages WHERE organisation_id = :id", id=whose)
    assert len(sent["part"]["enclosed"]) == 1
    # Whoever takes a job up again that died after it sent makes and sends nothing anew.
    again = ask(whose, Task.REPORT, job["payload"])
    key = f"job {again.id}"
    made = make_report(ReportScope(whose), span_of(Frequency.WEEKLY, date(2026, 3, 2)), key=key)
    send_report(made, [ana.id])
    run_report(again.id)
    assert [each.id for each in list_reports(whose) if each.key == key] == [made.id]
    assert len(rows("SELECT 1 FROM outbound_messages WHERE organisation_id = :id", id=whose)) == 2


def test_the_api(web: FlaskClient, filled: Tenant) -> None:
    headers = filled.headers
    made = web.post("/api/reports", json={"period": "weekly", "day": str(today(filled))}, headers=headers)
    assert made.status_code == 201, made.text
    report = made.json
    assert report is not None
    assert report["summary"].startswith("*Informe de la semana*")
    told = web.get(f"/api/reports/{report['id']}?language=fr", headers=headers).json
    assert told is not None
    assert told["title"] == "Rapport de la semaine"
    paper = web.get(f"/api/reports/{report['id']}/pdf", headers=headers)
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    page = web.get(f"/api/reports/{report['id']}/mail", headers=headers)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for wrong, status in (({"period": "hourly"}, 422), ({"period": "daily", "project_id": 10**9}, 404)):
        assert web.post("/api/reports", json=wrong, headers=headers).status_code == status
    listed = web.get("/api/reports?limit=1", headers=headers).json
    assert listed is not None
    assert listed["next"] == report["id"]


def test_whoever_is_forgotten_stands_in_no_report(filled: Tenant) -> None:
    ana = next(each for each in list_collaborators(filled.organisation_id) if each.handle == "ana.penagos")
    all_of_it, hers = report_of(filled), report_of(filled, collaborator_id=ana.id)
    remove_collaborator(filled.organisation_id, ana.id)
    kept = find_report(filled.organisation_id, all_of_it.id)
    assert "Penagos" not in as_page(texts_of(kept, "es")) + str(kept.figures)
    assert hers.id not in {each.id for each in list_reports(filled.organisation_id)}
    # A project that ends is told of all the same.
    project = list_projects(filled.organisation_id)[0]
    change_project(filled.organisation_id, project.id, {"status": "completed"})
    assert project.name in {each["name"] for each in report_of(filled).figures["projects"]}
