"""Commands for the contact book."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.contacts import reload
from cci_app.contacts.source import fetch, fetch_workbook
from cci_app.contacts.workbook import BadRow, read_workbook
from cci_app.core.errors import CciError
from cci_app.core.tenants import organisation_named
from config.settings import Settings

cli = AppGroup("contacts", help="The contact book.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@cli.command("load")
@click.argument("path", required=False)
@click.option(
    "--organisation", default=lambda: _settings().default_organisation, help="Short name of the organisation."
)
def load(path: str | None, organisation: str) -> None:
    """Make the contact book what the workbook at PATH says (or at CONTACTS_EXCEL_PATH); who is not in it is removed."""
    settings = _settings()
    try:
        data = fetch_workbook(settings) if path is None else fetch(path, max_bytes=settings.max_upload_bytes)
        done = reload.apply(organisation_named(organisation), data, settings.default_region)
    except CciError as error:
        raise click.ClickException(error.message) from error
    summary = done.summary()
    _tell_rows(done.workbook.bad_rows, done.workbook.repeated_rows)
    click.echo("{contacts} contacts: {added} added, {changed} changed, {removed} removed".format(**summary))


@cli.command("check")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(path: Path) -> None:
    """Say what would be read from the workbook at PATH, and which rows would not; changes nothing."""
    settings = _settings()
    try:
        found = read_workbook(fetch(str(path), max_bytes=settings.max_upload_bytes), settings.default_region)
    except CciError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"sheet {found.sheet}")
    for header, field in found.columns.items():
        click.echo(f"  {header}: {field}")
    _tell_rows(found.bad_rows, found.repeated_rows)
    click.echo(f"{len(found.entries)} contacts, {len(found.bad_rows)} rows left out")


def _tell_rows(*groups: Sequence[BadRow]) -> None:
    rows: list[Any] = [row for group in groups for row in group]
    for row in sorted(rows, key=lambda row: row.row):
        click.echo(f"row {row.row}: {row.reason}", err=True)
