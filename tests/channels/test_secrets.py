"""Without what proves that a delivery is the channel's: no start in production, elsewhere this machine alone."""

from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

from cci_app.channels.kinds import KINDS
from cci_app.channels.meta.channel import MetaAccess, MetaCloud
from cci_app.channels.ports import Channel, Incoming
from cci_app.channels.telegram.channel import Telegram
from cci_app.channels.twilio import Twilio
from cci_app.channels.waha.channel import Waha, WahaAccess
from cci_app.core.errors import InvalidInput
from config.settings import Settings, told

PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "secret_key": "x" * 32,
    "database_url": "postgresql://nobody@127.0.0.1/none",
    "redis_url": "redis://127.0.0.1:1/0",
}
HALF: dict[str, tuple[dict[str, Any], str]] = {
    "twilio": ({"twilio_account_sid": "AC1"}, "TWILIO_AUTH_TOKEN"),
    "waha": ({"waha_base_url": "http://waha:3000"}, "WAHA_HMAC_KEY or WEBHOOK_VERIFY_TOKEN"),
    "telegram": ({"telegram_bot_token": "1:abc"}, "TELEGRAM_WEBHOOK_SECRET"),
    "meta": ({"meta_phone_number_id": "1"}, "META_APP_SECRET"),
}


@pytest.mark.parametrize("kind", HALF)
def test_production_does_not_start_with_half_a_channel(kind: str) -> None:
    given, missing = HALF[kind]
    with pytest.raises(ValidationError) as refused:
        Settings(**PRODUCTION, **given)
    assert f"production needs {missing} to be set" in told(refused.value)
    Settings(**{**PRODUCTION, "environment": "development"}, **given)


@pytest.mark.parametrize(
    "channel",
    [Waha(WahaAccess("http://127.0.0.1:9")), Telegram("1:abc"), MetaCloud(MetaAccess("1"))],
    ids=lambda channel: channel.kind,
)
def test_elsewhere_deliveries_come_from_this_machine_alone(channel: Channel) -> None:
    assert channel.verify(Incoming("x", body=b"{}", nearby=True))
    assert not channel.verify(Incoming("x", body=b"{}"))


@pytest.mark.parametrize("channel", [Twilio(), Telegram(), MetaCloud()], ids=lambda channel: channel.kind)
def test_a_channel_without_an_account_takes_nothing(channel: Channel) -> None:
    assert not channel.verify(Incoming("x", body=b"{}", nearby=True))


def test_an_account_that_an_organisation_adds_has_to_have_its_secret(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    for kind, given in {
        "waha": {"base_url": "https://waha.example.org", "api_key": "k"},
        "telegram": {"token": "1:abc"},
        "meta": {"phone_number_id": "1", "access_token": "k"},
    }.items():
        with pytest.raises(InvalidInput, match=r"in .* name"):
            KINDS[kind].fields.read(given, settings)


def test_a_waha_that_an_organisation_names_is_on_the_public_internet(app: Flask) -> None:
    given = {"api_key": "k", "token": "t", "base_url": "http://10.0.0.1:3000"}
    with pytest.raises(InvalidInput, match="https"):
        KINDS["waha"].fields.read(given, app.config["SETTINGS"])
