"""A request for a human, as each operation about one needs it."""

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cci_app.conversation.log import log_conversations
from cci_app.conversation.media import InboundFile
from cci_app.core.database import tenant_transaction
from cci_app.files.store import file_store
from cci_app.handoff.desk import change_desk
from cci_app.handoff.models import Handoff, HandoffState
from cci_app.inbox import ready_answers
from cci_app.inbox.holding import person_of
from cci_app.records.facts import keep_fact
from tests.conftest import Tenant

NUMBER = "+573000000001"


def request_for(operation: str, tenant: Tenant, web: FlaskClient) -> dict[str, str]:
    """The ids of a request, and of a ready answer, where the operation is about one."""
    if operation == "remove_own_fact":
        return {"fact_id": str(keep_fact(tenant.organisation_id, {"title": "Kermesse", "text": "Samedi."}).id)}
    if "ready_answer" in operation:
        return {"reply_id": str(ready_answers.keep(tenant.organisation_id, "Merci", "Merci beaucoup !").id)}
    if "handoff" not in operation:
        return {}
    if operation == "draft_for_handoff":
        message = {"user_id": NUMBER, "message": "Bonjour"}
        web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=message)
        log_conversations()
        change_desk(tenant.organisation_id, {"drafts": True})
    state = HandoffState.RESOLVED if operation == "reopen_handoff" else HandoffState.OPEN
    with tenant_transaction(tenant.organisation_id) as session:
        handoff = Handoff(
            organisation_id=tenant.organisation_id,
            assistant="cci",
            user_id=NUMBER,
            reason="asked_for_human",
            summary="Souhaite parler à une personne.",
            state=state,
        )
        session.add(handoff)
        session.flush()
        ids = {"handoff_id": str(handoff.id)}
        return {**ids, "file_id": _file_of(session, handoff)} if operation == "get_handoff_file" else ids


def _file_of(session: Session, handoff: Handoff) -> str:
    """A file that the person sent."""
    key = f"media/{handoff.organisation_id}/{handoff.id}.pdf"
    file_store(current_app.config["SETTINGS"]).put(key, b"%PDF-1.7 fictional")
    file = InboundFile(
        **person_of(handoff).columns,
        receipt_id=handoff.id,
        position=0,
        kind="document",
        file_key=key,
        media_type="application/pdf",
    )
    session.add(file)
    session.flush()
    return str(file.id)
