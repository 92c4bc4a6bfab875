"""Chatbots as assistants: those that are published, for their own organisation and nobody else."""

import uuid
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.assistants.chatbots.draft import read_draft, spec_of
from cci_app.assistants.chatbots.models import Chatbot, ChatbotVersion
from cci_app.assistants.ports import AssistantKey
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.database import tenant_transaction
from cci_app.core.lookups import LookUps

log = structlog.get_logger(__name__)

_OWNER = "organisation "
_ORGANISATIONS = 5_000


class Chatbots:
    """The published chatbots. What is published elsewhere counts here after some seconds."""

    def __init__(self) -> None:
        self._serving: LookUps[int, Mapping[str, AssistantKey]] = LookUps(_ORGANISATIONS)

    def serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        """See AssistantSource."""
        try:
            return self._serving.find(organisation_id, lambda: _published(organisation_id))
        except (DBAPIError, PoolTimeout):
            # Assistants from files answer also while the database is away.
            log.warning("chatbots_unknown", organisation_id=organisation_id)
            return {}

    def version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        """See AssistantSource. Whether there is one is found out when it is made."""
        key = self.serving(organisation_id).get(name)
        return None if key is None else replace(key, version=version)

    def spec(self, key: AssistantKey) -> AssistantSpec | None:
        """See AssistantSource."""
        if not key.owner.startswith(_OWNER):
            return None
        number, chatbot_id = key.owner.removeprefix(_OWNER).split()
        organisation_id = int(number)
        found = sa.select(ChatbotVersion.content).where(
            ChatbotVersion.organisation_id == organisation_id,
            ChatbotVersion.chatbot_id == uuid.UUID(chatbot_id),
            ChatbotVersion.version == key.version,
        )
        with tenant_transaction(organisation_id) as session:
            content = session.scalar(found)
        return None if content is None else spec_of(key.name, key.version, read_draft(content))

    def forget(self, organisation_id: int) -> None:
        """Look again which chatbots are published."""
        self._serving.forget(organisation_id)


def _published(organisation_id: int) -> Mapping[str, AssistantKey]:
    asked = sa.select(Chatbot.id, Chatbot.name, Chatbot.published).where(
        Chatbot.organisation_id == organisation_id, Chatbot.published.is_not(None)
    )
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(asked).all()
    # One that is made anew under a name begins with version 1 again, and is another one.
    owners = {row.name: f"{_OWNER}{organisation_id} {row.id}" for row in rows}
    return {row.name: AssistantKey(owners[row.name], row.name, row.published) for row in rows}
