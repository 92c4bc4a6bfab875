"""`flask assistants evaluate`."""

from pathlib import Path

import click
from flask import current_app

from cci_app.accounts.cli import default_organisation
from cci_app.assistants.cli import cli
from cci_app.conversation.service import get_conversation
from cci_app.core.command_line import plainly
from cci_app.core.tenants import organisation_named
from cci_app.evaluation.simulation.files import write_html, write_json
from cci_app.evaluation.simulation.people import people_of
from cci_app.evaluation.simulation.report import EvaluationOrder, make_report
from config.settings import Settings

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@cli.command("evaluate")
@click.argument("name")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.option("--against", type=click.IntRange(1), help="The version to try beside the one that serves.")
@click.option("--people", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file of people.")
@click.option("--times", type=click.IntRange(1, 200), default=3, show_default=True, help="Talks of each person.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed says the same.")
@click.option("--recorded", type=click.IntRange(0, 1000), default=0, help="Recorded conversations to run again.")
@click.option("--by-model", is_flag=True, help="Have CHAT_MODEL play the people, in its own words.")
@click.option("--json", "json_path", type=_FILE, help="Write the report there; recorded words stand in it.")
@click.option("--html", "html_path", type=_FILE, help="The same as a page.")
def evaluate(
    name: str,
    organisation: str,
    against: int | None,
    people: Path | None,
    times: int,
    seed: int,
    recorded: int,
    by_model: bool,
    json_path: Path | None,
    html_path: Path | None,
) -> None:
    """Have made-up people talk with the assistant NAME; nothing is kept and nobody is told."""
    with plainly():
        organisation_id = organisation_named(organisation)
        settings: Settings = current_app.config["SETTINGS"]
        catalogue = get_conversation().catalogue
        control = catalogue.find(organisation_id, name)
        candidate = catalogue.find(organisation_id, name, against) if against is not None else None
        player = current_app.extensions["cci_models"].chain(settings.default_models) if by_model else None
        if by_model and player is None:
            raise click.UsageError("no chat model is set that could play them: set CHAT_MODEL and its key")
        order = EvaluationOrder(people_of(control.name, people), times, seed, recorded, settings.default_region)
        report = make_report(organisation_id, control, candidate, order, player=player, with_words=True)
    for each in report["versions"]:
        click.echo(
            f"version {each['version']}: {each['done']} of {each['people']} reached their goal,"
            f" {each['messages']:.1f} messages a talk, {each['length']:.0f} characters an answer,"
            f" half in {each['p50_ms']:.0f} ms, {each['failed']} failed, {each['gave_up']} gave up"
        )
    if report["difference"]:
        low, high = (100 * report["difference"][name] for name in ("low", "high"))
        click.echo(f"the candidate is {report['verdict']}: {low:+.1f} to {high:+.1f} points (95 %)")
    if report["backtest"]:
        tried = report["backtest"]
        click.echo(f"recorded: {tried['differing']} of {tried['messages']} messages would be answered otherwise")
    if json_path:
        write_json(report, json_path)
    if html_path:
        write_html(report, html_path)
