"""Commands for tables."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.accounts.cli import default_organisation
from cci_app.catalog.declaration import read_declaration
from cci_app.catalog.register import TableDifference, compare_rows, declare, list_tables, load_rows
from cci_app.catalog.samples import declaration_in
from cci_app.contacts.source import fetch
from cci_app.core.command_line import plainly
from cci_app.core.errors import InvalidInput
from cci_app.core.tenants import organisation_named

cli = AppGroup("catalog", help="Tables of what an organisation offers.")

_ORGANISATION = click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.command("declare")
@click.argument("path", type=_FILE)
@_ORGANISATION
def declare_table(path: Path, organisation: str) -> None:
    """Declare the table that the YAML file at PATH describes."""
    with plainly():
        table, new = declare(organisation_named(organisation), read_declaration(declaration_in(path)))
    click.echo(f"table {table.name}: {'declared' if new else 'declared anew'}, {table.row_count} rows", err=True)


@cli.command("load")
@click.argument("name")
@click.argument("path")
@click.option("--column", "columns", multiple=True, metavar="HEADER=ATTRIBUTE", help="How a header is to be read.")
@click.option("--dry-run", is_flag=True, help="Show the difference, change nothing.")
@_ORGANISATION
def load(name: str, path: str, columns: tuple[str, ...], dry_run: bool, organisation: str) -> None:
    """Make the rows of table NAME those of the CSV file or workbook at PATH; a row that is not in it is removed.

    A file with a row that cannot be read changes nothing: every such row is named.
    """
    with plainly():
        owner = organisation_named(organisation)
        told = dict(_column(each) for each in columns)
        data = fetch(path, max_bytes=current_app.config["SETTINGS"].max_upload_bytes)
        try:
            difference = (compare_rows if dry_run else load_rows)(owner, name, data, told)
        except InvalidInput as refused:
            for each in refused.details.get("bad_rows", ()):
                click.echo(f"row {each['row']}: {each['reason']}", err=True)
            raise
    _tell(difference)


@cli.command("list")
@_ORGANISATION
def show(organisation: str) -> None:
    """Show the tables."""
    with plainly():
        for each in list_tables(organisation_named(organisation)):
            click.echo(f"{each.name}  {each.row_count} rows  {each.declaration.title}")


def _column(given: str) -> tuple[str, str]:
    header, sign, attribute = given.rpartition("=")
    if not sign:
        raise InvalidInput(f"{given!r} is not HEADER=ATTRIBUTE")
    return header, attribute


def _tell(difference: TableDifference) -> None:
    for header, attribute in difference.columns.items():
        if header:
            click.echo(f"  {header}: {attribute or 'not read'}", err=True)
    told = difference.as_dict()
    click.echo("{rows} rows: {added} added, {changed} changed, {removed} removed, {unchanged} unchanged".format(**told))
