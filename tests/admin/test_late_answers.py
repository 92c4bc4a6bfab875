"""What an admin sees of answers that came too late."""

import json

import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.channels.message import Text, part_to_json
from cci_app.core.database import system_transaction
from tests.conftest import Tenant, make_tenant

LATE = "/api/v1/admin/late-answers"


# The old names of states, and how the outbox holds them.
STATES = {"pushed": ("sent", "push"), "refused": ("queued", "reply"), "opened": ("sent", "reply")}


def late(organisation_id: int, number: int, state: str, reason: str | None = None) -> None:
    held, via = STATES.get(state, (state, "push"))
    with system_transaction() as session:
        receipt = session.scalar(
            sa.text(
                "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless,"
                " kind, text, channel, status, reply, completed_at, held, late)"
                " VALUES (:organisation_id, 'cci', '+573001234567', 'api', :event_id, false, 'message', 'Bonjour',"
                " 'api', 'completed', 'x', now(), true, true) RETURNING id"
            ),
            {"organisation_id": organisation_id, "event_id": f"late {number}"},
        )
        for position, text in enumerate(("Bienvenue", "à vous"), start=1):
            session.execute(
                sa.text(
                    "INSERT INTO outbound_messages (organisation_id, assistant, user_id, receipt_id, reason, position,"
                    " idempotency_key, part, via, state, attempts, error) VALUES (:organisation_id, 'cci',"
                    " '+573001234567', :receipt, 'late', :position, :key, :part, :via, :state, 1, :reason)"
                ),
                {
                    "organisation_id": organisation_id,
                    "receipt": receipt,
                    "position": position,
                    "key": f"{receipt} {position}",
                    "part": json.dumps(part_to_json(Text(text))),
                    # What became of the first part tells of the whole.
                    "via": via if position == 1 else "push",
                    "state": held if position == 1 else "sent",
                    "reason": reason,
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
    assert (listed[0]["user_id"], listed[0]["answer"], listed[0]["attempts"]) == (
        "+573001234567",
        "Bienvenue\n\nà vous",
        1,
    )
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


def test_the_outbox_is_listed(web: FlaskClient, tenant: Tenant) -> None:
    late(tenant.organisation_id, 1, "uncertain", "no answer came back")
    late(make_tenant("baker").organisation_id, 2, "refused", "foreign")

    def listed(**query: object) -> list[tuple[str, str]]:
        body = web.get("/api/v1/admin/outbound", query_string=query, headers=tenant.headers).get_json()
        return [(message["text"], message["state"]) for message in body["messages"]]

    assert listed() == [("à vous", "sent"), ("Bienvenue", "uncertain")]
    assert listed(state="uncertain") == listed(state="uncertain", reason="late", user_id="+573001234567")
    assert listed(state="uncertain") == [("Bienvenue", "uncertain")]
    assert listed(user_id="+573009999999") == listed(reason="reply") == listed(state="failed") == []
    page = web.get("/api/v1/admin/outbound", query_string={"limit": 1}, headers=tenant.headers).get_json()
    assert listed(before=page["next"]) == [("Bienvenue", "uncertain")]
    wrong = web.get("/api/v1/admin/outbound", query_string={"state": "lost"}, headers=tenant.headers)
    assert wrong.status_code == 422
