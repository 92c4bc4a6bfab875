"""The four functions for callers outside, through the web's own login."""

from collections.abc import Iterator

import pytest
from flask import Flask

from cci_app import whatsapp_handler
from cci_app.accounts.organisations import ensure_organisation
from cci_app.contacts.models import Contact
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound

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


def test_without_its_organisation_it_says_what_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"default_organisation": "nowhere"})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    with pytest.raises(NotFound, match="flask organisations create"):
        whatsapp_handler.get_user_status(USER)
