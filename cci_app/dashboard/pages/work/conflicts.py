"""What a CRM and the tasks did not agree on: each side's value, whose holds, what a person says. And leads."""

from typing import Any

from flask import Blueprint, request

from cci_app.coordination.crm.resolving import list_crms, resolve
from cci_app.coordination.crm.schemas import ResolvePayload
from cci_app.coordination.sync.conflicts import list_conflicts
from cci_app.core.errors import Conflict, NotFound
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.work.shown import work_page
from cci_app.leads.standing import count_records, leads_called

_HERE = "/admin/work/conflicts"
_AT_ONCE = 50


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/conflicts")(show_conflicts)
    pages.post("/conflicts/<int:conflict_id>/resolve")(settle_conflict)


def show_conflicts(problem: str | None = None) -> str:
    """The CRMs, and what waits for somebody, the newest first."""
    before = request.args.get("before", "")
    rows = list_conflicts(
        organisation_id(), before=int(before[:18]) if before.isdecimal() else None, limit=_AT_ONCE + 1
    )
    return work_page(
        "conflicts",
        "monitor",
        crms=list_crms(organisation_id()),
        counted=count_records(organisation_id()),
        conflicts=rows[:_AT_ONCE],
        leads=leads_called(organisation_id(), [row.record for row in rows if row.task_id is None]),
        following=rows[_AT_ONCE - 1].id if len(rows) > _AT_ONCE else None,
        problem=problem,
    )


def settle_conflict(conflict_id: int) -> Any:
    """Say what holds; one that somebody settled meanwhile is not on the page any more."""
    try:
        resolve(organisation_id(), conflict_id, sent(ResolvePayload())["keep"])
    except NotFound:
        return go(_HERE)
    except Conflict as refused:
        return show_conflicts(refused.message), refused.status
    return go(_HERE)
