"""What the examples of the API's description speak of, made for a test: their 7 becomes the id of what there is."""

from dataclasses import replace
from typing import Any

from cci_app.coordination.actions.proposing import propose
from cci_app.coordination.comments import add_comment
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.handbook.rules import default_handbook
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.handbook.violations import ViolationFilter, list_violations
from cci_app.coordination.labels import add_label
from cci_app.coordination.links import keep_link
from cci_app.coordination.models import AiActionKind, OutsideKind
from cci_app.coordination.monitor.rules import DEFAULT_FILE
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.sync.conflicts import list_conflicts, note_clashes
from cci_app.coordination.sync.settling import Clash
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.jobs.models import Frequency
from cci_app.reports.delivering import schedule_reports
from cci_app.reports.figures import ReportScope
from cci_app.reports.making import make_report, span_until
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project
from tests.correspondence.accounts import make_accounts, make_entry, make_hook
from tests.fakes.entry_points import Operation

_IN_EXAMPLES = 7
WORK = (
    "/api/projects",
    "/api/people",
    "/api/labels",
    "/api/comments",
    "/api/activity",
    "/api/tasks",
    "/api/monitoring",
    "/api/handbook",
    "/api/reports",
    "/api/bell",
    "/integrations/",
    "/ai/",
)
# What a member sends before they have a token, and what they ask with it: tests/accounts/test_bearers.py has such.
ENTRY = {"register_member", "log_in_member", "refresh_token"}
MEMBER_TOKENS = {"get_profile", "verify_token"}


def make_work(tenant: Tenant) -> dict[str, str]:
    """A project with a task, a comment, a label and somebody: their ids by the names that addresses give them.

    There are accounts to write to people by, too, which lead nowhere.
    """
    make_accounts(tenant)
    project = make_project(tenant, "Proyecto")
    person = make_person(tenant, "Bea Ruiz")
    task = give(tenant, project, "Portada", assignee_id=person.id)
    made = {
        "project_id": project.id,
        "task_id": task.id,
        "comment_id": add_comment(tenant.organisation_id, task.id, "Hola").id,
        "label_id": add_label(tenant.organisation_id, {"name": "otra"}).id,
        "person_id": person.id,
        "parent_id": task.id,
        "entry_id": make_entry(tenant, task.id),
        **make_hook(tenant),
        "action_id": _proposal(tenant, task.id),
        "conflict_id": _conflict(tenant, task.id),
        "rules_id": MONITOR_RULES.draft(tenant.organisation_id, DEFAULT_FILE.read_text(encoding="utf-8")).id,
    }
    made |= _broken_rule(tenant)
    made["send_to"] = person.id
    whose = tenant.organisation_id
    made["report_id"] = make_report(ReportScope(whose), span_until(whose, Frequency.WEEKLY, None)).id
    when = {"name": "x", "frequency": "daily", "hour": 8, "weekday": 1, "month_day": 1}
    schedule = schedule_reports(whose, when, {"send_to": [person.id]})
    return {name: str(value) for name, value in made.items()} | {"schedule_id": str(schedule.id)}


def _broken_rule(tenant: Tenant) -> dict[str, Any]:
    """An edition of the handbook, a rule of it, and what breaks one: the title of one word."""
    whose = tenant.organisation_id
    check_work(whose, clock.now())
    return {
        "edition_id": HANDBOOK.draft(whose, HANDBOOK.text(whose)).id,
        "rule": default_handbook().rules[0].id,
        "violation_id": list_violations(whose, ViolationFilter())[0]["id"],
    }


def _proposal(tenant: Tenant, task_id: int) -> int:
    with tenant_transaction(tenant.organisation_id) as session:
        data = {"task_id": task_id, "text": "¿Cómo va?"}
        return propose(session, tenant.organisation_id, AiActionKind.COMMENT, data, key="example").id


def _conflict(tenant: Tenant, task_id: int) -> int:
    with tenant_transaction(tenant.organisation_id) as session:
        link, _ = keep_link(session, tenant.organisation_id, OutsideKind.CRM, "4711", task_id=task_id)
        clash = Clash("status", "todo", "done", clock.now(), ours_holds=False)
        note_clashes(session, link, [clash], clock.now())
    return list_conflicts(tenant.organisation_id, limit=1)[0].id


def about(operation: Operation, made: dict[str, str]) -> Operation:
    """The operation with an example that speaks of what was made."""
    body = {
        kind: {**content, "example": _of(content["example"], "", made)}
        for kind, content in operation.body.items()
        if "example" in content
    }
    return replace(operation, body=body)


def _of(value: Any, name: str, made: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _of(each, key, made) for key, each in value.items()}
    if isinstance(value, list):
        return [_of(each, name, made) for each in value]
    return int(made.get(name, made["task_id"])) if value == _IN_EXAMPLES and isinstance(value, int) else value
