"""Accounts in the state that a test needs."""

import secrets
from typing import Any

import sqlalchemy as sa

from cci_app.admin.outside.examples import CHANNEL_ORDER, ORDER
from cci_app.channels.accounts import channel_accounts
from cci_app.core.database import system_transaction
from cci_app.core.outside.register import Register
from cci_app.integrations.accounts import integrations
from tests.conftest import Tenant


def add_account_for(operation: str, tenant: Tenant) -> None:
    """Add the account that an operation of the API can be shown with; none for other operations.

    Its secrets cannot be opened, so that a check of it speaks to nobody.
    """
    orders: dict[str, tuple[Register[Any], dict[str, Any]]] = {
        "integration": (integrations, ORDER),
        "channel_account": (channel_accounts, CHANNEL_ORDER),
    }
    verb, _, noun = operation.partition("_")
    if noun not in orders or verb not in {"check", "delete"}:
        return
    register, order = orders[noun]
    if noun == "channel_account":
        # A page leads to one account, and the database is that of other tests too.
        order = {**order, "secrets": {"api_key": f"{secrets.randbits(48)}:made-up-key"}}
    register.add(tenant.organisation_id, **order)
    with system_transaction() as session:
        for table in ("integrations", "channel_accounts"):
            session.execute(
                sa.text(f"UPDATE {table} SET sealed_secrets = '' WHERE organisation_id = :id"),
                {"id": tenant.organisation_id},
            )
