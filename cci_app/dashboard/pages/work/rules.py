"""The monitor's rules: written, tried on what happened, and made to count; by admins."""

from typing import Any

from flask import Blueprint, make_response, request

from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.rules import read_rules
from cci_app.coordination.monitor.ruling import draft_rules, find_rules, list_rules, make_count, rules_text
from cci_app.coordination.monitor.schemas import MonitorRulesPayload
from cci_app.core import clock
from cci_app.core.errors import Forbidden, InvalidInput
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, may_change, organisation_id
from cci_app.dashboard.pages.work.shown import work_page

_HERE = "/admin/work/monitor/rules"
_DAYS = 30


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/monitor/rules")(show_rules)
    pages.post("/monitor/rules")(write_rules)
    pages.get("/monitor/rules/<int:rules_id>")(show_draft_rules)
    pages.post("/monitor/rules/<int:rules_id>/count")(let_count)


def show_rules(typed: str | None = None, faults: list[str] | None = None) -> str:
    """The rules that count, to be written anew, and the sets that were kept."""
    counting = rules_text(organisation_id())
    return work_page(
        "rules",
        "monitor",
        counting=counting,
        typed=typed if typed is not None else counting,
        faults=faults or [],
        kept=list_rules(organisation_id()),
    )


def write_rules() -> Any:
    """Keep what was written, which counts for nothing yet; or tell each place that is wrong."""
    _check_admin()
    try:
        kept = draft_rules(organisation_id(), sent(MonitorRulesPayload())["content"])
    except InvalidInput as error:
        places = error.details.get("rules") or [error.message]
        return make_response(show_rules(request.form.get("content", ""), [str(each) for each in places]), error.status)
    return go(f"{_HERE}/{kept.id}")


def show_draft_rules(rules_id: int) -> str:
    """A set that was kept, and what it would have come to, beside the rules that count."""
    whose, now = organisation_id(), clock.now()
    rules = find_rules(whose, rules_id)
    tried = [try_rules(whose, each, now, _DAYS) for each in (read_rules(rules.content), read_rules(rules_text(whose)))]
    return work_page("rules_tried", "monitor", rules=rules, these=tried[0], counting=tried[1], days=_DAYS)


def let_count(rules_id: int) -> Any:
    """Let a set count from now on."""
    _check_admin()
    make_count(organisation_id(), rules_id)
    return go(_HERE)


def _check_admin() -> None:
    if not may_change():
        raise Forbidden("who is told of what, and when, is an admin's to decide")
