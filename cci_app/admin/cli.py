"""The commands that make a new installation usable, and try it out."""

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from cci_app.accounts.organisations import ensure_organisation
from cci_app.admin.demonstration import fill
from cci_app.admin.seeding import load_samples
from cci_app.assistants.registry import load_specs
from cci_app.core import clock
from cci_app.core.command_line import plainly
from cci_app.core.tenants import organisation_named

demo = AppGroup("demo", help="Data for trying the product out.")


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


@demo.command("fill")
@click.option("--conversations", default=1000, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same conversations.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The year before this day; today where unset.")
@click.option("--organisation", help="Short name of the organisation; the default one where unset.")
@click.option("--assistant", help="The assistant they are with; the default one where unset.")
def fill_demo(
    conversations: int, seed: int, until: datetime | None, organisation: str | None, assistant: str | None
) -> None:
    """Add conversations that never took place, in all languages of the assistant, over a year."""
    settings = current_app.config["SETTINGS"]
    specs = load_specs(settings.assistants_path)
    spec = specs.get(assistant or settings.default_assistant)
    if spec is None:
        raise click.BadParameter(f"the assistants are {', '.join(specs)}", param_hint="--assistant")
    with plainly():
        organisation_id = organisation_named(organisation or settings.default_organisation)
        end = (until or clock.now()).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
        messages = fill(organisation_id, spec, conversations, seed, end)
    click.echo(f"{conversations} conversations with {messages} messages were added", err=True)
