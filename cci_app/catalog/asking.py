"""A message becomes what is asked of a table: by rules, from the table's own words and those of asking.

What was made of it can be told back; what nothing was made of is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cci_app.catalog.bounds import Bound, bounds_in
from cci_app.catalog.declaration import AttributeKind, TableDeclaration
from cci_app.catalog.lexicon import Sense, TableLexicon, TableMark, unknown_words
from cci_app.catalog.phrases import (
    ASCENDING,
    AVERAGE,
    BEGINS,
    BOTH,
    BY,
    COMPARE,
    COUNT,
    DESCENDING,
    FEWER,
    FILLERS,
    GOES_ON,
    LEAST,
    LIKE,
    MORE,
    MOST,
    ORDINALS,
    PLACES,
    SUM,
    THAT_ONE,
    VERY,
    WITHOUT,
    ends_at,
    holds,
)
from cci_app.catalog.query import Aggregate, Calculation, Condition, Sorting
from cci_app.language.quantities import scanned

# Words between a "no" and the value that it is about: "que no sea un nissan".
_FAR: Final = 3
_MOST_PLACE: Final = 10
_SHORT: Final = 5
_NAMING: Final = (Sense.VALUE, Sense.FLAG, Sense.ATTRIBUTE, Sense.UNIT, Sense.NOUN)
_ONE_OF_ALL: Final = frozenset({"el", "la", "cual", "es", "le", "the"})
_WHICH: Final = frozenset({"que", "cuales", "quelles", "which", "what"})


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """What a message asks. `places` are rows shown before, from 1, -1 the last; 0 the one spoken of.

    `unknown` are its words that nothing was made of; `goes_on`: it is about what was asked before; `named`: a word of
    the table stands in it as it is written.
    """

    conditions: tuple[Condition, ...] = ()
    sorting: Sorting | None = None
    calculation: Calculation | None = None
    places: tuple[int, ...] = ()
    like: bool = False
    compare: bool = False
    more: bool = False
    single: bool = False
    goes_on: bool = False
    named: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        flags = self.like or self.compare or self.more
        return not (self.conditions or self.sorting or self.calculation or self.places or flags)


def read_asked(message: str, lexicon: TableLexicon, declaration: TableDeclaration) -> TableQuestion:
    """What a message asks of a table."""
    words = scanned(message)
    marks = lexicon.marks(words)
    bounds = bounds_in(words, marks, declaration)
    spans = [(each.start, each.end) for each in marks] + [(each.start, each.end) for each in bounds]
    taken = frozenset(place for start, end in spans for place in range(start, end))
    by = _grouped_by(words, marks, declaration)
    conditions = tuple(_conditions(words, marks, bounds))
    calculation = _calculation(words, marks, by, declaration, bounds)
    compare = holds(words, COMPARE)
    places = tuple(_places(words, taken, compare=compare))
    sorting, single = _sorting(words, marks, bounds, declaration)
    like = holds(words, LIKE)
    anew = not BEGINS.isdisjoint(words[:4])
    named = {each.attribute for each in conditions} & _identities(declaration)
    goes_on = not anew and bool(words) and (words[0] in GOES_ON or (len(words) <= _SHORT and not named))
    return TableQuestion(
        conditions=conditions,
        sorting=None if calculation else sorting,
        calculation=calculation,
        places=places,
        like=like,
        compare=compare,
        more=not conditions and not calculation and not sorting and not like and holds(words, MORE),
        single=single and not calculation,
        goes_on=goes_on,
        named=any(not mark.guessed and mark.of(*_NAMING) for mark in marks),
        unknown=tuple(dict.fromkeys(unknown_words(words, taken))),
    )


def _conditions(words: Sequence[str], marks: Sequence[TableMark], bounds: Sequence[Bound]) -> Iterator[Condition]:
    values: dict[tuple[str, bool], list[str]] = {}
    for mark in marks:
        meaning = mark.of(Sense.VALUE, Sense.FLAG)
        if meaning is None:
            continue
        unwanted = _is_unwanted(words, mark, marks)
        if meaning.sense is Sense.FLAG:
            yield Condition(meaning.attribute, unwanted=unwanted)
        elif meaning.value not in values.setdefault((meaning.attribute, unwanted), []):
            values[meaning.attribute, unwanted].append(meaning.value)
    for (attribute, unwanted), several in values.items():
        yield Condition(attribute, tuple(several), unwanted=unwanted)
    seen: set[str] = set()
    for bound in bounds:
        if bound.attribute not in seen:
            seen.add(bound.attribute)
            least = [each.least for each in bounds if each.attribute == bound.attribute and each.least is not None]
            most = [each.most for each in bounds if each.attribute == bound.attribute and each.most is not None]
            yield Condition(bound.attribute, least=max(least, default=None), most=min(most, default=None))


def _identities(declaration: TableDeclaration) -> set[str]:
    """The attributes that say what a row is, as make and model: who names one asks anew."""
    parts = {name: each.within for name, each in declaration.attributes.items() if each.within}
    return {*parts, *filter(None, parts.values())}


def _is_unwanted(words: Sequence[str], mark: TableMark, marks: Sequence[TableMark]) -> bool:
    """Whether a "sin" or "que no sea" stands before a value, with articles, or other values, between them."""
    end = mark.start
    for _ in range(_FAR + 1):
        if ends_at(words, end, WITHOUT):
            return True
        if end == 0:
            return False
        before = next((each for each in marks if each.end == end and each.of(Sense.VALUE, Sense.FLAG)), None)
        if before is not None and words[end - 1 : end] != ["y"]:
            return False
        if words[end - 1] not in FILLERS and words[end - 1] not in {"ni", "o", "y"}:
            return False
        end -= 1
    return False


def _grouped_by(words: Sequence[str], marks: Sequence[TableMark], declaration: TableDeclaration) -> str | None:
    for mark in marks:
        meaning = mark.of(Sense.ATTRIBUTE)
        if meaning is None:
            continue
        kind = declaration.attributes[meaning.attribute].kind
        grouping = kind in {AttributeKind.CHOICE, AttributeKind.YEAR}
        if grouping and ends_at(words, mark.start, BY):
            return meaning.attribute
        # "¿Qué marcas manejan?"
        if kind is AttributeKind.CHOICE and mark.start and words[mark.start - 1] in _WHICH:
            return meaning.attribute
    return None


def _calculation(
    words: Sequence[str],
    marks: Sequence[TableMark],
    by: str | None,
    declaration: TableDeclaration,
    bounds: Sequence[Bound],
) -> Calculation | None:
    numbers = declaration.of_kind(AttributeKind.MONEY, AttributeKind.NUMBER)
    told = (each.of(Sense.ATTRIBUTE, Sense.UNIT) for each in marks)
    of = next((each.attribute for each in told if each is not None and each.attribute in numbers), declaration.price)
    bounded = {each.attribute for each in bounds}
    for aggregate, phrases in (
        (Aggregate.AVERAGE, AVERAGE),
        (Aggregate.SUM, SUM),
        (Aggregate.LEAST, LEAST),
        (Aggregate.MOST, MOST),
        (Aggregate.COUNT, COUNT),
    ):
        if not holds(words, phrases):
            continue
        if aggregate is Aggregate.COUNT or of is None:
            return Calculation(Aggregate.COUNT, by=by)
        # "Precio máximo 300 mil" bounds, "el precio máximo de los mazda" asks.
        if aggregate in {Aggregate.LEAST, Aggregate.MOST} and of in bounded:
            continue
        return Calculation(aggregate, of, by)
    return Calculation(Aggregate.COUNT, by=by) if by is not None else None


def _places(words: Sequence[str], taken: frozenset[int], *, compare: bool) -> Iterator[int]:
    """Rows that were shown before, as they are named: "el segundo", "la opción 2", "los dos primeros", "ese"."""
    if {"dos", "primeros"} <= set(words) or ("2" in words and "primeros" in words):
        yield from (1, 2)
        return
    if {"tres", "primeros"} <= set(words) or ("3" in words and "primeros" in words):
        yield from (1, 2, 3)
        return
    if not BOTH.isdisjoint(words):
        yield from (1, 2)
        return
    found = False
    for place, word in enumerate(words):
        if word in ORDINALS and place not in taken:
            found = True
            yield ORDINALS[word]
        elif word.isdigit() and place not in taken and 1 <= int(word) <= _MOST_PLACE and len(word) < 3:
            before = words[place - 1] if place else "el"
            if compare or before in PLACES or len(words) == 1:
                found = True
                yield int(word)
    if not found and any(word in THAT_ONE for word in words):
        yield 0


def _sorting(
    words: Sequence[str], marks: Sequence[TableMark], bounds: Sequence[Bound], declaration: TableDeclaration
) -> tuple[Sorting | None, bool]:
    """The order that is asked for, and whether the first of it alone is."""
    bounded = {each.attribute for each in bounds}
    for mark in marks:
        meaning = mark.of(Sense.LESS, Sense.MORE)
        if meaning is None or mark.of(Sense.VALUE, Sense.FLAG):
            continue
        before = words[mark.start - 1] if mark.start else ""
        is_label = mark.of(Sense.ATTRIBUTE) is not None
        if (is_label and before not in VERY) or meaning.attribute in bounded:
            continue
        descending = (meaning.sense is Sense.MORE) is not (before in FEWER)
        superlative = words[mark.start - 2 : mark.start - 1] if mark.start > 1 else []
        single = before in VERY and bool(superlative) and superlative[0] in _ONE_OF_ALL
        return Sorting(meaning.attribute, descending), single
    if holds(words, ASCENDING) or holds(words, DESCENDING):
        told = next((each.of(Sense.ATTRIBUTE) for each in marks if each.of(Sense.ATTRIBUTE)), None)
        attribute = told.attribute if told else declaration.price
        if attribute is not None and declaration.attributes[attribute].kind.is_number:
            return Sorting(attribute, descending=holds(words, DESCENDING)), False
    return None, False


def merged(before: Sequence[Condition], asked: TableQuestion, declaration: TableDeclaration) -> tuple[Condition, ...]:
    """The conditions of before with those of a question that goes on from them, which count where both say something.

    Another make takes the models of the one before along.
    """
    new = {each.attribute: each for each in asked.conditions}
    parts = {name: each.within for name, each in declaration.attributes.items() if each.within}
    kept = [each for each in before if each.attribute not in new and parts.get(each.attribute) not in new]
    # A model of its own tells its make.
    wholes = {parts[name] for name in new if name in parts}
    kept = [each for each in kept if each.attribute not in wholes]
    return (*kept, *asked.conditions)


def condition_to_json(condition: Condition) -> dict[str, Any]:
    """A condition as it is kept in a state."""
    told = {"attribute": condition.attribute, "values": list(condition.values), "unwanted": condition.unwanted}
    least, most = condition.least, condition.most
    return {**told, "least": None if least is None else str(least), "most": None if most is None else str(most)}


def condition_from_json(kept: Mapping[str, Any], declaration: TableDeclaration) -> Condition | None:
    """What was kept; None where the table has no such attribute any more."""
    if kept["attribute"] not in declaration.attributes:
        return None
    least, most = kept.get("least"), kept.get("most")
    return Condition(
        kept["attribute"],
        tuple(kept["values"]),
        None if least is None else Decimal(least),
        None if most is None else Decimal(most),
        unwanted=kept["unwanted"],
    )
