"""The services on which nobody waits: accounts at their fakes, and what they deliver for a message, signed."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from benchmarks.product import Product
from tests.fakes import meta, telegram, twilio, waha

# Accounts at services on loopback are refused otherwise.
SETTINGS: Mapping[str, str] = {"FETCH_LOOPBACK": "true"}
Request = tuple[bytes, dict[str, str]]


def from_waha(digits: str, text: str, event_id: str) -> Request:
    """A message of a phone number, as WAHA delivers it."""
    return waha.signed(waha.message(event_id, text, f"{digits}@c.us"))


def from_telegram(digits: str, text: str, event_id: str) -> Request:
    """A message of a person with that number, as Telegram delivers it; its id is a number."""
    return telegram.delivery(telegram.update(int(event_id), text, int(digits)))


def from_meta(digits: str, text: str, event_id: str) -> Request:
    """A message of a phone number, as Meta delivers it."""
    return meta.signed(meta.delivery(meta.change(messages=[meta.message(event_id, text, digits)])))


DELIVERIES: Mapping[str, Callable[[str, str, str], Request]] = {
    "waha": from_waha,
    "telegram": from_telegram,
    "meta": from_meta,
}


def add_waha(product: Product, address: str) -> str:
    """An account at that address; the path to which it delivers."""
    # A human who types before each part would take as long as humans do.
    fields = {"base_url": address, "human": "false"}
    product.add_account("waha", fields, {"api_key": waha.API_KEY, "hmac_key": waha.HMAC_KEY, "token": waha.TOKEN})
    return f"/api/v1/channels/waha/default@{urlsplit(address).netloc}"


def add_telegram(product: Product, address: str) -> str:
    """An account at that address; the path to which it delivers."""
    product.add_account("telegram", {"base_url": address}, {"token": telegram.TOKEN, "secret": telegram.SECRET})
    return f"/api/v1/channels/telegram/{telegram.BOT}"


def add_meta(product: Product, address: str) -> str:
    """An account at that address; the path to which it delivers."""
    fields = {"phone_number_id": meta.NUMBER, "base_url": address}
    secrets = {"access_token": meta.TOKEN, "app_secret": meta.SECRET, "verify_token": meta.VERIFY}
    product.add_account("meta", fields, secrets)
    return f"/api/v1/channels/meta/{meta.NUMBER}"


def add_twilio(product: Product, address: str) -> str:
    """An account at that address; the path to which it delivers."""
    fields = {"account_sid": twilio.SID, "number": twilio.NUMBER, "base_url": address}
    product.add_account("twilio", fields, {"auth_token": twilio.TOKEN})
    return f"/api/v1/channels/twilio/{twilio.NUMBER}"


def add_email(product: Product, port: int, token: str) -> str:
    """A sender at a mail server on that port of loopback, which hands on with the token; the path to which it does."""
    sender = "bot@example.org"
    fields = {"host": "127.0.0.1", "port": str(port), "security": "none", "sender": sender}
    product.add_account("email", fields, {"inbound_token": token})
    return f"/api/v1/channels/email/{sender}"
