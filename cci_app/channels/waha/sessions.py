"""WAHA's session: that it is there, delivers to us, and is connected to a telephone."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from cci_app.channels.vendor import Vendor, VendorAnswer
from cci_app.channels.waha.wire import NEEDS, WORKING
from cci_app.core.errors import Conflict, Unavailable

# With those that leave by the telephone, so that nobody talks over whoever answers there.
EVENTS = ("message.any", "message.ack", "message.edited", "message.reaction", "session.status")
_RETRIES = {"policy": "exponential", "delaySeconds": 2, "attempts": 15}


class WahaSession:
    """A session by its name."""

    def __init__(
        self, api: Vendor, name: str, deliver_to: str | None, *, hmac_key: str | None, token: str | None
    ) -> None:
        self._api = api
        self._name = name
        self._deliver_to = deliver_to
        self._hmac_key = hmac_key
        self._token = token

    def set_up(self) -> Iterator[str]:
        """Make the session, have it deliver to us and start it, where that is not so; say how it stands.

        Raises Conflict for what somebody has to do, Unavailable where WAHA does not answer.
        """
        if self._deliver_to is None:
            raise Conflict("set PUBLIC_BASE_URL or WEBHOOK_URL: WAHA has to know where it is to deliver")
        found = self._ask("GET", f"/api/sessions/{self._name}", missing=True)
        if found.status == 404:
            config = {"webhooks": [self._webhook()]}
            self._ask("POST", "/api/sessions", json={"name": self._name, "start": True, "config": config})
            yield f"WAHA has made the session {self._name}"
        else:
            yield from self._registered(found.fields)
        status = str(self._ask("GET", f"/api/sessions/{self._name}").fields.get("status"))
        if status == "STOPPED":
            self._ask("POST", f"/api/sessions/{self._name}/start")
            yield "the session was stopped, and is started"
            status = str(self._ask("GET", f"/api/sessions/{self._name}").fields.get("status"))
        if status != WORKING:
            raise Conflict(NEEDS.get(status, f"the session is {status.lower()}: look again in a moment"))
        yield f"the session {self._name} is connected"

    def pairing_code(self) -> bytes:
        """The QR code as a PNG. Raises Conflict where none is to be scanned at present."""
        query = {"format": "image"}
        answer = self._ask("GET", f"/api/{self._name}/auth/qr", missing=True, query=query)
        if answer.status >= 400:
            raise Conflict("there is no QR code to be scanned: the session is connected, or not started")
        if answer.body.startswith(b"\x89PNG"):
            return answer.body
        try:
            return base64.b64decode(str(answer.fields.get("data", "")), validate=True)
        except (binascii.Error, ValueError):
            raise Unavailable("WAHA's answer could not be read") from None

    def _registered(self, session: Mapping[str, Any]) -> Iterator[str]:
        """Have the session deliver to us; what else it delivers to stays as it is."""
        config = session.get("config")
        config = dict(config) if isinstance(config, Mapping) else {}
        listed = config.get("webhooks")
        known = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        ours = self._webhook()
        if not any(_covers(one, ours) for one in known):
            others = [dict(one) for one in known if one.get("url") != ours["url"]]
            body = {"name": self._name, "config": {**config, "webhooks": [*others, ours]}}
            self._ask("PUT", f"/api/sessions/{self._name}", json=body)
        yield f"WAHA delivers to {self._deliver_to}"

    def _webhook(self) -> dict[str, Any]:
        webhook: dict[str, Any] = {"url": self._deliver_to, "events": [*EVENTS], "retries": _RETRIES}
        if self._hmac_key:
            webhook["hmac"] = {"key": self._hmac_key}
        if self._token:
            webhook["customHeaders"] = [{"name": "X-Waha-Token", "value": self._token}]
        return webhook

    def _ask(self, method: str, path: str, *, missing: bool = False, **more: Any) -> VendorAnswer:
        answer = self._api.look_up(method, path, **more)
        if answer.status in {401, 403}:
            raise Conflict("WAHA does not accept WAHA_API_KEY: give the one that WAHA was started with")
        if answer.status >= (500 if missing else 400):
            raise Unavailable(f"WAHA answered {answer.status} to {method} {path}")
        return answer


def _covers(known: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether a webhook that WAHA has is as ours would be."""
    if known.get("url") != ours["url"] or not set(ours["events"]) <= set(known.get("events") or ()):
        return False
    same_key = ours.get("hmac", {}).get("key") == (known.get("hmac") or {}).get("key")
    headers = {one.get("name"): one.get("value") for one in known.get("customHeaders") or ()}
    return same_key and all(headers.get(one["name"]) == one["value"] for one in ours.get("customHeaders", ()))
