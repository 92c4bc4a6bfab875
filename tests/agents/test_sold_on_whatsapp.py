"""One conversation on WhatsApp through Twilio, signed as Twilio signs: a car, its plan, a source, sums, opinions."""

import csv
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app import before_exit, create_app
from cci_app.agents.finance.annuity import Loan
from cci_app.assistants.intents import IntentRouter
from cci_app.catalog.showing import money
from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.conversation.log import log_conversations
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.loading import load_folder
from tests.catalog.ready import CARS, make_cars
from tests.conftest import Tenant
from tests.fakes.models import Asked, FakeModels, Reply, filled
from tests.fakes.twilio import SID, TOKEN, FakeTwilio, message, signed

FILE = list(csv.DictReader((CARS / "cars.csv").read_text(encoding="utf-8").splitlines()))
PUBLIC = "https://bot.example.org"
BUYER = "+525500000001"
Write = Callable[[str], str]


@contextmanager
def with_model(settings: Any, fake: FakeModels) -> Iterator[Flask]:
    """Another application, whose model is the fake's."""
    typed = {"reply_budget_seconds": 60.0, "chat_model": "openai:gpt-4o", **fake.settings}
    given = type(settings)(**typed)
    app = create_app(settings.model_copy(update={name: getattr(given, name) for name in typed}))
    app.testing = True
    with app.app_context():
        yield app
    before_exit(app)


def at_twilio(app: Flask, tenant: Tenant, service: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Put the samples' seller behind a number at Twilio; what a buyer writes there, and is answered."""
    reached = {"fetch_loopback": True, "public_base_url": PUBLIC}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=reached))
    make_cars(tenant)
    load_folder(tenant.organisation_id, CARS / "documents", assistant="autos")
    number = f"+57300{secrets.randbelow(10**7):07d}"
    account = {"account_sid": SID, "number": number, "base_url": service.address}
    channel_accounts.add(tenant.organisation_id, "twilio", "main", account, {"auth_token": TOKEN}, assistant="autos")
    forget_accounts()
    _learn(app, tenant)
    web = app.test_client()
    path = f"/api/v1/channels/twilio/{number}".replace("+", "%2B")
    written = iter(range(1, 100))

    def write(text: str) -> str:
        form = message(f"SM{next(written):032d}", text, BUYER, To=f"whatsapp:{number}")
        body, headers = signed(PUBLIC + path, form)
        answer = web.post(path, data=body, headers=headers)
        assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8"), answer.text
        return "\n".join(each.text or "" for each in ET.fromstring(answer.data))

    return write


def _learn(app: Flask, tenant: Tenant) -> None:
    router = app.extensions["cci_conversation"].catalogue.find(tenant.organisation_id, "autos")._router
    assert isinstance(router, IntentRouter)
    router.learning.learnt()


def buys(tenant: Tenant, write: Write) -> None:
    """The conversation, held to what the file and the formula say."""
    fitting = [
        row
        for row in FILE
        if row["marca"] in {"Nissan", "Mazda"}
        and (row["carroceria"], row["transmision"]) == ("SUV", "Automática")
        and int(row["precio"]) <= 350_000
    ]
    found = write("busco un suv automatico de menos de 350 mil, nissan o masda")
    for number, row in enumerate(fitting, start=1):
        assert f"{number}. {row['año']} {row['marca']} {row['modelo']}" in found
        assert f"${int(row['precio']):,}" in found
    assert "Gracias" in write("👍")
    price = Decimal(fitting[1]["precio"])
    loan = Loan(price, price / 5, Decimal(10), 60)
    plan = write("el segundo a 60 meses con 20% de enganche")
    assert f"{fitting[1]['marca']} {fitting[1]['modelo']}" in plan
    assert money(loan.payment, "MXN", "es_MX") in plan
    warranty = write("¿qué garantía dan?")
    assert "3 meses" in warranty
    assert "Fuente: Garantía y devoluciones" in warranty
    assert warranty.endswith("¿Le sirvió esta respuesta?\n1. 👍 Sí\n2. 👎 No")
    assert "disculpe" in write("2")
    prices = [Decimal(row["precio"]) for row in FILE if row["marca"] == "Mazda"]
    average = write("¿cuál es el precio promedio de los mazda?")
    assert money(round(sum(prices, Decimal(0)) / len(prices), 2), "MXN", "es_MX") in average
    assert "Con gusto" in write("gracias, muy útil")
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        told = session.execute(
            sa.text(
                "SELECT f.value, f.source, c.user_message FROM feedback f"
                " JOIN conversations c ON c.event_id = f.event_id WHERE f.kind = 'thumb' ORDER BY f.id"
            )
        ).all()
    assert [tuple(row) for row in told] == [
        (1, "emoji", "busco un suv automatico de menos de 350 mil, nissan o masda"),
        (-1, "button", "¿qué garantía dan?"),
        (1, "words", "¿cuál es el precio promedio de los mazda?"),
    ]


@pytest.fixture
def service() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        yield twilio


def test_a_buyer_is_served_through_twilio_without_a_model(
    app: Flask, tenant: Tenant, service: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(tenant, at_twilio(app, tenant, service, monkeypatch))


def test_a_buyer_is_served_through_twilio_with_openai(
    settings: Any, tenant: Tenant, service: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model words the answers, and its wording is what the buyer reads, but where it alters a figure."""
    voiced = 0

    def word(asked: Asked) -> Reply:
        nonlocal voiced
        if asked.form != "WordedForm":
            return filled()
        voiced += 1
        told = asked.user.partition("\n\ntext:\n")[2]
        # Every other time it lies.
        return filled(text=f"¡Con mucho gusto! {told}" if voiced % 2 else told.replace("9", "8"))

    read: list[str] = []
    with FakeModels(word) as fake, with_model(settings, fake) as app:
        write = at_twilio(app, tenant, service, monkeypatch)

        def noted(text: str) -> str:
            read.append(write(text))
            return read[-1]

        buys(tenant, noted)
    assert voiced >= 4
    assert sum(each.startswith("¡Con mucho gusto! ") for each in read) == (voiced + 1) // 2
    assert {asked.model for asked in fake.asked} == {"gpt-4o"}
