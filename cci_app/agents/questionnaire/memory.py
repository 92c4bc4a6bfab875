"""What a run remembers between two messages, as plain JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from cci_app.agents.ports import AnswerStatus, Progress, RecordedAnswer
from cci_app.agents.questionnaire.understanding import CONFIRMING, Mode


class RememberedAnswer(BaseModel):
    """An answer as it stands, with its times."""

    text: str
    status: AnswerStatus
    asked_at: datetime
    answered_at: datetime


class Memory(BaseModel):
    """The state of a run.

    `language_told`: something was said from which the language could be told; until then it is a guess. `question` is
    the open question; `returns` counts how often it was repeated, `asked_again` tells that a vague answer was asked
    once more. `company_invited`, `company_open`: a stranger was asked for the company, ever, and it is still awaited.
    `help_offered`: the last reply offered help. `contact_given`: a contact was given in this run; `given` are their
    telephones; `city_open`: the last reply gave those of several cities. `answered_question`: what the documents
    answered last, for a question that goes on from it. `unsure` is what the last reply asked about, whether it
    answers. `company_changed`: the person answers for another company than the contact book knows, or is about to name
    it. `misses`: how many messages in a row were not understood at the open question. `said` is what the last reply
    said beside the open question. `spoken_told`: who writes in another language was told which ones are spoken.
    """

    model_config = ConfigDict(extra="ignore")

    language_told: bool = False
    mode: Mode = Mode.NEW
    mode_before: Mode = Mode.NEW
    question: int | None = None
    asked_at: datetime | None = None
    asked_again: bool = False
    returns: int = 0
    answers: dict[int, RememberedAnswer] = Field(default_factory=dict)
    last_answered: int | None = None
    city: str | None = None
    company: str | None = None
    person: str | None = None
    company_invited: bool = False
    company_open: bool = False
    help_offered: bool = False
    contact_given: bool = False
    given: list[str] = Field(default_factory=list)
    spoken_told: bool = False
    city_open: bool = False
    answered_question: str = ""
    unsure: str = ""
    misses: int = 0
    said: str = ""
    company_changed: bool = False
    turns: int = 0
    seen_at: datetime | None = None

    @classmethod
    def load(cls, state: Mapping[str, Any], total: int) -> Self:
        """Read a state of an earlier message; `total` is the number of questions there are today."""
        memory = cls.model_validate(dict(state))
        memory.answers = {number: answer for number, answer in memory.answers.items() if 1 <= number <= total}
        if memory.question is not None and not 1 <= memory.question <= total:
            # The questionnaire became shorter since.
            memory.question = memory.next_open(total)
        if memory.mode in {Mode.ASKING, Mode.STOPPED, Mode.LEFT_ALONE} and memory.question is None:
            memory.question = memory.next_open(total) or total
        return memory

    @classmethod
    def of_left_alone(cls) -> Self:
        """Nothing is known of who wished to be left alone but that: they are answered, and not asked."""
        return cls(mode=Mode.LEFT_ALONE, question=1)

    def dump(self) -> dict[str, Any]:
        """The state as JSON."""
        return self.model_dump(mode="json")

    def next_open(self, total: int) -> int | None:
        """The first question without an answer, skipped ones not counted; None when there is none."""
        return next((number for number in range(1, total + 1) if number not in self.answers), None)

    def has_text(self, number: int) -> bool:
        """Whether that question was answered in words, not skipped."""
        answer = self.answers.get(number)
        return answer is not None and bool(answer.text)

    def record(self, number: int, text: str, status: AnswerStatus, now: datetime) -> RecordedAnswer:
        """Keep an answer. One that replaces another becomes CORRECTED and keeps the time of the question."""
        before = self.answers.get(number)
        if self.has_text(number) and status is not AnswerStatus.SKIPPED:
            status = AnswerStatus.CORRECTED
        asked_at = before.asked_at if before is not None else self.asked_at or now
        self.answers[number] = RememberedAnswer(text=text, status=status, asked_at=asked_at, answered_at=now)
        self.last_answered = number
        return RecordedAnswer(number, text, status, asked_at, now)

    def progress(self) -> Progress:
        """Where the person stands after this message."""
        answered = sum(answer.status is not AnswerStatus.SKIPPED for answer in self.answers.values())
        completed = (self.mode_before if self.mode in CONFIRMING else self.mode) is Mode.COMPLETED
        return Progress(None if completed else self.question, answered, completed)
