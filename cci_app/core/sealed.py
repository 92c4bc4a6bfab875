"""Secrets that the product has to keep: sealed with `SECRET_KEY` before they are written anywhere.

A sealed text is for one purpose: what was sealed for one cannot be opened for another. When `SECRET_KEY` changes, what
was sealed before cannot be opened any more.
"""

import base64
import json
import time
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class Seal:
    """Seals and opens texts for one purpose, with a key of its own derived from the secret (HKDF, RFC 5869)."""

    def __init__(self, secret: SecretStr, purpose: str) -> None:
        derived = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived.derive(secret.get_secret_value().encode())))

    def seal(self, text: str) -> str:
        """The text, encrypted and authenticated."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None where it was not sealed with this key for this purpose."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def seal_for(self, seconds: float, **told: Any) -> str:
        """What a browser is to bring back within so many seconds."""
        return self.seal(json.dumps({**told, "until": time.time() + seconds}))

    def open_in_time(self, sealed: str) -> dict[str, Any] | None:
        """What was told in it; None where it was not sealed here, or its time is over."""
        opened = self.open(sealed)
        told: dict[str, Any] | None = json.loads(opened) if opened is not None else None
        return told if told is not None and told["until"] >= time.time() else None
