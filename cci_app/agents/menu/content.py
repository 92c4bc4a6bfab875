"""What a menu's file says: its services, the words that lead to each, who may have it, and its sentences."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from cci_app.agents.kind import AgentContent
from cci_app.channels.message import MOST_CHOICES
from cci_app.language.localised import Content, Localised, Plain, PlainList, allowing

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]
WithName = Annotated[Localised, AfterValidator(allowing("name"))]


class MenuService(Content):
    """One line of the menu. `words` lead to it; `for_known` keeps it to people of the contact book."""

    kind: str
    code: Code
    title: Plain
    description: Plain | None = None
    words: PlainList
    for_known: bool = False


class FactsService(MenuService):
    """Answers from facts that hold today, from a Baserow table (an integration by its name), and from documents."""

    kind: Literal["facts"]
    ask: Plain
    unknown: Plain
    baserow: str | None = None


class CertificateService(MenuService):
    """Asks for a code, finds whose it is, and sends what is certified of them.

    `paper` may name what the record says of the person: {name} and the fields of their details.
    """

    kind: Literal["certificate"]
    ask: Plain
    wrong: Annotated[Localised, AfterValidator(allowing("left"))]
    locked: Annotated[Localised, AfterValidator(allowing("until"))]
    found: WithName
    sent: Annotated[Localised, AfterValidator(allowing("number"))]
    not_reachable: Annotated[Localised, AfterValidator(allowing("number"))]
    paper_title: Plain
    paper: Localised
    signed_by: Plain
    lock_minutes: int = Field(60, ge=1, le=60 * 24 * 30)


class HumanService(MenuService):
    """Asks colleagues to take over; outside the desk's hours says when somebody is there."""

    kind: Literal["human"]
    called: Plain
    closed: Annotated[Localised, AfterValidator(allowing("opens"))]
    away: Plain


Service = Annotated[FactsService | CertificateService | HumanService, Field(discriminator="kind")]


class MenuTexts(Content):
    """The menu's sentences. After `again` twice in a row a human is called."""

    welcome: WithName
    choose: Plain
    label: Plain
    again: Plain
    media: Plain
    next: Plain
    not_for_you: Plain
    thanks: Plain


class MenuContent(AgentContent):
    """A desk: what it offers, in the order of the menu, and the words that open it."""

    kind: Literal["menu"]
    greetings: PlainList
    thanks: PlainList
    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=MOST_CHOICES)]
    say: MenuTexts

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        codes = [service.code for service in self.services]
        if len(set(codes)) != len(codes):
            raise ValueError("services: a code stands for two of them")
        if not any(isinstance(service, HumanService) for service in self.services):
            raise ValueError("services: none is of the kind human, whom a person has to reach")
        return self
