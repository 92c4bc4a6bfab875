"""Google's APIs, called as a service account, and what their refusals mean."""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from google.auth import exceptions, transport
from google.oauth2.service_account import Credentials

from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.patience import Trouble, attempt, patiently, retry_after

SERVICE = "Google"
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
# Reasons of a 403 that mean "later", "tomorrow", and that no room is left; in the old form and in the new one.
_LATER = re.compile(r"rate_?limit|concurrent|resource_?exhausted|^quota_?exceeded", re.IGNORECASE)
_TOMORROW = re.compile(r"^daily_?limit", re.IGNORECASE)
_FULL = re.compile(r"storage_?quota|(?:file|children)_?limit|too_?many_?children", re.IGNORECASE)
_POLICY = re.compile(r"^domain_?policy|access_?denied_?by_?policy", re.IGNORECASE)
_A_DAY_IS_LONG = 3600.0


class Google:
    """Calls with the rights of a service account (with those scopes) for one delivery, as a context.

    `transport` is the way to the network, where it is not the ordinary one.
    """

    def __init__(self, credentials: Credentials, transport: httpx.BaseTransport | None = None) -> None:
        self._credentials = credentials
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def email(self) -> str:
        """The address that a spreadsheet has to be shared with."""
        return str(self._credentials.service_account_email)

    def sign_in(self) -> None:
        """Get a token. Raises DeliveryFailed for a key that is not accepted, Trouble for what may pass."""
        try:
            self._credentials.refresh(_Transport(self._client))  # type: ignore[no-untyped-call]
        except exceptions.RefreshError as error:
            if error.retryable:
                raise Trouble("does not sign us in at present") from error
            raise DeliveryFailed(
                "GOOGLE_SERVICE_ACCOUNT: Google does not accept the key; make a new key of the service account, and see"
                " that the clock of this machine is right"
            ) from error

    def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Google's answer to a call that may be heard more than once, whatever its status but those that pass.

        Raises DeliveryFailed where the key is not accepted, Unavailable where Google does not serve.
        """
        return patiently(SERVICE, lambda: self._call_once(method, url, options))

    def _call_once(self, method: str, url: str, options: Mapping[str, Any]) -> httpx.Response:
        if not self._credentials.valid:
            self.sign_in()
        answer = attempt(lambda: self._send(method, url, options))
        if answer.status_code == 401:
            self.sign_in()
            answer = attempt(lambda: self._send(method, url, options))
        if answer.status_code == 403 and is_for(answer, _LATER):
            raise Trouble("limits the rate (403)", retry_after(answer))
        if answer.status_code == 403 and is_for(answer, _TOMORROW):
            raise Trouble("has no more calls for today (403)", _A_DAY_IS_LONG)
        return answer

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> httpx.Response:
        return self._client.request(
            method, url, headers={"Authorization": f"Bearer {self._credentials.token}"}, **options
        )


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """The object that an answer holds; an empty one where it holds none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _error_of(answer: httpx.Response) -> dict[str, Any]:
    error = body_of(answer).get("error")
    return error if isinstance(error, dict) else {}


def reasons_of(answer: httpx.Response) -> set[str]:
    """Why Google refuses, in the old form (`errors`) and in the new one (`details`): its APIs use both."""
    error = _error_of(answer)
    told = [each for name in ("errors", "details") for each in error.get(name) or () if isinstance(each, dict)]
    return {str(each["reason"]) for each in told if "reason" in each} | {str(error.get("status", ""))}


def is_for(answer: httpx.Response, reason: re.Pattern[str]) -> bool:
    """Whether Google refuses for a reason of that kind."""
    return any(map(reason.search, reasons_of(answer)))


def accepted(answer: httpx.Response, google: Google, purpose: str) -> dict[str, Any]:
    """What Google returned. Raises DeliveryFailed where it refuses; `purpose` completes "the account may not"."""
    if answer.is_success:
        return body_of(answer)
    if reasons_of(answer) & {"SERVICE_DISABLED", "accessNotConfigured"}:
        raise DeliveryFailed("enable the Google Sheets API, and the Google Drive API, in the service account's project")
    if answer.status_code == 403 and is_for(answer, _FULL):
        raise DeliveryFailed(
            f"no room is left where the account has to {purpose}: make the spreadsheet where there is some, share it"
            f" with {google.email} as editor, and name its id in GOOGLE_SPREADSHEET_ID"
        )
    if answer.status_code == 403 and is_for(answer, _POLICY):
        raise DeliveryFailed(
            f"a rule of the organisation at Google does not let the account {purpose}: ask whoever administers it there"
        )
    if answer.status_code == 404:
        raise DeliveryFailed("GOOGLE_SPREADSHEET_ID: there is no such spreadsheet; copy the id from its address")
    if answer.status_code == 403:
        raise DeliveryFailed(
            f"the service account may not {purpose}: share the spreadsheet with {google.email} as editor"
        )
    status = str(_error_of(answer).get("status", ""))
    told = f" {status}" if re.fullmatch(r"[A-Z_]{1,60}", status) else ""
    raise DeliveryFailed(f"Google refuses to let the account {purpose} ({answer.status_code}{told})")


class _Transport(transport.Request):
    """google-auth's requests over the client that makes all others."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> transport.Response:
        limit = _TIMEOUT if timeout is None else timeout
        # Trouble is raised past google-auth, which would otherwise wait by itself.
        return _Answer(attempt(lambda: self._client.request(method, url, content=body, headers=headers, timeout=limit)))


class _Answer(transport.Response):
    """An answer as google-auth reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.content
