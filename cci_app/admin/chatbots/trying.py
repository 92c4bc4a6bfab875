"""Trying a chatbot before anybody talks to it: a message to its draft, of which nothing is kept and nothing written."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from cci_app.agents.ports import TurnContext
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.chatbots.draft import AGENT
from cci_app.assistants.chatbots.register import spec_to_try
from cci_app.channels.message import parts_to_json
from cci_app.core import clock
from cci_app.core.deadline import Deadline, waits
from cci_app.core.errors import InvalidInput
from cci_app.language.detect import detect
from cci_app.llm.calls import gathered
from cci_app.tools.calls import tools_gathered

_SECONDS: Final = 20.0
_NOBODY: Final = "trial:1"


def try_chatbot(
    catalogue: Catalogue,
    organisation_id: int,
    chatbot_id: uuid.UUID,
    message: str,
    state: Mapping[str, Any],
    version: int | None,
) -> dict[str, Any]:
    """What a draft, or a version, answers; `state` is that of the trial's last answer.

    Raises NotFound, and InvalidInput for a state that is none, or a model that there is no key for.
    """
    spec = spec_to_try(organisation_id, chatbot_id, version)
    assistant = catalogue.make(spec)
    language = detect(message, languages=spec.languages, previous=None, default=spec.default_language)
    turn = TurnContext(
        organisation_id, spec.name, _NOBODY, message, language, state, None, clock.now(), Deadline.after(_SECONDS)
    )
    with gathered() as calls, tools_gathered() as tools, waits(None):
        try:
            reply = assistant.agents[AGENT].reply(turn)
        except (KeyError, TypeError, AttributeError) as error:
            if not state:
                raise
            raise InvalidInput("this is no state of a trial", details={"state": ["Is not as it was given."]}) from error
    return {
        "reply": reply.text,
        "parts": parts_to_json(reply.parts),
        "language": language,
        "state": dict(reply.state),
        "handed_over": reply.handoff is not None,
        "sources": [
            {"document_id": each.document_id, "title": each.title, "page": each.page} for each in reply.sources
        ],
        "model_calls": [
            {
                **{name: getattr(call, name) for name in ("purpose", "model", "outcome", "duration_ms")},
                "input_tokens": call.tokens.input,
                "output_tokens": call.tokens.output,
                "at": call.at.isoformat(),
            }
            for call in calls
        ],
        "tool_calls": [
            {
                **{name: getattr(call, name) for name in ("tool", "status", "arguments", "result", "iteration")},
                "type": call.kind,
                "duration_ms": call.duration_ms,
                "at": call.at.isoformat(),
            }
            for call in tools
        ],
    }
