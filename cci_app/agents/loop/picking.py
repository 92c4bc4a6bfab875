"""Which tool a message wants, and what it says of the tool's arguments, by words alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cci_app.core.text import fold
from cci_app.knowledge.search.words import Term, closeness, terms
from cci_app.language.numbers import figures
from cci_app.language.tokens import tokens
from cci_app.tools.ports import Tool

# How much of a message, by its telling words, must be a tool's own words; or of an example, the message.
ENOUGH: Final = 0.6
_LONGEST: Final = 1_000
_MARKS: Final = "¿?¡!.,;: "


def picked(text: str, tools: Iterable[Tool]) -> tuple[str, Mapping[str, Any]] | None:
    """The tool that fits a message best, with its arguments; None where none fits, or none could be filled in."""
    text = text[:_LONGEST]
    best: tuple[float, str, Mapping[str, Any]] | None = None
    for tool in tools:
        fit = _fit(tool, text)
        arguments = filled(tool, text) if fit >= ENOUGH and (best is None or fit > best[0]) else None
        if arguments is not None:
            best = (fit, tool.name, arguments)
    return best[1:] if best else None


def filled(tool: Tool, text: str) -> dict[str, Any] | None:
    """The arguments of a tool as far as a message tells them; None where it does not tell one that is needed."""
    properties: Mapping[str, Any] = tool.arguments.schema.get("properties", {})
    required = [str(name) for name in tool.arguments.schema.get("required", ())]
    texts = [name for name in required if _is_text(properties.get(name))]
    arguments: dict[str, Any] = {}
    for name, described in properties.items():
        # What stands beside the words for the tool itself, where it asks for just one text.
        value = _rest(tool, text) if texts == [name] else _value(described, text, tool.words)
        if value is not None:
            arguments[name] = value
        elif name in required:
            return None
    return arguments


def _fit(tool: Tool, text: str) -> float:
    """How well a message fits a tool, from 0 to 1: an example that is in it whole, or words that are the tool's."""
    said = [term.word for term in terms(text)]
    own = {*tokens(tool.name.replace("_", " ")), *tokens(tool.description)}
    own |= {word for names in tool.words.values() for name in names for word in tokens(name)}
    examples = [tokens(example) for example in tool.examples]
    own |= {word for example in examples for word in example}
    like = max((_covered(example, set(tokens(text))) for example in examples), default=0.0)
    return max(_covered(said, own), like)


def _covered(words: Sequence[str], among: set[str]) -> float:
    """How much of `words` is among others, in any of their forms."""
    if not words or not among:
        return 0.0
    return sum(max(closeness(Term(word), other) for other in among) for word in words) / len(words)


def _is_text(described: Any) -> bool:
    return isinstance(described, Mapping) and described.get("type") == "string" and "enum" not in described


def _value(described: Any, text: str, words: Mapping[str, tuple[str, ...]]) -> Any:
    """What a message says of an argument: one of the values that it may have, or the first number."""
    if not isinstance(described, Mapping):
        return None
    if isinstance(described.get("enum"), list):
        said = set(tokens(text))
        fits = [
            (_covered(tokens(name), said), each)
            for each in described["enum"]
            for name in (str(each).replace("_", " "), *words.get(str(each), ()))
        ]
        fit, best = max(fits, key=lambda one: one[0], default=(0.0, None))
        return best if fit >= ENOUGH else None
    if described.get("type") in {"integer", "number"}:
        number = next((min(values) for values in figures(text) if values), None)
        return int(number) if number is not None and described["type"] == "integer" else number
    return None


def _rest(tool: Tool, text: str) -> str:
    """What a message says beside the words that only name the tool; all of it where nothing is left."""
    examples = {word for example in tool.examples for word in tokens(example)}
    own = examples | set(tokens(tool.name.replace("_", " ")))
    kept = [word for word in text.split() if fold(word.strip(_MARKS)) not in own]
    return " ".join(kept).strip(_MARKS) or text.strip()
