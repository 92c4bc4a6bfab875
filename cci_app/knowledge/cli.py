"""Commands for the organisation's documents."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.accounts.cli import default_organisation
from cci_app.core.errors import CciError
from cci_app.core.tenants import organisation_named
from cci_app.knowledge.documents.loading import LoadReport, load_folder
from cci_app.knowledge.index.upkeep import Upkeep, reconcile, tend
from config.settings import Settings

_TOLD_EVERY_SECONDS = 5.0

cli = AppGroup("knowledge", help="Documents that answers are taken from.")


@cli.command("load")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.option("--assistant", help="The only assistant that reads them; all of the organisation's where none is named.")
@click.option("--force", is_flag=True, help="Read unchanged files again.")
def load(folder: Path | None, organisation: str, assistant: str | None, force: bool) -> None:
    """Make the documents equal to the files of FOLDER (KNOWLEDGE_PATH where none is given).

    PDF, Word, HTML, Markdown and text; a subfolder `fr` or `es` names the language. Ends with status 1 where a file
    could not be read; the others are loaded.
    """
    settings: Settings = current_app.config["SETTINGS"]
    chosen = folder or settings.knowledge_path
    if folder is None and assistant is None:
        assistant = settings.knowledge_assistant
    if chosen is None:
        raise click.UsageError("name a FOLDER, or set KNOWLEDGE_PATH")
    try:
        owner = organisation_named(organisation)
        report = load_folder(owner, chosen, assistant=assistant, force=force, progress=_tell)
    except CciError as error:
        raise click.ClickException(error.message) from error
    click.echo(_summary(report), err=True)
    if report.failed:
        raise click.exceptions.Exit(1)


@cli.command("vectors")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
def vectors(organisation: str) -> None:
    """Bring the vectors of all passages into step with the model and the store that the settings name.

    A worker does the same in the background, a part at a time; but only this compares a store outside the database with
    the passages that there are. Can be interrupted and asked for again.
    """
    organisation_id = organisation_named(organisation)
    try:
        strays, lost = reconcile(organisation_id)
        if strays or lost:
            click.echo(f"  the store had {strays} of passages that are gone, and lacked {lost}", err=True)
        while (done := tend(organisation_id, seconds=_TOLD_EVERY_SECONDS)).left:
            click.echo(f"  {_tended(done)}", err=True)
    except CciError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"vectors: {_tended(done)}; all passages have theirs", err=True)


def _tended(done: Upkeep) -> str:
    return f"{done.embedded} made, {done.graphed} taken into the graph"


def _tell(source: str, outcome: str) -> None:
    click.echo(f"  {source}: {outcome}", err=True)


def _summary(report: LoadReport) -> str:
    return (
        f"documents: {len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} unchanged,"
        f" {len(report.removed)} removed, {len(report.failed)} unreadable, {len(report.ignored)} ignored;"
        f" {report.chunks} passages written"
    )
