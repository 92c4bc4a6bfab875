"""A real browser and a served application."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from cci_app.accounts.caller import Role
from tests.accounts.signed_in import PASSWORD, make_member
from tests.conftest import Tenant
from tests.exports.conftest import Add, add
from tests.fakes.serving import serving
from tests.fakes.watching import NoChromium, chromium

__all__ = ["Add", "add"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    try:
        with chromium() as found:
            yield found
    except NoChromium as error:
        # Where nobody reads what was skipped, it must not be.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


@pytest.fixture
def address(application: Flask) -> Iterator[str]:
    """Where the application is served."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in French, as a member's developer has it."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600}, locale="fr-FR")
    yield context.new_page()
    context.close()


def enter(context: BrowserContext, address: str, tenant: Tenant, role: Role = Role.OWNER) -> Page:
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=email]", make_member(tenant, role).email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/admin")
    return page


@pytest.fixture
def signed_in(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Pages of a member's browser: `signed_in(tenant, role=..., width=...)`."""
    contexts: list[BrowserContext] = []

    def open_page(tenant: Tenant, role: Role = Role.OWNER, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        return enter(context, address, tenant, role)

    yield open_page
    for context in contexts:
        context.close()
