"""The command that makes a new installation usable."""

import click
from flask import current_app
from flask.cli import with_appcontext

from cci_app.accounts.organisations import ensure_organisation
from cci_app.admin.seeding import load_samples


@click.command("seed")
@click.option("--name", default="CCI France-Colombia", show_default=True, help="Name of the organisation.")
@with_appcontext
def seed(name: str) -> None:
    """Make the organisation, and load contacts and documents where the settings name them.

    What is already there stays as it is: contacts are loaded into an empty book only, documents when they changed.
    """
    settings = current_app.config["SETTINGS"]
    organisation_id = ensure_organisation(settings.default_organisation, name, settings.tz)
    for line in load_samples(organisation_id, settings):
        click.echo(line)
