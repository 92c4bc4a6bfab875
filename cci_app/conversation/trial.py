"""A person who is none: whoever tries an assistant, by which version of it, and as whom.

All of it stands in the id under which the trial is kept, so that whoever answers, a worker too, needs nothing else.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Self

from cci_app.channels.trial import KIND

_PREFIX = f"{KIND}:"
_WRITTEN = re.compile(rf"{_PREFIX}([a-z][0-9]+)\.([A-Za-z0-9_-]+)(?:\.([0-9]{{1,9}}))?(?::(.+))?")


@dataclass(frozen=True, slots=True)
class Trial:
    """`made_by` is who began it (`m7` a member, `k3` a key, `l12` who has that link), `version` that of the assistant,
    None for the one that serves; `known_as` is the contact for whom the assistant takes them, empty for a stranger.
    """

    made_by: str
    token: str
    version: int | None = None
    known_as: str = ""

    @classmethod
    def begin(cls, made_by: str, version: int | None = None, known_as: str = "") -> Self:
        """A new one, which nobody can guess."""
        return cls(made_by, secrets.token_urlsafe(12), version, known_as)

    @classmethod
    def read(cls, user_id: str) -> Self | None:
        """The trial that a user id names; None for any other id."""
        found = _WRITTEN.fullmatch(user_id) if user_id.startswith(_PREFIX) else None
        return None if found is None else cls(found[1], found[2], int(found[3]) if found[3] else None, found[4] or "")

    @property
    def user_id(self) -> str:
        """The id under which everything about it is kept."""
        version = "" if self.version is None else f".{self.version}"
        known_as = f":{self.known_as}" if self.known_as else ""
        return f"{_PREFIX}{self.made_by}.{self.token}{version}{known_as}"
