"""What operations are asked about: a chat on the web, and a message of a conversation."""

import mimetypes
import uuid
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask.testing import FlaskClient

from cci_app.conversation.inbound import Person
from cci_app.conversation.models import Conversation as Said
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.files.store import file_store
from cci_app.handoff.models import OutboundFile
from cci_app.web_chats.register import set_chat
from cci_app.web_chats.visitors import begin_visit, visitor_of
from tests.conftest import Tenant


def web_chat_of(web: FlaskClient, tenant: Tenant) -> str:
    """The token of a chat on the web, whose visitor `web` is from now on; a file was sent to them."""
    chat = set_chat(tenant.organisation_id, "cci", [], has_link=True)
    web.environ_base["HTTP_X_CHAT_VISITOR"] = token = begin_visit(chat, tenant.slug)
    send_file(Person(tenant.organisation_id, "cci", f"web:{visitor_of(chat, token)}"), 5012, "plan.pdf", b"%PDF-1.7")
    return chat.token


def send_file(person: Person, outbound_id: int, name: str, content: bytes) -> None:
    """Keep a file as sent to them with that message."""
    key, kind = f"sent/{person.organisation_id}/{outbound_id}", mimetypes.guess_type(name)[0]
    file_store(current_app.config["SETTINGS"]).put(key, content)
    told: dict[str, Any] = {"name": name, "media_type": kind, "size": len(content), "file_key": key}
    with tenant_transaction(person.organisation_id) as session:
        session.add(OutboundFile(**person.columns, id=uuid.uuid4(), outbound_id=outbound_id, **told))


def message_of(conversation_id: str) -> str:
    """A message of that conversation."""
    with system_transaction() as session:
        return str(session.scalar(sa.select(Said.id).where(Said.run_id == uuid.UUID(conversation_id))))
