"""Commands for members."""

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Role
from cci_app.accounts.cli import default_organisation
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.passwords import hash_password, random_password
from cci_app.accounts.members.register import add_member, find_by_email, set_password
from cci_app.accounts.members.sessions import revoke_sessions
from cci_app.core.command_line import plainly
from cci_app.core.database import system_transaction
from cci_app.core.tenants import organisation_named

cli = AppGroup("members", help="People who sign in.")


@cli.command("create")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.option("--email", required=True, help="The member's address.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.OWNER.value,
    show_default=True,
    help="What they may do.",
)
@click.option("--renew", is_flag=True, help="Give who is a member already a new password instead.")
def create(organisation: str, email: str, role: str, renew: bool) -> None:
    """Make a member and print a password, once: they change it after signing in."""
    made = random_password()
    with plainly():
        organisation_id = organisation_named(organisation)
        hashed = hash_password(made)
        with system_transaction() as session:
            member = find_by_email(session, organisation_id, email) if renew else None
            if member is None:
                add_member(session, organisation_id, email, Role(role), hashed)
            else:
                _renew(session, member, hashed)
    click.echo(made)


@cli.command("password")
@click.option("--organisation", default=default_organisation, help="Short name of the organisation.")
@click.argument("email")
def password(organisation: str, email: str) -> None:
    """Give the member EMAIL a new password and print it; all their devices are signed out."""
    made = random_password()
    with plainly():
        organisation_id = organisation_named(organisation)
        hashed = hash_password(made)
        with system_transaction() as session:
            member = find_by_email(session, organisation_id, email)
            if member is None:
                raise click.ClickException(f"{organisation} has no member {email}")
            _renew(session, member, hashed)
    click.echo(made)


def _renew(session: Session, member: Member, hashed: str) -> None:
    set_password(session, member, hashed)
    revoke_sessions(session, member.id)
