"""What an admin sees of answers that came too late."""

import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.core.database import system_transaction
from tests.conftest import Tenant, make_tenant
from tests.conversation.test_turns import outcome_of

LATE = "/api/v1/admin/late-answers"


def late(organisation_id: int, number: int, state: str, reason: str | None = None) -> None:
    with system_transaction() as session:
        session.execute(
            sa.text(
                "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless,"
                " kind, text, channel, status, outcome, reply, completed_at, held, late, late_reason,"
                " push_attempts)"
                " VALUES (:organisation_id, 'cci', '+573001234567', 'api', :event_id, false, 'message', 'Bonjour',"
                " 'api', 'completed', :outcome, 'x', now(), true, :state, :reason, 1)"
            ),
            {
                "organisation_id": organisation_id,
                "event_id": f"late {number}",
                "state": state,
                "reason": reason,
                "outcome": outcome_of("Bienvenue").model_dump_json(),
            },
        )


def test_what_became_of_late_answers_is_listed(web: FlaskClient, tenant: Tenant) -> None:
    assert web.get(LATE, headers=tenant.headers).get_json() == {"late_answers": [], "next": None}
    late(tenant.organisation_id, 1, "pushed")
    late(tenant.organisation_id, 2, "refused", "Subscriber does not exist")
    late(tenant.organisation_id, 3, "uncertain", "no answer came back")
    late(make_tenant("florist").organisation_id, 4, "refused", "foreign")
    listed = web.get(LATE, headers=tenant.headers).get_json()["late_answers"]
    assert [(each["state"], each["reason"]) for each in listed] == [
        ("uncertain", "no answer came back"),
        ("refused", "Subscriber does not exist"),
        ("pushed", None),
    ]
    assert (listed[0]["user_id"], listed[0]["answer"], listed[0]["attempts"]) == ("+573001234567", "Bienvenue", 1)
    refused = web.get(LATE, query_string={"state": "refused"}, headers=tenant.headers).get_json()
    assert [each["reason"] for each in refused["late_answers"]] == ["Subscriber does not exist"]


def test_they_come_in_pages(web: FlaskClient, tenant: Tenant) -> None:
    for number in range(3):
        late(tenant.organisation_id, number, "opened")
    first = web.get(LATE, query_string={"limit": 2}, headers=tenant.headers).get_json()
    rest = web.get(LATE, query_string={"limit": 2, "before": first["next"]}, headers=tenant.headers).get_json()
    ids = [each["receipt_id"] for page in (first, rest) for each in page["late_answers"]]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    assert rest["next"] is None
    assert web.get(LATE, query_string={"state": "lost"}, headers=tenant.headers).status_code == 422
