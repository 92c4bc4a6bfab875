"""Understanding by a chat model: one call a message at most, which may choose among commands and do nothing else.

The model sees the message and its situation, not the conversation: what it reads does not grow with it. What it says is
checked against the message; where it cannot be right, comes too late or not at all, the rules have understood already.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

import structlog
from pydantic import Field, WithJsonSchema

from cci_app.agents.questionnaire.prompt import instructions, told
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.understanding import CONFIRMING, Command, Intent, Situation, Tone
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.core.text import fold
from cci_app.language.copied import copied_from
from cci_app.language.detect import language_meant
from cci_app.language.detection_words import LANGUAGE_NAMES
from cci_app.language.prices import asks_price
from cci_app.llm.chat import Chat, Request
from cci_app.llm.forms import Form

log = structlog.get_logger(__name__)

# With less than this left there is no time for a model and for what follows it; the latter gets the reserve.
LEAST_SECONDS: Final = 2.0
_RESERVE_SECONDS: Final = 1.0

# A message of so many words that is, as a whole, one of these has nothing else in it to be understood.
_PLAIN_WORDS: Final = 4
_PLAIN: Final = frozenset(
    {Intent.SKIP, Intent.BACK, Intent.STOP, Intent.RESUME, Intent.RESTART, Intent.CONFIRM, Intent.DENY}
    | {Intent.CLARIFY, Intent.GREETING, Intent.HOW_ARE_YOU, Intent.THANKS, Intent.OKAY, Intent.SMALL_TALK}
)
# "Sí", "non merci", "ninguno": an answer in the questionnaire's own terms.
_PLAIN_ANSWER_WORDS: Final = 2
_PLAIN_ANSWERS: Final = frozenset({Tone.YES, Tone.NO, Tone.NONE})
# An attack is not shown to what it attacks; the language was settled before anybody is asked.
# What a person would resent to see mistaken is believed as soon as the examples tell it.
_NEVER_ASKED: Final = frozenset(
    {Intent.HOSTILE, Intent.LANGUAGE, Intent.LEAVE_ALONE, Intent.ERASE, Intent.WRONG_PERSON}
)

_LONGEST_MESSAGE = 4000
_TWO_LETTERS: Final = re.compile(r"[a-z]{2}")


class Understood(Form):
    """File the message."""

    # The instructions name them all, each with what it means: once is enough.
    intent: Annotated[Intent, WithJsonSchema({"type": "string"})]
    answer: str = Field("", description="or the corrected answer")
    question: str = ""
    number: int | None = None
    tone: Tone = Tone.PLAIN
    vague: bool = False
    price: bool | None = None
    dissatisfied: bool = False
    company: str | None = None
    person: str | None = Field(None, description="their own name")
    language: str | None = None


class ModelUnderstander:
    """An `Understander` by one call of a chat model, with the one by rules beside it."""

    def __init__(
        self,
        chat: Chat,
        rules: RulesUnderstander,
        questions: int,
        organisation: str = "",
        languages: Sequence[str] = (),
    ) -> None:
        """`questions` is how many the questionnaire has, `organisation` who it is of, `languages` those it is in."""
        self._chat = chat
        self._rules = rules
        self._questions = questions
        self._instructions = instructions(organisation, languages)

    def understand(self, message: str, situation: Situation, deadline: Deadline) -> Command:
        """Understand a message that has text. Never raises because of what the text is, or of what the model says."""
        by_rules = self._rules.understand(message, situation, deadline)
        if _is_plain(message, by_rules) or deadline.left() < LEAST_SECONDS:
            return by_rules
        asked = {"situation": told(situation), "message": message[:_LONGEST_MESSAGE]}
        request = Request("understand", self._instructions, json.dumps(asked, ensure_ascii=False), Understood)
        try:
            command = self._chat.ask(
                request,
                lambda understood: command_of(understood, message, situation, self._questions),
                Deadline(deadline.at - _RESERVE_SECONDS),
            )
        except Unavailable:
            return by_rules
        return _completed(command, by_rules)


def command_of(understood: Understood, message: str, situation: Situation, questions: int) -> Command:
    """The command that a model chose. Raises ValueError for one that cannot be meant by this message here."""
    intent = understood.intent
    language = _language(understood.language, message, situation.language) if intent is Intent.LANGUAGE else None
    if intent is Intent.LANGUAGE and language is None:
        raise ValueError("a language is wished for, but which")
    confirming = situation.mode in CONFIRMING or situation.unsure
    if intent in {Intent.CONFIRM, Intent.DENY} and not confirming:
        raise ValueError(f"{intent} where nothing is to be confirmed")
    number = understood.number
    if intent is Intent.CORRECT and number is None:
        number = situation.last_answered
    if intent in {Intent.CORRECT, Intent.RECALL} and number is not None and not 1 <= number <= questions:
        raise ValueError(f"there is no question {number}")
    if intent is Intent.CORRECT and number is None:
        raise ValueError("nothing was answered that could be corrected")
    answer, question = copied_from(message, understood.answer), copied_from(message, understood.question)
    if intent is Intent.ANSWER_AND_QUESTION and not (answer and question):
        raise ValueError("an answer and a question need both")
    company, person = (copied_from(message, name or "") or None for name in (understood.company, understood.person))
    if intent is Intent.COMPANY and not (company or person):
        raise ValueError("nobody is named")
    speaks_for_all = {Intent.COMPLAINT, Intent.INSULT, Intent.ANSWER, Intent.CONTACT_DATA, Intent.TROUBLE}
    asks = intent in {Intent.QUESTION, Intent.ANSWER_AND_QUESTION, Intent.PRIVATE}
    return Command(
        intent,
        answer=answer or (message.strip() if intent in speaks_for_all else ""),
        question=(question or message.strip()) if asks else "",
        number=number if intent in {Intent.CORRECT, Intent.RECALL} else None,
        tone=understood.tone,
        vague=understood.vague and intent is Intent.ANSWER,
        price=asks and (asks_price(question or message) if understood.price is None else understood.price),
        dissatisfied=understood.dissatisfied,
        company=company if intent is Intent.OTHER_COMPANY or not situation.company_known else None,
        person=None if situation.company_known else person,
        language=language,
    )


def _completed(command: Command, by_rules: Command) -> Command:
    """The model's command with what it left open and the rules heard: how an answer sounds."""
    heard = command.tone is Tone.PLAIN and by_rules.intent is command.intent
    return replace(command, tone=by_rules.tone) if heard else command


def _is_plain(message: str, command: Command) -> bool:
    """Whether the rules alone may decide: the whole of a short message is a phrase of theirs, or it is an attack."""
    if command.intent in _NEVER_ASKED:
        return True
    count = len(words_of(message).split())
    if command.intent is Intent.ANSWER:
        return count <= _PLAIN_ANSWER_WORDS and command.tone in _PLAIN_ANSWERS and not command.vague
    return count == 0 or (count <= _PLAIN_WORDS and command.intent in _PLAIN)


def _language(written: str | None, message: str, present: str) -> str | None:
    """The two letters of the language that a model named, by letters, locale or name; else what the message says."""
    named = re.split(r"[-_ ]", fold(written or "").strip())[0]
    if named in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[named]
    return named if _TWO_LETTERS.fullmatch(named) else language_meant(message, present)
