"""What operations are asked about: a chat on the web, and a message of a conversation."""

import uuid

import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.conversation.models import Conversation as Said
from cci_app.core.database import system_transaction
from cci_app.web_chats.register import set_chat
from cci_app.web_chats.visitors import begin_visit
from tests.conftest import Tenant


def web_chat_of(web: FlaskClient, tenant: Tenant) -> str:
    """The token of a chat on the web, whose visitor `web` is from now on."""
    chat = set_chat(tenant.organisation_id, "cci", [], has_link=True)
    web.environ_base["HTTP_X_CHAT_VISITOR"] = begin_visit(chat, tenant.slug)
    return chat.token


def message_of(conversation_id: str) -> str:
    """A message of that conversation."""
    with system_transaction() as session:
        return str(session.scalar(sa.select(Said.id).where(Said.run_id == uuid.UUID(conversation_id))))
