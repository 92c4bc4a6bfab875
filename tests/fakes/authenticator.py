"""A device with a passkey, made of software: it answers as WebAuthn says, without anybody who touches it."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _ATTESTED = 0x01, 0x40


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


class Authenticator:
    """One device; `origin` is where its browser is."""

    def __init__(self, origin: str, site: str) -> None:
        self.origin = origin
        self.site = site
        self.count = 0
        self.credential_id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make a passkey, as `navigator.credentials.create` does."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_PRESENT | _ATTESTED) + attested}
        response = {
            "clientDataJSON": _encoded(self._client_data("webauthn.create", options)),
            "attestationObject": _encoded(cbor2.dumps(attestation)),
        }
        return self._credential(response)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Prove a passkey, as `navigator.credentials.get` does."""
        self.count += 1
        client_data, data = self._client_data("webauthn.get", options), self._data(_PRESENT)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": _encoded(client_data),
            "authenticatorData": _encoded(data),
            "signature": _encoded(signature),
        }
        return self._credential(response)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = _encoded(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
