"""Whether the figures of an answer come from somewhere: a model that adds, or invents, is not taken at its word."""

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage

from cci_app.language.numbers import figures, values

# "1. ", "2) " at the beginning of a line count its lines.
_NUMBERING = re.compile(r"^\s{0,8}\d{1,2}[.)] ", re.MULTILINE)


def is_grounded(answer: str, system: str, messages: Sequence[AnyMessage]) -> bool:
    """Whether each figure of an answer is in what the model was given: by its value, however it is written.

    What it was given is what it was told of itself, what the person wrote, what was answered before, and what tools
    brought in this turn; what it asked tools for is its own.
    """
    asked = figures(_NUMBERING.sub("", answer))
    if not asked:
        return True
    given = [message.text for message in messages if not (isinstance(message, AIMessage) and message.tool_calls)]
    known = values("\n".join([system, *given]))
    return not any(known.isdisjoint(several) for several in asked)
