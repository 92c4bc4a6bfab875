"""Scripted conversations: files that say what a member writes and what the reply must be like.

A file holds a `title`, the `user`, the `contact` (a card's fields, or nothing for a stranger) and `steps`. A step is
what the member sends (`say`, or `media` with its kind and data), optionally `after` a silence ("4 days"), and what to
`expect`. The same files run against the agent in memory and against the whole product over HTTP: a `Speaker` is the
difference.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cci_app.channels.message import Part, part_from_json
from cci_app.contacts.card import ContactCard
from cci_app.core.text import fold

FOLDER = Path(__file__).parent
MAX_PARAGRAPHS = 3
MAX_LENGTH = 4096
_URL = re.compile(r"https?://\S+")
_UNFILLED = re.compile(r"\bNone\b|\{\w*\}")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(_Strict):
    """What a reply must be like; what is not named is not checked, save what holds for every reply.

    `question` is the open question after the reply (null: none), `words` must all occur and `not_words` must not, both
    without regard to accents and case; `answers` are texts recorded so far by question number, null for none, compared
    where the speaker can tell.
    """

    language: str | None = None
    question: int | None = None
    completed: bool | None = None
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    max_paragraphs: int = MAX_PARAGRAPHS
    answers: dict[int, str | None] = Field(default_factory=dict)


class Step(_Strict):
    """One message of the member. `silence` is how long they waited before it."""

    say: str = ""
    media: dict[str, Any] | None = None
    after: str | None = None
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _sends_something(self) -> Self:
        if not self.say and self.media is None:
            raise ValueError("a step needs `say` or `media`")
        _ = self.silence, self.attachments
        return self

    @property
    def silence(self) -> timedelta:
        """The time since the message before."""
        if self.after is None:
            return timedelta(minutes=1)
        number, unit = self.after.split()
        return timedelta(**{_UNITS[unit.removesuffix("s")]: int(number)})

    @property
    def attachments(self) -> tuple[Part, ...]:
        """The attachment as an agent gets it."""
        return () if self.media is None else (part_from_json(self.media),)


class Script(_Strict):
    """One conversation."""

    title: str
    user: str = "+573000000301"
    contact: dict[str, Any] | None = None
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def card(self) -> ContactCard | None:
        """Who writes, None for a stranger."""
        return None if self.contact is None else ContactCard(phone=self.user, **self.contact)

    @property
    def needs_media(self) -> bool:
        """Whether a step sends an attachment, which a channel of plain text cannot."""
        return any(step.media is not None for step in self.steps)

    @property
    def needs_time(self) -> bool:
        """Whether a step waits longer than a test can."""
        return any(step.after is not None for step in self.steps)


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and where the person stands after it. `answers` by question number, None where they cannot be seen."""

    text: str
    language: str
    question: int | None
    completed: bool
    answers: Mapping[int, str] | None = None


class Speaker(Protocol):
    """Sends a member's message somewhere and brings back the reply."""

    def say(self, step: Step) -> Said:
        """Send one message."""
        ...


def load_scripts(folder: Path = FOLDER) -> dict[str, Script]:
    """Read every script by the name of its file. Raises ValueError naming a file that is none."""
    scripts = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            scripts[path.stem] = Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, yaml.YAMLError) as error:
            raise ValueError(f"{path.name}: {error}") from error
    return scripts


def replay(script: Script, speaker: Speaker) -> None:
    """Hold the conversation. Raises AssertionError with the message, the reply and all that is wrong with it."""
    told_so_far = ""
    for number, step in enumerate(script.steps, start=1):
        said = speaker.say(step)
        told_so_far += f" {step.say}"
        problems = [*_manners(said, told_so_far), *_differences(step.expect, said)]
        told = step.say or step.media
        assert not problems, f"{script.title}, step {number}\nM: {told}\nA: {said.text}\n- " + "\n- ".join(problems)


def _manners(said: Said, told: str) -> list[str]:
    """What holds for every reply, to whoever `told` that so far."""
    problems = []
    if not said.text.strip():
        problems.append("the reply is empty")
    if len(said.text) > MAX_LENGTH:
        problems.append(f"the reply has {len(said.text)} characters")
    if _URL.sub("", said.text).count("?") > 1:
        problems.append("the reply asks more than one question")
    if len(_EMOJI.findall(said.text)) > 1:
        problems.append("the reply has more than one emoji")
    # What the person wrote may be said back as it is.
    if set(_UNFILLED.findall(said.text)) - set(_UNFILLED.findall(told)):
        problems.append("the reply shows a None or a placeholder")
    return problems


def _differences(expect: Expect, said: Said) -> list[str]:
    problems = []
    for name in ("language", "question", "completed"):
        wanted, got = getattr(expect, name), getattr(said, name)
        if name in expect.model_fields_set and wanted != got:
            problems.append(f"{name} is {got}, not {wanted}")
    text = fold(said.text)
    problems += [f"{word!r} is missing" for word in expect.words if fold(word) not in text]
    problems += [f"{word!r} should not be there" for word in expect.not_words if fold(word) in text]
    paragraphs = len([part for part in said.text.split("\n\n") if part.strip()])
    if paragraphs > expect.max_paragraphs:
        problems.append(f"{paragraphs} paragraphs")
    if said.answers is not None:
        for number, wanted in expect.answers.items():
            got = said.answers.get(number)
            if wanted is None and got is not None:
                problems.append(f"answer {number} is {got!r}, not open")
            elif wanted is not None and (got is None or fold(wanted) not in fold(got)):
                problems.append(f"answer {number} is {got!r}, not {wanted!r}")
    return problems
