"""What a table holds: its attributes, of what kind each is, and what people call them and their values."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from cci_app.core.errors import InvalidInput
from cci_app.language.localised import Content, placeholders

AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Words = Annotated[tuple[Word, ...], Field(max_length=60)]

MOST_ATTRIBUTES = 60


class AttributeKind(StrEnum):
    """What an attribute's values are."""

    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    YEAR = "year"
    FLAG = "flag"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether values can be more or less than others."""
        return self in {AttributeKind.NUMBER, AttributeKind.MONEY, AttributeKind.YEAR}


class Attribute(Content):
    """One column. `columns` are headers that it may have in a file, `words` what people call it.

    Of a number: `unit` follows it, `units` are words that people write after it, `least` and `most` bound what can be
    true, `ceiling` says that a figure alone is the most that is wanted (of money it always is), `less` and `more` are
    words that ask for little or much of it. Of a choice: `values` are other words for a value, `within` names the
    choice that its values are parts of, as a model is of a make. Of a flag: `yes` are the cells that mean that a row
    has it.
    """

    kind: AttributeKind
    label: Word
    columns: Words = ()
    words: Words = ()
    required: bool = False
    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=12)] = ""
    units: Words = ()
    least: Decimal | None = None
    most: Decimal | None = None
    ceiling: bool = False
    less: Words = ()
    more: Words = ()
    within: AttributeName | None = None
    values: Annotated[dict[Word, Words], Field(max_length=500)] = Field(default_factory=dict)
    yes: Words = ("si", "sí", "yes", "oui", "x", "1", "true", "verdadero")


class TableDeclaration(Content):
    """A table. `key` is the attribute that tells its rows apart; `noun` and `nouns` are what a row is, and several are.

    `locale` is how figures are written there, `line` words a row in one line, with the names of attributes in braces.
    """

    name: TableName
    title: Word
    key: AttributeName
    noun: Word
    nouns: Word
    words: Words = ()
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")] = "es"
    line: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
    attributes: Annotated[dict[AttributeName, Attribute], Field(min_length=2, max_length=MOST_ATTRIBUTES)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.key not in self.attributes or self.attributes[self.key].kind is not AttributeKind.TEXT:
            raise ValueError(f"key: {self.key} is not an attribute of the kind text")
        unknown = sorted(placeholders(self.line) - set(self.attributes))
        if unknown:
            raise ValueError(f"line: {{{unknown[0]}}} is not an attribute of the table")
        for name, each in self.attributes.items():
            if each.within is not None and self.attributes.get(each.within, each).kind is not AttributeKind.CHOICE:
                raise ValueError(f"attributes.{name}.within: {each.within} is not a choice of the table")
            if each.within is not None and (each.within == name or each.within not in self.attributes):
                raise ValueError(f"attributes.{name}.within: {each.within} is not another choice of the table")
            if each.least is not None and each.most is not None and each.least > each.most:
                raise ValueError(f"attributes.{name}: least is more than most")
        return self

    @property
    def price(self) -> str | None:
        """The first attribute that is an amount of money."""
        return next((name for name, each in self.attributes.items() if each.kind is AttributeKind.MONEY), None)

    def of_kind(self, *kinds: AttributeKind) -> dict[str, Attribute]:
        """The attributes of those kinds, in their order."""
        return {name: each for name, each in self.attributes.items() if each.kind in kinds}


def read_declaration(given: object) -> TableDeclaration:
    """The declaration that a mapping makes. Raises InvalidInput, which names the fields that do not fit."""
    if not isinstance(given, Mapping):
        raise InvalidInput("a table is declared by an object with name, title, key, noun, nouns, line and attributes")
    try:
        return TableDeclaration.model_validate(dict(given))
    except ValidationError as error:
        found: dict[str, list[str]] = {}
        for each in error.errors():
            found.setdefault(".".join(map(str, each["loc"])) or "declaration", []).append(each["msg"])
        first = next(iter(found))
        raise InvalidInput(f"the table cannot be declared so: {first}: {found[first][0]}", details=found) from error
