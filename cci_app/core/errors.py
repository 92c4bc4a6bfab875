"""Errors the product raises on purpose, each with the status and code its caller sees."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class CciError(Exception):
    """An error with a message for the caller.

    `code` is stable and machine-readable, `status` is the HTTP status, `details` names fields or figures.
    """

    status = 500
    code = "internal_error"

    def __init__(
        self, message: str, *, details: Mapping[str, Any] | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.retry_after = retry_after


class InvalidInput(CciError):  # noqa: N818
    """The request is well-formed but a value cannot be accepted."""

    status = 422
    code = "validation_error"


class NotFound(CciError):  # noqa: N818
    """The thing that the address names does not exist for this organisation."""

    status = 404
    code = "not_found"


class Conflict(CciError):  # noqa: N818
    """The request does not fit the present state of things."""

    status = 409
    code = "conflict"


class PlanLimit(Conflict):
    """The organisation's plan allows no more of it."""

    code = "plan_limit"


class Unauthorized(CciError):  # noqa: N818
    """No credential, or one that is not valid."""

    status = 401
    code = "unauthorized"


class Forbidden(CciError):  # noqa: N818
    """A valid credential that does not allow this."""

    status = 403
    code = "forbidden"


class TooManyRequests(CciError):  # noqa: N818
    """More requests than the limit allows; `retry_after` tells when the next one may come."""

    status = 429
    code = "too_many_requests"


class Unavailable(CciError):  # noqa: N818
    """A part that the request needs is down; `retry_after` says when to come back, in seconds."""

    status = 503
    code = "unavailable"


class CannotStart(ValueError):  # noqa: N818
    """The product is set up in a way it cannot run with; the message says what to change."""


@contextmanager
def of_setting(name: str) -> Iterator[None]:
    """Say which setting it is that the product cannot start with."""
    try:
        yield
    except CannotStart as error:
        raise type(error)(f"{name}: {error}") from error
