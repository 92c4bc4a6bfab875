"""Prices that stand in the assistant's file, and sums of them: no model reckons."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from cci_app.language.localised import Content, Plain
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.built_in.links import Key
from cci_app.tools.ports import Tool, ToolContext, ToolResult

_MOST = 10_000


class PricedItem(Content):
    """Something that is sold: what it is called, and the price of one."""

    name: Plain
    price: Decimal = Field(ge=0, max_digits=14, decimal_places=2)


class PriceOptions(ToolOptions):
    """The list of prices, in one currency."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    items: dict[Key, PricedItem] = Field(min_length=1, max_length=200)


def make(options: PriceOptions, _desk: Desk) -> Tool:
    """The price of so many of one item."""

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        item = options.items[arguments["item"]]
        quantity = int(arguments.get("quantity") or 1)
        told = {"item": item.name[context.language], "quantity": quantity, "currency": options.currency}
        return ToolResult({**told, "unit_price": str(item.price), "total": str(item.price * quantity)})

    named = "; ".join(f"{key}: {' / '.join(item.name.root.values())}" for key, item in options.items.items())
    return Tool(
        name="quote_price",
        description=f"The price of an item, and of several of it. Never reckon a price yourself. Items: {named}",
        arguments=SchemaArguments(
            {
                "properties": {
                    "item": {"type": "string", "enum": list(options.items)},
                    "quantity": {"type": "integer", "minimum": 1, "maximum": _MOST, "default": 1},
                },
                "required": ["item"],
            }
        ),
        run=run,
        words={key: tuple(item.name.root.values()) for key, item in options.items.items()},
        examples=("cuánto cuesta", "qué precio tiene", "combien coûte", "quel est le prix", "how much is it"),
    )
