"""What an assistant's file says of payment plans."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from cci_app.agents.kind import AgentContent
from cci_app.catalog.declaration import TableName
from cci_app.language.localised import Content, Localised, LocalisedList, Plain, allowing


def _with(*names: str) -> object:
    return AfterValidator(allowing(*names))


_OF_PLAN = ("what", "down", "percent", "amount", "rate")
Words = Annotated[LocalisedList, AfterValidator(allowing())]


class FinanceWords(Content):
    """What people call the parts of a plan."""

    down: Words
    rate: Words
    months: Words
    years: Words
    schedule: Words
    plan: Words
    price: Words
    without_down: Words


class FinanceTexts(Content):
    """The sentences of plans. {what} is the thing with its price, {items} a line for each term."""

    plans: Annotated[Localised, _with(*_OF_PLAN, "items")]
    term: Annotated[Localised, _with("months", "payment", "interest", "total")]
    plan: Annotated[Localised, _with(*_OF_PLAN, "months", "payment", "interest", "total")]
    note: Plain
    schedule: Annotated[Localised, _with("months", "payment")]
    yearly: Annotated[Localised, _with("items", "months")]
    year: Annotated[Localised, _with("year", "paid", "interest", "balance")]
    sheet: Plain
    no_price: Plain
    which: Annotated[Localised, _with("items")]
    none_found: Plain
    bad_down: Annotated[Localised, _with("down")]
    down_is_price: Annotated[Localised, _with("down", "price")]
    bad_rate: Plain
    bad_months: Annotated[Localised, _with("least", "most", "months")]
    bad_price: Plain


class FinanceContent(AgentContent):
    """An agent that calculates plans: for a price, or a row of `table`, which the agent `things` shows.

    `annual_rate` is in percent. `months` are the terms that are shown side by side, `least` and `most` what may be
    asked for.
    """

    kind: Literal["finance"]
    table: TableName | None = None
    things: str | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "MXN"
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")] = "es_MX"
    annual_rate: Decimal = Field(Decimal(10), ge=0, le=200)
    months: Annotated[tuple[int, ...], Field(min_length=1, max_length=8)] = (36, 48, 60, 72)
    least: int = Field(36, ge=1, le=600)
    most: int = Field(72, ge=1, le=600)
    words: FinanceWords
    say: FinanceTexts

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not all(self.least <= each <= self.most for each in self.months):
            raise ValueError("months: each is between least and most")
        return self
