"""Assistants from their files, and an assistant at work."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import yaml
from pydantic import ValidationError

from cci_app.agents.handler.agent import HandlerAgent
from cci_app.agents.handler.loading import Handler, HandlerError, load_handler
from cci_app.agents.handler.remote import remote_handler
from cci_app.agents.ports import Agent, Answerer
from cci_app.agents.questionnaire.agent import QuestionnaireAgent
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.errors import CannotStart
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.wording import ModelAnswerer
from cci_app.llm.chains import ChatModels
from cci_app.llm.chat import Chat
from config.settings import Settings


class SpecError(CannotStart):
    """An assistant's file that cannot be used; the message names the file, the field and what is wrong."""


def load_specs(folder: Path) -> dict[str, AssistantSpec]:
    """Read every `*.yaml` in `folder` and return the assistants by name.

    Raises SpecError for a folder without assistants, a file that is no YAML or no assistant, a name used twice or other
    than the file's.
    """
    specs: dict[str, AssistantSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        spec = load_spec(path)
        if spec.name != path.stem:
            raise SpecError(f"{path}: name: {spec.name!r} should be {path.stem!r}, as the file is called")
        specs[spec.name] = spec
    if not specs:
        raise SpecError(f"{folder}: no assistant here (*.yaml)")
    return specs


def load_spec(path: Path) -> AssistantSpec:
    """Read one assistant's file. Raises SpecError."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SpecError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise SpecError(f"{path}: an assistant is a mapping of fields, this is not")
    try:
        return AssistantSpec.model_validate(content)
    except ValidationError as error:
        raise SpecError(f"{path}: {_told(error)}") from error


def _told(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False):
        place = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{place}: {message}" if place else message)
    return "; ".join(problems)


class Assistant:
    """An assistant at work: its agents, ready to reply. Safe to share between threads."""

    def __init__(self, spec: AssistantSpec, agents: Mapping[str, Agent]) -> None:
        self.spec = spec
        self.agents: Mapping[str, Agent] = MappingProxyType(dict(agents))

    @classmethod
    def build(cls, spec: AssistantSpec, answerer: Answerer, chat: Chat | None = None) -> Self:
        """Make the assistant of a spec.

        `answerer` answers questions from the organisation's documents; `chat` is what it thinks with beside its rules.
        """
        return cls(
            spec,
            {
                name: QuestionnaireAgent(content, spec.languages, answerer, chat)
                for name, content in spec.agents.items()
            },
        )

    def served_by(self, handler: Handler, *, seconds: float, turns_at_once: int) -> "Assistant":
        """The same assistant by name, languages and texts, with an organisation's own agent instead of its agents."""
        agent = HandlerAgent(handler, self.languages, seconds=seconds, turns_at_once=turns_at_once)
        return Assistant(self.spec, {"own_agent": agent})

    @property
    def name(self) -> str:
        """The assistant's name, as addresses and tables hold it."""
        return self.spec.name

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it speaks, two letters each."""
        return self.spec.languages

    @property
    def default_language(self) -> str:
        """The language of a first message that tells nothing."""
        return self.spec.default_language

    def holding(self, language: str) -> str:
        """What a person is told while the answer takes longer than the channel waits."""
        return self.spec.texts.holding[language]

    def apology(self, language: str) -> str:
        """What a person is told when no answer could be made."""
        return self.spec.texts.apology[language]

    def route(self, text: str, state: Mapping[str, Any]) -> str:  # noqa: ARG002 (one agent needs neither)
        """Return the name of the agent that takes a message; `state` is the conversation's."""
        return next(iter(self.agents))


def load_assistants(settings: Settings, models: ChatModels) -> dict[str, Assistant]:
    """The assistants of the folder, by name, the default one with the organisation's own agent where there is one.

    Raises SpecError, HandlerError, UnknownModel and ModelKeyMissing.
    """
    assistants = {}
    for name, spec in load_specs(settings.assistants_path).items():
        chat = models.chain(spec.model or settings.default_models)
        documents = DocumentAnswerer(spec.own_names)
        assistants[name] = Assistant.build(spec, ModelAnswerer(chat, documents) if chat else documents, chat)
    handler = _own_handler(settings)
    if handler is not None:
        served = assistants.get(settings.default_assistant)
        if served is None:
            raise HandlerError(
                f"{handler.module} serves as the default assistant, and there is no assistant"
                f" {settings.default_assistant!r}"
            )
        assistants[served.name] = served.served_by(
            handler,
            seconds=settings.agent_handler_seconds,
            turns_at_once=settings.agent_pool_size,
        )
    return assistants


def _own_handler(settings: Settings) -> Handler | None:
    """The organisation's own agent, in this process or as a service; None where there is none. Raises HandlerError."""
    if settings.agent_handler_url is None:
        return load_handler(settings.agent_handler) if settings.agent_handler is not None else None
    if settings.agent_handler is not None:
        raise HandlerError("AGENT_HANDLER and AGENT_HANDLER_URL are both set: an installation has one agent of its own")
    secret = settings.agent_handler_secret
    return remote_handler(settings.agent_handler_url, secret.get_secret_value() if secret else None)
