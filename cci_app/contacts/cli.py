"""Commands for the contact book."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.contacts import reload
from cci_app.contacts.source import fetch, fetch_workbook
from cci_app.contacts.workbook import BadRow, Workbook, read_workbook
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
@click.option(
    "--confirm", type=int, metavar="N", help="That N contacts are removed, where that is more than a tenth of the book."
)
def load(path: str | None, organisation: str, confirm: int | None) -> None:
    """Make the contact book what the workbook at PATH says (or at CONTACTS_EXCEL_PATH); who is not in it is removed."""
    settings = _settings()
    try:
        data = fetch_workbook(settings) if path is None else fetch(path, max_bytes=settings.max_upload_bytes)
        done = reload.apply(organisation_named(organisation), data, settings.default_region, confirm=confirm)
    except reload.RemovesMany as refused:
        raise click.ClickException(
            refused.message.replace("send it again with confirm=", "run it again with --confirm=")
        ) from refused
    except CciError as error:
        raise click.ClickException(error.message) from error
    summary = done.summary()
    _tell_sheets(done.workbook)
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
    _tell_sheets(found)
    _tell_rows(found.bad_rows, found.repeated_rows)
    click.echo(f"{len(found.entries)} contacts, {len(found.bad_rows)} rows left out")


def _tell_sheets(found: Workbook) -> None:
    for sheet in found.sheets:
        click.echo(f"sheet {sheet.name}: {sheet.contacts} contacts")
        for header, field in sheet.columns.items():
            click.echo(f"  {header}: {field}")
    for passed_over in found.passed_over:
        click.echo(f"sheet {passed_over.name}: passed over, {passed_over.reason}")


def _tell_rows(*groups: Sequence[BadRow]) -> None:
    rows: list[Any] = [row for group in groups for row in group]
    for row in sorted(rows, key=lambda row: (row.sheet or "", row.row)):
        where = f"sheet {row.sheet}, " if row.sheet else ""
        click.echo(f"{where}row {row.row}: {row.reason}", err=True)
