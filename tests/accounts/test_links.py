"""Links that let somebody in: invitations and new passwords, each once, in time, and to its own address."""

import re
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.accounts.caller import Role
from cci_app.accounts.members import mailing
from cci_app.accounts.members.mailing import MOST_ATTEMPTS, forget_old, send_waiting
from cci_app.core import clock
from cci_app.core.database import system_transaction
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.conftest import Tenant, make_settings, make_tenant
from tests.fakes.smtp import FakeSmtp

Rows = Callable[..., list[dict[str, Any]]]
INVITATIONS = "/api/v1/admin/invitations"
NEW = "a new password, a longer one"


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    """A mail server that the application is set up with."""
    with FakeSmtp("mailer", "mail-password") as server:
        before = app.config["SETTINGS"]
        monkeypatch.setattr(ssl, "create_default_context", trusting(server))
        app.config["SETTINGS"] = before.model_copy(
            update={
                "email_host": "127.0.0.1",
                "email_port": server.port,
                "email_user": "mailer",
                "email_password": SecretStr("mail-password"),
                "email_from": "assistant@example.org",
                "public_url": "https://cci.example.org",
            }
        )
        try:
            yield server
        finally:
            app.config["SETTINGS"] = before


def trusting(server: FakeSmtp) -> Callable[[], Any]:
    made = ssl.create_default_context()
    server.authority.configure_trust(made)
    return lambda: made


def link_in(text: str) -> str:
    found = re.search(r"https?://[a-z.:0-9]+(/login/\w+/[\w-]{43})\s", text + "\n")
    assert found is not None, text
    return found[1]


def invite(browser: FlaskClient, email: str, role: str = "agent") -> Any:
    return browser.post(INVITATIONS, json={"email": email, "role": role}, headers=OURS)


def test_an_invitation_is_shown_where_there_is_no_mail(app: Flask, tenant: Tenant) -> None:
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    email = f"diego@{tenant.slug}.example"
    made = invite(admin, email.upper()).get_json()
    path = link_in(made["link"])
    assert made["email"] == email
    assert "link" not in admin.get(INVITATIONS).get_json()[0]
    browser = app.test_client()
    for _ in range(2):
        # Programs that check mails look at links.
        assert email in browser.get(path).text
    weak = browser.post(path, data={"name": "Diego <b>", "password": "short"}, headers=OURS)
    assert weak.status_code == 422
    assert "Diego &lt;b&gt;" in weak.text
    accepted = browser.post(path, data={"name": "Diego Núñez", "password": PASSWORD}, headers=OURS)
    assert (accepted.status_code, accepted.headers["Location"]) == (303, "/admin")
    about = browser.get("/api/v1/me").get_json()
    assert (about["email"], about["role"], about["name"]) == (email, "agent", "Diego Núñez")
    assert admin.get(INVITATIONS).get_json() == []
    for answer in (browser.get(path), browser.post(path, data={"password": PASSWORD})):
        assert answer.status_code == 410
    assert invite(admin, email).status_code == 409


@pytest.mark.parametrize("path", ["/login/invitation/x", "/login/reset/x", "/login/reset/é"])
def test_a_link_that_never_was_is_over(web: FlaskClient, path: str) -> None:
    assert web.get(path).status_code == 410
    assert web.post(path, data={"password": PASSWORD}).status_code == 410


def test_no_link_has_a_nul_in_it(web: FlaskClient) -> None:
    assert web.get("/login/invitation/%00").status_code == 404


def test_a_link_ends(app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    first = invite(admin, "ines@example.org").get_json()
    second = invite(admin, "Ines@example.org").get_json()
    browser = app.test_client()
    assert browser.get(link_in(first["link"])).status_code == 410
    assert browser.get(link_in(second["link"])).status_code == 200
    # One of another kind is none.
    assert browser.get(link_in(second["link"]).replace("invitation", "reset")).status_code == 410
    assert admin.delete(f"{INVITATIONS}/{second['id']}", headers=OURS).status_code == 200
    assert browser.get(link_in(second["link"])).status_code == 410
    assert admin.delete(f"{INVITATIONS}/{second['id']}", headers=OURS).status_code == 404
    third = invite(admin, "ines@example.org").get_json()
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.get(link_in(third["link"])).status_code == 410


def test_nobody_invites_above_themselves_or_into_another_organisation(app: Flask, tenant: Tenant) -> None:
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    assert invite(admin, "x@example.org", "owner").status_code == 403
    assert invite(admin, "no address", "viewer").status_code == 422
    assert invite(admin, "a@b\r\nBcc: c@example.org", "viewer").status_code == 422
    made = invite(admin, "x@example.org", "admin").get_json()
    foreign = sign_in(app, make_member(make_tenant(f"{tenant.slug}-2")))
    assert foreign.get(INVITATIONS).get_json() == []
    assert foreign.delete(f"{INVITATIONS}/{made['id']}", headers=OURS).status_code == 404


def test_an_invitation_goes_by_mail_to_its_address_alone(
    app: Flask, tenant: Tenant, post: FakeSmtp, rows: Rows
) -> None:
    with system_transaction() as session:
        from cci_app.accounts.models import Organisation

        session.get_one(Organisation, tenant.organisation_id).name = "Cámara\r\nBcc: x@example.org"
    owner = make_member(tenant)
    made = invite(sign_in(app, owner), "diego@example.org").get_json()
    assert (made["link"], made["mail_state"]) == (None, "queued")
    assert send_waiting() == 1
    assert send_waiting() == 0
    (sent,) = post.mails
    assert post.recipients == ["diego@example.org"]
    assert post.encrypted == [True]
    assert sent["From"] == "assistant@example.org"
    assert sent["Subject"] == "Invitación a Cámara Bcc: x@example.org"
    assert "Bcc" not in sent
    text = sent.get_content()
    assert owner.email in text
    assert "https://cci.example.org/login/invitation/" in text
    kept = rows("SELECT * FROM member_links WHERE email = 'diego@example.org' ORDER BY created_at DESC LIMIT 1")
    assert (kept[0]["mail_state"], kept[0]["sealed_token"]) == ("sent", None)
    assert link_in(text).rpartition("/")[2] not in str(kept)
    browser = app.test_client()
    assert browser.post(link_in(text), data={"password": PASSWORD}, headers=OURS).status_code == 303


def test_what_the_server_does_not_take_is_tried_again_or_told(
    app: Flask, tenant: Tenant, post: FakeSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    later = clock.now()
    monkeypatch.setattr(clock, "now", lambda: later)
    post.answers = ["451 later", "550 no such mailbox"]
    invite(admin, "a@example.org")
    assert send_waiting() == 0
    told = admin.get(INVITATIONS).get_json()[0]
    assert (told["mail_state"], told["mail_reason"]) == ("queued", "the mail server asks to wait (451)")
    assert send_waiting() == 0
    later += timedelta(minutes=5)
    assert send_waiting() == 0
    told = admin.get(INVITATIONS).get_json()[0]
    assert (told["mail_state"], told["mail_reason"]) == ("failed", "the mail server refuses the mail (550)")
    invite(admin, "b@example.org")
    post.answers = ["451 later"] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        assert send_waiting() == 0
        later += timedelta(hours=2)
    assert admin.get(INVITATIONS).get_json()[0]["mail_state"] == "failed"
    assert (post.answers, send_waiting(), post.mails) == ([], 0, [])


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"email_password": SecretStr("wrong")}, "queued: the mail server does not know EMAIL_USER"),
        ({"email_security": "none", "email_user": None}, "failed: the mail server refuses the mail (530)"),
        ({"email_security": "tls"}, "queued: the mail server does not answer: SSLError"),
        ({"email_port": 9}, "queued: the mail server does not answer: ConnectionRefusedError"),
    ],
)
def test_a_server_that_does_not_fit_the_settings_gets_nothing(
    app: Flask, tenant: Tenant, post: FakeSmtp, changes: dict[str, Any], state: str
) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=changes)
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    invite(admin, "diego@example.org")
    assert send_waiting() == 0
    told = admin.get(INVITATIONS).get_json()[0]
    assert f"{told['mail_state']}: {told['mail_reason']}".startswith(state)
    assert post.mails == []


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    app: Flask, tenant: Tenant, post: FakeSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    invite(admin, "diego@example.org")
    assert send_waiting() == 0
    assert "SSLCertVerificationError" in admin.get(INVITATIONS).get_json()[0]["mail_reason"]
    assert post.mails == []


def test_a_forgotten_password_is_set_anew(app: Flask, tenant: Tenant, post: FakeSmtp) -> None:
    member = make_member(tenant)
    signed_in = sign_in(app, member)
    here = {"REMOTE_ADDR": f"2001:db8::{tenant.organisation_id:x}"}
    answers = [
        app.test_client().post("/login/forgot", data={"email": email}, headers=OURS, environ_overrides=here)
        for email in (member.email, "nobody@example.org")
    ]
    assert answers[0].text == answers[1].text
    assert send_waiting() == 1
    assert post.recipients == [member.email]
    path = link_in(post.mails[0].get_content())
    browser = app.test_client()
    assert browser.post(path, data={"password": member.email}, headers=OURS).status_code == 422
    assert browser.post(path, data={"password": NEW}, headers=OURS).status_code == 303
    assert browser.get("/api/v1/me").get_json()["email"] == member.email
    assert signed_in.get("/api/v1/me").status_code == 401
    assert browser.get(path).status_code == 410
    old = app.test_client().post("/login", data={"email": member.email, "password": PASSWORD})
    assert old.status_code == 401
    sign_in(app, member, NEW)


def test_a_mailbox_cannot_be_flooded(app: Flask, tenant: Tenant, post: FakeSmtp) -> None:
    member = make_member(tenant)
    statuses = []
    for number in range(14):
        here = {"REMOTE_ADDR": f"2001:db8:1::{tenant.organisation_id:x}"}
        data = {"email": member.email if number % 2 else f"x{number}@example.org"}
        statuses.append(app.test_client().post("/login/forgot", data=data, environ_overrides=here).status_code)
    assert statuses == [200] * 10 + [429] * 4
    assert send_waiting() == 3


def test_without_mail_an_admin_hands_the_link_on(app: Flask, tenant: Tenant, rows: Rows) -> None:
    member, admin = make_member(tenant, Role.OWNER), make_member(tenant, Role.ADMIN)
    agent = make_member(tenant, Role.AGENT)
    here = {"REMOTE_ADDR": f"2001:db8:2::{tenant.organisation_id:x}"}
    app.test_client().post("/login/forgot", data={"email": agent.email}, environ_overrides=here)
    asked = rows("SELECT subject FROM audit_log WHERE act = 'reset.asked'")
    assert asked[-1:] == [{"subject": f"member:{agent.id}"}]
    browser = sign_in(app, admin)
    assert browser.post(f"/api/v1/admin/members/{member.id}/reset", headers=OURS).status_code == 403
    made = browser.post(f"/api/v1/admin/members/{agent.id}/reset", headers=OURS).get_json()
    answer = app.test_client().post(link_in(made["link"]), data={"password": NEW}, headers=OURS)
    assert answer.status_code == 303
    sign_in(app, agent, NEW)


def test_old_links_and_sessions_are_forgotten(
    app: Flask, tenant: Tenant, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    invite(admin, "diego@example.org")
    count = "SELECT (SELECT count(*) FROM member_links WHERE organisation_id = :o) AS links,"
    count += " (SELECT count(*) FROM member_sessions WHERE organisation_id = :o) AS sessions"
    now = clock.now()
    for days, left in ((36, (1, 1)), (38, (0, 1)), (61, (0, 0))):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        forget_old()
        kept = rows(count, o=tenant.organisation_id)[0]
        assert (kept["links"], kept["sessions"]) == left


def test_every_mail_says_the_same_in_every_language() -> None:
    for words in mailing._WORDS.values():
        assert set(words) == {"en", "es", "fr"}
        placeholders = {frozenset(re.findall(r"{\w+}", subject + text)) for subject, text in words.values()}
        assert len(placeholders) == 1
        assert all("{link}" in text for _, text in words.values())


def test_mail_needs_an_address_of_ours() -> None:
    with pytest.raises(ValueError, match="EMAIL_HOST needs PUBLIC_URL"):
        make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", email_host="smtp.example.org")
    for wrong in ("example.org", "ftp://example.org", "https://example.org/path", "https://"):
        with pytest.raises(ValueError, match="without a path"):
            make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", public_url=wrong)
    made = make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", public_url="https://example.org/")
    assert made.public_url == "https://example.org"
