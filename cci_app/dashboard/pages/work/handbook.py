"""The handbook: its rules with where each stands, what breaks them, and how they are written."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, request

from cci_app.coordination.handbook.asking import chat_model
from cci_app.coordination.handbook.checking import try_handbook
from cci_app.coordination.handbook.models import ViolationState
from cci_app.coordination.handbook.rules import Handbook
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.handbook.schemas import HandbookPayload, ViolationsQuery, WaivePayload
from cci_app.coordination.handbook.violations import (
    ViolationFilter,
    first_of_each_rule,
    list_handbook,
    list_violations,
    reopen,
    waive,
)
from cci_app.core import clock
from cci_app.core.errors import Conflict
from cci_app.dashboard.asked import asked, sent
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.work.rules import RulePages
from cci_app.dashboard.pages.work.shown import work_page

_HERE = "/admin/work/handbook"
# Of a rule, before somebody asks for all.
_FIRST = 5


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/handbook")(show_handbook)
    pages.post("/handbook/violations/<int:violation_id>/waive")(waive_it)
    pages.post("/handbook/violations/<int:violation_id>/reopen")(open_it_again)
    _RULES.add_to(pages)


def show_handbook() -> str:
    """What breaks each rule: the first of each, or all of one."""
    query = asked(ViolationsQuery())
    limit, before = query.pop("limit"), query.pop("before", None)
    wanted = ViolationFilter(**{"state": ViolationState.OPEN, **query})
    rules = list_handbook(organisation_id(), wanted.project_id)
    if wanted.rule is None:
        found = first_of_each_rule(organisation_id(), wanted, _FIRST)
    else:
        rules = [each for each in rules if each["id"] == wanted.rule]
        found = list_violations(organisation_id(), wanted, before, limit)
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        by_rule.setdefault(each["rule"], []).append(each)
    return work_page(
        "handbook",
        "handbook",
        rules=sorted(rules, key=lambda rule: rule["id"] not in by_rule),
        broken=by_rule,
        model=chat_model() is not None,
        wanted=wanted,
        following=found[-1]["id"] if wanted.rule is not None and len(found) == limit else None,
    )


def waive_it(violation_id: int) -> Any:
    """Say why it may be; what is mended meanwhile needs no reason, and the page shows that it is."""
    reason = sent(WaivePayload())["reason"]
    with suppress(Conflict):
        waive(organisation_id(), violation_id, reason)
    return go(_back())


def open_it_again(violation_id: int) -> Any:
    """Take back that it may."""
    with suppress(Conflict):
        reopen(organisation_id(), violation_id)
    return go(_back())


def _back() -> str:
    """Where whoever decided came from: a task, or the handbook."""
    task = request.form.get("task", "")
    return f"/admin/work/tasks/{int(task[:18])}" if task.isascii() and task.isdigit() else _HERE


def _tried(whose: int, these: Handbook, counting: Handbook) -> Mapping[str, Any]:
    now = clock.now()
    tried, beside = (try_handbook(whose, each, now) for each in (these, counting))
    return {"handbook": these, "these": tried, "counting": beside}


_RULES: Final = RulePages("handbook", HANDBOOK, HandbookPayload, _tried)
