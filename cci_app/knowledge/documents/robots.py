"""What a site asks of robots (RFC 9309)."""

from typing import Self

from protego import Protego

from cci_app.core.outbound.fetch import USER_AGENT, FetchError, fetch

# RFC 9309, 2.5: at least this much of it is to be read.
_MAX_BYTES = 500 * 1024
_LONGEST_PAUSE = 10.0


class Robots:
    """The rules of one site for us."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rules = Protego.parse(text)

    @classmethod
    def of_site(cls, origin: str, *, loopback: bool = False) -> Self:
        """The rules of the site at `origin`, as `https://www.example.org`.

        A site without them allows everything. Raises FetchError where they may be there and cannot be had: RFC 9309,
        2.3.1.4, asks to leave the site alone then.
        """
        try:
            found = fetch(f"{origin}/robots.txt", max_bytes=_MAX_BYTES, loopback=loopback)
        except FetchError as error:
            if error.http_status is not None and 400 <= error.http_status < 500 and not error.passing:
                return cls("")
            raise
        return cls(found.content.decode("utf-8", "replace"))

    def allow(self, url: str) -> bool:
        """Whether we may fetch this address."""
        return bool(self._rules.can_fetch(url, USER_AGENT))

    def pause(self, otherwise: float) -> float:
        """Seconds to leave between two requests: what the site asks for, within reason."""
        asked = self._rules.crawl_delay(USER_AGENT)
        return otherwise if asked is None else min(max(float(asked), otherwise), _LONGEST_PAUSE)
