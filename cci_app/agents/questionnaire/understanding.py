"""The port of understanding: a message in its situation becomes a command; the flow decides what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from cci_app.agents.questionnaire.content import Question
from cci_app.core.deadline import Deadline


class Intent(StrEnum):
    """What a message wants."""

    ANSWER = "answer"
    QUESTION = "question"
    ANSWER_AND_QUESTION = "answer_and_question"
    SKIP = "skip"
    BACK = "back"
    CORRECT = "correct"
    STOP = "stop"
    RESUME = "resume"
    RESTART = "restart"
    CONFIRM = "confirm"
    DENY = "deny"
    HUMAN = "human"
    CLARIFY = "clarify"
    RECALL = "recall"
    COMPANY = "company"
    LANGUAGE = "language"
    GREETING = "greeting"
    HOW_ARE_YOU = "how_are_you"
    THANKS = "thanks"
    OKAY = "okay"
    SMALL_TALK = "small_talk"
    COMPLAINT = "complaint"
    INSULT = "insult"
    HOSTILE = "hostile"
    PRIVATE = "private"
    CONTACT_DATA = "contact_data"
    LEAVE_ALONE = "leave_alone"
    ERASE = "erase"
    WRONG_PERSON = "wrong_person"
    GONE = "gone"
    OTHER_COMPANY = "other_company"
    TROUBLE = "trouble"
    NOTHING = "nothing"


class Tone(StrEnum):
    """What an answer sounds like; chooses the half sentence that acknowledges it."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    TROUBLE = "trouble"
    NONE = "none"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    PLAIN = "plain"


class Mode(StrEnum):
    """Where a run stands."""

    NEW = "new"
    ASKING = "asking"
    CONFIRMING_RESTART = "confirming_restart"
    CONFIRMING_ERASURE = "confirming_erasure"
    STOPPED = "stopped"
    LEFT_ALONE = "left_alone"
    COMPLETED = "completed"


# The modes that wait for a yes, and return to the one before.
CONFIRMING: Final = frozenset({Mode.CONFIRMING_RESTART, Mode.CONFIRMING_ERASURE})


@dataclass(frozen=True, slots=True)
class Situation:
    """What a message is said in: the open question (None when there is none) and what was said before it.

    `answers` are the texts recorded so far by question number, `last_answered` the number of the latest of them.
    `company_known`: the person's company needs not be looked for. `company_invited` and `help_offered`: the reply
    before this message asked for the company, or offered help.
    `unsure` is what they said to the open question, where that reply asked whether it answers. `before` is what that
    reply said beside the open question, without the person's name; `now` is the organisation's time.
    `first_name` and `company` are what we call them, empty where we do not know; no model is told.
    """

    language: str
    mode: Mode
    question: Question | None = None
    number: int | None = None
    answers: Mapping[int, str] = field(default_factory=dict)
    last_answered: int | None = None
    company_known: bool = False
    company_invited: bool = False
    help_offered: bool = False
    unsure: str = ""
    before: str = ""
    now: datetime | None = None
    first_name: str = ""
    company: str = ""

    @property
    def wants_yes_no(self) -> bool:
        """Whether the open question is to be answered with a yes or a no."""
        return self.question is not None and self.question.kind == "yes_no"


@dataclass(frozen=True, slots=True)
class Command:
    """A message understood.

    `answer` and `question` are the parts of the message, as it was written, that answer the open question and that ask
    something. `number` is the question that a correction means, with the corrected text in `answer` (empty where the
    person only names the question), or that RECALL asks for. `vague`: the answer says too little. `price`: the question
    is about a price. `dissatisfied`: the answer complains. `company` and `person` are the names that a stranger gives.
    `language` is the wished-for language of LANGUAGE. `about` is the entry of the content that a question about the
    assistant itself means. `unsure`: nothing shows that the answer answers. NOTHING is no answer and nothing else.
    """

    intent: Intent
    answer: str = ""
    question: str = ""
    number: int | None = None
    tone: Tone = Tone.PLAIN
    vague: bool = False
    price: bool = False
    dissatisfied: bool = False
    company: str | None = None
    person: str | None = None
    language: str | None = None
    about: str | None = None
    unsure: bool = False


class Understander(Protocol):
    """Turns a message into a command."""

    def understand(self, message: str, situation: Situation, deadline: Deadline) -> Command:
        """Understand a message that has text. Never raises because of what the text is."""
        ...
