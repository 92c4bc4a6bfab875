"""Commands that say whether a destination is set up."""

from collections.abc import Callable, Iterator
from typing import Protocol

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.core.errors import CciError
from cci_app.exports.destinations import registry
from config.settings import Settings

sharepoint = AppGroup("sharepoint", help="Exports into SharePoint.")
sheets = AppGroup("sheets", help="Exports into a Google Sheet.")


class Checkable(Protocol):
    """A destination that can try itself."""

    def check(self) -> Iterator[str]:
        """Say what works, one sentence after the other. Raises DeliveryFailed or Unavailable for what does not."""


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@sharepoint.command("check")
def check_sharepoint() -> None:
    """Try everything that an export into SharePoint takes, without writing a file; say what is wrong, if anything."""
    _check(registry.sharepoint)
    click.echo("Exports can be delivered to SharePoint.")


@sheets.command("check")
def check_sheets() -> None:
    """Try everything that an export into a Google Sheet takes, changing nothing; say what is wrong, if anything."""
    _check(registry.google_sheets)
    click.echo("Exports can be delivered to the Google Sheet.")


def _check(make: Callable[[Settings], Checkable]) -> None:
    try:
        for step in make(_settings()).check():
            click.echo(f"ok: {step}")
    except CciError as error:
        raise click.ClickException(error.message) from error
