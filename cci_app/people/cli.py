"""Commands for what a person may ask of those who keep their data."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.contacts.wishes import ContactWish, keep_wish
from cci_app.core.command_line import plainly
from cci_app.core.database import tenant_transaction
from cci_app.core.phone import to_user_id
from cci_app.core.tenants import organisation_named
from cci_app.people.erasure import erase_person
from cci_app.people.portability import export_person

cli = AppGroup("person", help="What a person may ask of those who keep their data.")
_ORGANISATION = click.option("--organisation", help="Short name of the organisation; the default one where unset.")


def _whose(number: str, organisation: str | None) -> tuple[int, str]:
    settings = current_app.config["SETTINGS"]
    user_id = to_user_id(number, settings.default_region)
    return organisation_named(organisation or settings.default_organisation), user_id


@cli.command("export")
@click.argument("number")
@_ORGANISATION
def export(number: str, organisation: str | None) -> None:
    """Print all that is kept of the person with that NUMBER, or channel's id, as JSON."""
    with plainly():
        click.echo(json.dumps(export_person(*_whose(number, organisation)), ensure_ascii=False, indent=2))


@cli.command("erase")
@click.argument("number")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@_ORGANISATION
def erase(number: str, yes: bool, organisation: str | None) -> None:
    """Erase all that is kept of the person with that NUMBER, or channel's id. It cannot be undone."""
    with plainly():
        whose = _whose(number, organisation)
        if not yes:
            click.confirm(f"Erase {whose[1]} for good?", abort=True)
        click.echo(json.dumps(erase_person(*whose).as_json(), indent=2))


@cli.command("wish")
@click.argument("number")
@click.argument("wish", type=click.Choice([each.value for each in ContactWish if each is not ContactWish.ERASE]))
@_ORGANISATION
def wish(number: str, wish: str, organisation: str | None) -> None:
    """Mark what the person with that NUMBER asked for; `resume` takes it back."""
    with plainly():
        organisation_id, user_id = _whose(number, organisation)
        with tenant_transaction(organisation_id) as session:
            keep_wish(session, organisation_id, user_id, ContactWish(wish))
