"""What people answer: a comment on the task, once; commands of the bot; and no machine that answers a machine."""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import channel_accounts
from cci_app.channels.email.letters import read_mail
from cci_app.channels.message import Ignored, Inbound, Text
from cci_app.channels.ports import Incoming
from cci_app.channels.twilio import Twilio
from cci_app.channels.waha.channel import Waha
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import get_conversation
from cci_app.coordination.comments import list_comments
from cci_app.coordination.finding import show_task
from cci_app.coordination.monitor.watching import look
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from cci_app.core.mail import Mail, written_mail
from cci_app.correspondence import answering
from cci_app.reminders.sending import carry_all
from tests.channels.conftest import Configure, add_account, configure, kept
from tests.conftest import Tenant
from tests.coordination.test_api import Client
from tests.coordination.work import give, make_person, make_project
from tests.fakes import telegram, twilio, waha
from tests.fakes.smtp import FakeSmtp

__all__ = ["configure"]

Rows = Callable[..., list[dict[str, Any]]]
TOKEN = "made-up-inbound-token"


class Post:
    """The organisation's mailbox: what leaves by it, and what its server hands on."""

    def __init__(self, web: FlaskClient, tenant: Tenant, server: FakeSmtp, sender: str) -> None:
        self._web, self._tenant, self.server, self.sender = web, tenant, server, sender

    def write(self, to: str, task_id: int) -> EmailMessage:
        """Write to somebody about a task; the mail as they get it."""
        body = {"to": to, "subject": "Diseño", "message": "¿Cómo va?", "task_id": task_id}
        Client(self._web, self._tenant)("POST", "/integrations/email/send", 202, json=body)
        get_conversation().outbox.send(Person(self._tenant.organisation_id, "cci", f"email:{to}"))
        return self.server.mails[-1]

    def deliver(self, mail: EmailMessage, token: str = TOKEN) -> Any:
        """Hand a mail on."""
        path = f"/api/v1/channels/email/{self.sender}"
        headers = {"X-Email-Token": token, "Content-Type": "message/rfc822"}
        return self._web.post(path, data=mail.as_bytes(), headers=headers)


def answer(to: EmailMessage, text: str, sender: str = "ana@example.org", **headers: str) -> EmailMessage:
    """A mail that answers another one."""
    mail = EmailMessage()
    values = {"Message-ID": f"<{secrets.token_hex(8)}@example.org>", "In-Reply-To": str(to["Message-ID"]), **headers}
    for name, value in {"From": f"Ana Pérez <{sender}>", "To": str(to["From"]), "Subject": "Re: Diseño"}.items():
        mail[name] = value
    for name, value in values.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


@pytest.fixture
def post(app: Flask, web: FlaskClient, configure: Configure, tenant: Tenant) -> Iterator[Post]:
    sender = f"work-{secrets.token_hex(4)}@example.org"
    with FakeSmtp(tls="none") as server:
        fields = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "sender": sender}
        add_account(tenant, "email", fields, {"inbound_token": TOKEN})
        yield Post(web, tenant, server, sender)


def test_an_answer_by_mail_is_a_comment_once(tenant: Tenant, post: Post) -> None:
    ana = make_person(tenant, reach=[{"via": "email", "to": "Ana@example.org"}])
    task = give(tenant, make_project(tenant), assignee_id=ana.id)
    sent = post.write("ana@example.org", task.id)
    text = "Casi lista. @ana.perez\n\nEl lun, 2 mar 2026, Trabajo <w@example.org>\nescribió:\n> ¿Cómo va?\n"
    mail = answer(sent, text)
    assert post.deliver(mail, token="wrong").status_code == 401
    assert [post.deliver(mail).status_code for _ in range(3)] == [200] * 3
    (comment,) = list_comments(tenant.organisation_id, task.id)
    assert (comment.content, comment.author_id, comment.via) == ("Casi lista. @ana.perez", ana.id, "email")
    assert kept(tenant) == []
    assert len(post.server.mails) == 1
    # A customer who was written to is nobody of ours, and answers all the same.
    post.deliver(answer(post.write("cliente@example.com", task.id), "Gracias", "cliente@example.com"))
    assert list_comments(tenant.organisation_id, task.id)[0].author == "client***.com"


def test_what_answers_nothing_of_ours_or_another_persons_mail_is_left_alone(tenant: Tenant, post: Post) -> None:
    task = give(tenant, make_project(tenant))
    sent = post.write("ana@example.org", task.id)
    assert post.deliver(answer(sent, "Hola", "eve@example.org")).status_code == 200
    sent.replace_header("Message-ID", "<another@example.org>")
    assert post.deliver(answer(sent, "Hola")).status_code == 200
    assert list_comments(tenant.organisation_id, task.id) == []
    assert kept(tenant) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<list.example.org>"},
        {"Return_Path": "<>"},
    ],
)
def test_a_machine_is_not_heard(headers: dict[str, str]) -> None:
    mail = answer(written_mail("w@example.org", Mail("ana@example.org", "a", "b")), "Estoy de vacaciones", **headers)
    (brought,) = read_mail(Incoming("email:main", body=mail.as_bytes()), "w@example.org")
    assert isinstance(brought, Ignored)


def test_a_mail_that_comes_back_to_its_sender_is_not_heard(app: Flask) -> None:
    ours = written_mail("w@example.org", Mail("w@example.org", "a", "b", key="k"))
    (brought,) = read_mail(Incoming("email:main", body=ours.as_bytes()), "w@example.org")
    assert isinstance(brought, Ignored)
    # Also where a relay dropped the header that says that a machine wrote it.
    del ours["Auto-Submitted"]
    (brought,) = read_mail(Incoming("email:main", body=ours.as_bytes()), "W@example.org")
    assert isinstance(brought, Ignored)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Va bien\n\nLe lun. 2 mars 2026 à 10:00, W <w@example.org> a écrit :\n> Comment va ?", "plain"),
        ("Va bien\n-- \nAna\nTel. 300", "plain"),
        ("Va bien\n\n-----Original Message-----\nFrom: w", "plain"),
        ("Va bien\n\nDe: W <w@example.org>\nEnviado: lunes", "plain"),
        (
            "<head><style>p {}</style></head><body><p>Va bien</p><blockquote>vieux</blockquote></body>",
            "html",
        ),
    ],
)
def test_only_what_they_wrote_themselves_is_read(body: str, kind: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["References"] = "ana@example.org", "<1@example.org>", "<a@b> <c@d>"
    mail.set_content(body, subtype=kind)
    (brought,) = read_mail(Incoming("email:main", body=mail.as_bytes()), "w@example.org")
    assert isinstance(brought, Inbound)
    assert brought.parts == (Text("Va bien"),)
    assert brought.answers == ("<c@d>", "<a@b>")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: a@example.org, b@example.org\nMessage-ID: <1@x>\n\nhola",
        b"From: nobody\nMessage-ID: <1@x>\n\nhola",
        b"From: a@example.org\n\nhola",
        b"From: a@example.org\nMessage-ID: <1@x>\nX: " + b"(" * 9000 + b"\n\nhola",
    ],
)
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_mail(Incoming("email:main", body=raw), "w@example.org")


def test_a_charset_that_there_is_not_and_nesting_without_end_are_no_error_of_ours() -> None:
    odd = b"From: a@example.org\nMessage-ID: <1@x>\nContent-Type: text/plain; charset=nonsense\n\nhola"
    nested = b"From: a@example.org\nMessage-ID: <1@x>\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    )
    for raw in (odd, nested):
        try:
            read_mail(Incoming("email:main", body=raw), "w@example.org")
        except InvalidInput:
            continue


class Bot:
    """The organisation's bot, and what a person types to it."""

    def __init__(self, web: FlaskClient, tenant: Tenant, service: telegram.FakeTelegram) -> None:
        self._web, self._tenant, self.service = web, tenant, service
        self._number = 0

    def type(self, text: str, *, number: int | None = None, **more: Any) -> str | None:
        """Type something; what the bot says."""
        self._number += 1
        update = telegram.update(number or self._number, text, 4711, **more)
        raw, headers = telegram.delivery(update)
        assert self._web.post(f"/api/v1/channels/telegram/{telegram.BOT}", data=raw, headers=headers).status_code == 200
        before = len(self.service.sent())
        get_conversation().outbox.send(Person(self._tenant.organisation_id, "cci", "telegram:4711"))
        said = self.service.sent()[before:]
        return said[0]["text"] if said else None


@pytest.fixture
def bot(app: Flask, web: FlaskClient, configure: Configure, tenant: Tenant) -> Iterator[Bot]:
    with telegram.FakeTelegram() as service:
        secret = {"token": telegram.TOKEN, "secret": telegram.SECRET}
        add_account(tenant, "telegram", {"base_url": service.address}, secret)
        yield Bot(web, tenant, service)
    channel_accounts.remove(tenant.organisation_id, "telegram", "main")


def test_commands_of_the_bot_in_the_persons_language(tenant: Tenant, bot: Bot) -> None:
    ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}], language="fr")
    project = make_project(tenant)
    task = give(tenant, project, "Portada", assignee_id=ana.id, due_date=date(2026, 3, 3))
    other = give(tenant, project, "De nadie")
    told = bot.type("/start hola")
    assert told is not None
    assert told.startswith("Bonjour Ana.")
    assert bot.type("/tasks@our_bot") == f"{task.id} · Portada (Web), pour le 3 mars 2026"
    assert bot.type("/done") == "Laquelle ? Écrivez /done et le numéro de la tâche."
    assert bot.type(f"/done {other.id}") == f"La tâche {other.id} n’est pas parmi les vôtres."
    assert bot.type(f"/done {task.id}", number=50) == f"Tâche {task.id}, « Portada » : terminée."
    assert bot.type(f"/done {task.id}", number=50) is None
    assert show_task(tenant.organisation_id, task.id)["status"] == "done"
    assert bot.type("/tasks") == "Vous n’avez aucune tâche en cours."
    assert kept(tenant) == []


def test_an_answer_to_a_message_of_the_bot_is_a_comment(tenant: Tenant, bot: Bot, web: FlaskClient, rows: Rows) -> None:
    ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}], language="en")
    task = give(tenant, make_project(tenant), assignee_id=ana.id)
    body = {"message": "How is it?", "person_id": ana.id, "task_id": task.id}
    Client(web, tenant)("POST", "/integrations/telegram/send", 202, json=body)
    get_conversation().outbox.send(Person(tenant.organisation_id, "cci", "telegram:4711"))
    (sent,) = rows("SELECT vendor_id FROM outbound_messages WHERE organisation_id = :id", id=tenant.organisation_id)
    answered: dict[str, Any] = {"reply_to_message": {"message_id": int(sent["vendor_id"])}}
    assert bot.type("Nearly there", number=60, **answered) == f"Noted on task {task.id}, “Diseño”."
    assert bot.type("Nearly there", number=60, **answered) is None
    (comment,) = list_comments(tenant.organisation_id, task.id)
    assert (comment.content, comment.author_id, comment.via) == ("Nearly there", ana.id, "telegram")
    assert bot.type("/done", **answered) == f"Task {task.id}, “Diseño”: done."
    items = Client(web, tenant)("GET", f"/integrations/history?task_id={task.id}")["items"]
    assert [each["state"] for each in items] == ["received", "sent"]
    # What answers nothing is for the assistant, as ever.
    bot.type("Hola", number=70)
    assert [row.text for row in kept(tenant)] == ["Hola"]


@pytest.mark.parametrize("speaks", [True, False])
def test_what_answers_a_reminder_is_for_an_assistant_of_the_work_too(
    tenant: Tenant, bot: Bot, rows: Rows, monkeypatch: pytest.MonkeyPatch, speaks: bool
) -> None:
    now = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now - timedelta(days=10))
        ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}])
        task = give(tenant, make_project(tenant), assignee_id=ana.id, due_date=date(2026, 3, 3))
        look(tenant.organisation_id, now)
        carry_all(tenant.organisation_id, now)
    get_conversation().outbox.send(Person(tenant.organisation_id, "cci", "telegram:4711"))
    statement = "SELECT vendor_id FROM outbound_messages WHERE organisation_id = :id"
    (sent,) = rows(statement, id=tenant.organisation_id)
    with monkeypatch.context() as patched:
        patched.setattr(answering, "_speaks_of_work", lambda _: speaks)
        said = bot.type("Estoy en ello", reply_to_message={"message_id": int(sent["vendor_id"])})
    assert (said is None) is speaks
    assert [row.text for row in kept(tenant)] == (["Estoy en ello"] if speaks else [])
    told = [each.content for each in list_comments(tenant.organisation_id, task.id) if each.via == "telegram"]
    assert told == ["Estoy en ello"]


def test_whatsapp_tells_what_is_answered() -> None:
    quoted = waha.message("A1", "Sí")
    quoted["payload"]["replyTo"] = {"id": "BBBB", "body": "¿Sigue?"}
    form = twilio.message("SM1", OriginalRepliedMessageSid="SM0")
    raw = {"waha": json.dumps(quoted).encode(), "twilio": twilio.signed("https://a.example.org", form)[0]}
    channels: dict[str, Any] = {"waha": Waha(), "twilio": Twilio()}
    for kind, expected in (("waha", "BBBB"), ("twilio", "SM0")):
        (one,) = channels[kind].parse(Incoming(f"{kind}:main", body=raw[kind]))
        assert one.answers == (expected,)
