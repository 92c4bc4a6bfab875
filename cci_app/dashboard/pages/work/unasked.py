"""What the assistant does without a yes: the rules in words, who set them, and changing them; by admins."""

from typing import Any

from flask import Blueprint, make_response, request
from pydantic import ValidationError

from cci_app.coordination.collaborators import list_collaborators
from cci_app.coordination.monitor.rules import UnaskedRule
from cci_app.coordination.monitor.unasked import remove_unasked, unasked_rules, write_unasked
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import between_commas
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.work.rules import check_admin
from cci_app.dashboard.pages.work.shown import work_page
from cci_app.dashboard.words import gettext

_HERE = "/admin/work/monitor/unasked"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/monitor/unasked")(show_unasked)
    pages.post("/monitor/unasked")(write_rule)
    pages.post("/monitor/unasked/<string:name>/remove")(remove_rule)


def show_unasked(problem: str | None = None) -> str:
    """The rules that count; one of them is in the form where the address names it."""
    rules = unasked_rules(organisation_id())
    chosen = next((each.rule for each in rules if each.rule.name == request.args.get("rule")), None)
    known = sorted({each.role for each in list_collaborators(organisation_id()) if each.role})
    return work_page("unasked", "monitor", rules=rules, chosen=chosen, roles=known, typed=request.form, problem=problem)


def write_rule() -> Any:
    """Keep a rule, and show what the last weeks would have come to with it, before it counts."""
    check_admin()
    given = {
        "name": request.form.get("name", "").strip(),
        "kinds": request.form.getlist("kinds"),
        "roles": between_commas(request.form.get("roles", "")),
        "own": request.form.get("own") != "all",
    }
    try:
        kept = write_unasked(organisation_id(), _read(given))
    except CciError as error:
        return make_response(show_unasked(error.message), error.status)
    return go(f"/admin/work/monitor/rules/{kept.id}")


def remove_rule(name: str) -> Any:
    """Take a rule away, at once."""
    check_admin()
    remove_unasked(organisation_id(), name)
    return go(_HERE)


def _read(given: dict[str, Any]) -> UnaskedRule:
    try:
        return UnaskedRule.model_validate(given)
    except ValidationError as error:
        of = {str(each["loc"][0]) for each in error.errors()}
        told = {
            "name": gettext("A name has small letters, digits and dashes, and begins with a letter."),
            "kinds": gettext("Choose at least one thing that it may do."),
            "roles": gettext("A role has at most 80 letters."),
        }
        raise InvalidInput(" ".join(told[name] for name in told if name in of)) from None
