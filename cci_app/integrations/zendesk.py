"""Tickets at Zendesk, by its API with a token of an agent's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from cci_app.core.errors import Conflict, Unavailable
from cci_app.integrations.answers import WriteUncertain, refusal

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket, as far as it is of interest here."""

    id: int
    subject: str
    description: str
    status: str
    priority: str | None
    updated_at: datetime

    @classmethod
    def read(cls, given: Any) -> "Ticket | None":
        """The ticket in an answer; None for what is none, as one that was deleted."""
        try:
            return cls(
                int(given["id"]),
                str(given.get("subject") or ""),
                str(given.get("description") or ""),
                str(given["status"]),
                str(given["priority"]) if given.get("priority") else None,
                datetime.fromisoformat(str(given["updated_at"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


@dataclass(frozen=True, slots=True)
class TicketComment:
    """Words on a ticket."""

    id: int
    author_id: int
    body: str

    @classmethod
    def read(cls, given: Any) -> "TicketComment | None":
        """The comment in an answer; None for what is none."""
        try:
            return cls(int(given["id"]), int(given["author_id"]), str(given.get("plain_body") or given["body"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


class Zendesk:
    """A Zendesk, asked in the name of one agent."""

    def __init__(self, base_url: str, email: str, token: str) -> None:
        self._given: dict[str, Any] = {
            "base_url": base_url,
            "auth": (f"{email}/token", token),
            "timeout": _TIMEOUT,
            "trust_env": False,
        }
        self.base_url = base_url

    def check(self) -> Iterator[str]:
        """Say whom the token belongs to. Raises CciError."""
        me = self._me()
        yield f"Zendesk knows {me.get('name', 'the agent')}, {me.get('role', 'of no role')}"

    def me(self) -> int:
        """The id of the agent in whose name we ask."""
        return int(self._me()["id"])

    def _me(self) -> Mapping[str, Any]:
        """Who we are to it. Whoever it does not know is nobody, without an error."""
        me = self._ask("GET", "/api/v2/users/me.json").get("user")
        if not isinstance(me, dict) or not isinstance(me.get("id"), int):
            raise Conflict("Zendesk does not accept ZENDESK_EMAIL with ZENDESK_API_TOKEN: make a token anew")
        return me

    def tickets(self, after: str | None, size: int) -> tuple[list[Ticket], str | None]:
        """Tickets, the last changed first, and the cursor of the next page. Raises CciError."""
        query = {"page[size]": str(size), "sort": "-updated_at", **({"page[after]": after} if after else {})}
        told = self._ask("GET", "/api/v2/tickets.json", query=query)
        meta = told.get("meta") or {}
        return _tickets(told), str(meta["after_cursor"]) if meta.get("has_more") and meta.get("after_cursor") else None

    def changed(self, cursor: str | None, since: datetime) -> tuple[list[Ticket], str | None, bool]:
        """Tickets that changed after the cursor, or without one since then; the next cursor; whether that is all."""
        query = {"cursor": cursor} if cursor else {"start_time": str(int(since.timestamp()))}
        told = self._ask("GET", "/api/v2/incremental/tickets/cursor.json", query={**query, "per_page": str(_PAGE)})
        after = told.get("after_cursor")
        return _tickets(told), str(after) if after else cursor, bool(told.get("end_of_stream", True))

    def comments(self, ticket_id: int) -> list[TicketComment]:
        """The comments of a ticket, the oldest first, the first hundred. Raises CciError."""
        told = self._ask("GET", f"/api/v2/tickets/{ticket_id}/comments.json", query={"page[size]": str(_PAGE)})
        found = told.get("comments")
        return [read for each in found if (read := TicketComment.read(each))] if isinstance(found, list) else []

    def create(self, fields: Mapping[str, Any], key: str) -> Ticket:
        """Make a ticket, once for each key. Raises CciError."""
        once = {"Idempotency-Key": key}
        return _one(self._ask("POST", "/api/v2/tickets.json", body={"ticket": dict(fields)}, headers=once))

    def update(self, ticket_id: int, fields: Mapping[str, Any]) -> Ticket:
        """Change a ticket. Raises CciError."""
        return _one(self._ask("PUT", f"/api/v2/tickets/{ticket_id}.json", body={"ticket": dict(fields)}))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        try:
            with httpx.Client(**self._given) as client:
                answer = client.request(method, path, params=query, json=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unavailable(f"Zendesk cannot be reached: {type(error).__name__}") from None
        except httpx.HTTPError as error:
            told = f"Zendesk did not answer: {type(error).__name__}"
            raise (Unavailable(told) if method == "GET" else WriteUncertain(told)) from None
        if answer.status_code in {200, 201}:
            try:
                read = answer.json()
            except ValueError:
                read = None
            if isinstance(read, dict):
                return read
            raise Unavailable("Zendesk's answer cannot be read")
        raise refusal(
            "Zendesk",
            answer.status_code,
            answer.text,
            answer.headers.get("Retry-After", ""),
            reads=method == "GET",
            credentials="ZENDESK_EMAIL with ZENDESK_API_TOKEN",
            thing="ticket",
        )


def _tickets(told: Mapping[str, Any]) -> list[Ticket]:
    found = told.get("tickets")
    return [read for each in found if (read := Ticket.read(each))] if isinstance(found, list) else []


def _one(told: Mapping[str, Any]) -> Ticket:
    ticket = Ticket.read(told.get("ticket"))
    if ticket is None:
        raise WriteUncertain("Zendesk's answer cannot be read")
    return ticket
