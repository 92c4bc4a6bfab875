"""E-mail as a channel: what a mail consists of, what a server's answers mean, and where nothing can be slipped in."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from pydantic import SecretStr

from cci_app.channels.accounts import account_of, channel_accounts, service_of
from cci_app.channels.email.channel import Email
from cci_app.channels.email.layout import laid_out
from cci_app.channels.enclosed import LetterFile
from cci_app.channels.kinds import EMAIL, KINDS
from cci_app.channels.message import Address, Button, Buttons, Letter, Part, Text
from cci_app.channels.ports import Delivery, Fault, Incoming, Refused, Retry, Sent, Uncertain
from cci_app.channels.registry import load_channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundReason
from cci_app.conversation.outbox import Outbox, outbound_messages, put
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput
from cci_app.core.mail import MailServer
from tests.channels.conftest import Configure, add_account
from tests.conftest import Tenant
from tests.fakes.smtp import BREAK, FakeSmtp

TO = "ana@example.org"
SENDER = "Equipo <equipo@example.org>"


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    with FakeSmtp("mailer", "mail-password") as server:
        monkeypatch.setattr(ssl, "create_default_context", _trusting(server))
        yield server


def _trusting(server: FakeSmtp) -> Callable[[], Any]:
    made = ssl.create_default_context()
    server.authority.configure_trust(made)
    return lambda: made


def mailer(post: FakeSmtp, **changes: Any) -> Email:
    given = {"sender": SENDER, "user": "mailer", "password": "mail-password", **changes}
    return Email(MailServer("127.0.0.1", post.port, **given))


def read(part: Any) -> str:
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def send(email: Email, part: Part, to: str = TO, key: str = "k1") -> Delivery:
    return email.send(part, Address("email", "email:main", to), key)


def test_a_text_is_a_mail_with_html_beside(post: FakeSmtp) -> None:
    text = "Hola, Ana: la **portada** espera\n\nVence el 13 de febrero.\n<b>¿Lista?</b>"
    sent = send(mailer(post), Text(text))
    (mail,) = post.mails
    assert isinstance(sent, Sent)
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, TO, "Hola, Ana: la portada espera")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (sent.id, "auto-generated")
    assert (post.recipients, post.encrypted) == ([TO], [True])
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = (read(part) for part in mail.iter_parts())
    assert plain == "Hola, Ana: la portada espera\n\nVence el 13 de febrero.\n<b>¿Lista?</b>\n"
    assert "la <b>portada</b> espera</p>" in html
    assert "Vence el 13 de febrero.<br>\n&lt;b&gt;¿Lista?&lt;/b&gt;</p>" in html
    assert "<style" not in html
    assert "max-width: 600px" in html


def test_a_letter_has_its_own_subject_and_page(post: FakeSmtp) -> None:
    send(mailer(post), Letter("Semana 3", "Todo en orden.", "<p>Todo en orden.</p>"))
    plain, html = (read(part).strip() for part in post.mails[0].iter_parts())
    assert (post.mails[0]["Subject"], plain, html) == ("Semana 3", "Todo en orden.", "<p>Todo en orden.</p>")


def test_a_letter_brings_what_is_enclosed(post: FakeSmtp) -> None:
    paper = bytes(range(256)) * 50
    enclosed = LetterFile("semana-3.pdf", "application/pdf", b64encode(paper).decode())
    assert isinstance(send(mailer(post), Letter("Semana 3", "Va abajo.", "", (enclosed,))), Sent)
    (mail,) = post.mails
    assert mail.get_content_type() == "multipart/mixed"
    body, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert body is not None
    assert page is not None
    assert read(body) == "Va abajo.\n"
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "semana-3.pdf",
        "application/pdf",
        paper,
    )


def test_what_cannot_be_pressed_is_read(post: FakeSmtp) -> None:
    send(mailer(post), Buttons("¿Seguimos?", (Button("y", "Sí"), Button("n", "No"))))
    plain = read(next(iter(post.mails[0].iter_parts())))
    assert plain == "¿Seguimos?\n1. Sí\n2. No\n"


def test_the_same_message_has_the_same_id_and_another_another(post: FakeSmtp) -> None:
    email = mailer(post)
    ids = [send(email, Text("Hola"), key=key) for key in ("reminder:+573000000001", "reminder:+573000000001", "k2")]
    first, again, other = [mail["Message-ID"] for mail in post.mails]
    assert [Sent(first), Sent(again), Sent(other)] == ids
    assert first == again != other
    assert first.endswith("@example.org>")
    assert "573000000001" not in first


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        ("451 4.7.1 greylisted", Retry("the mail server asks to wait (451 4.7.1)")),
        ("421 closing", Retry("the mail server asks to wait (421)")),
        ("550 5.1.1 ana@example.org unknown", Refused("550", "the mail server refuses the mail (550 5.1.1)")),
        ("554 spam", Refused("554", "the mail server refuses the mail (554)")),
    ],
)
def test_what_a_server_answers(post: FakeSmtp, answer: str, came: Delivery) -> None:
    post.answers = [answer]
    assert send(mailer(post), Text("Hola")) == came
    assert post.mails == []


def test_nobody_knows_what_became_of_a_mail_without_an_answer(post: FakeSmtp) -> None:
    post.answers = [BREAK]
    uncertain = send(mailer(post), Text("Hola"))
    assert isinstance(uncertain, Uncertain)
    assert "did not say whether it took it" in uncertain.reason
    assert len(post.mails) == 1


def test_a_password_that_is_not_accepted_stops_the_account(post: FakeSmtp) -> None:
    refused = send(mailer(post, password="another"), Text("Hola"))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.fault) == ("535", Fault.STOP_ACCOUNT)
    assert "another" not in refused.reason


def test_a_server_that_does_not_answer_was_given_nothing(post: FakeSmtp, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(send(Email(MailServer("127.0.0.1", 1)), Text("Hola")), Retry)
    monkeypatch.undo()
    stranger = send(mailer(post), Text("Hola"))
    assert stranger == Retry("the mail server does not answer: SSLCertVerificationError")
    assert post.mails == []


@pytest.mark.parametrize(
    "to", ["ana@example.org\r\nBcc: eva@example.org", "ana@example.org, eva@example.org", "Ana", "", "a@b\x00.org"]
)
def test_an_address_that_is_not_one_is_refused(post: FakeSmtp, to: str) -> None:
    refused = send(mailer(post), Text("Hola"), to=to)
    assert isinstance(refused, Refused)
    assert (refused.code, post.mails) == ("invalid", [])


def test_no_header_can_be_slipped_in(post: FakeSmtp) -> None:
    refused = send(mailer(post), Letter("Hola\r\nBcc: eva@example.org", "…"))
    assert isinstance(refused, Refused)
    send(mailer(post), Text("Hola\u2028Bcc: eva@example.org\r\n.\r\nMAIL FROM:<x@example.org>"))
    assert (len(post.mails), post.mails[0]["Bcc"], post.recipients) == (1, None, [TO])


def test_nobody_delivers_by_it() -> None:
    email = Email()
    assert not email.verify(Incoming("email", body=b"{}", nearby=True))
    assert (email.parse(Incoming("email")), email.limits.pushes) == ((), False)
    assert isinstance(send(email, Text("Hola")), Refused)


def test_an_account_sends_what_waits_in_the_outbox(
    app: Flask, configure: Configure, tenant: Tenant, post: FakeSmtp
) -> None:
    settings = {"host": "127.0.0.1", "port": str(post.port), "user": "mailer", "sender": "equipo@example.org"}
    add_account(tenant, "email", settings, {"password": "mail-password"})
    account = account_of(tenant.organisation_id, "email", "main")
    assert account is not None
    assert list(service_of(account).check()) == [
        "the mail server 127.0.0.1 answers and knows mailer; mails are from equipo@example.org"
    ]
    person = Person(tenant.organisation_id, "cci", f"email:{TO}")
    post.answers = [BREAK]
    with tenant_transaction(tenant.organisation_id) as session:
        for number in (1, 2):
            put(
                session,
                person,
                Text(f"Recordatorio {number}"),
                reason=OutboundReason.HUMAN,
                key=f"mail:{number}",
                address=Address("email", "email:main", TO),
                pushable=True,
            )
    outbox = Outbox(load_channels(app.config["SETTINGS"]))
    first, second = outbox.send(person)
    assert isinstance(first, Uncertain)
    assert isinstance(second, Sent)
    assert outbox.send(person) == []
    told = [(row["text"], row["state"]) for row in outbound_messages(tenant.organisation_id)]
    assert told == [("Recordatorio 2", "sent"), ("Recordatorio 1", "uncertain")]
    assert [mail["Subject"] for mail in post.mails] == ["Recordatorio 1", "Recordatorio 2"]
    channel_accounts.remove(tenant.organisation_id, "email", "main")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"host": "smtp.example.org"}, "sender"),
        ({"host": "smtp.example.org", "sender": "a@example.org", "port": 6379}, "port"),
        ({"host": "smtp.example.org", "sender": "a@example.org", "security": "none"}, "security"),
        ({"host": "smtp.example.org", "sender": "a@example.org\r\nBcc: b@example.org"}, "address"),
        ({"host": "smtp example.org", "sender": "a@example.org"}, "host"),
    ],
)
def test_an_account_that_cannot_be_is_refused(app: Flask, given: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        KINDS["email"].fields.read(given, app.config["SETTINGS"])


def test_a_server_that_an_organisation_names_is_on_the_public_internet(app: Flask) -> None:
    given = {"host": "10.0.0.1", "sender": "a@example.org"}
    settings = app.config["SETTINGS"].model_copy(update={"fetch_loopback": False})
    email = EMAIL.open(EMAIL.fields.read(given, settings), settings)
    refused = send(email, Text("Hola"))
    assert isinstance(refused, Refused)
    assert "public internet" in refused.reason
    with pytest.raises(CciError, match="public internet"):
        list(email.check())


def test_the_installations_own_server_may_stand_inside(app: Flask, post: FakeSmtp) -> None:
    given = {
        "email_host": "127.0.0.1",
        "email_port": post.port,
        "email_user": "mailer",
        "email_password": SecretStr("mail-password"),
        "email_from": "equipo@example.org",
        "fetch_loopback": False,
    }
    settings = app.config["SETTINGS"].model_copy(update=given)
    assert EMAIL.fields.in_environment(settings)
    assert isinstance(send(EMAIL.of_environment(settings), Text("Hola")), Sent)


def test_a_layout_fetches_nothing() -> None:
    page = laid_out("Título", Markup("<p>Tarde</p>"), "es")
    assert '<p style="margin: 0 0 14px;">Tarde</p>' in page
    assert "http" not in page
    assert '<html lang="es">' in page
