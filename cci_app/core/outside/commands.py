"""Commands to add, list, check and remove accounts, the same for every register."""

import json
from collections.abc import Iterable
from typing import IO, Any

import click
from flask import current_app
from flask.cli import AppGroup

from cci_app.core.command_line import plainly
from cci_app.core.outside.register import Register
from cci_app.core.tenants import organisation_named

SECRETS_VARIABLE = "ACCOUNT_SECRETS"

_ORGANISATION = click.option(
    "--organisation",
    default=lambda: current_app.config["SETTINGS"].default_organisation,
    help="Short name of the organisation.",
)


class _OnlyFromEnvironment(click.Option):
    """An option that a command line cannot give: what stands there is kept in the shell's history and shown by ps."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Let the parser not know it."""


def account_commands(group: AppGroup, register: Register[Any]) -> AppGroup:
    """Add the commands of a register to a group."""
    add = _add_command(register)
    if register.leads_to_assistants:
        add = click.option("--assistant", help="The assistant that answers there; the default one where not named.")(
            add
        )
    group.command("add", help=_help_of_add(register))(add)
    group.command("list")(_list_command(register))
    group.command("check")(_check_command(register))
    group.command("remove")(_remove_command(register))
    return group


def _help_of_add(register: Register[Any]) -> str:
    kinds = "".join(
        f"\n\n{kind.name}: {kind.title}. Settings: {', '.join(sorted(set(kind.fields.model_fields) - secrets))}."
        f" Secrets: {', '.join(sorted(secrets))}."
        for kind in register.kinds.values()
        for secrets in [kind.fields.secret_names()]
    )
    return (
        f"Add a {register.noun} of KIND, named NAME. Secrets are no part of the command line, which a shell's history"
        f" keeps: they are asked for, or read as a JSON object from the file that --secrets-file names (- is the"
        f" standard input), or from the environment variable {SECRETS_VARIABLE}.{kinds}"
    )


def _add_command(register: Register[Any]) -> Any:
    @click.argument("kind")
    @click.argument("name")
    @_ORGANISATION
    @click.option("--set", "pairs", multiple=True, metavar="FIELD=VALUE", help="A setting; as often as needed.")
    @click.option(
        "--secrets-file", type=click.File(), help="File with a JSON object of the secrets; - is standard input."
    )
    @click.option("--secrets", cls=_OnlyFromEnvironment, envvar=SECRETS_VARIABLE, hidden=True)
    def add(
        kind: str,
        name: str,
        organisation: str,
        pairs: tuple[str, ...],
        secrets_file: IO[str] | None,
        secrets: str | None,
        assistant: str | None = None,
    ) -> None:
        with plainly():
            organisation_id = organisation_named(organisation)
            fields = register.kind(kind).fields
            settings = dict(_pair(pair, fields.secret_names()) for pair in pairs)
            if secrets_file is not None:
                given = _object(secrets_file.read(), "--secrets-file")
            elif secrets:
                given = _object(secrets, SECRETS_VARIABLE)
            else:
                given = {secret: click.prompt(secret, hide_input=True) for secret in sorted(fields.secret_names())}
            register.add(organisation_id, kind, name, settings, given, assistant=assistant)
        click.echo(f"{register.noun} {kind} {name} is there; try it with the command check", err=True)

    return add


def _list_command(register: Register[Any]) -> Any:
    @_ORGANISATION
    def list_accounts(organisation: str) -> None:
        """List the organisation's accounts; of their secrets, which of them are set."""
        with plainly():
            accounts = register.list(organisation_named(organisation))
        for account in accounts:
            shown = [f"{name}={value}" for name, value in account.settings.items()]
            shown += [f"{name}=(set)" for name in account.secrets]
            checked = f" at {account.checked_at:%Y-%m-%d %H:%M} UTC" if account.checked_at else ""
            click.echo(f"{account.kind} {account.name}: {account.state}{checked}; {', '.join(shown)}")
            if account.reason:
                click.echo(f"  {account.reason}")

    return list_accounts


def _check_command(register: Register[Any]) -> Any:
    @click.argument("kind")
    @click.argument("name")
    @_ORGANISATION
    def check(kind: str, name: str, organisation: str) -> None:
        """Try the account NAME of KIND, sending nothing to anybody; say what is wrong, if anything."""
        with plainly():
            organisation_id = organisation_named(organisation)
        tell(register.check(organisation_id, kind, name))
        click.echo(f"{register.noun} {kind} {name} works.")

    return check


def _remove_command(register: Register[Any]) -> Any:
    @click.argument("kind")
    @click.argument("name")
    @_ORGANISATION
    def remove(kind: str, name: str, organisation: str) -> None:
        """Remove the account NAME of KIND, with its secrets."""
        with plainly():
            register.remove(organisation_named(organisation), kind, name)
        click.echo(f"{register.noun} {kind} {name} is removed", err=True)

    return remove


def tell(steps: Iterable[str]) -> None:
    """Tell what a check finds; end the command with a sentence where something is wrong."""
    with plainly():
        for step in steps:
            click.echo(f"ok: {step}")


def _pair(text: str, secrets: frozenset[str]) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is written as FIELD=VALUE", param_hint="--set")
    if name in secrets:
        raise click.BadParameter(
            f"{name} is a secret, and this command line is now in your shell's history: make a new one, and give it"
            f" when asked, in --secrets-file or in {SECRETS_VARIABLE}",
            param_hint="--set",
        )
    return name, value


def _object(text: str, source: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        # The text may be a secret.
        raise click.ClickException(f'{source} has to hold a JSON object, as {{"client_secret": "…"}}') from None
    return given
