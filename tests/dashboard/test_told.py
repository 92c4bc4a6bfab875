"""What the API says in English, on the pages of members who read French or Spanish."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.waha.wire import NEEDS
from cci_app.contacts.sheets import _SENTENCES as UNREADABLE
from cci_app.core.outbound import fetch
from cci_app.dashboard.looking import show_to_a_stranger
from cci_app.dashboard.told import in_words, told
from cci_app.dashboard.words import read_words
from cci_app.integrations.graph import _SIGN_IN_FAULTS
from cci_app.knowledge.documents.reasons import sentences
from cci_app.knowledge.reading.document import Reason
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant
from tests.fakes.waha import API_KEY, FakeWaha

ROOT = Path(fetch.__file__).parents[2]
SAYING = (
    *("core/mail.py", "core/outbound/fetch.py", "contacts/phones.py", "channels/kinds.py", "channels/vendor.py"),
    *(f"channels/{name}.py" for name in ("manychat", "twilio", "telegram/channel", "meta/channel", "waha/sessions")),
    *(f"integrations/{name}.py" for name in ("drive", "zendesk", "baserow", "slack", "sheets", "sheet", "google")),
    *(f"integrations/{name}.py" for name in ("sharepoint", "graph", "upload", "crm/service", "answers")),
)
# What no page shows: of files and deliveries, of mappings, and what is only part of a sentence.
ELSEWHERE = re.compile(
    r"no file of Meta's|does not tell where|does not give|gives no file|no such host|is no moment|no plain value"
    r"|does not say which it is|limits the rate|no more calls for today|sign us in|take a piece|no number of JSON"
    r"|is no message of Twilio|or to be set|status x|^Zendesk$|^the sheet x x$|^x x \(x\)$"
)


def said(path: str) -> Iterator[str]:
    """Every sentence that a module raises, returns as an error or yields, with something in its places."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        value: ast.expr | None = None
        if isinstance(node, ast.Yield):
            value = node.value
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            value = node.exc.args[-1] if getattr(node.exc.func, "id", "") == "FetchError" else node.exc.args[0]
        for each in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            if isinstance(each, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in each.values)
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


@pytest.mark.parametrize("language", ["fr", "es"])
def test_all_that_a_check_and_a_form_say_is_there(language: str) -> None:
    found = [(path, each) for path in SAYING for each in said(path) if not ELSEWHERE.search(each)]
    assert len(found) > 100
    found += [("", each) for each in (*NEEDS.values(), *_SIGN_IN_FAULTS.values(), *UNREADABLE.values())]
    # What varies at the end of a word may be nothing.
    unknown = [
        each
        for each in found
        if not {in_words(each[1], language), in_words(each[1].replace("sx", "s").replace("tx", "t"), language)} - {None}
    ]
    assert unknown == []


def test_the_languages_have_the_same_sentences_and_no_other_names() -> None:
    french, spanish = read_words("told.fr"), read_words("told.es")
    assert french.keys() == spanish.keys()
    for english, *others in ((each, french[each], spanish[each]) for each in french):
        for text in others:
            assert text
            assert set(re.findall(r"%\(\w+\)s", text)) <= set(re.findall(r"%\(\w+\)s", english)), text


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        (
            "Manychat cannot be reached (ConnectError): is base_url right?",
            "Manychat est injoignable (ConnectError)\xa0: base_url est-il juste\xa0?",
        ),
        ("Meta answered 500", "Meta a répondu 500"),
        ("the session : a is connected", "la session : a est connectée"),
        (
            "100 % of it cannot be reached (%(x)s 5 %d)",
            "100 % of it est injoignable (%(x)s 5 %d)",
        ),
        (sentences(Reason.DUPLICATE, "a.pdf")["en"], sentences(Reason.DUPLICATE, "a.pdf")["fr"]),
    ],
)
def test_what_varies_stays_as_it_is(sentence: str, french: str) -> None:
    assert in_words(sentence, "fr") == french
    assert in_words(sentence, "en") == sentence


def test_what_is_not_known_is_marked_and_never_html(app: Flask) -> None:
    with app.test_request_context():
        show_to_a_stranger("es")
        assert told(None) == ""
        assert told("no <b>such</b> words") == '<span lang="en">no &lt;b&gt;such&lt;/b&gt; words</span>'
        assert not hasattr(told("Meta answered <b>"), "__html__")


@pytest.fixture
def french(app: Flask, tenant: Tenant) -> FlaskClient:
    browser = sign_in(app, make_member(tenant))
    browser.post("/admin/me", data={"name": "Camille", "language": "fr"}, headers=OURS)
    return browser


def test_a_check_speaks_the_language_of_who_looks(
    app: Flask, french: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"fetch_loopback": True, "public_url": "https://chat.example.org"}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=known))
    new = "/admin/settings/channels/new/waha"
    form = {"name": "office", "field-api_key": API_KEY, "field-human": "false"}
    refused = french.post(new, data={**form, "field-base_url": "https://waha.example.org"}, headers=OURS).text
    assert "il faut hmac_key ou token" in refused
    with FakeWaha() as waha:
        account = {**form, "field-base_url": waha.address, "field-token": "made-up_secret-1"}
        assert french.post(new, data=account, headers=OURS).status_code == 303
        waha.status = "SCAN_QR_CODE"
        checked = french.post("/admin/settings/channels/waha/office/check", headers=OURS).text
        assert "le numéro n’est pas connecté\xa0: scannez le code QR" in checked
        assert "la session" in checked or "WAHA livre à" in checked
        api = french.get("/api/v1/channels/accounts").json
        assert isinstance(api, list)
        assert api[0]["reason"] == NEEDS["SCAN_QR_CODE"]
    assert "le numéro n’est pas connecté" in french.get("/admin/settings").text
