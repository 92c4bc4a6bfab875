"""What an organisation sets of itself, its accounts at services outside, and for how long what is kept."""

from functools import partial
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, current_app

from cci_app.admin.organisation.schemas import SettingsPayload
from cci_app.admin.organisation.settings import change_settings, read_settings
from cci_app.channels.accounts import channel_accounts
from cci_app.channels.kinds import delivery_address
from cci_app.channels.waha.wire import WAHA as WAHA_KIND
from cci_app.core.database import tenant_transaction
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import NAMES
from cci_app.integrations.accounts import integrations

_HERE = "/admin/settings"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/settings")(show_settings)
    pages.post("/settings")(change)


def show_settings(found: dict[str, Any] | None = None) -> str:
    """The settings; `found` is what the check of an account just found."""
    whose = organisation_id()
    return page(
        "settings",
        settings=read_settings(whose),
        accounts={"channels": channel_accounts.list(whose), "integrations": integrations.list(whose)},
        delivery_address=partial(delivery_address, current_app.config["SETTINGS"]),
        paired=WAHA_KIND,
        languages=list(NAMES.items()),
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
        found=found,
    )


def change() -> Any:
    """Change name, language or time zone."""
    changes = sent(SettingsPayload())
    with tenant_transaction(organisation_id()) as session:
        change_settings(session, organisation_id(), changes)
    return go(_HERE)
