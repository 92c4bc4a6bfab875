"""Channel accounts on fake services, and what their deliveries leave in the database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant

PUBLIC = "https://bot.example.org/base"

Configure = Callable[..., None]


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Change settings of the application for this test."""

    def change(**changes: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))
        forget_accounts()

    change(fetch_loopback=True, public_base_url=PUBLIC)
    yield change
    forget_accounts()


def add_account(tenant: Tenant, kind: str, settings: dict[str, str], secrets: dict[str, str]) -> None:
    """An account of the organisation, named main."""
    channel_accounts.add(tenant.organisation_id, kind, "main", settings, secrets)
    forget_accounts()


def kept(tenant: Tenant) -> list[Any]:
    """The receipts of an organisation, oldest first."""
    with tenant_transaction(tenant.organisation_id) as session:
        statement = sa.text("SELECT user_id, text, parts, event_id, status FROM webhook_events ORDER BY id")
        return list(session.execute(statement).all())
