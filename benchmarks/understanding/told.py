"""What the sample assistant makes of a message in the middle of its questionnaire, by its rules and examples alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from benchmarks.understanding.messages import Message
from cci_app.agents.kind import Means
from cci_app.agents.ports import Answerer, AnswerStatus, RecordedAnswer, TurnContext
from cci_app.agents.questionnaire.agent import QuestionnaireAgent, examples_of, phrasebook_of
from cci_app.agents.questionnaire.asides import entry_meant
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.memory import Memory
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode, Situation
from cci_app.assistants.files import load_specs
from cci_app.core.deadline import Deadline
from cci_app.knowledge.search.passage import Answer
from config.settings import ROOT

_LANGUAGES = ("fr", "es")
_SAID = {
    "fr": ("oui", "le salon du vin", "vendre à Bogotá", "un recrutement", "un contact", "le réseau"),
    "es": ("sí", "la feria del vino", "vender en Bogotá", "una contratación", "un contacto", "la red"),
}
_NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
# Several intents that are the same to the person.
_SAME = {Intent.INSULT: "anger", Intent.COMPLAINT: "anger", Intent.HOW_ARE_YOU: "small_talk"}


class Silent:
    """An `Answerer` without documents: what a question is answered with is measured elsewhere."""

    def answer(self, *_asked: object, **_more: object) -> Answer | None:
        """Nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """What a message was taken for, and what was recorded of it: at once, or as unsure when it was said again."""

    message: Message
    kind: str
    recorded: tuple[str, ...]
    insisted: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it was taken for what it is. What is nothing may be asked back about, or answered as a question."""
        accepted = {"nothing": {"nothing", "unsure", "question", "small_talk"}}.get(self.message.kind)
        return self.kind in (accepted or {self.message.kind})


@cache
def _content() -> QuestionnaireContent:
    content = load_specs(ROOT / "config" / "assistants")["cci"].agents["questionnaire"]
    if not isinstance(content, QuestionnaireContent):
        raise TypeError(f"the sample assistant is a {content.kind}")
    return content


@cache
def _rules() -> RulesUnderstander:
    content = _content()
    examples = examples_of(content)
    examples.learnt()
    return RulesUnderstander(_LANGUAGES, phrasebook_of(content, _LANGUAGES), examples)


@cache
def _agent() -> QuestionnaireAgent:
    answerer: Answerer = Silent()
    return QuestionnaireAgent(_content(), Means(_LANGUAGES, answerer))


def tell(message: Message) -> Told:
    """Say a message to the assistant, and once more."""
    spoken = _spoken(message)
    said = dict(enumerate(_SAID[spoken][: message.number - 1], start=1))
    situation = Situation(
        language=spoken,
        mode=Mode.ASKING,
        question=_content().questions[message.number - 1],
        number=message.number,
        answers=said,
        last_answered=max(said, default=None),
        company_known=True,
    )
    command = _rules().understand(message.text, situation, Deadline.after(30))
    return Told(message, _kind(command), *_recorded(message, spoken, said))


def _spoken(message: Message) -> str:
    """The language of the conversation: where another is wished for, it is not that one yet."""
    if message.kind.startswith("language."):
        return {"fr": "es", "es": "fr"}[message.kind.removeprefix("language.")]
    return message.language if message.language in _LANGUAGES else "es"


def _kind(command: Command) -> str:
    if command.intent is Intent.LANGUAGE:
        return f"language.{command.language}"
    if command.intent is Intent.QUESTION:
        entry = entry_meant(_content(), command)
        return f"about.{entry.name}" if entry is not None else "question"
    if command.intent is Intent.ANSWER and command.unsure:
        return "unsure"
    return _SAME.get(command.intent, str(command.intent))


def _recorded(message: Message, spoken: str, said: dict[int, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    memory = Memory(language_told=True, mode=Mode.ASKING, question=message.number, asked_at=_NOW, turns=4)
    for number, text in said.items():
        memory.record(number, text, AnswerStatus.ANSWERED, _NOW)
    state = memory.dump()
    recorded: list[RecordedAnswer] = []
    for _ in range(2):
        turn = TurnContext(1, "cci", "+573000000301", message.text, spoken, state, None, _NOW, Deadline.after(30))
        reply = _agent().reply(turn)
        recorded += [answer for answer in reply.answers if answer.text]
        state = dict(reply.state)
    unsure = [answer.text for answer in recorded if answer.status is AnswerStatus.UNSURE]
    return tuple(answer.text for answer in recorded if answer.status is not AnswerStatus.UNSURE), tuple(unsure)
