"""An export held against the database: what is seen, in each form, and what is still seen of older manifests."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.conversation.models import Answer, Conversation, ConversationRun
from cci_app.core.database import system_transaction
from cci_app.jobs.models import Job
from tests.conftest import Tenant
from tests.exports.conftest import NOON, Add
from tests.exports.orders import made, read

JOBS = "/api/v1/export/jobs"
pytestmark = pytest.mark.usefixtures("store")


def test_reconciling_names_the_days_that_differ(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    days = [NOON + timedelta(days=number) for number in range(4)]
    runs = [add(["Sí"], ["a", "b"], started_at=day) for day in days]
    job = made(tenant, "json")
    address = f"{JOBS}/{job.id}/reconcile"
    same = read(web, tenant, address)
    assert (same["same"], same["rows_then"], same["rows_now"], same["days"]) == (True, 4, 4, [])
    with system_transaction() as session:
        session.execute(sa.delete(ConversationRun).where(ConversationRun.id == runs[0]))
        session.execute(sa.update(Answer).where(Answer.run_id == runs[1]).values(text="No"))
        session.execute(sa.delete(Conversation).where(Conversation.run_id == runs[2], Conversation.user_message == "b"))
    add(["más"], started_at=days[3])
    different = read(web, tenant, address)
    assert not different["same"]
    assert [(day["day"], day["rows_then"], day["rows_now"], day["difference"]) for day in different["days"]] == [
        ("2026-01-15", 1, 0, "missing"),
        ("2026-01-16", 1, 1, "changed"),
        ("2026-01-17", 1, 1, "changed"),
        ("2026-01-18", 1, 2, "added"),
    ]


@pytest.mark.parametrize(("form", "seen"), [("excel", True), ("csv", False), ("json", False)])
@pytest.mark.parametrize("change", [{"user_message": "otra"}, {"agent_response": "otra"}, {"late": True}])
def test_a_changed_message_is_seen_where_messages_were_exported(
    web: FlaskClient, tenant: Tenant, add: Add, form: str, seen: bool, change: dict[str, Any]
) -> None:
    run = add(["Sí"], ["a", "b"])
    add(["Sí"], ["a", "b"], started_at=NOON + timedelta(days=1))
    address = f"{JOBS}/{made(tenant, form).id}/reconcile"
    assert read(web, tenant, address)["same"]
    with system_transaction() as session:
        of_run = sa.update(Conversation).where(Conversation.run_id == run, Conversation.user_message == "b")
        session.execute(of_run.values(change))
    days = read(web, tenant, address)["days"]
    # Whether it was late is counted in every form.
    assert [day["day"] for day in days] == (["2026-01-15"] if seen or "late" in change else [])


def test_messages_in_another_order_are_seen(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    run = add(["Sí"], ["a", "b"])
    address = f"{JOBS}/{made(tenant, 'excel').id}/reconcile"
    with system_transaction() as session:
        turned = sa.case((Conversation.user_message == "a", "b"), else_="a")
        answered = sa.case((Conversation.user_message == "a", "Eco: b"), else_="Eco: a")
        of_run = sa.update(Conversation).where(Conversation.run_id == run)
        session.execute(of_run.values(user_message=turned, agent_response=answered))
    assert [day["difference"] for day in read(web, tenant, address)["days"]] == ["changed"]


def test_a_manifest_from_before_messages_were_hashed_still_reconciles(
    web: FlaskClient, tenant: Tenant, add: Add
) -> None:
    run = add(["Sí"], ["a"])
    job, plain = made(tenant, "excel"), made(tenant, "csv")
    manifest, days = job.checkpoint["manifest"], plain.checkpoint["manifest"]["days"]  # type: ignore[index]
    before = {name: value for name, value in manifest.items() if name != "hashes_messages"} | {"days": days}
    with system_transaction() as session:
        session.execute(sa.update(Job).where(Job.id == job.id).values(checkpoint={"manifest": before}))
    address = f"{JOBS}/{job.id}/reconcile"
    assert read(web, tenant, address)["same"]
    with system_transaction() as session:
        session.execute(sa.update(Answer).where(Answer.run_id == run).values(text="No"))
    assert [day["difference"] for day in read(web, tenant, address)["days"]] == ["changed"]
