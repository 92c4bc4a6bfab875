"""Values and rows of a table as people read them."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal

from cci_app.catalog.declaration import Attribute, AttributeKind, TableDeclaration
from cci_app.catalog.query import Item


def money(amount: Decimal, currency: str, locale: str) -> str:
    """An amount as the country writes it, with cents where there are any: $349,999."""
    whole = amount == amount.to_integral_value()
    pattern = "¤#,##0" if whole else "¤#,##0.00"
    return str(format_currency(amount, currency or "USD", format=pattern, locale=locale, currency_digits=False))


def figure_text(attribute: Attribute, number: Decimal, locale: str) -> str:
    """A figure of an attribute with its unit."""
    if attribute.kind is AttributeKind.YEAR:
        return f"{number:f}"
    if attribute.kind is AttributeKind.MONEY:
        return money(number, attribute.unit, locale)
    return " ".join(filter(None, (str(format_decimal(number, locale=locale)), attribute.unit)))


def value_text(attribute: Attribute, value: Any, locale: str) -> str:
    """A value; a flag is the attribute's label where it is there, and nothing else; what is unknown is a dash."""
    if attribute.kind is AttributeKind.FLAG:
        return attribute.label if value else ""
    if value is None:
        return "–"
    return figure_text(attribute, Decimal(value), locale) if attribute.kind.is_number else str(value)


def item_line(declaration: TableDeclaration, item: Item) -> str:
    """A row in one line."""
    values = {
        name: value_text(each, item.values.get(name), declaration.locale)
        for name, each in declaration.attributes.items()
    }
    return " ".join(declaration.line.format(**values).split())
