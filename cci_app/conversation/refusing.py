"""What a person is told where the assistant may not answer; a human can still be had."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cci_app.agents.ports import AgentReply, HandoffRequest
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.assistants.assistant import Assistant
from cci_app.conversation.turns import Turn
from cci_app.usage.allowance import Refusal

_LONGEST_SUMMARY: Final = 300
# The lexicons know no English.
_ENGLISH: Final = ("a person", "real person", "human", "someone", "somebody", "an agent")
_LONGEST_WISH: Final = 80
# In the languages of the pages; in English for those of any other.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    Refusal.SPENT: {
        "es": "Por ahora no puedo responder más mensajes. Si quiere hablar con una persona, escríbame «persona».",
        "fr": "Pour le moment, je ne peux plus répondre. Pour parler à une personne, écrivez-moi « une personne ».",
        "en": "I cannot answer any more messages for now. To talk to a person, just write “a person”.",
    },
    Refusal.BUSY: {
        "es": "En este momento recibo muchos mensajes. Por favor, escríbame de nuevo en una hora o pida hablar con una"
        " persona.",
        "fr": "Je reçois beaucoup de messages en ce moment. Écrivez-moi à nouveau dans une heure, ou demandez à parler"
        " à une personne.",
        "en": "I am getting many messages right now. Please write again in an hour, or ask to talk to a person.",
    },
    Refusal.TOO_LONG: {
        "es": "Su mensaje es demasiado largo para mí. ¿Puede contármelo en menos de {longest} caracteres?",
        "fr": "Votre message est trop long pour moi. Pouvez-vous le dire en moins de {longest} caractères ?",
        "en": "Your message is too long for me. Could you say it in fewer than {longest} characters?",
    },
}
_CALLED: Final = {
    "es": "Avisé a nuestro equipo: una persona le responderá por aquí en cuanto pueda.",
    "fr": "J'ai prévenu notre équipe : une personne vous répondra ici dès que possible.",
    "en": "I have told our team: a person will answer you here as soon as possible.",
}


def refuse(turn: Turn, assistant: Assistant, language: str, refusal: Refusal) -> AgentReply:
    """The reply to a message that the assistant may not answer: whoever asks for a human in it gets one."""
    text = turn.text.strip()
    if _wants_human(assistant, words_of(text)):
        handoff = HandoffRequest("asked", text[:_LONGEST_SUMMARY])
        return AgentReply.saying(_said(_CALLED, language), {}, handoff=handoff)
    own = assistant.stopped(language) if refusal is Refusal.SPENT else None
    return AgentReply.saying(own or _said(_WORDS[refusal], language).format(longest=turn.allowance.longest), {})


def _wants_human(assistant: Assistant, words: str) -> bool:
    if _book(assistant.languages).is_("human", words):
        return True
    return len(words) < _LONGEST_WISH and any(f" {wish} " in f" {words} " for wish in _ENGLISH)


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]


@lru_cache(maxsize=32)
def _book(languages: tuple[str, ...]) -> Phrasebook:
    return Phrasebook(languages)
