"""A model that words the answers and alters their figures: what of it reaches the person, guarded and unguarded."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Final
from unittest.mock import patch

from benchmarks.selling.filters import Query
from benchmarks.selling.shop import NAME, Shop
from cci_app.agents import voice
from cci_app.agents.ports import TurnContext
from cci_app.agents.voice import figures_of
from cci_app.assistants.assistant import Assistant
from cci_app.core.clock import now
from cci_app.core.deadline import Deadline
from cci_app.llm.chains import ChatModels
from config.settings import Environment, Settings
from tests.fakes.models import Asked, FakeModels, Reply, filled

PLANS: Final = (
    "un crédito de 461,999 con 100 mil de enganche",
    "auto de 300 mil a 60 meses con 20% de enganche",
    "auto de 313,999 sin enganche a 60 meses",
    "auto de 250 mil a 48 meses con tasa del 12%",
)
_SECONDS: Final = 60.0
_MODEL: Final = "openai:gpt-4o"


def _next_digit(found: "re.Match[str]") -> str:
    return str((int(found[0]) + 1) % 10)


# Each turns what is told into something near it that is not true.
TRICKS: Final[tuple[Callable[[str], str], ...]] = (
    lambda told: re.sub(r"\d", _next_digit, told),
    lambda told: re.sub(r"\d(?=\D*$)", _next_digit, told),
    lambda told: re.sub(r"\d", _next_digit, told, count=1),
    lambda told: f"{told} Y hoy con 10% de descuento.",
    lambda told: told.replace("$", ""),
    lambda told: re.sub(r"([0-9]),([0-9]{3})", r"\1\2,000", told),
)


@dataclass(frozen=True, slots=True)
class Voiced:
    """How many answers there were, to how many the model said another figure, and how many reached the person so."""

    answers: int
    tried: int
    changed: int


def voiced(shop: Shop, asked: Sequence[Query], *, guarded: bool) -> Voiced:
    """Ask the seller everything without a model and with one that lies, and compare the figures."""
    tricks = cycle(TRICKS)
    tried = 0

    def lie(request: Asked) -> Reply:
        nonlocal tried
        if request.form != "WordedForm":
            return filled()
        told = request.user.partition("\n\ntext:\n")[2]
        said = next(tricks)(told)
        tried += figures_of(said) != figures_of(told)
        return filled(text=said)

    messages = [*(each.ask for each in asked if each.after is None), *PLANS]
    plain = shop.assistant()
    with FakeModels(lie) as fake, _guard(guarded):
        models = ChatModels(Settings(environment=Environment.TEST, **fake.settings))
        lying = shop.assistant(models.chain([_MODEL]))
        differ = [figures_of(_answer(shop, plain, each)) != figures_of(_answer(shop, lying, each)) for each in messages]
    return Voiced(len(messages), tried, sum(differ))


def _answer(shop: Shop, assistant: Assistant, message: str) -> str:
    agent = assistant.agents["finanzas" if message in PLANS else "catalogo"]
    turn = TurnContext(
        shop.organisation_id, NAME, "+525500000001", message, "es", {}, None, now(), Deadline.after(_SECONDS)
    )
    return agent.reply(turn).text


@contextmanager
def _guard(there: bool) -> Iterator[None]:
    """With the guard that compares every figure, or, as a control, without it."""
    if there:
        yield
        return
    with patch.object(voice, "checked", lambda _told, worded: worded):
        yield
