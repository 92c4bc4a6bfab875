"""Texts in every language of an assistant, side by side, and the check that none is missing."""

import string
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, StringConstraints, field_validator

from cci_app.language.typography import typeset

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Content(BaseModel):
    """Base of all content read from files: unknown keys are refused, so that a typing error is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Localised(RootModel[dict[str, Sentence]]):
    """One text by language code."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root", mode="after")
    @classmethod
    def _typeset(cls, texts: dict[str, str]) -> dict[str, str]:
        return {language: typeset(text, language) for language, text in texts.items()}

    def __getitem__(self, language: str) -> str:
        return self.root[language]


class LocalisedList(RootModel[dict[str, Annotated[tuple[Sentence, ...], Field(min_length=1)]]]):
    """Variants of one text by language code."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root", mode="after")
    @classmethod
    def _typeset(cls, texts: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {language: tuple(typeset(text, language) for text in several) for language, several in texts.items()}

    def __getitem__(self, language: str) -> tuple[str, ...]:
        return self.root[language]


def placeholders(text: str) -> set[str]:
    """The names in braces in `text`. Raises ValueError for an unpaired brace."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def allowing(*names: str) -> Callable[[Any], Any]:
    """A check that a text uses no other placeholder than `names`, which it returns unchanged."""

    def check(value: Localised | LocalisedList) -> Localised | LocalisedList:
        for language, texts in value.root.items():
            for text in [texts] if isinstance(texts, str) else texts:
                unknown = placeholders(text) - set(names)
                if unknown:
                    known = ", ".join(f"{{{name}}}" for name in names) or "none"
                    raise ValueError(f"{language}: unknown placeholder {{{min(unknown)}}}; this text may use: {known}")
        return value

    return check


# A text without placeholders, and variants of one.
Plain = Annotated[Localised, AfterValidator(allowing())]
PlainList = Annotated[LocalisedList, AfterValidator(allowing())]


def language_gaps(content: Any, languages: Sequence[str], path: str = "") -> Iterator[str]:
    """Name every text in `content` (models, mappings, sequences, at any depth) whose languages are not `languages`.

    Each problem is a sentence that begins with the path of the text, such as `questions.2.ask: es is missing`.
    """
    if isinstance(content, Localised | LocalisedList):
        for missing in [language for language in languages if not content.root.get(language)]:
            yield f"{path}: {missing} is missing"
        for extra in sorted(set(content.root) - set(languages)):
            yield f"{path}: {extra} is not a language of this assistant"
    elif isinstance(content, BaseModel):
        for name in type(content).model_fields:
            yield from language_gaps(getattr(content, name), languages, f"{path}.{name}" if path else name)
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from language_gaps(value, languages, f"{path}.{name}" if path else str(name))
    elif isinstance(content, list | tuple):
        for number, value in enumerate(content):
            yield from language_gaps(value, languages, f"{path}.{number}")
