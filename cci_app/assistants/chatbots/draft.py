"""What an organisation says of a chatbot, and the assistant that it makes: one agent with tools."""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError

from cci_app.agents.loop.content import LoopLimits, OwnDocument
from cci_app.assistants.files import problems_of
from cci_app.assistants.spec import AssistantSpec, FeedbackAsked, Language
from cci_app.core.errors import InvalidInput
from cci_app.language.localised import Content, Localised

AGENT: Final = "chatbot"
# What most say, where a chatbot does not say it otherwise.
_TEXTS: Final = {
    "greeting": {
        "fr": "Bonjour ! Que puis-je faire pour vous ?",
        "es": "¡Hola! ¿En qué le puedo ayudar?",
        "en": "Hello! How can I help?",
    },
    "holding": {
        "fr": "Un instant, je vérifie et je vous réponds tout de suite.",
        "es": "Un momento, lo verifico y le respondo enseguida.",
        "en": "One moment, I am checking and will answer right away.",
    },
    "apology": {
        "fr": "Désolé, un contretemps m'empêche de vous répondre. Pouvez-vous m'écrire à nouveau dans une minute ?",
        "es": "Lo siento, un contratiempo me impide responderle. ¿Puede escribirme de nuevo en un minuto?",
        "en": "I am sorry, something keeps me from answering. Could you write again in a minute?",
    },
}
_OF_CONVERSATION: Final = ("holding", "apology")
_OF_AGENT: Final = ("unknown", "limit", "handed")


class ChatbotTexts(Content):
    """A chatbot's own sentences, each by language."""

    greeting: Localised | None = None
    holding: Localised | None = None
    apology: Localised | None = None
    stopped: Localised | None = None
    unknown: Localised | None = None
    limit: Localised | None = None
    handed: Localised | None = None


class ChatbotDraft(Content):
    """A chatbot as its organisation describes it; see `agents.loop.content` for what the fields do."""

    title: str = Field(min_length=1, max_length=200)
    persona: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)]
    languages: tuple[Language, ...] = Field(min_length=1, max_length=10)
    default_language: Language | None = None
    model: tuple[str, ...] | str | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    tools: dict[str, dict[str, Any] | None] | tuple[str, ...] = ("rag_search", "hand_to_human")
    own_tools: tuple[str, ...] = Field((), max_length=50)
    servers: tuple[str, ...] = Field((), max_length=10)
    documents: tuple[OwnDocument, ...] = Field((), max_length=50)
    limits: LoopLimits = LoopLimits()
    silence: str = "12 hours"
    feedback: FeedbackAsked = FeedbackAsked()
    texts: ChatbotTexts = ChatbotTexts()


def read_draft(given: dict[str, Any]) -> ChatbotDraft:
    """Read what an organisation says of a chatbot. Raises InvalidInput, whose details name each fault."""
    try:
        return ChatbotDraft.model_validate(given)
    except ValidationError as error:
        raise _unusable(error) from None


def spec_of(name: str, version: int, draft: ChatbotDraft) -> AssistantSpec:
    """The assistant that a draft makes. Raises InvalidInput, such as for a language without a sentence."""
    said = draft.texts
    told = {field: _told(field, getattr(said, field), draft.languages) for field in ("greeting", *_OF_CONVERSATION)}
    agent = {
        "kind": "loop",
        "persona": draft.persona,
        "greeting": told["greeting"],
        "tools": draft.tools if isinstance(draft.tools, dict) else list(draft.tools),
        **{field: getattr(draft, field) for field in ("own_tools", "servers", "documents", "temperature", "limits")},
        "texts": {field: value.root for field in _OF_AGENT if (value := getattr(said, field)) is not None},
    }
    given = {
        "name": name,
        "version": version,
        "title": draft.title,
        "languages": draft.languages,
        "default_language": draft.default_language or draft.languages[0],
        "model": draft.model,
        "silence": draft.silence,
        "feedback": draft.feedback,
        "texts": {
            **{field: told[field] for field in _OF_CONVERSATION},
            **({"stopped": said.stopped.root} if said.stopped else {}),
        },
        "agents": {AGENT: agent},
    }
    try:
        return AssistantSpec.model_validate(given)
    except ValidationError as error:
        raise _unusable(error) from None


def _told(field: str, own: Localised | None, languages: tuple[str, ...]) -> dict[str, str]:
    """A text in every language: the chatbot's own, else the common one."""
    common = _TEXTS[field]
    said = {**{language: common[language] for language in languages if language in common}, **(own.root if own else {})}
    return {language: text for language, text in said.items() if language in languages}


def _unusable(error: ValidationError) -> InvalidInput:
    told = problems_of(error)
    return InvalidInput(f"the chatbot cannot be used: {told}", details={"chatbot": [told]})
