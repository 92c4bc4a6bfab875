"""Commands for plans."""

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.core.command_line import plainly
from cci_app.core.tenants import organisation_named
from cci_app.usage.plans import load_plans
from cci_app.usage.quotas import leave_plan, read_quotas, set_plan

cli = AppGroup("plans", help="How much organisations may use.")


@cli.command("set")
@click.argument("slug")
@click.argument("plan")
def set_(slug: str, plan: str) -> None:
    """Have the organisation SLUG on PLAN, with the figures that PLANS_PATH has now; `none` takes its plan away."""
    with plainly():
        organisation_id = organisation_named(slug)
        if plan == "none":
            leave_plan(organisation_id)
        else:
            plans = load_plans(current_app.config["SETTINGS"].plans_path)
            if plan not in plans:
                raise click.BadParameter(f"there is no plan {plan}; there are: {', '.join(plans)}", param_hint="PLAN")
            set_plan(organisation_id, plan, plans[plan])
    click.echo(f"{slug}: {plan}", err=True)


@cli.command("show")
@click.argument("slug")
def show(slug: str) -> None:
    """Tell what the organisation SLUG may use in this period, and what it used."""
    with plainly():
        quotas = read_quotas(organisation_named(slug))
    if not quotas:
        click.echo("nothing is limited")
    for quota in quotas:
        told = [f"plan {quota['plan'] or 'none'}"] if not quota["assistant"] else []
        for kind in ("messages", "tokens"):
            allowed = quota[f"{kind}_allowed"]
            told.append(f"{kind} {quota[kind]}" + ("" if allowed is None else f" of {allowed}"))
        told += ["stopped"] if quota["stopped_at"] else []
        click.echo(f"{quota['assistant'] or 'all'}: {', '.join(told)}")
