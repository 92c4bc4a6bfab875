"""What an assistant says, as its content holds it: each text in its languages, with the place where it is changed."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, RootModel

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.spec import AssistantSpec

# The parts of an agent's content that people look for; the others stand under the first of them.
SECTIONS = ("questions", "services", "say", "intents", "other")


def read_assistant(spec: AssistantSpec) -> dict[str, Any]:
    """An assistant with all of its texts, in the order of its content."""
    texts = [_placed(path, by_language) for path, by_language in texts_of(spec)]
    return {
        **{name: getattr(spec, name) for name in ("name", "title", "version", "languages", "default_language")},
        "source": f"{spec.name}.yaml",
        "questions": [
            {"question": number, "id": question.id, "topic": dict(question.topic.root), "ask": dict(question.ask.root)}
            for content in spec.agents.values()
            if isinstance(content, QuestionnaireContent)
            for number, question in enumerate(content.questions, 1)
        ],
        "texts": texts,
    }


def texts_of(content: Any, path: str = "") -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Every text in a content at any depth: its path, as `agents.cci.say.hello`, and its variants by language."""
    if isinstance(content, RootModel):
        if isinstance(content.root, dict):
            yield path, {code: [said] if isinstance(said, str) else list(said) for code, said in content.root.items()}
    elif isinstance(content, BaseModel):
        for name in type(content).model_fields:
            yield from texts_of(getattr(content, name), f"{path}.{name}" if path else name)
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from texts_of(value, f"{path}.{name}" if path else str(name))
    elif isinstance(content, list | tuple):
        for number, value in enumerate(content):
            yield from texts_of(value, f"{path}.{number}")


def _placed(path: str, by_language: dict[str, list[str]]) -> dict[str, Any]:
    """A text with its section, and with its item in it: a question's number, a sentence's name."""
    steps = path.split(".")
    inside = steps[2:] if steps[0] == "agents" else steps
    section = inside[0] if inside[0] in SECTIONS else "other"
    return {"path": path, "section": section, "item": inside[1] if len(inside) > 1 else inside[0], "texts": by_language}
