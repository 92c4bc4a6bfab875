"""Who is told of a task because somebody asked for it: on their channel, once, and not in the night."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.coordination.actions.proposing import execute_action, propose
from cci_app.coordination.models import AiActionKind
from cci_app.core import clock
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.reminders.sending import carry_all, send_mails
from tests.channels.conftest import add_account
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project
from tests.fakes.telegram import SECRET, TOKEN

# A Wednesday, ten in the evening in Bogotá.
NIGHT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=11)


@pytest.fixture
def bot(tenant: Tenant, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    add_account(tenant, "telegram", {"base_url": "http://127.0.0.1:9"}, {"token": TOKEN, "secret": SECRET})
    yield
    channel_accounts.remove(tenant.organisation_id, "telegram", "main")
    forget_accounts()


def test_who_gets_a_task_is_told_in_the_morning_and_once(
    tenant: Tenant, bot: None, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}])
    task = give(tenant, make_project(tenant), "Diseño")
    data = {"task_id": task.id, "assignee_id": ana.id, "tell": True}
    with tenant_transaction(tenant.organisation_id) as session:
        action = propose(session, tenant.organisation_id, AiActionKind.ASSIGN, data, key="turn:1")
        again = propose(session, tenant.organisation_id, AiActionKind.ASSIGN, data, key="turn:1")
        assert again.id == action.id
    with acting_for("collaborator:1", "Bruno Díaz"):
        assert execute_action(tenant.organisation_id, action.id, None).result == {"task_id": task.id, "told": True}
    with pytest.raises(Conflict):
        execute_action(tenant.organisation_id, action.id, None)
    asked = "SELECT part FROM outbound_messages WHERE organisation_id = :o"
    # Mails are sent by themselves: what a channel tells is none of theirs, even when it is due.
    for moment, told in ((NIGHT, 0), (MORNING, 1), (MORNING + timedelta(hours=1), 1)):
        send_mails(moment)
        carry_all(tenant.organisation_id, moment)
        assert len(rows(asked, o=tenant.organisation_id)) == told
    (row,) = rows(asked, o=tenant.organisation_id)
    assert row["part"]["text"] == f"Hola, Ana: Bruno Díaz le asignó «Diseño» (Web). Tarea {task.id}."
