"""The commands that make a new installation usable, and try it out."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from cci_app.accounts.organisations import ensure_organisation
from cci_app.admin.demonstration import clear, fill
from cci_app.admin.organisation.settings import change_settings
from cci_app.admin.overview.days import count_days
from cci_app.admin.schedules import schedule_crawl, schedule_drive, schedule_reload
from cci_app.admin.seeding import load_samples
from cci_app.admin.workspace import clear_work, fill_work
from cci_app.assistants.files import load_specs
from cci_app.core import clock
from cci_app.core.command_line import plainly
from cci_app.core.database import system_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.logins import WEB, WORKER, make_login
from cci_app.core.tenants import organisation_named
from cci_app.jobs.models import Frequency
from cci_app.jobs.schedules import list_schedules, remove_schedule
from cci_app.language.detect import ADMIN_LANGUAGES
from cci_app.sign_up.cli import invite_organisation
from config.addresses import without_driver

organisations = AppGroup("organisations", help="Organisations that use this installation.")
organisations.add_command(invite_organisation)
schedules = AppGroup("schedules", help="Jobs that an organisation has done again and again.")
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
            change_settings(session, organisation_id, changes)
    click.echo(
        f"organisation {slug} now has {', '.join(f'{name} {value}' for name, value in changes.items())}", err=True
    )


_ORGANISATION = click.option("--organisation", help="Short name of the organisation; the default one where unset.")


_FREQUENCIES = [each.value for each in Frequency]


def _when(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say when a schedule runs."""
    for option in (
        click.option("--frequency", default="daily", show_default=True, type=click.Choice(_FREQUENCIES)),
        click.option("--hour", default=5, show_default=True, type=click.IntRange(0, 23), help="In its time zone."),
        click.option("--weekday", default=1, show_default=True, type=click.IntRange(1, 7), help="1 is Monday."),
        click.option("--month-day", default=1, show_default=True, type=click.IntRange(1, 28)),
    ):
        command = option(command)
    return _ORGANISATION(command)


def _organisation(slug: str | None) -> int:
    return organisation_named(slug or current_app.config["SETTINGS"].default_organisation)


@schedules.command("list")
@_ORGANISATION
def show_schedules(organisation: str | None) -> None:
    """Show what is done again and again, and when next."""
    with plainly():
        for each in list_schedules(_organisation(organisation)):
            state = f"next {each.next_run_at:%Y-%m-%d %H:%M} UTC" if each.active else "paused"
            click.echo(f"{each.id}  {each.kind}  {each.frequency}  {state}  {each.name}")


@schedules.command("reload-contacts")
@_when
def add_reload(organisation: str | None, **when: Any) -> None:
    """Reload the contacts from CONTACTS_EXCEL_PATH."""
    with plainly():
        added = schedule_reload(_organisation(organisation), {"name": "contacts", **when})
    click.echo(f"first at {added.next_run_at:%Y-%m-%d %H:%M} UTC, as {added.id}", err=True)


@schedules.command("crawl")
@click.argument("url")
@click.option("--depth", default=2, show_default=True)
@click.option("--pages", default=50, show_default=True)
@_when
def add_crawl(url: str, depth: int, pages: int, organisation: str | None, **when: Any) -> None:
    """Read the site at URL anew."""
    with plainly():
        name = {"name": url[:100], **when}
        added = schedule_crawl(_organisation(organisation), name, {"url": url, "depth": depth, "pages": pages})
    click.echo(f"first at {added.next_run_at:%Y-%m-%d %H:%M} UTC, as {added.id}", err=True)


@schedules.command("drive")
@click.argument("name", required=False)
@click.option("--assistant", help="The only assistant that reads it; all of the organisation's where none is named.")
@_when
def add_drive(name: str | None, assistant: str | None, organisation: str | None, **when: Any) -> None:
    """Read the folder at Google Drive of the integration NAME anew; of the first one where none is named."""
    with plainly():
        added = schedule_drive(_organisation(organisation), when, name, assistant)
    click.echo(f"first at {added.next_run_at:%Y-%m-%d %H:%M} UTC, as {added.id}", err=True)


@schedules.command("remove")
@click.argument("schedule_id", type=click.UUID)
@_ORGANISATION
def remove(schedule_id: uuid.UUID, organisation: str | None) -> None:
    """Remove the schedule SCHEDULE_ID; the jobs that it asked for stay."""
    with plainly():
        remove_schedule(_organisation(organisation), None, schedule_id)


@click.command("logins")
@with_appcontext
def logins() -> None:
    """Make the database's logins cci_web and cci_worker, or give them their passwords anew.

    After the migrations, as whoever may make roles: MIGRATIONS_DATABASE_URL, or DATABASE_URL. The passwords are
    DB_WEB_PASSWORD and DB_WORKER_PASSWORD.
    """
    settings = current_app.config["SETTINGS"]
    passwords = {WEB: settings.db_web_password, WORKER: settings.db_worker_password}
    with plainly():
        for login, password in passwords.items():
            if not password.get_secret_value():
                raise InvalidInput(f"set DB_{login.removeprefix('cci_').upper()}_PASSWORD, the password of {login}")
    for login, password in passwords.items():
        make_login(without_driver(settings.migrations_database), login, password.get_secret_value())
        click.echo(login)


@click.command("seed")
@click.option("--name", default="CCI France-Colombia", show_default=True, help="Name of the organisation.")
@with_appcontext
def seed(name: str) -> None:
    """Make the organisation, and load contacts, documents and tables where the settings name them.

    What is already there stays as it is: contacts are loaded into an empty book only, tables where they have no rows,
    documents when they changed.
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
@click.option("--coordinator", is_flag=True, help="A workspace with projects and tasks instead, once.")
def fill_demo(
    conversations: int,
    seed: int,
    until: datetime | None,
    organisation: str | None,
    assistant: str | None,
    coordinator: bool,
) -> None:
    """Add conversations that never took place, in all languages of the assistant, over a year."""
    settings = current_app.config["SETTINGS"]
    if coordinator:
        with plainly():
            filled = fill_work(organisation_named(organisation or settings.default_organisation))
        told = "were added" if filled.new else "are there already"
        click.echo(f"{filled.projects} projects with {filled.tasks} tasks {told}", err=True)
        return
    specs = load_specs(settings.assistants_path)
    spec = specs.get(assistant or settings.default_assistant)
    if spec is None:
        raise click.BadParameter(f"the assistants are {', '.join(specs)}", param_hint="--assistant")
    with plainly():
        organisation_id = organisation_named(organisation or settings.default_organisation)
        end = (until or clock.now()).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
        messages = fill(organisation_id, spec, conversations, seed, end)
        # As the worker would within minutes: whoever looks at a long record looks at one that is settled.
        count_days(organisation_id)
    click.echo(f"{conversations} conversations with {messages} messages were added", err=True)


@demo.command("clear")
@click.option("--organisation", help="Short name of the organisation; the default one where unset.")
@click.option("--coordinator", is_flag=True, help="The workspace instead, with its people.")
def clear_demo(organisation: str | None, coordinator: bool) -> None:
    """Take the conversations that never took place away again; real ones stay."""
    with plainly():
        organisation_id = organisation_named(organisation or current_app.config["SETTINGS"].default_organisation)
        if coordinator:
            click.echo(f"{clear_work(organisation_id)} projects were taken away", err=True)
            return
        count = clear(organisation_id)
    click.echo(f"{count} conversations were taken away", err=True)
