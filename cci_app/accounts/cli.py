"""Commands for organisations and keys."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from cci_app.accounts.keys import Scope, create_key, revoke_key
from cci_app.accounts.organisations import ensure_organisation
from cci_app.core.database import system_transaction
from cci_app.core.errors import CciError
from cci_app.core.tenants import organisation_named

organisations = AppGroup("organisations", help="Organisations that use this installation.")
keys = AppGroup("keys", help="API keys.")


def default_organisation() -> str:
    """The organisation that commands mean when none is named."""
    slug: str = current_app.config["SETTINGS"].default_organisation
    return slug


@contextmanager
def _plainly() -> Iterator[None]:
    """End a command that cannot be done with a sentence."""
    try:
        yield
    except CciError as error:
        raise click.ClickException(error.message) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise click.ClickException(
            "this login of the database may not do that: name one that may in SYSTEM_DATABASE_URL"
            ' (after `make run`: SYSTEM_DATABASE_URL="$ADMIN_DATABASE_URL")'
        ) from error


@organisations.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="The name people read.")
def create_organisation(slug: str, name: str) -> None:
    """Make an organisation with the short name SLUG; nothing happens when it exists."""
    with _plainly():
        ensure_organisation(slug, name, current_app.config["SETTINGS"].tz)
    click.echo(f"organisation {slug} is there", err=True)


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
    with _plainly():
        organisation_key = organisation_named(organisation)
        with system_transaction() as session:
            key = create_key(session, organisation_key, name, wanted)
    click.echo(key)


@keys.command("revoke")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.argument("prefix")
def revoke(organisation: str, prefix: str) -> None:
    """Revoke the key whose first 12 characters are PREFIX."""
    with _plainly():
        organisation_key = organisation_named(organisation)
        with system_transaction() as session:
            count = revoke_key(session, organisation_key, prefix[:12])
    if not count:
        raise click.ClickException(f"no active key of {organisation} begins with {prefix[:12]}")
    click.echo(f"{count} key(s) revoked", err=True)
