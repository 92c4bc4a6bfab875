"""The four functions for callers outside, through the web's own login."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from cci_app import whatsapp_handler
from cci_app.accounts.organisations import ensure_organisation
from cci_app.assistants.assistant import Assistant
from cci_app.contacts.models import Contact
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.whatsapp_handler import aio

USER = "+573000000881"


@pytest.fixture
def default_organisation(app: Flask) -> Iterator[int]:
    organisation_id = ensure_organisation("cci", "CCI", "America/Bogota")
    with tenant_transaction(organisation_id) as session:
        card = {"phone": USER, "national_number": "3000000881", "first_name": "Ana", "company": "Andina SAS"}
        session.add(Contact(organisation_id=organisation_id, **card))
    yield organisation_id
    with tenant_transaction(organisation_id) as session:
        session.query(Contact).delete()


@pytest.mark.usefixtures("default_organisation")
def test_a_conversation_by_functions() -> None:
    assert whatsapp_handler.get_user_status(USER)["exists"] is False
    assert "Andina SAS" in whatsapp_handler.whatsapp_chat(USER, "Bonjour")
    status = whatsapp_handler.get_user_status(f" {USER[1:]}")
    assert (status["exists"], status["language"], status["current_question"]) == (True, "fr", 1)
    whatsapp_handler.whatsapp_chat(USER, "Oui, j'ai accédé à l'espace membre")
    assert whatsapp_handler.get_user_status(USER)["current_question"] == 2
    whatsapp_handler.reset_user_conversation(USER)
    assert whatsapp_handler.get_user_status(USER)["questions_answered"] == 0


@pytest.mark.usefixtures("default_organisation")
def test_who_is_writing() -> None:
    contact = whatsapp_handler.get_contact_info(USER)
    assert contact is not None
    assert contact["first_name"] == "Ana"
    assert whatsapp_handler.get_contact_info("+573000000882") is None


@pytest.mark.usefixtures("default_organisation")
def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(InvalidInput):
        whatsapp_handler.whatsapp_chat(USER, " \n")
    with pytest.raises(InvalidInput):
        whatsapp_handler.whatsapp_chat("nobody at all", "hola")


@pytest.mark.usefixtures("default_organisation")
def test_the_same_conversation_awaited() -> None:
    user = "+573000000883"

    async def conversation() -> list[Any]:
        first = await aio.whatsapp_chat(user, "Bonjour")
        await aio.whatsapp_chat(user, "Oui, j'ai accédé à l'espace membre")
        status = await aio.get_user_status(user)
        await aio.reset_user_conversation(user)
        return [first, status, await aio.get_user_status(user), await aio.get_contact_info(USER)]

    first, status, after, contact = asyncio.run(conversation())
    assert "Bonjour" in first
    assert status == {**whatsapp_handler.get_user_status(user), **status}
    assert (status["language"], status["current_question"]) == ("fr", 2)
    assert after["questions_answered"] == 0
    assert contact == whatsapp_handler.get_contact_info(USER)
    with pytest.raises(InvalidInput):
        asyncio.run(aio.whatsapp_chat(user, " "))


@pytest.mark.usefixtures("default_organisation")
def test_a_turn_does_not_hold_up_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the loop lets the turn go on: held up by the turn itself, it never would, and the turn would give up."""
    let_go = threading.Event()
    waited: list[bool] = []

    def route(*_: Any, **__: Any) -> Any:
        waited.append(let_go.wait(5))
        raise ValueError("that is all")

    monkeypatch.setattr(Assistant, "route", route)

    async def both() -> None:
        asyncio.get_running_loop().call_later(0.01, let_go.set)
        await aio.whatsapp_chat("+573000000884", "Bonjour")

    asyncio.run(both())
    assert waited == [True]


def test_without_its_organisation_it_says_what_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"default_organisation": "nowhere"})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    with pytest.raises(NotFound, match="flask organisations create"):
        whatsapp_handler.get_user_status(USER)
