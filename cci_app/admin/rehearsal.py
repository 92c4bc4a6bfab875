"""Conversations of an assistant's own questionnaire with made-up people, who write what a file of phrases holds."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict

from cci_app.agents.kind import Means
from cci_app.agents.ports import Progress, RecordedAnswer, TurnContext
from cci_app.agents.questionnaire.agent import QuestionnaireAgent
from cci_app.agents.questionnaire.content import Question, QuestionnaireContent
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts.card import ContactCard
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput
from cci_app.knowledge.search.passage import Answer, Source
from config.settings import ROOT

# How much of the questionnaire somebody answers, and how many messages they write in all: 14 in the mean.
_SHAPES = (
    *((1.0, messages) for messages in (10, 12, 13, 14, 15, 15, 16, 16, 17, 18, 19, 20, 22)),
    *((0.0, 5), (0.3, 7), (0.4, 9), (0.6, 10), (0.6, 12), (0.8, 14), (0.9, 16)),
)
MOST = 12 * len(_SHAPES)
# They stand in the replies for whoever has the conversation in the end.
NAME, COMPANY = "{first_name}", "{company}"
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# The share of people who are in the contact book, and of messages that are written on the day after.
_KNOWN = 0.8
_NEXT_DAY = 0.01
_PATIENCE_SECONDS = 60.0

Texts = dict[str, list[str]]


class Aside(BaseModel):
    """A question of the person's own and what the documents answer, with their title, by language."""

    model_config = ConfigDict(extra="forbid")

    question: dict[str, str]
    answer: dict[str, str]
    source: dict[str, str]


class Phrases(BaseModel):
    """What made-up people are called and write, by language. `answers` go by a question's id, else by its kind."""

    model_config = ConfigDict(extra="forbid")

    companies: list[str]
    first_names: list[str]
    last_names: list[str]
    greetings: Texts
    vague: Texts
    thanks: Texts
    stops: Texts
    answers: dict[str, Texts]
    asides: list[Aside]

    @classmethod
    def of(cls, assistant: str, folder: Path = ROOT / "config" / "samples" / "conversations") -> Self:
        """Those of an assistant: the neutral ones, and in their place what a file of its own names."""
        phrases: dict[str, Any] = {}
        for path in (folder / "any.yaml", folder / f"{assistant}.yaml"):
            own = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
            phrases |= {**own, "answers": {**phrases.get("answers", {}), **own.get("answers", {})}}
        return cls.model_validate(phrases)

    def answers_to(self, question: Question, language: str) -> list[str]:
        """What may be answered to a question."""
        return self.answers.get(question.id, {}).get(language) or self.answers[question.kind][language]


@dataclass(frozen=True, slots=True)
class Line:
    """A message with its reply, so long after the first one; `current_question` is open after it."""

    after: timedelta
    text: str
    reply: str
    current_question: int | None


@dataclass(slots=True)
class Play:
    """A conversation of nobody in particular: NAME and COMPANY stand in its replies where `known`."""

    language: str
    known: bool
    lines: list[Line] = field(default_factory=list)
    answers: dict[int, RecordedAnswer] = field(default_factory=dict)
    questions_answered: int = 0
    completed_after: timedelta | None = None

    @staticmethod
    def moment(played: datetime, started: datetime) -> datetime:
        """When that moment of a play is in the conversation that began at `started`."""
        return started + (played - _BEGIN)


class Rehearsal:
    """An assistant's questionnaire, played by chance but the same for the same chance."""

    def __init__(self, spec: AssistantSpec, chance: random.Random) -> None:
        """Raises InvalidInput for an assistant without a questionnaire, or without phrases in any of its languages."""
        contents = [content for content in spec.agents.values() if isinstance(content, QuestionnaireContent)]
        if not contents:
            raise InvalidInput(f"the assistant {spec.name} has no questionnaire to fill in")
        self.phrases = Phrases.of(spec.name)
        self._languages = [language for language in spec.languages if language in self.phrases.greetings]
        if not self._languages:
            raise InvalidInput(f"the assistant {spec.name} speaks none of {', '.join(self.phrases.greetings)}")
        self._assistant = spec.name
        self._questions = contents[0].questions
        self._agent = QuestionnaireAgent(contents[0], Means(spec.languages, _Documents(self.phrases.asides)))
        self._chance = chance

    def plays(self, count: int) -> list[Play]:
        """So many plays, of all shapes in turn."""
        return [self._play(*_SHAPES[number % len(_SHAPES)]) for number in range(count)]

    def _play(self, share: float, messages: int) -> Play:
        play = Play(self._chance.choice(self._languages), known=self._chance.random() < _KNOWN)
        contact = ContactCard(phone="", first_name=NAME, company=COMPANY) if play.known else None
        state: Mapping[str, Any] = {}
        now, number = _BEGIN, None
        for step in self._steps(share, messages):
            text = self._text(step, play, number)
            reply = self._agent.reply(
                TurnContext(
                    organisation_id=0,
                    assistant=self._assistant,
                    user_id="",
                    text=text,
                    language=play.language,
                    state=state,
                    contact=contact,
                    now=now,
                    deadline=Deadline.after(_PATIENCE_SECONDS),
                )
            )
            progress = reply.progress or Progress(None, 0, completed=False)
            state, number = reply.state, progress.current_question
            play.lines.append(Line(now - _BEGIN, text, reply.text, number))
            play.answers |= {answer.question: answer for answer in reply.answers}
            play.questions_answered = progress.questions_answered
            if progress.completed and play.completed_after is None:
                play.completed_after = now - _BEGIN
            now += self._pause()
        return play

    def _steps(self, share: float, messages: int) -> list[str]:
        """What somebody writes: names of `Phrases`' fields, in order."""
        reached = int(share * len(self._questions))
        end = ["thanks"] if reached == len(self._questions) else self._chance.choice(([], ["stops"]))
        more = max(0, messages - 1 - reached - len(end))
        # An answer that says little is asked again, but to a question of yes or no it says enough.
        open_ones = [place for place in range(reached) if self._questions[place].kind == "open"]
        vague = self._chance.sample(open_ones, min(more, len(open_ones), self._chance.choice((0, 1, 1, 2))))
        steps = [step for place in range(reached) for step in (["vague", "answers"] if place in vague else ["answers"])]
        for _ in range(min(more - len(vague), len(self.phrases.asides))):
            steps.insert(self._chance.randint(0, len(steps)), "asides")
        return ["greetings", *steps, *end]

    def _text(self, step: str, play: Play, number: int | None) -> str:
        """Something that fits the step, and the question that is open, and was not said before if there is such."""
        if step == "asides":
            texts = [aside.question[play.language] for aside in self.phrases.asides]
        elif step == "answers" and number is not None:
            texts = self.phrases.answers_to(self._questions[number - 1], play.language)
        else:
            texts = getattr(self.phrases, "thanks" if step == "answers" else step)[play.language]
        said = {line.text for line in play.lines}
        return self._chance.choice([text for text in texts if text not in said] or texts)

    def _pause(self) -> timedelta:
        if self._chance.random() < _NEXT_DAY:
            return timedelta(hours=self._chance.uniform(22, 26))
        return timedelta(seconds=self._chance.randint(12, 160))


class _Documents:
    """Answers people's own questions with what stands beside them in the phrases."""

    def __init__(self, asides: Iterable[Aside]) -> None:
        self._answers = {
            text: Answer(aside.answer[language], (Source(0, aside.source[language], None),))
            for aside in asides
            for language, text in aside.question.items()
        }

    def answer(
        self,
        organisation_id: int,  # noqa: ARG002
        question: str,
        language: str,  # noqa: ARG002
        deadline: Deadline,  # noqa: ARG002
        *,
        about: str = "",  # noqa: ARG002
        or_nearest: bool = False,  # noqa: ARG002
    ) -> Answer | None:
        """What stands beside the question, None for any other."""
        return self._answers.get(question)
