"""Microsoft Graph: signing in as an application, finding a document library, and what Graph's refusals mean.

The token comes from the client credentials grant (RFC 6749, 4.4), the paths are those of
https://learn.microsoft.com/graph/api/resources/onedrive.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote

import httpx
from pydantic import SecretStr

from cci_app.core.outside.addresses import speaks_safely
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.patience import attempt, patiently

SERVICE = "Microsoft Graph"
_ADDRESS = "GRAPH_BASE_URL"
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
# The form that Microsoft asks applications for, so that it can tell them apart when it has to throttle.
_USER_AGENT = "NONISV|CCI|cci-app/1.0"
_RENEW_BEFORE_SECONDS = 60

# By the number in Entra's AADSTS codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_SIGN_IN_FAULTS: Mapping[int, str] = {
    90002: "SHAREPOINT_TENANT_ID: there is no such tenant; copy the Directory (tenant) ID of the app registration",
    900023: "SHAREPOINT_TENANT_ID is not a tenant's id; copy the Directory (tenant) ID of the app registration",
    700016: "SHAREPOINT_CLIENT_ID: the tenant has no such application; copy the Application (client) ID",
    7000215: "SHAREPOINT_CLIENT_SECRET is not right; copy the secret's Value, not its Secret ID",
    7000222: "SHAREPOINT_CLIENT_SECRET has expired; make a new client secret and set its Value",
    7000112: "the application is disabled in the tenant; have an administrator enable it",
    53003: "a Conditional Access policy blocks the application; have an administrator allow it",
}
_AADSTS = re.compile(r"AADSTS(\d+)")


@dataclass(frozen=True, slots=True)
class Account:
    """An application in a tenant, and where it signs in and calls. `plain_http` allows both to be this machine."""

    tenant_id: str
    client_id: str
    client_secret: SecretStr
    base_url: str
    authority: str
    plain_http: bool = False


# `host:/sites/name`, or what stands in a browser.
_WRITTEN = re.compile(
    r"(?:https?://)?(?P<host>[A-Za-z0-9.-]+)(?::443)?(?P<colon>:)?(?P<path>/[^?#]*)?(?:[?#].*)?", re.IGNORECASE
)
# The pages of administrators, and of Teams, are no site's.
_NO_SITES = re.compile(r"-admin\.|^teams\.", re.IGNORECASE)
_MANAGED = frozenset({"sites", "teams", "personal"})
_SHARED = {"s": "sites", "t": "teams"}
# Where the path of a site ends and something in it begins.
_OF_A_SITE = frozenset({"sitepages", "pages", "lists", "_layouts", "siteassets", "_api"})


@dataclass(frozen=True, slots=True)
class Site:
    """A SharePoint site by host and path, as `example.sharepoint.com:/sites/name`; the root site has no path."""

    host: str
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The site that a setting names, in that form or as an address copied from a browser; None where it is neither.

        Whatever is looked at there, a page, a library, a folder, a list or a file, its site is meant.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None or "." not in found["host"] or _NO_SITES.search(found["host"]):
            return None
        segments = [unquote(segment) for segment in (found["path"] or "").split("/") if segment]
        if not found["colon"]:
            segments = _site_of(segments)
        return cls(found["host"].lower(), "".join(f"/{segment}" for segment in segments))

    def __str__(self) -> str:
        return f"{self.host}:{self.path}" if self.path else self.host


def _site_of(segments: list[str]) -> list[str]:
    """The segments of a browser's path that name the site."""
    # A shared link: `/:x:/r/sites/name/...` is the path itself, `/:x:/s/name/...` a site of the usual kind.
    if len(segments) > 1 and segments[0].startswith(":"):
        kind, *rest = segments[1:]
        segments = [_SHARED[kind], *rest[:1]] if kind in _SHARED else rest
    lowered = [segment.lower() for segment in segments]
    managed = lowered[:1] and lowered[0] in _MANAGED
    for place, segment in enumerate(lowered):
        if managed and place < 2:
            # The name of the site itself, which may be any word.
            continue
        if segment in _OF_A_SITE:
            return segments[:place]
        if segment == "forms":
            # Of a library, whose name stands before it.
            return segments[: max(0, place - 1)]
    return segments[:2] if managed else []


class Graph:
    """Calls of Microsoft Graph for one delivery, as a context."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = httpx.Client(
            timeout=_TIMEOUT, headers={"User-Agent": _USER_AGENT}, follow_redirects=False, trust_env=False
        )
        self._api = f"{account.base_url.rstrip('/')}/v1.0"
        self._token = ""
        self._token_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def sign_in(self) -> None:
        """Get a token. Raises DeliveryFailed for what is wrong with the tenant, the application or its secret."""
        account = self._account
        url = f"{account.authority.rstrip('/')}/{quote(account.tenant_id, safe='')}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.client_secret.get_secret_value(),
            "scope": f"{account.base_url.rstrip('/')}/.default",
        }
        answer = patiently(
            "Microsoft's sign-in", lambda: attempt(lambda: self._client.post(url, data=form)), "GRAPH_AUTHORITY"
        )
        body = json_of(answer)
        if answer.status_code != 200 or not isinstance(body.get("access_token"), str):
            raise _sign_in_fault(answer.status_code, body)
        self._token = body["access_token"]
        lifetime = body.get("expires_in")
        self._token_until = time.monotonic() + (lifetime if isinstance(lifetime, int) else 0) - _RENEW_BEFORE_SECONDS

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Graph's answer to a call that may be heard more than once, whatever its status but 401 and those that pass.

        `path` begins after the version. Raises DeliveryFailed where the application is not known there, Unavailable
        where Graph does not serve.
        """
        return patiently(SERVICE, lambda: self.call_once(method, path, **options), _ADDRESS)

    def call_once(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The same, but raises Trouble where it is not known whether the call was heard, or it has to come again."""
        if time.monotonic() >= self._token_until:
            self.sign_in()
        answer = attempt(lambda: self._send(method, path, options))
        if answer.status_code == 401:
            self.sign_in()
            answer = attempt(lambda: self._send(method, path, options))
        if answer.status_code == 401:
            raise DeliveryFailed(
                "Microsoft Graph does not accept the application: give it the application permission Sites.Selected,"
                " have an administrator consent, and grant it the site"
            )
        return answer

    def put_piece(self, upload_url: str, piece: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send a piece to an upload session, whose address is the only credential. Raises Trouble."""
        return attempt(lambda: self._client.put(upload_url, content=piece, headers=headers))

    def upload_call(self, method: str, upload_url: str) -> httpx.Response:
        """Ask an upload session how far it is (GET), or give it up (DELETE). Raises Unavailable."""
        return patiently(SERVICE, lambda: attempt(lambda: self._client.request(method, upload_url)), _ADDRESS)

    def safe_upload_url(self, body: Mapping[str, Any]) -> str:
        """The address of the session in an answer. Raises DeliveryFailed for one that bytes may not be sent to."""
        url = body.get("uploadUrl")
        if not isinstance(url, str) or not speaks_safely(url, plain_http=self._account.plain_http):
            raise DeliveryFailed("Microsoft Graph opened an upload without an https address: check GRAPH_BASE_URL")
        return url

    def site_id(self, site: Site) -> str:
        """The id of a site. Raises DeliveryFailed."""
        path = f":{quote(site.path)}" if site.path else ""
        answer = self.call("GET", f"/sites/{site.host}{path}", params={"$select": "id"})
        if answer.status_code in {400, 404} and not error_code(answer):
            raise DeliveryFailed("GRAPH_BASE_URL: what answers there is not Microsoft Graph")
        if answer.status_code in {400, 404}:
            raise DeliveryFailed(
                f"SHAREPOINT_SITE: there is no site {site}; write it as host:/sites/name, as in the site's address"
            )
        return str(accepted(answer, f"read the site {site}")["id"])

    def drive_id(self, site_id: str, name: str | None) -> str:
        """The id of the site's document library of that name, or of its default one. Raises DeliveryFailed."""
        if name is None:
            answer = self.call("GET", f"/sites/{site_id}/drive", params={"$select": "id"})
            return str(accepted(answer, "read the site's default library")["id"])
        names = []
        for drive in self.pages(f"/sites/{site_id}/drives", "list the site's libraries", {"$select": "id,name"}):
            names.append(str(drive.get("name")))
            if names[-1].casefold() == name.casefold():
                return str(drive["id"])
        raise DeliveryFailed(f"SHAREPOINT_DRIVE: the site has no library {name}; it has {', '.join(names) or 'none'}")

    def pages(self, path: str, purpose: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """The members of a collection, over all of its pages. Raises DeliveryFailed."""
        following: str | None = path
        options: dict[str, Any] = {"params": params}
        while following is not None:
            body = accepted(self.call("GET", following, **options), purpose)
            yield from body.get("value", [])
            link = body.get("@odata.nextLink")
            # The link has all parameters in it, which httpx would drop for empty ones; the token goes nowhere else.
            following = link.removeprefix(self._api) if isinstance(link, str) and link.startswith(self._api) else None
            options = {}

    def _send(self, method: str, path: str, options: Mapping[str, Any]) -> httpx.Response:
        headers = {**options.get("headers", {}), "Authorization": f"Bearer {self._token}"}
        return self._client.request(method, self._api + path, **{**options, "headers": headers})


def json_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The object that an answer holds; an empty one where it holds none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def error_code(answer: httpx.Response) -> str:
    """The code of Graph's error, such as `itemNotFound`; empty where there is none."""
    error = json_of(answer).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z]{1,60}", code) else ""


def accepted(answer: httpx.Response, purpose: str) -> Mapping[str, Any]:
    """What Graph returned. Raises DeliveryFailed where it refuses; `purpose` completes "the application may not"."""
    status, code = answer.status_code, error_code(answer)
    if answer.is_success:
        return json_of(answer)
    if status == 403:
        raise DeliveryFailed(
            f"the application may not {purpose} (403 {code}): grant it the role write on the site (Sites.Selected)"
        )
    if status == 507 or code == "quotaLimitReached":
        raise DeliveryFailed("the SharePoint site is full: free space there, or have its quota raised")
    if status == 413:
        raise DeliveryFailed("the file is too large for SharePoint: export a shorter time")
    raise DeliveryFailed(f"Microsoft Graph refuses to let the application {purpose} ({status} {code})".rstrip())


def _sign_in_fault(status: int, body: Mapping[str, Any]) -> DeliveryFailed:
    # The description names the tenant and the application; the number in it is enough.
    numbers = [int(number) for number in _AADSTS.findall(str(body.get("error_description", "")))]
    for number in numbers:
        if number in _SIGN_IN_FAULTS:
            return DeliveryFailed(f"{_SIGN_IN_FAULTS[number]} (AADSTS{number})")
    named = f"AADSTS{numbers[0]}" if numbers else str(status)
    return DeliveryFailed(f"Microsoft refuses the sign-in ({named}): check the SHAREPOINT_ settings and GRAPH_BASE_URL")
