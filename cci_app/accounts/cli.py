"""Commands for keys."""

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.accounts.caller import Scope
from cci_app.accounts.keys import create_key, revoke_key
from cci_app.core.command_line import plainly
from cci_app.core.database import system_transaction
from cci_app.core.tenants import organisation_named

keys = AppGroup("keys", help="API keys.")


def default_organisation() -> str:
    """The organisation that commands mean when none is named."""
    slug: str = current_app.config["SETTINGS"].default_organisation
    return slug


@keys.command("create")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scopes", default="messages", show_default=True, help="Scopes, separated by commas.")
def create(organisation: str, name: str, scopes: str) -> None:
    """Make a key and print it, once: it cannot be read again."""
    try:
        wanted = {Scope(scope.strip()) for scope in scopes.split(",")}
    except ValueError as error:
        raise click.BadParameter(f"{error}; the scopes are {', '.join(Scope)}", param_hint="--scopes") from error
    with plainly():
        organisation_key = organisation_named(organisation)
        with system_transaction() as session:
            key = create_key(session, organisation_key, name, wanted)
    click.echo(key)


@keys.command("revoke")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.argument("prefix")
def revoke(organisation: str, prefix: str) -> None:
    """Revoke the key whose first 12 characters are PREFIX."""
    with plainly():
        organisation_key = organisation_named(organisation)
        with system_transaction() as session:
            count = revoke_key(session, organisation_key, prefix[:12])
    if not count:
        raise click.ClickException(f"no active key of {organisation} begins with {prefix[:12]}")
    click.echo(f"{count} key(s) revoked", err=True)
