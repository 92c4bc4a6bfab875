"""The command that invites somebody to make an organisation."""

import click
from flask import current_app

from cci_app.core.command_line import plainly
from cci_app.language.detect import ADMIN_LANGUAGES
from cci_app.sign_up.founding import invite_to_sign_up


@click.command("invite")
@click.option("--email", required=True, help="The address of its owner.")
@click.option("--plan", help="The plan it begins with, or none; SIGN_UP_PLAN where unset.")
@click.option("--language", type=click.Choice(ADMIN_LANGUAGES), help="Language of the mail.")
def invite_organisation(email: str, plan: str | None, language: str | None) -> None:
    """Invite somebody to make an organisation of their own, within 7 days.

    The link is sent to them; without a mail server it is printed, for you to hand on.
    """
    with plainly():
        made = invite_to_sign_up(email, language, plan)
    if made.path is None:
        click.echo(f"the link is on its way to {made.link.email}", err=True)
    else:
        click.echo(f"{(current_app.config['SETTINGS'].public_url or '').rstrip('/')}{made.path}")
