"""What the server does for the pages of a trial: who may, from where, and how often the database is asked."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.admin.contacts import add_contact
from tests.conftest import Tenant
from tests.dashboard.test_pages import counted

# Of the session, of who looks, and of the page itself.
STATEMENTS = {"/try": 10, "/try/cci/trial:m1.abc": 10}
CHANGES = {
    "/try/cci/trial:m1.abc": (Role.VIEWER,),
    "/try/links": (Role.VIEWER, Role.AGENT),
    "/try/links/1/revoke": (Role.VIEWER, Role.AGENT),
}


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


@pytest.mark.parametrize("path", STATEMENTS)
def test_the_page_asks_the_database_so_often(app: Flask, tenant: Tenant, browser: FlaskClient, path: str) -> None:
    for number in range(12):
        add_contact(tenant, f"+5730000000{number:02}", first_name="Ana")
        browser.post(f"/try/cci/trial:m1.abc{number}", data={"text": "Hola"}, headers=OURS)
    with counted(app) as seen:
        assert browser.get(path).status_code == 200
    assert len(seen) <= STATEMENTS[path], "\n".join(seen)


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_is_written_from_another_site_or_by_who_may_only_look(
    app: Flask, tenant: Tenant, browser: FlaskClient, path: str
) -> None:
    for origin in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert browser.post(path, data={"text": "Hola"}, headers=origin).status_code == 403
    for role in CHANGES[path]:
        assert sign_in(app, make_member(tenant, role)).post(path, headers=OURS).status_code == 403


def test_a_link_that_is_none_leads_nowhere(web: FlaskClient) -> None:
    for path in ("/try/link/nonsense", "/try/link/nonsense/abcdefghijklmnop"):
        shown = web.get(path, headers={"Accept-Language": "fr"})
        assert shown.status_code == 410
        assert "Ce lien n’est plus valable" in shown.text
        assert "nav" not in shown.text.partition("<main")[0].partition('class="brand"')[2]


def test_what_there_is_not_is_said_and_something_else_tried(browser: FlaskClient) -> None:
    shown = browser.get("/try?known_as=%2B573009999999")
    assert shown.status_code == 200
    assert "contact book" in shown.text
    assert browser.get("/try/cci/nonsense").status_code == 404
    assert browser.get("/try/nobody/trial:m1.abc").status_code == 422


def test_without_scripts_the_page_works_too(browser: FlaskClient) -> None:
    sent = browser.post("/try/cci/trial:m1.abcdef", data={"text": "Bonjour"}, headers=OURS, follow_redirects=True)
    assert sent.status_code == 200
    assert sent.text.count('class="said theirs"') == 1
