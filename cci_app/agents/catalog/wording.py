"""What was found in a table, as sentences of the assistant's file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cci_app.agents.catalog.content import CatalogTexts
from cci_app.catalog.declaration import Attribute, AttributeKind, TableDeclaration
from cci_app.catalog.query import Aggregate, Calculation, Condition, Group, Item
from cci_app.catalog.showing import figure_text, item_line, value_text


@dataclass(frozen=True, slots=True)
class TableWording:
    """The sentences of one table in one language."""

    say: CatalogTexts
    declaration: TableDeclaration
    language: str

    def value(self, name: str, value: Any) -> str:
        """A value as people read it."""
        attribute = self.declaration.attributes[name]
        if attribute.kind is AttributeKind.FLAG:
            return self.say.yes[self.language] if value else self.say.no[self.language]
        return value_text(attribute, value, self.declaration.locale)

    def figure(self, attribute: Attribute, number: Decimal) -> str:
        """A figure of an attribute with its unit."""
        return figure_text(attribute, number, self.declaration.locale)

    def line(self, item: Item) -> str:
        """A row in one line."""
        return item_line(self.declaration, item)

    def lines(self, items: Sequence[Item]) -> str:
        """Rows, numbered from 1, each with what it misses."""
        return "\n".join(f"{number}. {self._line(item)}" for number, item in enumerate(items, start=1))

    def _line(self, item: Item) -> str:
        if not item.missed:
            return self.line(item)
        attributes = self.declaration.attributes
        told = [(attributes[name].label.lower(), self.value(name, item.values.get(name))) for name in item.missed]
        labels = [" ".join(each) for each in told]
        return f"{self.line(item)} ({self.say.missed[self.language].format(what=', '.join(labels))})"

    def detail(self, item: Item) -> str:
        """All that is known of a row, a line each."""
        known = [(name, each) for name, each in self.declaration.attributes.items() if name in item.values]
        return "\n".join(f"• {each.label}: {self.value(name, item.values[name])}" for name, each in known)

    def compared(self, items: Sequence[Item]) -> str:
        """What differs between rows, a line for each attribute."""
        names = [name for name in self.declaration.attributes if name != self.declaration.key]
        lines = [f"{number}. {self.line(item)}" for number, item in enumerate(items, start=1)]
        for name in names:
            values = [self.value(name, item.values.get(name)) for item in items]
            if len(set(values)) > 1:
                lines.append(f"• {self.declaration.attributes[name].label}: {' | '.join(values)}")
        return "\n".join(lines)

    def understood(self, conditions: Iterable[Condition]) -> str:
        """What was made of a question, in a few words; empty where nothing narrows it."""
        return ", ".join(map(self._condition, conditions))

    def _condition(self, condition: Condition) -> str:
        attribute = self.declaration.attributes[condition.attribute]
        say, language = self.say, self.language
        if attribute.kind is AttributeKind.FLAG:
            told = attribute.label
        elif attribute.kind.is_number:
            told = f"{attribute.label.lower()} {self._range(attribute, condition)}"
        else:
            told = f" {say.either[language]} ".join(condition.values)
        return say.without[language].format(what=told) if condition.unwanted else told

    def _range(self, attribute: Attribute, condition: Condition) -> str:
        say, language = self.say, self.language
        least = None if condition.least is None else self.figure(attribute, condition.least)
        most = None if condition.most is None else self.figure(attribute, condition.most)
        if least is not None and most is not None:
            return least if least == most else say.between[language].format(least=least, most=most)
        if least is not None:
            return say.at_least[language].format(figure=least)
        return say.at_most[language].format(figure=most)

    def noun(self, count: int) -> str:
        """What so many rows are."""
        return self.declaration.noun if count == 1 else self.declaration.nouns

    def calculated(self, calculation: Calculation, groups: Sequence[Group], conditions: Sequence[Condition]) -> str:
        """Figures, in one sentence or a line for each group."""
        say, language = self.say, self.language
        understood = self.understood(conditions) or say.everything[language]
        if not groups:
            return say.nothing[language].format(understood=understood)
        names: Mapping[Aggregate, str] = {
            Aggregate.AVERAGE: say.average[language],
            Aggregate.SUM: say.total[language],
            Aggregate.LEAST: say.least[language],
            Aggregate.MOST: say.most[language],
            Aggregate.COUNT: "",
        }
        name, of = names[calculation.figure], calculation.of
        attribute = self.declaration.attributes[of].label.lower() if of else self.declaration.nouns
        if calculation.by is None:
            group = groups[0]
            told = {"understood": understood, "count": f"{group.count:,}", "noun": self.noun(group.count)}
            if of is None:
                return say.count[language].format(total=told["count"], noun=told["noun"], understood=understood)
            figure = self.figure(self.declaration.attributes[of], group.figure)
            return say.figure[language].format(name=name, attribute=attribute, figure=figure, **told)
        by = self.declaration.attributes[calculation.by].label.lower()
        lines = "\n".join(f"• {self._group(calculation, group)}" for group in groups)
        return (
            say.groups[language]
            .format(name=name, attribute=attribute, by=by, understood=understood, items=lines)
            .strip()
        )

    def _group(self, calculation: Calculation, group: Group) -> str:
        of = calculation.of
        noun = self.noun(group.count)
        if of is None:
            return f"{group.value or '–'}: {group.count:,} {noun}"
        figure = self.figure(self.declaration.attributes[of], group.figure)
        return self.say.group[self.language].format(
            value=group.value or "–", figure=figure, count=f"{group.count:,}", noun=noun
        )
