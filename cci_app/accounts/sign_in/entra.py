"""Microsoft Entra says who signs in: OpenID Connect with PKCE, from the organisation's own tenant alone.

Neither the browser nor another tenant is believed: signature, issuer, audience, tenant and nonce of the token are
checked, and the state ties the answer to the browser that asked.
"""

import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import structlog
from authlib.integrations.base_client import OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cci_app.accounts.members.directory import Person
from cci_app.core.errors import CciError, Unavailable
from cci_app.core.sealed import Seal
from config.settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

log = structlog.get_logger(__name__)

# From leaving for Microsoft to coming back.
MINUTES = 10
_SCOPE = "openid profile email"
_ALGORITHMS = ["RS256"]
_SECONDS = 5.0
_KNOWN_SECONDS = 3600.0
_ASK_AGAIN_SECONDS = 60.0
_LEEWAY_SECONDS = 120
# A guest's user name; the address in it is whatever another organisation says.
_GUEST = "#ext#"


class NotProved(CciError):  # noqa: N818
    """What came back proves nothing."""

    status = 401
    code = "not_proved"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where the browser goes, and what it keeps meanwhile."""

    address: str
    kept: str


class Entra:
    """One tenant. What it publishes of itself is remembered for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._tenant = settings.entra_tenant_id or ""
        self._client_id = settings.entra_client_id or ""
        secret = settings.entra_client_secret
        self._secret = secret.get_secret_value() if secret is not None else ""
        self._issuer = f"{settings.graph_authority.rstrip('/')}/{self._tenant}/v2.0"
        self._seal = Seal(settings.secret_key, "sign-in with Entra")
        self._lock = threading.Lock()
        self._published: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def leave(self, redirect_uri: str, next_path: str) -> Leaving:
        """Send a browser there, which then comes back to `redirect_uri`. Raises Unavailable."""
        kept = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "next": next_path,
        }
        endpoint = self._metadata()["authorization_endpoint"]
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                endpoint, state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
            )
        return Leaving(address, self._seal.seal_for(MINUTES * 60, **kept))

    def come_back(self, redirect_uri: str, kept: str | None, state: str, code: str) -> tuple[Person, str]:
        """Who came back, and where they wanted to go. Raises NotProved, Unavailable."""
        begun = self._begun(kept)
        if not state or not hmac.compare_digest(state.encode(), str(begun["state"]).encode()):
            raise NotProved("the answer belongs to another browser, or to an older attempt")
        if not code:
            raise NotProved("Microsoft did not let the person in")
        return self._person(self._token(redirect_uri, code, begun["verifier"]), begun["nonce"]), begun["next"]

    def _begun(self, kept: str | None) -> dict[str, Any]:
        begun = self._seal.open_in_time(kept or "")
        if begun is None:
            raise NotProved("this attempt is too old: begin again")
        return begun

    def _token(self, redirect_uri: str, code: str, verifier: str) -> str:
        import httpx2

        endpoint = self._metadata()["token_endpoint"]
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(endpoint, code=code, code_verifier=verifier)
        except OAuthError as error:
            raise NotProved(f"Microsoft does not know this code: {error.error}") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise self._silent(error) from error
        return str(token.get("id_token", ""))

    def _person(self, token: str, nonce: str) -> Person:
        claims = self._claims(token)
        asked: dict[str, Any] = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
            "tid": {"essential": True, "value": self._tenant},
            "nonce": {"essential": True, "value": nonce},
            **{name: {"essential": True} for name in ("exp", "iat", "oid")},
        }
        try:
            jwt.JWTClaimsRegistry(leeway=_LEEWAY_SECONDS, **asked).validate(claims)
        except JoseError as error:
            log.warning("entra_token_refused", error=error.error, claim=getattr(error, "claim", None))
            raise NotProved("Microsoft's answer is not for us") from error
        if claims["aud"] != self._client_id:
            raise NotProved("Microsoft's answer is for others too")
        user_name = str(claims.get("preferred_username") or "")
        return Person(
            directory_id=f"{self._tenant}:{claims['oid']}",
            user_name=None if not user_name or _GUEST in user_name.casefold() else user_name,
            name=str(claims.get("name") or ""),
        )

    def _claims(self, token: str) -> dict[str, Any]:
        """What a token says whose signature is the tenant's; its keys are asked for again, where one is new."""
        for fresh in (False, True):
            try:
                return jwt.decode(token, self._signing_keys(fresh=fresh), algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                problem = error
        log.warning("entra_token_refused", error=type(problem).__name__)
        raise NotProved("Microsoft's answer is not signed by it") from problem

    def _signing_keys(self, *, fresh: bool) -> KeySet:
        with self._lock:
            limit = _ASK_AGAIN_SECONDS if fresh else _KNOWN_SECONDS
            if self._keys is not None and time.monotonic() - self._keys[0] < limit:
                return self._keys[1]
        try:
            keys = KeySet.import_key_set(self._fetch(self._metadata()["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError) as error:
            raise self._silent(error) from error
        with self._lock:
            self._keys = (time.monotonic(), keys)
        return keys

    def _metadata(self) -> dict[str, Any]:
        with self._lock:
            if self._published is not None and time.monotonic() - self._published[0] < _KNOWN_SECONDS:
                return self._published[1]
        found = self._fetch(f"{self._issuer}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer:
            raise Unavailable("the directory names another issuer than ENTRA_TENANT_ID has")
        with self._lock:
            self._published = (time.monotonic(), found)
        return found

    def _fetch(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx.get(address, timeout=_SECONDS, trust_env=False)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._silent(error) from error
        if not isinstance(found, dict):
            raise Unavailable("Microsoft answered with something else")
        return found

    def _client(self, redirect_uri: str) -> "OAuth2Client":
        # It brings a client library of its own, which only those load who sign in this way.
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._client_id,
            self._secret,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
            trust_env=False,
        )

    def _silent(self, error: Exception) -> Unavailable:
        log.warning("entra_unavailable", error=type(error).__name__)
        return Unavailable("Microsoft does not answer: try again", retry_after=10)


def make_entra(settings: Settings) -> Entra | None:
    """The tenant that the settings name; None where they name none."""
    if settings.entra_tenant_id and settings.entra_client_id and settings.entra_client_secret:
        return Entra(settings)
    return None
