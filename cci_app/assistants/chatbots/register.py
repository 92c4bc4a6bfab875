"""Making, changing, publishing and taking back chatbots."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.assistants.chatbots.draft import ChatbotDraft, read_draft, spec_of
from cci_app.assistants.chatbots.models import Chatbot, ChatbotVersion
from cci_app.assistants.spec import AssistantSpec
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound
from cci_app.usage.quotas import one_more

MOST: Final = 100


def list_chatbots(organisation_id: int) -> Sequence[dict[str, Any]]:
    """The organisation's chatbots by name."""
    with tenant_transaction(organisation_id) as session:
        rows = session.scalars(
            sa.select(Chatbot).where(Chatbot.organisation_id == organisation_id).order_by(Chatbot.name)
        )
        return [_shown(row) for row in rows]


def find_chatbot(organisation_id: int, chatbot_id: uuid.UUID) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _shown(_row(session, organisation_id, chatbot_id))


def create_chatbot(organisation_id: int, name: str, draft: ChatbotDraft) -> dict[str, Any]:
    """Make a chatbot that answers nobody yet. Raises InvalidInput, Conflict for a name that there is, PlanLimit."""
    spec_of(name, 1, draft)
    row = Chatbot(organisation_id=organisation_id, name=name, draft=_kept(draft))
    try:
        with tenant_transaction(organisation_id) as session:
            counting = sa.select(sa.func.count(Chatbot.id)).where(Chatbot.organisation_id == organisation_id)
            one_more(session, organisation_id, "chatbots", counting)
            known = session.scalar(counting)
            if (known or 0) >= MOST:
                raise Conflict(f"there are {known} chatbots: remove one first")
            session.add(row)
            session.flush()
            session.refresh(row)
            record(session, organisation_id, "chatbot.created", f"chatbot:{name}")
            return _shown(row)
    except IntegrityError:
        raise Conflict(f"there is a chatbot {name} already") from None


def change_chatbot(organisation_id: int, chatbot_id: uuid.UUID, draft: ChatbotDraft) -> dict[str, Any]:
    """Give a chatbot another draft; what is published stays. Raises NotFound, InvalidInput."""
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, chatbot_id, lock=True)
        spec_of(row.name, 1, draft)
        row.draft, row.updated_at = _kept(draft), clock.now()
        record(session, organisation_id, "chatbot.changed", f"chatbot:{row.name}")
        session.flush()
        return _shown(row)


def list_versions(organisation_id: int, chatbot_id: uuid.UUID) -> Sequence[dict[str, Any]]:
    """The published versions of a chatbot, the newest first. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        chatbot = _row(session, organisation_id, chatbot_id)
        rows = session.scalars(
            sa.select(ChatbotVersion)
            .where(ChatbotVersion.organisation_id == organisation_id, ChatbotVersion.chatbot_id == chatbot_id)
            .order_by(ChatbotVersion.version.desc())
        )
        return [
            {
                "version": row.version,
                "serving": row.version == chatbot.published,
                "content": row.content,
                "created_at": row.created_at,
            }
            for row in rows
        ]


def publish_chatbot(organisation_id: int, chatbot_id: uuid.UUID, version: int | None = None) -> AssistantSpec:
    """Let the draft answer from now on as a version of its own, or an earlier version again; what answers now.

    Raises NotFound for a chatbot or version that there is not.
    """
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, chatbot_id, lock=True)
        content = _content(session, row, version)
        if version is None:
            whose = {"organisation_id": organisation_id, "chatbot_id": chatbot_id}
            newest = session.scalar(sa.select(sa.func.max(ChatbotVersion.version)).filter_by(**whose))
            version = (newest or 0) + 1
            session.add(ChatbotVersion(**whose, version=version, content=content))
        spec = spec_of(row.name, version, read_draft(content))
        row.published = version
        record(session, organisation_id, "chatbot.published", f"chatbot:{row.name}", {"version": version})
        return spec


def withdraw_chatbot(organisation_id: int, chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Let a chatbot answer nobody any more; its versions stay. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, chatbot_id, lock=True)
        row.published = None
        record(session, organisation_id, "chatbot.withdrawn", f"chatbot:{row.name}")
        session.flush()
        return _shown(row)


def remove_chatbot(organisation_id: int, chatbot_id: uuid.UUID) -> None:
    """Remove a chatbot with its versions; what was said with it stays on record. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, chatbot_id, lock=True)
        session.delete(row)
        record(session, organisation_id, "chatbot.removed", f"chatbot:{row.name}")


def spec_to_try(organisation_id: int, chatbot_id: uuid.UUID, version: int | None) -> AssistantSpec:
    """The draft of a chatbot, or one of its versions, as an assistant. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, chatbot_id)
        return spec_of(row.name, version or 1, read_draft(_content(session, row, version)))


def content_of(organisation_id: int, chatbot_id: uuid.UUID, version: int | None) -> dict[str, Any]:
    """What a version of a chatbot says, or its draft for None. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _content(session, _row(session, organisation_id, chatbot_id), version)


def _row(session: Session, organisation_id: int, chatbot_id: uuid.UUID, *, lock: bool = False) -> Chatbot:
    asked = sa.select(Chatbot).where(Chatbot.organisation_id == organisation_id, Chatbot.id == chatbot_id)
    found = session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if found is None:
        raise NotFound("there is no such chatbot")
    return found


def _content(session: Session, row: Chatbot, version: int | None) -> dict[str, Any]:
    """The content of a version of a chatbot, of its draft for None. Raises NotFound."""
    if version is None:
        return row.draft
    whose = {"organisation_id": row.organisation_id, "chatbot_id": row.id, "version": version}
    content: dict[str, Any] | None = session.scalar(sa.select(ChatbotVersion.content).filter_by(**whose))
    if content is None:
        raise NotFound(f"there is no version {version} of this chatbot")
    return content


def _kept(draft: ChatbotDraft) -> dict[str, Any]:
    return draft.model_dump(mode="json", exclude_none=True)


def _shown(row: Chatbot) -> dict[str, Any]:
    columns = ("id", "name", "draft", "published", "created_at", "updated_at")
    return {name: getattr(row, name) for name in columns}
