"""Commands for integrations."""

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.core.command_line import plainly
from cci_app.core.outside.commands import account_commands, tell
from cci_app.core.outside.kind import AccountKind
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import GOOGLE_SHEETS, SHAREPOINT

cli = account_commands(AppGroup("integrations", help="Services that an organisation's data goes to."), integrations)
sharepoint = AppGroup("sharepoint", help="Exports into SharePoint.")
sheets = AppGroup("sheets", help="Exports into a Google Sheet.")


@sharepoint.command("check")
def check_sharepoint() -> None:
    """Try everything that an export into SharePoint takes, without writing a file; say what is wrong, if anything.

    It is the account of the SHAREPOINT_ variables; `flask integrations check` tries another.
    """
    _check(SHAREPOINT)
    click.echo("Exports can be delivered to SharePoint.")


@sheets.command("check")
def check_sheets() -> None:
    """Try everything that an export into a Google Sheet takes, changing nothing; say what is wrong, if anything.

    It is the account of the GOOGLE_ variables; `flask integrations check` tries another.
    """
    _check(GOOGLE_SHEETS)
    click.echo("Exports can be delivered to the Google Sheet.")


def _check(kind: AccountKind[Any, Any]) -> None:
    with plainly():
        service = kind.of_environment(current_app.config["SETTINGS"])
    tell(service.check())
