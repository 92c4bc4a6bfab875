"""A table at Baserow, read page by page with its database token."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput, Unavailable

_PAGE = 200
_MOST_PAGES = 10
_LEAST_SECONDS = 0.1


class BaserowRefused(InvalidInput):
    """Baserow does not let us read the table."""


class BaserowTable:
    """Rows by the names of their fields."""

    def __init__(self, base_url: str, token: str, table_id: int) -> None:
        self._url = f"{base_url.rstrip('/')}/api/database/rows/table/{table_id}/"
        self._headers = {"Authorization": f"Token {token}"}

    def rows(self, seconds: float) -> Iterator[Mapping[str, Any]]:
        """All rows, 2,000 at most, within about so many seconds.

        Raises BaserowRefused, and Unavailable for what may go better another time.
        """
        until = Deadline.after(seconds)
        with httpx.Client(headers=self._headers, trust_env=False) as client:
            for page in range(1, _MOST_PAGES + 1):
                told = self._page(client, page, until)
                yield from (row for row in told.get("results", ()) if isinstance(row, dict))
                if not told.get("next"):
                    return

    def check(self) -> Iterator[str]:
        """Say what works."""
        yield f"{sum(1 for _ in self.rows(10.0))} rows were read"

    def _page(self, client: httpx.Client, page: int, until: Deadline) -> Mapping[str, Any]:
        query: dict[str, str | int] = {"user_field_names": "true", "size": _PAGE, "page": page}
        try:
            answer = client.get(self._url, params=query, timeout=max(until.left(), _LEAST_SECONDS))
            if answer.status_code == 429 or answer.status_code >= 500:
                raise Unavailable(f"Baserow does not serve at present ({answer.status_code})")
            if answer.status_code != 200:
                raise BaserowRefused(
                    f"Baserow does not show the table ({answer.status_code}): look at token and table_id"
                )
            page_of = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"Baserow cannot be read: {type(error).__name__}") from None
        return page_of if isinstance(page_of, dict) else {}
