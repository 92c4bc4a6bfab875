"""What the catalogue's agent makes of questions, beside what it should."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from cci_app.catalog.asking import TableQuestion, merged, read_asked
from cci_app.catalog.declaration import AttributeKind
from cci_app.catalog.lexicon import TableLexicon
from cci_app.catalog.query import Condition
from cci_app.catalog.register import Table

QUERIES: Final = Path(__file__).with_name("queries.yaml")


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the one before it where it goes on from one, and what has to be made of it."""

    ask: str
    expect: frozenset[str]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A question with what was made of it."""

    query: Query
    made: frozenset[str]

    @property
    def right(self) -> bool:
        """Whether that is just what should be."""
        return self.made == self.query.expect


def queries(half: str) -> list[Query]:
    """Those of one half."""
    listed: list[dict[str, Any]] = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))[half]
    return [Query(each["ask"], _parts(each["expect"]), each.get("after")) for each in listed]


def read_queries(table: Table, asked: Sequence[Query]) -> Iterator[ReadQuery]:
    """Read each, as the agent does without a model."""
    lexicon, declaration = TableLexicon(table), table.declaration
    for query in asked:
        before: tuple[Condition, ...] = ()
        if query.after is not None:
            before = read_asked(query.after, lexicon, declaration).conditions
        question = read_asked(query.ask, lexicon, declaration)
        refers = question.places or question.more or question.like
        conditions = question.conditions
        if question.goes_on and before and not refers:
            conditions = merged(before, question, declaration)
        yield ReadQuery(query, frozenset(_told(table, question, conditions)))


def _told(table: Table, question: TableQuestion, conditions: Sequence[Condition]) -> Iterator[str]:
    attributes = table.declaration.attributes
    for each in conditions:
        no = "not " if each.unwanted else ""
        if attributes[each.attribute].kind is AttributeKind.FLAG:
            yield f"{no}{each.attribute}"
        elif each.values:
            yield f"{no}{each.attribute}={'|'.join(sorted(each.values))}"
        if each.least is not None:
            yield f"{no}{each.attribute}>={each.least:f}"
        if each.most is not None:
            yield f"{no}{each.attribute}<={each.most:f}"
    if question.sorting is not None:
        yield f"order={'-' if question.sorting.descending else ''}{question.sorting.attribute}"
    if question.calculation is not None:
        figure = question.calculation
        by = f" by {figure.by}" if figure.by else ""
        yield f"figure={figure.figure.value}{f' {figure.of}' if figure.of else ''}{by}"
    for place in question.places:
        yield f"place={place}"
    for name in ("more", "like", "compare"):
        if getattr(question, name):
            yield name


def _parts(written: str) -> frozenset[str]:
    return frozenset(part.strip() for part in written.split(";"))
