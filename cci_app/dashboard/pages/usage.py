"""What is used of what may be, by day and assistant; and what somebody should look at."""

from typing import Any

from flask import Blueprint, Response, request

from cci_app.admin.usage.routes import usage_file
from cci_app.admin.usage.schemas import LimitsPayload, UsageQuery
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import asked, loaded
from cci_app.dashboard.choices import assistants_of
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.usage.alerts import AlertState, change_alert, list_alerts
from cci_app.usage.overview import usage_overview
from cci_app.usage.quotas import set_limits
from cci_app.usage.report import usage_report

_HERE = "/admin/usage"
_SHOWN_ALERTS = 20


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/usage")(show_usage)
    pages.get("/usage/file")(get_usage_file)
    pages.post("/usage/limits")(change_limits)
    pages.post("/usage/alerts/<int:alert_id>/<any(acknowledged, resolved):state>")(set_alert)


def show_usage(problem: str | None = None) -> str:
    """The figures of some days, what is left, and the alerts that are not resolved."""
    whose = organisation_id()
    try:
        query = asked(UsageQuery())
        found, rows = usage_overview(whose, **query), usage_report(whose, **query)
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: look at the dates, and begin again without the others.")
        found, rows = usage_overview(whose), usage_report(whose)
    alerts = [each for state in (AlertState.OPEN, AlertState.ACKNOWLEDGED) for each in _alerts(whose, state)]
    return page(
        "usage",
        found=found,
        rows=rows,
        alerts=alerts,
        whole=next((each for each in found["quotas"] if not each["assistant"]), None),
        limited={each["assistant"]: each for each in found["quotas"] if each["assistant"]},
        assistants=assistants_of(get_conversation().catalogue.specs(whose)),
        problem=problem,
    )


def get_usage_file() -> Response:
    """The table as a file."""
    return usage_file(organisation_id(), asked(UsageQuery()))


def change_limits() -> Any:
    """Set, raise or take away a limit: an empty field is none."""
    form = request.form
    fields = {name: form.get(name, "").strip() for name in ("message_limit", "token_limit")}
    try:
        given = loaded(
            LimitsPayload(),
            {
                "assistant": form.get("assistant", ""),
                **{name: int(value) if value.isdigit() else value or None for name, value in fields.items()},
            },
        )
        assistant = given.pop("assistant")
        if assistant:
            get_conversation().catalogue.find(organisation_id(), assistant)
        set_limits(organisation_id(), assistant, given)
    except InvalidInput:
        return show_usage(gettext("A limit is a whole number, or nothing."))
    return go(_HERE)


def set_alert(alert_id: int, state: str) -> Any:
    """Say that somebody has seen an alert, or that it is over."""
    try:
        change_alert(organisation_id(), alert_id, AlertState(state))
    except CciError as error:
        return show_usage(error.message)
    return go(f"{_HERE}#alerts")


def _alerts(whose: int, state: AlertState) -> Any:
    return list_alerts(whose, state=state, limit=_SHOWN_ALERTS)["alerts"]
