"""A tenant of Microsoft Entra on loopback: it publishes its keys, and gives tokens for codes to whoever asked for them.

`claims` are put into the next tokens over the true ones; None takes one out. `key` signs them, whatever is published.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

CLIENT = "11111111-2222-3333-4444-555555555555"
SECRET = "made-up-client-secret"


class FakeEntra:
    """The tenant, for the length of a context."""

    def __init__(self, tenant: str = "99999999-8888-7777-6666-555555555555") -> None:
        self.tenant = tenant
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.asked: list[str] = []
        self.issuer_told: str | None = None
        self.refused: list[str] = []
        self.published = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.key = self.published
        self._codes: dict[str, dict[str, str]] = {}
        self._server = LoopbackServer()

    @property
    def authority(self) -> str:
        """What stands before the tenant."""
        return str(self._server.url_for("")).rstrip("/")

    @property
    def issuer(self) -> str:
        """The tenant's issuer."""
        return f"{self.authority}/{self.tenant}/v2.0"

    def __enter__(self) -> Self:
        base = f"/{self.tenant}"
        for path, answer in (
            (f"{base}/v2.0/.well-known/openid-configuration", self._tell),
            (f"{base}/keys", self._keys),
            (f"{base}/token", self._token),
        ):
            self._server.expect_request(path).respond_with_handler(answer)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def let_in(self, address: str, **person: Any) -> dict[str, str]:
        """Sign a person in who was sent to `address`: the query with which the browser comes back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (query["client_id"], query["response_type"], query["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**query, "person": json.dumps(person)}
        return {"code": code, "state": query["state"]}

    def _tell(self, _request: Request) -> Response:
        self.asked.append("metadata")
        endpoints = {
            "authorization_endpoint": f"{self.authority}/{self.tenant}/authorize",
            "token_endpoint": f"{self.authority}/{self.tenant}/token",
            "jwks_uri": f"{self.authority}/{self.tenant}/keys",
        }
        return _json({"issuer": self.issuer_told or self.issuer, **endpoints})

    def _keys(self, _request: Request) -> Response:
        self.asked.append("keys")
        return _json(dict(KeySet([self.published]).as_dict(private=False)))

    def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = request.form
        begun = self._codes.pop(form.get("code", ""), None)
        known = request.authorization is not None and (
            request.authorization.username,
            request.authorization.password,
        ) == (CLIENT, SECRET)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = (
            begun is not None
            and begun["code_challenge"] == challenge.rstrip(b"=").decode()
            and begun["redirect_uri"] == form.get("redirect_uri")
        )
        if not known or not fits or begun is None:
            self.refused.append("client" if not known else "code")
            return _json({"error": "invalid_client" if not known else "invalid_grant"}, 400)
        return _json({"token_type": "Bearer", "access_token": "x", "expires_in": 3600, "id_token": self._made(begun)})

    def _made(self, begun: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "tid": self.tenant,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "nonce": begun["nonce"],
            "oid": "aaaaaaaa-0000-0000-0000-000000000001",
            "sub": "pairwise",
            **json.loads(begun["person"]),
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one", **self.header}
        if header["alg"] == "RS256":
            return jwt.encode(header, kept, self.key, algorithms=["RS256"])
        return self._forged(header, kept)

    def _forged(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token that is not signed, or with what everybody knows: no library makes such a thing."""
        signed = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        signature = hmac.digest(self.published.as_pem(private=False), signed, "sha256")
        return b".".join([signed, _encoded(signature) if header["alg"] == "HS256" else b""]).decode()


def _encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
