"""Commands for assistants."""

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.accounts.cli import default_organisation
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.documents import provide_documents
from cci_app.core.command_line import plainly
from cci_app.core.tenants import organisation_named

cli = AppGroup("assistants", help="Assistants, from files and from the database.")


@cli.command("documents")
@click.argument("name")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
def documents(name: str, organisation: str) -> None:
    """Make the texts in the file of the assistant NAME documents that it answers from; a worker reads them."""
    with plainly():
        organisation_id = organisation_named(organisation)
        catalogue: Catalogue = current_app.extensions["cci_conversation"].catalogue
        made = provide_documents(organisation_id, catalogue.find(organisation_id, name).spec)
    click.echo(f"documents of {name}: {len(made)}", err=True)
