"""Made-up people: what they want, how they say it, how long they try, and how well they type."""

import random
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cci_app.assistants.files import problems_of
from cci_app.core.errors import InvalidInput
from cci_app.core.text import fold
from cci_app.core.yaml_text import NotYaml, read_yaml
from config.settings import ROOT

FOLDER: Final = ROOT / "config" / "people"
Line = Annotated[str, Field(min_length=1, max_length=1_000)]
_NEXT_TO: Final = {
    "a": "s",
    "b": "v",
    "c": "v",
    "d": "f",
    "e": "r",
    "f": "g",
    "g": "h",
    "h": "j",
    "i": "o",
    "j": "k",
    "k": "l",
    "l": "k",
    "m": "n",
    "n": "m",
    "o": "p",
    "p": "o",
    "q": "w",
    "r": "t",
    "s": "d",
    "t": "y",
    "u": "i",
    "v": "b",
    "w": "e",
    "x": "c",
    "y": "u",
    "z": "x",
}


class Want(BaseModel):
    """One thing to find out: ways to say it, tried in turn, and words of which one is in a reply that tells it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    hears: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]


class MadeUpPerson(BaseModel):
    """Somebody who writes to the assistant.

    First they want what stands in `wants`, then they answer its questions as `answers` says, by number; `ends` is where
    they want to be then: `completed`, or with a human (`handoff`), for whom they ask in their last want's words.
    `patience` is how often they say one thing, `typos` how many of a hundred letters are wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    goal: Line
    opens: Line | None = None
    wants: Annotated[tuple[Want, ...], Field(max_length=20)] = ()
    answers: dict[int, Line] = Field(default_factory=dict)
    ends: Annotated[str, Field(pattern="^(completed|handoff)$")] | None = None
    patience: Annotated[int, Field(ge=1, le=10)] = 3
    typos: Annotated[float, Field(ge=0, le=20)] = 0

    @model_validator(mode="after")
    def _has_a_goal_that_can_be_seen(self) -> Self:
        if not self.wants and self.ends is None:
            raise ValueError("wants something, or is somewhere in the end (ends): else nothing can be reached")
        return self

    def typed(self, text: str, pick: random.Random) -> str:
        """The text as they type it."""
        letters = list(text)
        for place, letter in enumerate(text):
            if not letter.isalpha() or pick.random() * 100 >= self.typos:
                continue
            kind = pick.randrange(4)
            if kind == 0:
                letters[place] = ""
            elif kind == 1:
                letters[place] = letter * 2
            elif kind == 2:
                letters[place] = fold(letter) or letter
            else:
                letters[place] = _NEXT_TO.get(letter.casefold(), letter)
        return "".join(letters).strip() or text


def people_of(assistant: str, path: Path | None = None) -> list[MadeUpPerson]:
    """The made-up people of an assistant, from their file. Raises InvalidInput, which names what is wrong."""
    path = path or FOLDER / f"{assistant}.yaml"
    if not path.is_file():
        raise InvalidInput(f"there are no made-up people for {assistant}: write them in {path.name}, or name a file")
    try:
        content: Any = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotYaml) as error:
        raise InvalidInput(f"{path.name}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("people"), list) or not content["people"]:
        raise InvalidInput(f"{path.name}: people: is a list of people")
    made = []
    for number, each in enumerate(content["people"]):
        try:
            made.append(MadeUpPerson.model_validate(each))
        except ValidationError as error:
            raise InvalidInput(f"{path.name}: {problems_of(error, f'people.{number}')}") from error
    names = [each.name for each in made]
    if len(set(names)) != len(names):
        raise InvalidInput(f"{path.name}: each of them has a name of their own")
    return made


def is_told(want: Want, reply: str) -> bool:
    """Whether a reply tells what somebody wants: one of the words is in it, however it is written."""
    read = fold(reply)
    return any(fold(word) in read for word in want.hears)
