"""The handbook's rules: content that people can read and change, and that is checked when it is read.

A rule says where it stands, what it is about (`when`), and what has to be so (`must`), what may not be (`must_not`), or
what a model is asked (`ask`).
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from cci_app.coordination.models import TaskPriority, TaskStatus
from cci_app.coordination.ruling import read_content
from cci_app.core.text import plain_letters
from cci_app.language.detect import ADMIN_LANGUAGES
from cci_app.language.linear import Expression
from cci_app.language.localised import Plain

DEFAULT_FILE = Path(__file__).parents[3] / "config" / "coordination" / "handbook.yaml"
LONGEST_HANDBOOK = 60_000
_MOST_RULES = 100
_VERSION_LENGTH = 12
_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Checked(StrEnum):
    """What a rule is held against."""

    TASK = "task"
    COMMENT = "comment"


class TaskPart(StrEnum):
    """What a task may have; a `closing_comment` was written within a day before it was done, or after."""

    DESCRIPTION = "description"
    ASSIGNEE = "assignee"
    START_DATE = "start_date"
    DUE_DATE = "due_date"
    ESTIMATE = "estimate"
    TIME = "time"
    LABEL = "label"
    PARENT = "parent"
    COMMENT = "comment"
    CLOSING_COMMENT = "closing_comment"


class Written(StrEnum):
    """Where words may stand; `comment` is the one that a rule is held against."""

    TITLE = "title"
    DESCRIPTION = "description"
    COMMENT = "comment"


class Detail(StrEnum):
    """What no expression can tell from what looks like it."""

    CARD_NUMBER = "card_number"


def _in_all_languages(value: Plain) -> Plain:
    missing = [language for language in ADMIN_LANGUAGES if language not in value.root]
    if missing or len(value.root) != len(ADMIN_LANGUAGES):
        raise ValueError(f"say it in {', '.join(ADMIN_LANGUAGES)}, and in no other language")
    return value


def _readable(pattern: str) -> str:
    _expression(pattern)
    return pattern


def _expression(pattern: str) -> Expression:
    """Texts are looked at without accents, and so is what they are matched against. Raises ValueError."""
    try:
        return Expression(plain_letters(pattern))
    except UnicodeEncodeError:
        raise ValueError("an expression has letters, digits and signs of western languages alone") from None


_Told = Annotated[Plain, AfterValidator(_in_all_languages)]
_Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_readable)]


class _Fixed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RulePlace(_Fixed):
    """Where a rule stands: under a heading of a document of the knowledge base, by its title, or a free citation."""

    document: _Short | None = None
    heading: _Short | None = None
    citation: _Told | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.document is None) == (self.citation is None):
            raise ValueError("a place is a `document`, or a `citation`")
        if self.heading is not None and self.document is None:
            raise ValueError("a `heading` is one of a `document`")
        return self


class Conditions(_Fixed):
    """What is so of a task or a comment: all that is given.

    `status`, `priority`, `labels` and `via` (how a comment came) are any of those named; `has` all of them, `lacks`
    none; `says` an expression for each place, of RE2: other people write what it is matched against.
    """

    status: tuple[TaskStatus, ...] = ()
    priority: tuple[TaskPriority, ...] = ()
    labels: tuple[_Short, ...] = ()
    via: tuple[_Short, ...] = ()
    has: tuple[TaskPart, ...] = ()
    lacks: tuple[TaskPart, ...] = ()
    says: dict[Written, _Pattern] = Field(default_factory=dict)
    contains: tuple[Detail, ...] = ()
    _says: Mapping[Written, Expression] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("say what has to be so")
        return self

    def model_post_init(self, _context: Any, /) -> None:
        """Read each expression once."""
        self._says = {place: _expression(pattern) for place, pattern in self.says.items()}

    @property
    def expressions(self) -> Mapping[Written, Expression]:
        """What is said where."""
        return self._says

    @property
    def is_of_comments(self) -> bool:
        """Whether only a comment can be so."""
        return bool(self.via or Written.COMMENT in self.says or self.contains)


class HandbookRule(_Fixed):
    """One rule. It is about tasks, or comments on tasks, that are as `when` says; without that, about all."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    title: _Told
    do: _Told
    place: RulePlace
    checks: Checked
    when: Conditions | None = None
    must: Conditions | None = None
    must_not: Conditions | None = None
    ask: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)] | None = None

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        if sum(each is not None for each in (self.must, self.must_not, self.ask)) != 1:
            raise ValueError("a rule has one of `must`, `must_not` and `ask`")
        if self.checks is Checked.TASK and any(
            each is not None and each.is_of_comments for each in (self.when, self.must, self.must_not)
        ):
            raise ValueError("`via`, `contains` and what a `comment` says are for rules that check a comment")
        return self

    @property
    def version(self) -> str:
        """What tells the rule from itself as it read before."""
        return _digest(self)[:_VERSION_LENGTH]

    @property
    def told(self) -> dict[str, Any]:
        """What a violation says of the rule."""
        return self.model_dump(mode="json", include={"title", "do", "place"}, exclude_none=True)


class Handbook(_Fixed):
    """All rules."""

    rules: tuple[HandbookRule, ...] = Field(max_length=_MOST_RULES)

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        ids = [rule.id for rule in self.rules]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"there are two rules {twice[0]}")
        return self

    @property
    def digest(self) -> str:
        """What tells the handbook from others."""
        return _digest(self)


def _digest(content: BaseModel) -> str:
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()


def read_handbook(text: str) -> Handbook:
    """A handbook out of YAML. Raises InvalidInput that names each place."""
    return read_content(text, Handbook, LONGEST_HANDBOOK)


@cache
def default_handbook() -> Handbook:
    """That of the file that the product brings."""
    return read_handbook(DEFAULT_FILE.read_text(encoding="utf-8"))
