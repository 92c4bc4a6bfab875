"""Commands that say whether a destination is set up."""

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.core.errors import CciError
from cci_app.exports.destinations import registry
from config.settings import Settings

sharepoint = AppGroup("sharepoint", help="Exports into SharePoint.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@sharepoint.command("check")
def check_sharepoint() -> None:
    """Try everything that an export into SharePoint takes, without writing a file; say what is wrong, if anything."""
    try:
        _tell(registry.sharepoint(_settings()).check())
    except CciError as error:
        raise click.ClickException(error.message) from error
    click.echo("Exports can be delivered to SharePoint.")


def _tell(steps: Iterator[str]) -> None:
    for step in steps:
        click.echo(f"ok: {step}")
