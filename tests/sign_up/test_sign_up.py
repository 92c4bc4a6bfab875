"""Signing up: who may, by which link, once, and what there is afterwards."""

import re
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.accounts.members.mailing import send_waiting
from cci_app.core import clock
from cci_app.core.database import keyless_transaction
from cci_app.core.errors import CannotStart
from cci_app.sign_up.founding import check_at_start
from cci_app.sign_up.words import WORDS
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.accounts.test_links import trusting
from tests.conftest import Tenant, make_settings
from tests.fakes.smtp import FakeSmtp

Rows = Callable[..., list[dict[str, Any]]]
FORM = {"organisation": "Café Luna", "language": "fr", "timezone": "Europe/Paris", "name": "Ana", "password": PASSWORD}


@pytest.fixture
def allow(app: Flask) -> Iterator[Callable[..., None]]:
    """Set who may sign up."""
    before = app.config["SETTINGS"]

    def change(sign_up: str, **more: Any) -> None:
        app.config["SETTINGS"] = before.model_copy(update={"sign_up": sign_up, **more})

    try:
        yield change
    finally:
        app.config["SETTINGS"] = before


def invited(app: Flask, tenant: Tenant, *more: str) -> str:
    """The path of a link that the command printed."""
    done = app.test_cli_runner().invoke(
        args=["organisations", "invite", "--email", f"ana@{tenant.slug}.example", *more]
    )
    assert done.exit_code == 0, done.output
    found = re.search(r"/sign-up/[\w-]{43}$", done.output.strip())
    assert found is not None, done.output
    return found[0]


def test_it_is_closed_unless_it_is_opened(app: Flask, web: FlaskClient) -> None:
    assert web.get("/sign-up").status_code == 404
    assert web.post("/sign-up", data={"email": "ana@example.org"}, headers=OURS).status_code == 404
    assert web.get("/sign-up/x").status_code == 404
    assert "/sign-up" not in web.get("/login").text
    refused = app.test_cli_runner().invoke(args=["organisations", "invite", "--email", "ana@example.org"])
    assert refused.exit_code == 1
    assert "SIGN_UP" in refused.output


def test_an_invitation_makes_an_organisation_with_its_owner_once(
    app: Flask, web: FlaskClient, tenant: Tenant, allow: Callable[..., None], rows: Rows
) -> None:
    allow("invitation")
    assert WORDS["en"]["by_invitation_text"] in web.get("/sign-up").text
    assert web.post("/sign-up", data={"email": "x@example.org"}, headers=OURS).status_code == 404
    path = invited(app, tenant, "--plan", "starter")
    browser = app.test_client()
    for _ in range(2):
        assert f"ana@{tenant.slug}.example" in browser.get(path).text
    for field, wrong in {"password": "short", "organisation": " ", "timezone": "Nowhere/Else"}.items():
        again = browser.post(path, data=FORM | {field: wrong}, headers=OURS)
        assert (again.status_code, WORDS["en"][f"{field}_422"] in again.text) == (422, True)
    assert browser.post(path, data=FORM, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    made = browser.post(path, data=FORM | {"organisation": f"Café {tenant.slug}"}, headers=OURS)
    assert (made.status_code, made.headers["Location"]) == (303, "/admin")
    about = browser.get("/api/v1/me").get_json()
    assert (about["email"], about["role"], about["language"]) == (f"ana@{tenant.slug}.example", "owner", "fr")
    organisation = browser.get("/api/v1/admin/settings").get_json()
    assert organisation["name"] == f"Café {tenant.slug}"
    assert (organisation["language"], organisation["timezone"]) == ("fr", "Europe/Paris")
    quota = browser.get("/api/v1/usage/limits").get_json()[0]
    assert (quota["plan"], quota["messages_allowed"]) == ("starter", 1000)
    acts = [each["act"] for each in browser.get("/api/v1/admin/audit").get_json()["entries"]]
    assert acts == ["sign_in", "plan.changed", "member.added", "organisation.signed_up"]
    assert browser.post(path, data=FORM, headers=OURS).status_code == 410
    assert app.test_client().get(path).status_code == 410
    # Nothing of the others is theirs.
    members = browser.get("/api/v1/admin/members").get_json()["members"]
    assert [each["email"] for each in members] == [about["email"]]


def test_everybody_signs_up_by_a_mail_where_that_is_open(
    app: Flask, web: FlaskClient, tenant: Tenant, allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeSmtp("mailer", "mail-password") as server:
        monkeypatch.setattr(ssl, "create_default_context", trusting(server))
        mail = {"email_host": "127.0.0.1", "email_port": server.port, "email_user": "mailer"}
        mail |= {"email_password": SecretStr("mail-password"), "email_from": "assistant@example.org"}
        allow("open", public_url="https://cci.example.org", **mail)
        assert "/sign-up" in web.get("/login").text
        email = f"luz@{tenant.slug}.example"
        bad = web.post("/sign-up", data={"email": "no address"}, headers=OURS)
        assert (bad.status_code, WORDS["en"]["email_422"] in bad.text) == (422, True)
        headers = {**OURS, "Accept-Language": "fr"}
        asked = web.post("/sign-up", data={"email": email}, headers=headers)
        # Whoever has an account already gets the same answer.
        known = make_member(tenant).email
        assert web.post("/sign-up", data={"email": known}, headers=headers).text == asked.text
        assert send_waiting() == 2
        letter = next(each for each in server.mails if email in each["To"])
        assert letter["Subject"] == "Créez le compte de votre organisation"
        found = re.search(r"https://cci.example.org(/sign-up/[\w-]{43})\s", letter.get_content())
        assert found is not None
        browser = app.test_client()
        assert browser.post(found[1], data=FORM, headers=OURS).status_code == 303
        quota = browser.get("/api/v1/usage/limits").get_json()[0]
        assert quota["plan"] == "free"


def test_without_mail_the_link_leads_straight_on_and_is_refused_in_production(
    app: Flask, web: FlaskClient, tenant: Tenant, allow: Callable[..., None]
) -> None:
    allow("open")
    asked = web.post("/sign-up", data={"email": f"luz@{tenant.slug}.example"}, headers=OURS)
    assert asked.status_code == 303
    assert web.get(asked.headers["Location"]).status_code == 200
    secret = {"environment": "production", "secret_key": "x" * 40, "sign_up": "open"}
    with pytest.raises(ValueError, match="SIGN_UP=open needs EMAIL_HOST"):
        make_settings("postgresql://nobody@127.0.0.1/none", "redis://127.0.0.1:1/0", **secret)
    with pytest.raises(CannotStart, match="SIGN_UP_PLAN"):
        check_at_start(app.config["SETTINGS"].model_copy(update={"sign_up_plan": "golden"}))


def test_who_asks_too_often_waits(web: FlaskClient, tenant: Tenant, allow: Callable[..., None]) -> None:
    allow("open")
    email = f"often@{tenant.slug}.example"
    statuses = [
        web.post(
            "/sign-up", data={"email": email}, headers=OURS, environ_base={"REMOTE_ADDR": f"192.0.2.{turn}"}
        ).status_code
        for turn in range(4)
    ]
    assert statuses == [303, 303, 303, 429]


def test_two_of_one_name_are_two_and_a_name_of_the_settings_is_nobodys(
    app: Flask, tenant: Tenant, allow: Callable[..., None], rows: Rows
) -> None:
    allow("invitation", assistants_shared_with="casa-luz", default_organisation="cci")
    slugs = []
    for name in (f"Ümlaut {tenant.slug}!", f"Ümlaut {tenant.slug}", "CCI", "Casa Luz", "日本"):
        browser = app.test_client()
        made = browser.post(invited(app, tenant), data=FORM | {"organisation": name}, headers=OURS)
        assert made.status_code == 303
        entry = browser.get("/api/v1/admin/audit").get_json()["entries"][-1]
        slugs.append(entry["details"]["slug"])
    assert slugs[0] == f"umlaut-{tenant.slug}"
    assert re.fullmatch(rf"umlaut-{tenant.slug}-[0-9a-f]{{6}}", slugs[1])
    assert re.fullmatch(r"cci-[0-9a-f]{6}", slugs[2])
    assert re.fullmatch(r"casa-luz-[0-9a-f]{6}", slugs[3])
    assert slugs[4].startswith("organisation")


def test_a_link_ends_and_none_of_another_kind_will_do(
    app: Flask, tenant: Tenant, allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow("invitation")
    path, browser = invited(app, tenant), app.test_client()
    assert browser.get(path.replace("/sign-up/", "/login/invitation/")).status_code == 410
    admin = sign_in(app, make_member(tenant))
    order = {"email": "x@example.org", "role": "viewer"}
    invitation = admin.post("/api/v1/admin/invitations", json=order, headers=OURS).get_json()["link"]
    assert browser.post(f"/sign-up/{invitation[-43:]}", data=FORM, headers=OURS).status_code == 410
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.post(path, data=FORM, headers=OURS).status_code == 410
    assert admin.post("/api/v1/admin/invitations", json=order, headers=OURS).status_code in {201, 401}


def test_the_database_lets_the_web_make_no_organisation_without_a_link(app: Flask, tenant: Tenant) -> None:
    insert = sa.text("INSERT INTO organisations (slug, name) VALUES (:slug, 'x')")
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), keyless_transaction() as session:
        session.execute(insert, {"slug": f"free-{tenant.slug}"})
    ask = sa.text(
        "INSERT INTO member_links (id, kind, email, token_hash, made_by, expires_at, plan)"
        " VALUES (gen_random_uuid(), 'sign_up', 'x@example.org', :slug, '', now() + interval '1 day', 'pro')"
    )
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), keyless_transaction() as session:
        session.execute(ask, {"slug": tenant.slug})
