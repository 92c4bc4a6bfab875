"""Telegram: its secret, its updates of every kind, buttons and commands, and how messages leave."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import account_of, service_of
from cci_app.channels.message import (
    Address,
    Audio,
    Button,
    Buttons,
    Choice,
    Choices,
    Document,
    Ignored,
    Image,
    Inbound,
    Link,
    Location,
    Reaction,
    Sticker,
    Text,
    VCard,
    Video,
)
from cci_app.channels.ports import Delivery, Fault, Incoming, Refused, Retry, Sent, Uncertain
from cci_app.channels.telegram.channel import Telegram
from cci_app.core.errors import CciError
from tests.channels.conftest import PUBLIC, Configure, add_account, kept
from tests.conftest import Tenant
from tests.fakes.forgeries import Signed, mutations
from tests.fakes.telegram import BOT, SECRET, TOKEN, FakeTelegram, delivery, update

PATH = f"/api/v1/channels/telegram/{BOT}"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def service() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
def bot(configure: Configure, tenant: Tenant, service: FakeTelegram) -> Iterator[Telegram]:
    from cci_app.channels.accounts import channel_accounts

    add_account(tenant, "telegram", {"base_url": service.address}, {"token": TOKEN, "secret": SECRET})
    account = account_of(tenant.organisation_id, "telegram", "main")
    assert account is not None
    yield service_of(account)
    channel_accounts.remove(tenant.organisation_id, "telegram", "main")


def read(body: Any) -> Any:
    (one,) = Telegram(TOKEN, SECRET).parse(Incoming("telegram:main", body=json.dumps(body).encode()))
    return one


def deliver(web: FlaskClient, body: Any, secret: str = SECRET) -> Any:
    raw, headers = delivery(body, secret)
    return web.post(PATH, data=raw, headers=headers)


def test_an_emoji_put_to_a_message_is_read_with_the_message() -> None:
    put: dict[str, Any] = {
        "chat": {"id": 77, "type": "private"},
        "message_id": 12,
        "user": {"id": 77, "is_bot": False, "first_name": "Ana"},
        "date": 1749416383,
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}],
    }
    one = read({"update_id": 5, "message_reaction": put})
    assert isinstance(one, Inbound)
    assert (one.sender, one.parts) == ("telegram:77", (Reaction("👍", "12"),))
    others: tuple[dict[str, Any], ...] = (
        {"new_reaction": []},
        {"new_reaction": [{"type": "custom_emoji", "custom_emoji_id": "1"}]},
        {"chat": {"id": -5, "type": "group"}},
        {"user": None},
    )
    for changed in others:
        assert isinstance(read({"update_id": 6, "message_reaction": {**put, **changed}}), Ignored)


def test_a_message_is_kept_and_acknowledged(web: FlaskClient, tenant: Tenant, bot: Telegram) -> None:
    answer = deliver(web, update(1, "Buenos días"))
    assert (answer.status_code, answer.data) == (200, b"")
    assert [(row.user_id, row.text, row.event_id) for row in kept(tenant)] == [("telegram:77", "Buenos días", "1001")]


def test_changed_secrets_are_refused(web: FlaskClient, tenant: Tenant, bot: Telegram) -> None:
    """Telegram signs nothing: of the twelve ways those count that change the secret."""
    right, other = (Signed(PATH, *delivery(update(1), secret), HEADER) for secret in (SECRET, "another_1"))
    tried = [(what, one) for what, one in mutations(right, other) if one.body == right.body]
    assert len(tried) == 8
    for what, changed in tried:
        assert web.post(PATH, data=changed.body, headers=changed.headers).status_code == 401, what
    cut = [one for what, one in mutations(right, other) if what in {"a body cut short", "no body"}]
    assert {web.post(PATH, data=one.body, headers=one.headers).status_code for one in cut} == {400}
    assert kept(tenant) == []


def test_a_repeat_in_parallel_changes_nothing(application: Flask, tenant: Tenant, bot: Telegram) -> None:
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: deliver(application.test_client(), update(1)), range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(kept(tenant)) == 1


FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}
PLACE = {"latitude": 4.6, "longitude": -74.08}


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ({}, [Text("Hola")]),
        ({"text": "/start ref_7"}, [Text("start")]),
        ({"text": "/help@members_bot ahora"}, [Text("help ahora")]),
        ({"text": None, "photo": [FILE | {"file_id": "s"}, FILE], "caption": "Vea"}, [Text("Vea"), ("image", "f")]),
        ({"text": None, "voice": FILE | {"mime_type": "audio/ogg", "duration": 2}}, [("audio", "f")]),
        ({"text": None, "audio": FILE | {"file_name": "a.mp3"}}, [("audio", "f")]),
        ({"text": None, "video": FILE}, [("video", "f")]),
        ({"text": None, "video_note": FILE}, [("video", "f")]),
        ({"text": None, "animation": FILE, "document": FILE}, [("video", "f")]),
        ({"text": None, "document": FILE | {"mime_type": "application/pdf"}}, [("document", "f")]),
        ({"text": None, "sticker": FILE | {"emoji": "👍"}}, [("sticker", "f")]),
        ({"text": None, "location": PLACE}, [Location(4.6, -74.08)]),
        (
            {"text": None, "location": PLACE, "venue": {"location": PLACE, "title": "Plaza", "address": "Calle 1"}},
            [Location(4.6, -74.08, "Plaza", "Calle 1")],
        ),
        (
            {"text": None, "contact": {"phone_number": "573000000002", "first_name": "Luz", "user_id": 5}},
            [VCard("Luz", ("573000000002",))],
        ),
    ],
)
def test_every_kind_of_message_is_read(more: dict[str, Any], parts: list[Any]) -> None:
    one = read(update(1, **more))
    assert isinstance(one, Inbound)
    found = [(part.kind, part.ref) if hasattr(part, "ref") else part for part in one.parts]
    assert found == parts
    assert one.also == ()
    assert one.reply_to == Address("telegram", "telegram:main", "77")


def test_whoever_shares_their_own_contact_is_known_by_phone() -> None:
    contact = {"phone_number": "+573001234567", "first_name": "Ana", "user_id": 77}
    assert read(update(1, text=None, contact=contact)).also == ("+573001234567",)


OF_BOT: dict[str, Any] = {"from": {"id": 9, "is_bot": True}}
FROM_BOT = update(1, **OF_BOT)


@pytest.mark.parametrize(
    "body",
    [
        {"update_id": 1, "my_chat_member": {}},
        update(1, chat={"id": -5, "type": "supergroup"}),
        FROM_BOT,
        update(1, text=None, dice={"emoji": "🎲", "value": 3}),
        {"update_id": 1, "poll": {"id": "1"}},
    ],
)
def test_what_asks_for_no_answer_is_ignored(body: dict[str, Any]) -> None:
    assert isinstance(read(body), Ignored)


def test_an_edited_message_is_a_message() -> None:
    body = update(1, "Corregido")
    body["edited_message"] = body.pop("message")
    assert read(body).parts == (Text("Corregido"),)


@pytest.mark.parametrize("body", [[], {}, {"update_id": "1"}, {"update_id": 1, "message": 5}, update(1, text=5)])
def test_what_is_no_update_is_refused(web: FlaskClient, tenant: Tenant, bot: Telegram, body: Any) -> None:
    assert deliver(web, body).status_code == 400
    assert kept(tenant) == []


def push(bot: Telegram, part: Any) -> Delivery:
    return bot.send(part, Address("telegram", "telegram:main", "77"), "receipt 1 1")


def test_a_pressed_button_is_its_title(bot: Telegram, service: FakeTelegram) -> None:
    push(bot, Buttons("¿**Seguimos**?", (Button("y", "Sí"), Button("n", "No"))))
    (sent,) = service.sent()
    assert (sent["text"], sent["parse_mode"]) == ("¿<b>Seguimos</b>?", "HTML")
    keyboard = sent["reply_markup"]
    assert [[one["text"] for one in row] for row in keyboard["inline_keyboard"]] == [["Sí"], ["No"]]
    data = keyboard["inline_keyboard"][1][0]["callback_data"]
    shown = {"message_id": 5, "chat": {"id": 77, "type": "private"}, "date": 1, "reply_markup": keyboard}
    press = {"id": "4382", "from": {"id": 77, "is_bot": False, "first_name": "Ana"}, "message": shown, "data": data}
    one = read({"update_id": 9, "callback_query": press | {"chat_instance": "1"}})
    assert (one.parts, one.event_id) == ((Text("No"),), "9 4382")
    bot.typing(one.reply_to, one.event_id)
    assert service.sent("answerCallbackQuery") == [{"callback_query_id": "4382"}]
    assert service.sent("sendChatAction") == [{"chat_id": "77", "action": "typing"}]


def test_parts_leave_as_telegram_shows_them(bot: Telegram, service: FakeTelegram) -> None:
    assert push(bot, Text("a < b & *c*")) == Sent("1")
    push(bot, Choices("Elija", "Ver", (Choice("a", "Vino", "tinto"), Choice("b", "Pan"))))
    push(bot, Link("Su factura", "https://example.org/f", "Abrir"))
    push(bot, Image("https://example.org/a.png", caption="La *foto*"))
    push(bot, Document("https://example.org/b.pdf", "b.pdf"))
    push(bot, Audio("https://example.org/c.ogg"))
    push(bot, Video("https://example.org/d.mp4"))
    push(bot, Location(4.6, -74.08))
    text, choices, link = service.sent()
    assert text["text"] == "a &lt; b &amp; <i>c</i>"
    assert choices["text"] == "Elija\n1. Vino: tinto\n2. Pan"
    assert len(choices["reply_markup"]["inline_keyboard"]) == 2
    assert link["reply_markup"]["inline_keyboard"] == [[{"text": "Abrir", "url": "https://example.org/f"}]]
    assert service.sent("sendPhoto")[0]["caption"] == "La <i>foto</i>"
    assert [name for name, _ in service.calls[4:]] == ["sendDocument", "sendVoice", "sendVideo", "sendLocation"]


def test_markup_that_telegram_cannot_read_leaves_as_it_was_written(bot: Telegram, service: FakeTelegram) -> None:
    service.refuses = [{"error_code": 400, "description": "Bad Request: can't parse entities: x"}]
    assert push(bot, Text("**x**")) == Sent("1")
    assert service.sent() == [{"chat_id": "77", "text": "**x**"}]


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        ({"error_code": 401, "description": "Unauthorized"}, Fault.STOP_ACCOUNT),
        ({"error_code": 403, "description": "Forbidden: bot was blocked by the user"}, Fault.REFUSED),
        ({"error_code": 400, "description": "Bad Request: chat not found"}, Fault.REFUSED),
        ({"error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}}, 7.0),
        ({"error_code": 502, "description": "Bad Gateway"}, Uncertain),
    ],
)
def test_errors_mean_what_the_table_says(
    bot: Telegram, service: FakeTelegram, answer: dict[str, Any], becomes: Any
) -> None:
    service.refuses = [answer]
    delivered = push(bot, Text("Hola"))
    if isinstance(becomes, Fault):
        assert isinstance(delivered, Refused)
        assert delivered.fault is becomes
    elif isinstance(becomes, float):
        assert isinstance(delivered, Retry)
        assert delivered.after == becomes
    else:
        assert isinstance(delivered, becomes)
    assert TOKEN not in repr(delivered)


def test_a_file_is_fetched_by_its_id(bot: Telegram, service: FakeTelegram) -> None:
    service.files["f.oga"] = b"x" * 100
    assert bot.download(Audio(ref="f", media_type="audio/ogg"), 100).content == b"x" * 100
    with pytest.raises(CciError):
        bot.download(Sticker(ref="f"), 99)


def test_a_check_has_telegram_deliver_to_us(
    web: FlaskClient, tenant: Tenant, bot: Telegram, service: FakeTelegram
) -> None:
    address = "/api/v1/channels/accounts/telegram/main/check"
    checked = web.post(address, headers=tenant.headers).json
    assert checked is not None
    assert (checked["state"], checked["works"][0]) == ("working", "the token is of the bot @members_bot")
    assert (service.webhook["url"], service.webhook["secret_token"]) == (f"{PUBLIC}{PATH}", SECRET)
    web.post(address, headers=tenant.headers)
    assert len(service.sent("setWebhook")) == 1
    service.webhook |= {"pending_update_count": 3, "last_error_message": "Connection refused"}
    failed = web.post(address, headers=tenant.headers).json
    assert failed is not None
    assert failed["reason"] == "Telegram could not deliver: Connection refused"


def test_accounts_are_looked_after_in_the_background(tenant: Tenant, bot: Telegram, service: FakeTelegram) -> None:
    from cci_app.channels.accounts import tend_accounts

    tend_accounts()
    assert service.webhook["url"] == f"{PUBLIC}{PATH}"
