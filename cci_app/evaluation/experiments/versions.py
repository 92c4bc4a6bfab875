"""Making versions that nobody gets yet, and letting one of them answer everybody, or the one before it again."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.chatbots.draft import read_draft, spec_of
from cci_app.assistants.chatbots.models import Chatbot, ChatbotVersion
from cci_app.assistants.chatbots.register import publish_chatbot
from cci_app.assistants.files import Files
from cci_app.assistants.versions.changes import PLACES, changed_spec, with_changes
from cci_app.assistants.versions.models import AssistantVersion
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput

NOTE_LENGTH: Final = 300


def make_version(
    catalogue: Catalogue, organisation_id: int, assistant: str, changes: Mapping[str, Any], note: str = ""
) -> int:
    """A version of an assistant that serves nobody; its number. It is what serves, or a chatbot's draft, but `changes`.

    Raises InvalidInput for an assistant that there is not, and for changes that make none that can be used here;
    Conflict where there are too many, or somebody else makes one in this moment.
    """
    known = catalogue.find(organisation_id, assistant).name
    try:
        with tenant_transaction(organisation_id) as session:
            chatbot = _chatbot(session, organisation_id, known)
            if chatbot is not None:
                version = _of_chatbot(session, catalogue, chatbot, changes)
            else:
                version = _of_file(session, catalogue, organisation_id, known, changes, note)
            record(session, organisation_id, "version.made", f"assistant:{known}", {"version": version})
    except IntegrityError:
        raise Conflict("somebody else makes a version in this moment: try again") from None
    catalogue.forget(organisation_id)
    return version


def list_versions(catalogue: Catalogue, organisation_id: int, assistant: str | None) -> Sequence[dict[str, Any]]:
    """The versions of an assistant, the newest first: `version`, `serving`, `note`, `changes`, `created_at`.

    `changes` is what an organisation changed in a file, None of the file itself and of a chatbot. Raises InvalidInput.
    """
    serving = catalogue.find(organisation_id, assistant)
    with tenant_transaction(organisation_id) as session:
        chatbot = _chatbot(session, organisation_id, serving.name)
        if chatbot is not None:
            mine = [ChatbotVersion.organisation_id == organisation_id, ChatbotVersion.chatbot_id == chatbot.id]
            kept = session.execute(
                sa.select(ChatbotVersion.version, ChatbotVersion.created_at)
                .where(*mine)
                .order_by(ChatbotVersion.version.desc())
            ).all()
            return [_shown(row.version, row.version == serving.version, created_at=row.created_at) for row in kept]
        base = catalogue.files.version_of(serving.name)
        rows = session.scalars(
            sa.select(AssistantVersion)
            .where(
                AssistantVersion.organisation_id == organisation_id,
                AssistantVersion.assistant == serving.name,
                AssistantVersion.base == base,
            )
            .order_by(AssistantVersion.version.desc())
        )
        made = [
            _shown(row.version, row.version == serving.version, row.note, row.changes, row.created_at) for row in rows
        ]
    return [*made, _shown(base, base == serving.version)]


def serve_version(catalogue: Catalogue, organisation_id: int, assistant: str, version: int) -> int:
    """Let a version answer everybody from now on; the one that did so before. Raises InvalidInput.

    Other processes know it within seconds.
    """
    before = catalogue.find(organisation_id, assistant)
    # There is one, and it can be used here.
    catalogue.find(organisation_id, before.name, version)
    with tenant_transaction(organisation_id) as session:
        chatbot = _chatbot(session, organisation_id, before.name)
        if chatbot is None:
            mine = sa.update(AssistantVersion).where(
                AssistantVersion.organisation_id == organisation_id, AssistantVersion.assistant == before.name
            )
            session.execute(mine.where(AssistantVersion.serving).values(serving=False))
            session.execute(mine.where(AssistantVersion.version == version).values(serving=True))
            told = {"version": version, "before": before.version}
            record(session, organisation_id, "version.served", f"assistant:{before.name}", told)
    if chatbot is not None:
        publish_chatbot(organisation_id, chatbot.id, version)
    catalogue.forget(organisation_id)
    return before.version


def _chatbot(session: Session, organisation_id: int, name: str) -> Chatbot | None:
    mine = sa.select(Chatbot).where(Chatbot.organisation_id == organisation_id, Chatbot.name == name)
    found = session.scalars(mine.where(Chatbot.published.is_not(None))).one_or_none()
    if found is not None:
        session.expunge(found)
    return found


def _of_chatbot(session: Session, catalogue: Catalogue, chatbot: Chatbot, changes: Mapping[str, Any]) -> int:
    draft = read_draft(with_changes(chatbot.draft, changes))
    whose = {"organisation_id": chatbot.organisation_id, "chatbot_id": chatbot.id}
    newest = session.scalar(sa.select(sa.func.max(ChatbotVersion.version)).filter_by(**whose)) or 0
    catalogue.make(spec_of(chatbot.name, newest + 1, draft))
    content = draft.model_dump(mode="json", exclude_none=True)
    session.add(ChatbotVersion(**whose, version=newest + 1, content=content))
    session.flush()
    return newest + 1


def _of_file(
    session: Session,
    catalogue: Catalogue,
    organisation_id: int,
    name: str,
    changes: Mapping[str, Any],
    note: str,
) -> int:
    if not changes:
        told = "say what is to differ: without changes it would be the version that there is"
        raise InvalidInput(told, details={"changes": [told]})
    files: Files = catalogue.files
    base = files.version_of(name)
    mine = {"organisation_id": organisation_id, "assistant": name}
    newest = session.scalar(sa.select(sa.func.max(AssistantVersion.version)).filter_by(**mine, base=base))
    version = (newest or base * PLACES) + 1
    if version >= (base + 1) * PLACES:
        raise Conflict(f"there are {PLACES - 1} versions of this file's version: begin another one of the file")
    catalogue.make(changed_spec(files.content(name), changes, version))
    session.add(AssistantVersion(**mine, version=version, base=base, changes=dict(changes), note=note))
    session.flush()
    return version


def _shown(
    version: int, serving: bool, note: str = "", changes: Mapping[str, Any] | None = None, created_at: Any = None
) -> dict[str, Any]:
    return {"version": version, "serving": serving, "note": note, "changes": changes, "created_at": created_at}
