"""What can be asked of a table: typed filters, an order, a page; figures by group; rows that are like another.

Names of attributes are those of the declaration and values are bound, so that nothing that was written becomes SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from cci_app.catalog.declaration import AttributeKind
from cci_app.catalog.models import CatalogItem
from cci_app.catalog.register import Table
from cci_app.core.database import tenant_transaction

MOST_ROWS: Final = 50
MOST_GROUPS: Final = 50
_NEAREST: Final = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter on one attribute: one of `values`, or from `least` to `most`, both included; a flag has to be true.

    `unwanted` turns it round: none of the values, without the flag.
    """

    attribute: str
    values: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which attribute, the least first or the most first."""

    attribute: str
    descending: bool = False


class Aggregate(StrEnum):
    """What is calculated over rows."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Calculation:
    """A figure `of` a number (none for a count), for all rows or for each value of `by`."""

    figure: Aggregate
    of: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows, in which order, which page of them. `like` is the key of a row that they should resemble."""

    conditions: tuple[Condition, ...] = ()
    order: Sorting | None = None
    like: str | None = None
    offset: int = 0
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A row. `missed` are the attributes whose condition it does not fulfil, where it is only near."""

    key: str
    values: Mapping[str, Any]
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """A page of rows, and how many fit in all. Where none does, `items` are the nearest and `total` is 0."""

    total: int
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A figure over `count` rows, for the value of a group; rounded to cents where it is an average."""

    value: str | None
    count: int
    figure: Decimal


@dataclass(frozen=True, slots=True)
class _Columns:
    """The attributes of a table as SQL."""

    table: Table
    organisation_id: int
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> tuple[sa.ColumnElement[bool], ...]:
        return CatalogItem.organisation_id == self.organisation_id, CatalogItem.table_id == self.table.id

    def text(self, name: str) -> sa.ColumnElement[str]:
        found: sa.ColumnElement[str] = CatalogItem.values[name].astext
        return found

    def number(self, name: str) -> sa.ColumnElement[Decimal]:
        return sa.cast(self.text(name), sa.Numeric)

    def span(self, name: str) -> Decimal:
        """How far the values of a number lie apart; of one value only, 1."""
        least, most = self.table.known.spans.get(name, (Decimal(0), Decimal(0)))
        return most - least or Decimal(1)

    def fits(self, condition: Condition) -> sa.ColumnElement[bool]:
        kind = self.table.declaration.attributes[condition.attribute].kind
        if kind.is_number:
            number = self.number(condition.attribute)
            bounds = [number >= condition.least] if condition.least is not None else []
            bounds += [number <= condition.most] if condition.most is not None else []
            found = sa.and_(sa.true(), *bounds, number.is_not(None))
        elif kind is AttributeKind.FLAG:
            found = sa.func.coalesce(self.text(condition.attribute), "") == "true"
        else:
            found = sa.func.coalesce(self.text(condition.attribute), "").in_(condition.values)
        return sa.not_(found) if condition.unwanted else found

    def misses(self, condition: Condition) -> sa.ColumnElement[Any]:
        """How far a row is from a condition: 0 where it fits, up to 1; beyond a bound by how far, against the span."""
        fits = self.fits(condition)
        if not self.table.declaration.attributes[condition.attribute].kind.is_number or condition.unwanted:
            return sa.case((fits, 0.0), else_=1.0)
        number = self.number(condition.attribute)
        beyond = [condition.least - number] if condition.least is not None else []
        beyond += [number - condition.most] if condition.most is not None else []
        distance = sa.func.greatest(sa.literal(0), *beyond) / self.span(condition.attribute)
        return sa.case((fits, 0.0), else_=sa.func.coalesce(sa.func.least(sa.literal(1), distance), 1))

    def differs(self, values: Mapping[str, Any]) -> sa.ColumnElement[Any]:
        """How unlike a row is: a choice or flag counts whole, a number by its distance against the span."""
        parts: list[sa.ColumnElement[Any]] = []
        for name, each in self.table.declaration.attributes.items():
            value = values.get(name)
            if each.kind in {AttributeKind.CHOICE, AttributeKind.FLAG}:
                same = self.text(name).is_not_distinct_from(None if value is None else _written(value))
                # What is part of another choice, as a model of a make, tells it already.
                parts.append(sa.case((same, 0.0), else_=0.5 if each.within else 1.0))
            elif each.kind.is_number and value is not None:
                distance = sa.func.abs(self.number(name) - Decimal(value)) / self.span(name)
                parts.append(sa.func.coalesce(distance, 1) * (2 if each.kind is AttributeKind.MONEY else 1))
        whole: sa.ColumnElement[Any] = sa.literal(0.0)
        for part in parts:
            whole = whole + part
        return whole


def run_search(organisation_id: int, table: Table, search: Search) -> Results:
    """The rows that fit, or the nearest three where none does."""
    columns = _Columns(table, organisation_id)
    fitting = [columns.fits(condition) for condition in search.conditions]
    with tenant_transaction(organisation_id) as session:
        if search.like is not None:
            model = sa.select(CatalogItem.values).where(*columns.own, CatalogItem.key == search.like)
            values = session.scalar(model)
            if values is None:
                return Results(0)
            fitting.append(CatalogItem.key != search.like)
            ranked: list[Any] = [columns.differs(values)]
        else:
            ranked = _ordered(columns, search.order)
        counted = sa.select(sa.func.count()).select_from(CatalogItem).where(*columns.own, *fitting)
        total = session.scalar(counted) or 0
        page = sa.select(CatalogItem.key, CatalogItem.values).where(*columns.own)
        if total:
            page = page.where(*fitting).order_by(*ranked, CatalogItem.position)
            page = page.offset(search.offset).limit(min(search.limit, MOST_ROWS))
            return Results(total, tuple(Item(row.key, row.values) for row in session.execute(page)))
        if not search.conditions:
            return Results(0)
        far = [columns.misses(condition) for condition in search.conditions]
        missed = [
            sa.not_(columns.fits(each)).label(f"missed_{number}") for number, each in enumerate(search.conditions)
        ]
        cost: sa.ColumnElement[Any] = sum(far[1:], far[0])
        near = page.add_columns(*missed).order_by(cost, *ranked, CatalogItem.position).limit(_NEAREST)
        return Results(0, tuple(_near(row, search.conditions) for row in session.execute(near)))


def run_calculation(
    organisation_id: int, table: Table, conditions: Sequence[Condition], calculation: Calculation
) -> list[Group]:
    """The figure for each group, the greatest group first; one group where there is no `by`, none without rows."""
    columns = _Columns(table, organisation_id)
    number = columns.number(calculation.of) if calculation.of else None
    made: Mapping[Aggregate, Any] = {
        Aggregate.COUNT: lambda _: sa.func.count(),
        Aggregate.SUM: sa.func.sum,
        Aggregate.AVERAGE: lambda each: sa.func.round(sa.func.avg(each), 2),
        Aggregate.LEAST: sa.func.min,
        Aggregate.MOST: sa.func.max,
    }
    figure = made[calculation.figure](number)
    wanted = [columns.fits(condition) for condition in conditions]
    if number is not None:
        wanted.append(number.is_not(None))
    grouped = columns.text(calculation.by).label("value") if calculation.by else sa.literal(None).label("value")
    asked = sa.select(grouped, sa.func.count().label("rows"), figure.label("figure")).where(*columns.own, *wanted)
    if calculation.by:
        asked = asked.group_by(sa.text("value")).order_by(sa.desc("rows"), "value").limit(MOST_GROUPS)
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(asked).all()
    return [Group(row.value, row.rows, Decimal(row.figure)) for row in rows if row.rows]


def items_by_key(organisation_id: int, table: Table, keys: Sequence[str]) -> list[Item]:
    """Those rows, in that order; what is gone meanwhile is left out."""
    columns = _Columns(table, organisation_id)
    asked = sa.select(CatalogItem.key, CatalogItem.values).where(*columns.own, CatalogItem.key.in_(keys))
    with tenant_transaction(organisation_id) as session:
        found = {row.key: Item(row.key, row.values) for row in session.execute(asked)}
    return [found[key] for key in keys if key in found]


def next_page(search: Search) -> Search:
    """The page after."""
    return replace(search, offset=search.offset + search.limit)


def _ordered(columns: _Columns, order: Sorting | None) -> list[Any]:
    if order is None:
        return []
    kind = columns.table.declaration.attributes[order.attribute].kind
    by: Any = columns.number(order.attribute) if kind.is_number else columns.text(order.attribute)
    return [by.desc().nulls_last() if order.descending else by.asc().nulls_last()]


def _near(row: Any, conditions: Sequence[Condition]) -> Item:
    missed = (condition.attribute for condition, misses in zip(conditions, row[2:], strict=True) if misses)
    return Item(row.key, row.values, tuple(missed))


def _written(value: Any) -> str:
    return "true" if value is True else str(value)
