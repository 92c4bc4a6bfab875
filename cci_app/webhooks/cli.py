"""A command for developers: play what a channel would deliver."""

import time
from typing import IO

import click
from flask import current_app

from cci_app.channels.accounts import channel_accounts, service_of, written_name
from cci_app.channels.cli import cli
from cci_app.channels.message import Brought, Inbound
from cci_app.channels.ports import Incoming
from cci_app.conversation.identities import person_behind
from cci_app.conversation.inbound import Person
from cci_app.conversation.outbox import outbound_messages
from cci_app.conversation.service import get_conversation
from cci_app.core.command_line import plainly
from cci_app.core.tenants import organisation_named
from cci_app.webhooks.deliveries import take

_LONGEST_SECONDS = 90.0
_POLL_SECONDS = 0.1


@cli.command("simulate")
@click.argument("kind")
@click.argument("file", type=click.File("rb"))
@click.option("--account", default="default", help="Name of the account that it is delivered to.")
@click.option(
    "--organisation",
    default=lambda: current_app.config["SETTINGS"].default_organisation,
    help="Short name of the organisation.",
)
@click.option("--read-only", is_flag=True, help="Say what is read of it, and keep and answer nothing.")
def simulate(kind: str, file: IO[bytes], account: str, organisation: str, read_only: bool) -> None:
    """Play the body of a delivery of KIND from FILE as if the channel had sent it, and show what comes of it.

    It is not asked for its signature. The answer leaves by the account, to whoever FILE names.
    """
    with plainly():
        organisation_id = organisation_named(organisation)
        found = channel_accounts.find(organisation_id, kind, account)
        if found is None:
            raise channel_accounts.missing(organisation_id, kind, account)
        channel = service_of(found)
        brought = channel.parse(Incoming(written_name(found), body=file.read()))
        for one in brought:
            click.echo(f"read: {one}")
        if read_only:
            return
        reply = take(found, channel, brought, waited=0.0)
        if reply.body:
            click.echo(f"reply: {reply.body.decode('utf-8', 'replace')}")
        if not channel.limits.listener:
            for person in _people(organisation_id, found.assistant, brought):
                _answer(person)


def _people(organisation_id: int, assistant: str | None, brought: list[Brought]) -> set[Person]:
    conversation = get_conversation()
    return {
        conversation.person(organisation_id, assistant, person_behind(organisation_id, one))
        for one in brought
        if isinstance(one, Inbound)
    }


def _answer(person: Person) -> None:
    """Answer a person here, unless a worker is quicker; show what left for them since."""
    conversation = get_conversation()
    before = {one["id"] for one in outbound_messages(person.organisation_id, user_id=person.user_id)}
    until = time.monotonic() + _LONGEST_SECONDS
    sent: list[str] = []
    while not sent and time.monotonic() < until:
        future = conversation.resume(person)
        if future is not None:
            future.result(_LONGEST_SECONDS)
        time.sleep(_POLL_SECONDS)
        now = outbound_messages(person.organisation_id, user_id=person.user_id)
        sent = [f"{one['state']}: {one['text']}" for one in reversed(now) if one["id"] not in before]
    for line in sent:
        click.echo(line)
