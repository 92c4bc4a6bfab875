"""What an assistant's file says of finding things in a table."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cci_app.agents.kind import AgentContent
from cci_app.catalog.declaration import TableName
from cci_app.language.localised import Content, Localised, Plain, allowing


def _with(*names: str) -> object:
    return AfterValidator(allowing(*names))


class CatalogTexts(Content):
    """The sentences. {understood} is what was made of the question, {items} the lines of rows."""

    found: Annotated[Localised, _with("total", "noun", "understood", "items")]
    more: Annotated[Localised, _with("left")]
    last: Plain
    single: Annotated[Localised, _with("understood", "items")]
    nearest: Annotated[Localised, _with("understood", "items")]
    missed: Annotated[Localised, _with("what")]
    everything: Plain
    count: Annotated[Localised, _with("total", "noun", "understood")]
    figure: Annotated[Localised, _with("name", "attribute", "figure", "count", "noun", "understood")]
    groups: Annotated[Localised, _with("name", "attribute", "by", "understood", "items")]
    group: Annotated[Localised, _with("value", "figure", "count", "noun")]
    nothing: Annotated[Localised, _with("understood")]
    detail: Annotated[Localised, _with("item", "items", "noun")]
    compared: Annotated[Localised, _with("items")]
    alike: Annotated[Localised, _with("item", "items")]
    unknown: Annotated[Localised, _with("words")]
    which: Annotated[Localised, _with("noun", "nouns")]
    ask: Annotated[Localised, _with("nouns", "choices")]
    empty: Plain
    at_most: Annotated[Localised, _with("figure")]
    at_least: Annotated[Localised, _with("figure")]
    between: Annotated[Localised, _with("least", "most")]
    without: Annotated[Localised, _with("what")]
    either: Plain
    yes: Plain
    no: Plain
    average: Plain
    total: Plain
    least: Plain
    most: Plain
    offer: Plain


class CatalogContent(AgentContent):
    """An agent that finds rows of the table of that name, `page` at a time."""

    kind: Literal["catalog"]
    table: TableName
    page: int = Field(5, ge=1, le=10)
    say: CatalogTexts
