"""Two versions of a chatbot side by side: what was written differently, and what each answers to what people asked."""

import difflib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
import yaml

from cci_app.admin.chatbots.trying import try_chatbot
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.chatbots.register import content_of, find_chatbot
from cci_app.core.database import tenant_transaction

MOST_MESSAGES: Final = 5
# The last that a person asked first, each once: what comes later depends on what was answered before.
_ASKED: Final = sa.text(
    "SELECT user_message FROM ("
    " SELECT DISTINCT ON (c.user_message) c.user_message, c.id FROM conversations c"
    " WHERE c.organisation_id = :organisation_id AND c.assistant = :assistant AND c.user_message <> ''"
    " AND c.id > (SELECT coalesce(max(id), 0) - 5000 FROM conversations WHERE organisation_id = :organisation_id)"
    " ORDER BY c.user_message, c.id DESC) asked ORDER BY id DESC LIMIT :most"
)


def compare_chatbot(
    catalogue: Catalogue, organisation_id: int, chatbot_id: uuid.UUID, one: int | None, other: int | None
) -> dict[str, Any]:
    """The differences between two versions, None being the draft, and what both answer to the last recorded messages.

    Each message is asked as the first of a conversation; nothing of it is kept. Raises NotFound.
    """
    contents = [content_of(organisation_id, chatbot_id, version) for version in (one, other)]
    name = find_chatbot(organisation_id, chatbot_id)["name"]
    with tenant_transaction(organisation_id) as session:
        asked = session.scalars(
            _ASKED, {"organisation_id": organisation_id, "assistant": name, "most": MOST_MESSAGES}
        ).all()
    return {
        "differences": differences(*contents),
        "messages": [
            {
                "message": message,
                "one": _answered(catalogue, organisation_id, chatbot_id, message, one),
                "other": _answered(catalogue, organisation_id, chatbot_id, message, other),
            }
            for message in asked
        ],
    }


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The lines that differ, each behind `- ` (of the one) or `+ ` (of the other), in YAML."""
    lines = difflib.ndiff(_written(one), _written(other))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def _written(content: Mapping[str, Any]) -> Sequence[str]:
    written: str = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=True, width=100)
    return written.splitlines()


def _answered(
    catalogue: Catalogue, organisation_id: int, chatbot_id: uuid.UUID, message: str, version: int | None
) -> dict[str, Any]:
    tried = try_chatbot(catalogue, organisation_id, chatbot_id, message, {}, version)
    tokens = sum(call["input_tokens"] + call["output_tokens"] for call in tried["model_calls"])
    tools = [call["tool"] for call in tried["tool_calls"]]
    return {"reply": tried["reply"], "handed_over": tried["handed_over"], "tools": tools, "tokens": tokens}
