"""Whether a tool may write: the person says yes to exactly what would be written, or wrote it themselves."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cci_app.core.text import fold
from cci_app.tools.ports import Consent, Tool, ToolContext

_DIGITS: Final = frozenset("0123456789")
_FEW_DIGITS: Final = 6


def needs_yes(tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> bool:
    """Whether the person has to say yes first."""
    if tool.writes is None:
        return False
    return tool.writes is Consent.PERSON or not in_own_words(arguments, context)


def in_own_words(arguments: Mapping[str, Any], context: ToolContext) -> bool:
    """Whether the person wrote every value, or the contact book has it: nothing of it came from a document or a page.

    A number is compared by its digits, however it is written.
    """
    said = [*context.said, *_texts(context.contact.as_dict() if context.contact else {}), context.user_id]
    words = fold(" \n ".join(said))
    digits = [_digits(each) for each in said]
    return all(
        fold(value) in words or (len(own := _digits(value)) >= _FEW_DIGITS and any(own in each for each in digits))
        for value in _texts(arguments)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _digits(text: str) -> str:
    return "".join(character for character in text if character in _DIGITS)
