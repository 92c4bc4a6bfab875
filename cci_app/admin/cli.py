"""The commands that make a new installation usable, and try it out."""

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from cci_app.accounts.organisations import change_organisation, ensure_organisation
from cci_app.admin.demonstration import clear, fill
from cci_app.admin.seeding import load_samples
from cci_app.assistants.files import load_specs
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.command_line import plainly
from cci_app.core.database import system_transaction
from cci_app.core.tenants import organisation_named
from cci_app.exports.schedules import keep_hours
from cci_app.language.detect import ADMIN_LANGUAGES

organisations = AppGroup("organisations", help="Organisations that use this installation.")
demo = AppGroup("demo", help="Data for trying the product out.")


_LANGUAGE = click.option("--language", type=click.Choice(ADMIN_LANGUAGES), help="Language of its exports.")
_TIMEZONE = click.option("--timezone", help="Time zone of its days and hours, such as America/Bogota.")


@organisations.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="The name people read.")
@_LANGUAGE
@_TIMEZONE
def create_organisation(slug: str, name: str, language: str | None, timezone: str | None) -> None:
    """Make an organisation with the short name SLUG; nothing happens when it exists.

    Its language and time zone are those of ORGANISATION_LANGUAGE and TZ where they are not named.
    """
    settings = current_app.config["SETTINGS"]
    with plainly():
        ensure_organisation(slug, name, timezone or settings.tz, language or settings.organisation_language)
    click.echo(f"organisation {slug} is there", err=True)


@organisations.command("set")
@click.argument("slug")
@click.option("--name", help="The name people read.")
@_LANGUAGE
@_TIMEZONE
def set_organisation(slug: str, **options: str | None) -> None:
    """Change the name, language or time zone of the organisation SLUG; what is not named stays."""
    changes = {option: value for option, value in options.items() if value is not None}
    if not changes:
        raise click.UsageError("name what to change: --name, --language or --timezone")
    with plainly():
        organisation_id = organisation_named(slug)
        with system_transaction() as session:
            before = change_organisation(session, organisation_id, changes)
            if "timezone" in changes:
                keep_hours(session, organisation_id, before, changes["timezone"])
            record(session, organisation_id, "organisation.changed", f"organisation:{organisation_id}", changes)
    click.echo(
        f"organisation {slug} now has {', '.join(f'{name} {value}' for name, value in changes.items())}", err=True
    )


@click.command("seed")
@click.option("--name", default="CCI France-Colombia", show_default=True, help="Name of the organisation.")
@with_appcontext
def seed(name: str) -> None:
    """Make the organisation, and load contacts and documents where the settings name them.

    What is already there stays as it is: contacts are loaded into an empty book only, documents when they changed.
    """
    settings = current_app.config["SETTINGS"]
    with plainly():
        organisation_id = ensure_organisation(
            settings.default_organisation, name, settings.tz, settings.organisation_language
        )
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


@demo.command("clear")
@click.option("--organisation", help="Short name of the organisation; the default one where unset.")
def clear_demo(organisation: str | None) -> None:
    """Take the conversations that never took place away again; real ones stay."""
    with plainly():
        count = clear(organisation_named(organisation or current_app.config["SETTINGS"].default_organisation))
    click.echo(f"{count} conversations were taken away", err=True)
