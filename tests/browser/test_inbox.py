"""Two colleagues in two browsers, one person: who has them, what is said, and what the second is told."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.accounts.caller import Role
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of
from cci_app.handoff.desk import change_desk
from cci_app.inbox import ready_answers
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.inbox.conftest import NUMBER, asked, person, say

__all__ = ["asked", "person", "say"]

pytestmark = pytest.mark.browser


def test_two_colleagues_and_one_person(
    app: Flask,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    asked: int,
    say: Callable[[str], str],
    person: Person,
) -> None:
    ready_answers.keep(tenant.organisation_id, "Salutation", "Bonjour, ici l’accueil.")
    change_desk(tenant.organisation_id, {"drafts": True})
    first, second = signed_in(tenant, Role.AGENT), signed_in(tenant, Role.AGENT)
    complaints = Complaints(first, address)
    first.goto(f"{address}/admin/inbox")
    expect(first.locator("a.row")).to_have_count(1)
    first.locator("a.row").click()
    second.goto(first.url)
    # The assistant's suggestion and a ready answer stand in the composer, to be changed.
    first.click("text=Sugerir una respuesta")
    expect(first.locator("#text")).not_to_be_empty()
    first.fill("#text", "")
    first.click("text=Respuestas listas")
    first.click("text=Salutation")
    expect(first.locator("#text")).to_have_value("Bonjour, ici l’accueil.")
    first.click("text=Enviar")
    expect(first.locator(".human .bubble")).to_have_text("Bonjour, ici l’accueil.")
    expect(first.locator(".human .meta")).to_contain_text("irá en la próxima respuesta")
    assert mode_of(person) is TurnMode.HUMAN
    # The second had the page open all the while: nothing of theirs is sent, and what they typed is still there.
    second.fill("#text", "Yo también")
    second.click("text=Enviar")
    expect(second.get_by_role("alert")).to_contain_text("atiende a esta persona")
    assert say("merci") == "Bonjour, ici l’accueil."
    assert say("et maintenant ?") == ""
    expect(first.locator("#chat")).to_contain_text("et maintenant ?")
    second.goto(f"{address}/admin/inbox/{asked}")
    second.fill("#note", "La conozco")
    second.click("text=Guardar la nota")
    expect(second.locator(".note .bubble")).to_have_text("La conozco")
    first.fill("input[name=labels]", "visas, urgente")
    first.click("section:has(input[name=labels]) button")
    expect(first.locator("input[name=labels]")).to_have_value("urgente, visas")
    first.click("text=Cerrar y devolver al asistente")
    expect(first.locator("#chat")).to_contain_text("sigue el asistente")
    assert mode_of(person) is TurnMode.BOT
    first.goto(f"{address}/admin/inbox?view=resolved&label=visas")
    expect(first.locator("a.row")).to_have_count(1)
    assert complaints.all() == []


def test_a_viewer_looks_and_changes_nothing(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, asked: int
) -> None:
    page: Any = signed_in(tenant, Role.VIEWER)
    page.goto(f"{address}/admin/inbox/{asked}")
    expect(page.locator("#chat")).to_be_visible()
    assert page.locator("main form").count() == 0
    assert NUMBER[-4:] in page.content()
