"""Channel accounts that lead nowhere, and entries of the history, for the examples of the API's description."""

import secrets
from typing import Any

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.coordination.hooks.models import WebhookPost, WebhookSubscriber
from cci_app.coordination.models import OutsideKind
from cci_app.core.database import tenant_transaction
from cci_app.correspondence.history import link_work
from tests.conftest import Tenant


def make_accounts(tenant: Tenant) -> None:
    """One for each way by which people are reached."""
    whose, number = tenant.organisation_id, 100_000 + secrets.randbelow(899_999)
    made = {"account_sid": "AC1", "number": f"+573001{number}"}
    channel_accounts.add(whose, "twilio", "work", made, {"auth_token": "made-up"})
    channel_accounts.add(whose, "telegram", "work", {}, {"token": f"{number}:made-up", "secret": "made-up"})
    channel_accounts.add(whose, "email", "work", {"host": "mail.example.org", "sender": "work@example.org"}, {})
    forget_accounts()


def make_entry(tenant: Tenant, task_id: int) -> str:
    """The id of a link of a task."""
    return str(link_work(tenant.organisation_id, OutsideKind.CRM, "deal 7", task_id=task_id)[0])


def make_hook(tenant: Tenant) -> dict[str, Any]:
    """The ids of a webhook that leads nowhere, and of a delivery to it."""
    whose = {"organisation_id": tenant.organisation_id}
    with tenant_transaction(tenant.organisation_id) as session:
        hook = WebhookSubscriber(**whose, url="https://example.org/hook", acts=["ping"], sealed_secret="")
        session.add(hook)
        session.flush()
        post = WebhookPost(**whose, subscriber_id=hook.id, act="ping", body={"type": "ping"})
        session.add(post)
        session.flush()
        return {"webhook_id": hook.id, "delivery_id": post.id}
