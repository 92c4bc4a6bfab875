"""Twilio: its own package signs, our signature is the same, the reply is TwiML, and what is late leaves once."""

import hashlib
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from cci_app.channels.accounts import account_of
from cci_app.channels.message import Address, Button, Buttons, File, Image, Location, Template, Text
from cci_app.channels.ports import Delivery, Fault, Incoming, Refused, Reply, Retry, Sent, Uncertain
from cci_app.channels.twilio import Twilio
from cci_app.core.errors import CciError
from tests.channels.conftest import PUBLIC, Configure, add_account, kept
from tests.conftest import Tenant
from tests.fakes.forgeries import Signed, mutations
from tests.fakes.twilio import SID, TOKEN, VECTORS, FakeTwilio, message, signed

PERSON = "+573001234567"


@pytest.fixture
def service() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        yield twilio


@pytest.fixture
def number(configure: Configure, tenant: Tenant, service: FakeTwilio) -> str:
    made = f"+57300{secrets.randbelow(10**7):07d}"
    fields = {"account_sid": SID, "number": made, "base_url": service.address}
    add_account(tenant, "twilio", fields, {"auth_token": TOKEN})
    return made


def incoming(url: str, form: dict[str, str], seen_as: str | None = None) -> Incoming:
    body, headers = signed(url, form)
    return Incoming("twilio:main", url=seen_as or url, body=body, headers=headers)


def deliver(web: FlaskClient, number: str, form: dict[str, str], query: str = "") -> Any:
    path = f"/api/v1/channels/twilio/{number}{query}"
    body, headers = signed(PUBLIC + path.replace("+", "%2B"), form)
    return web.post(path.replace("+", "%2B"), data=body, headers=headers)


def texts(answer: Any) -> list[str]:
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    return [one.text or "" for one in ET.fromstring(answer.data)]


@pytest.mark.parametrize(("url", "form", "signature"), VECTORS)
def test_the_official_vectors_pass(url: str, form: dict[str, str], signature: str) -> None:
    body, headers = signed(url, form)
    assert headers["X-Twilio-Signature"] == signature
    assert Twilio(SID, TOKEN).verify(Incoming("x", url=url, headers=headers, body=body))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org:8443/hook",
        "https://example.org/hook?b=2&a=1&empty=#frag",
        "http://example.org/é?x=%C3%A9",
        "https://example.org",
    ],
)
def test_addresses_are_signed_as_they_were_called(url: str) -> None:
    form = {"From": "whatsapp:+573001234567", "Body": "¿Qué tal? 😀 + &", "MessageSid": "SM1", "New": ""}
    channel = Twilio(SID, TOKEN)
    assert channel.verify(incoming(url, form))
    assert not channel.verify(incoming(url, form, f"{url}x"))


def test_the_port_may_be_signed_or_not() -> None:
    form = {"Body": "Hola"}
    channel = Twilio(SID, TOKEN)
    for called, seen in (
        ("https://example.org:443/h?a=1", "https://example.org/h?a=1"),
        ("https://e.org/h", "https://e.org:443/h"),
    ):
        assert channel.verify(incoming(called, form, seen))


def test_the_newer_algorithm_and_signed_json_bodies() -> None:
    channel, url, form = Twilio(SID, TOKEN), "https://example.org/hook", {"Body": "Hola"}
    validator = RequestValidator(TOKEN)
    body, headers = signed(url, form)
    named = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    newer = validator.compute_signature(url, form, algorithm="HMAC_SHA256")
    assert channel.verify(Incoming("x", url=url, body=body, headers={**named, "X-Twilio-Signature": newer}))
    assert not channel.verify(Incoming("x", url=url, body=body, headers={**headers, **named}))
    other = {"X-Twilio-Webhooks-Signature-Settings": "algorithm=NONE", "X-Twilio-Signature": newer}
    assert not channel.verify(Incoming("x", url=url, body=body, headers=other))
    document = b'{"event": 1}'
    url = f"{url}?bodySHA256={hashlib.sha256(document).hexdigest()}"
    headers = {"X-Twilio-Signature": validator.compute_signature(url, {})}
    assert channel.verify(Incoming("x", url=url, body=document, headers=headers))
    assert not channel.verify(Incoming("x", url=url, body=document + b" ", headers=headers))


def test_a_message_is_answered_in_twiml(web: FlaskClient, tenant: Tenant, number: str) -> None:
    answer = deliver(web, number, message("SM1", "Buenos días"))
    (text,) = texts(answer)
    assert "1/7" in text
    assert [(row.user_id, row.text, row.status) for row in kept(tenant)] == [(PERSON, "Buenos días", "completed")]


def test_twelve_mutations_are_refused(web: FlaskClient, tenant: Tenant, number: str) -> None:
    path = f"/api/v1/channels/twilio/{number}".replace("+", "%2B")
    form = message("SM1")
    right, other = (Signed(path, *signed(PUBLIC + path, form, token), "X-Twilio-Signature") for token in (TOKEN, "x"))
    tried = list(mutations(right, other))
    assert len(tried) == 12
    for what, changed in tried:
        answer = web.post(changed.path, data=changed.body, headers=changed.headers)
        assert answer.status_code == 401, what
    assert web.post(f"{path}?a=1", data=right.body, headers=right.headers).status_code == 401
    assert kept(tenant) == []
    assert web.post(path, data=right.body, headers=right.headers).status_code == 200


def test_a_repeat_in_parallel_changes_nothing(
    web: FlaskClient, application: Flask, tenant: Tenant, number: str
) -> None:
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: deliver(application.test_client(), number, message("SM1")).data, range(5)))
    assert len(set(answers)) == 1
    assert len(kept(tenant)) == 1


@pytest.mark.parametrize(
    "form",
    [{}, {"Body": "Hola"}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "From": "whatsapp:", "Body": "Hola"}],
)
def test_a_signed_form_that_is_no_message_is_refused(
    web: FlaskClient, tenant: Tenant, number: str, form: dict[str, str]
) -> None:
    assert deliver(web, number, form).status_code == 400
    assert kept(tenant) == []


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ({"ButtonText": "Sí", "ButtonPayload": "yes", "Body": "Sí"}, [Text("Sí")]),
        ({"ListId": "a", "ListTitle": "Vino", "Body": "Vino"}, [Text("Vino")]),
        ({"Latitude": "4.6", "Longitude": "-74.08", "Label": "Casa", "Body": ""}, [Location(4.6, -74.08, "Casa")]),
        (
            {
                "NumMedia": "1",
                "MediaUrl0": "https://api.twilio.com/m",
                "MediaContentType0": "image/jpeg",
                "Body": "Vea",
            },
            [Text("Vea"), Image(ref="https://api.twilio.com/m", media_type="image/jpeg")],
        ),
        ({"MessageType": "reaction", "Body": "👍"}, []),
        ({"Body": ""}, []),
        ({"Body": "a\x00b\ud800"}, [Text("ab?")]),
    ],
)
def test_every_kind_of_message_is_read(more: dict[str, str], parts: list[Any]) -> None:
    form = message("SM1", **{name: value.encode("utf-8", "replace").decode() for name, value in more.items()})
    (read,) = Twilio(SID, TOKEN).parse(incoming("https://example.org", form))
    assert list(getattr(read, "parts", ())) == parts


def test_a_person_without_a_phone_is_known_by_their_own_id() -> None:
    form = message("SM1") | {"From": "whatsapp:US.13491208655302741918"}
    (read,) = Twilio(SID, TOKEN).parse(incoming("https://example.org", form))
    assert getattr(read, "sender", None) == "US.13491208655302741918"
    form = message("SM1", ExternalUserIdentifier="US.13491208655302741918")
    (read,) = Twilio(SID, TOKEN).parse(incoming("https://example.org", form))
    assert (getattr(read, "sender", None), getattr(read, "also", None)) == (PERSON, ("US.13491208655302741918",))


def test_a_reply_of_several_messages() -> None:
    channel = Twilio()
    buttons = Buttons("¿Seguimos?", (Button("y", "Sí"), Button("n", "No")))
    picture = Image("https://example.org/a.jpg", caption="La *entrada*")
    body = channel.render(Reply((Text("**Hola** <b>"), buttons, picture), {}, 1)).body
    root = ET.fromstring(body)
    assert [one.text for one in root][:2] == ["*Hola* <b>", "¿Seguimos?\n1. Sí\n2. No"]
    assert [(one.tag, one.text) for one in root[2]] == [
        ("Body", "La _entrada_"),
        ("Media", "https://example.org/a.jpg"),
    ]
    assert channel.render(Reply((), {}, 1)).body.endswith(b"<Response />")
    long = channel.render(Reply((Text("Una frase. " * 2000),), {}, 1))
    assert len(ET.fromstring(long.body)) == 10
    assert len(long.rest) == 5


def push(tenant: Tenant, part: Any = None, to: str = f"whatsapp:{PERSON}") -> Delivery:
    account = account_of(tenant.organisation_id, "twilio", "main")
    assert account is not None
    delivery: Delivery = account.open().send(part or Text("Hola"), Address("twilio", "twilio:main", to), "receipt 1 1")
    return delivery


def test_a_message_leaves_by_the_api(tenant: Tenant, number: str, service: FakeTwilio) -> None:
    assert push(tenant) == Sent(f"SM{1:032d}")
    (sent,) = service.sent
    assert (sent["From"], sent["To"], sent["Body"]) == (f"whatsapp:{number}", f"whatsapp:{PERSON}", "Hola")
    assert sent["StatusCallback"] == f"{PUBLIC}/api/v1/channels/twilio/{number}?message=receipt%201%201"
    push(tenant, Template("HX1", "es", "Hola Ana", ("Ana",)))
    assert (service.sent[1]["ContentSid"], service.sent[1]["ContentVariables"]) == ("HX1", '{"1": "Ana"}')


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        (401, 20003, Fault.STOP_ACCOUNT),
        (400, 21211, Fault.REFUSED),
        (400, 63016, Fault.WINDOW_CLOSED),
        (429, 20429, Retry),
        (503, 20503, Uncertain),
        (500, 20500, Uncertain),
    ],
)
def test_errors_mean_what_the_table_says(
    tenant: Tenant, number: str, service: FakeTwilio, status: int, code: int, becomes: Any
) -> None:
    service.refuses = [(status, code)]
    delivery = push(tenant)
    if isinstance(becomes, Fault):
        assert isinstance(delivery, Refused)
        assert (delivery.fault, delivery.code) == (becomes, str(code))
    else:
        assert isinstance(delivery, becomes)
    assert push(tenant) == Sent(f"SM{1:032d}")


def test_a_file_is_fetched_with_the_credentials_for_twilio_alone(
    tenant: Tenant, number: str, service: FakeTwilio
) -> None:
    account = account_of(tenant.organisation_id, "twilio", "main")
    assert account is not None
    file: File = Image(ref=service.media_address("image", b"x" * 1000))
    assert account.open().download(file, 2000).content == b"x" * 1000
    assert not service.authorised_elsewhere
    with pytest.raises(CciError):
        account.open().download(file, 999)


def test_a_check_names_the_account(web: FlaskClient, tenant: Tenant, number: str) -> None:
    checked = web.post("/api/v1/channels/accounts/twilio/main/check", headers=tenant.headers).json
    assert checked is not None
    assert (checked["state"], checked["works"][0]) == ("working", "Twilio accepts the account Members")
