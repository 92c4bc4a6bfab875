"""Commands for channel accounts."""

from flask.cli import AppGroup

from cci_app.channels.accounts import channel_accounts
from cci_app.core.outside.commands import account_commands

cli = account_commands(
    AppGroup("channels", help="Accounts at which people write to an organisation."), channel_accounts
)
