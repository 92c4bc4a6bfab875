"""Who calls, and what they may do."""

import uuid
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a key may be used for. `operator` sees the whole installation, all others one organisation."""

    MESSAGES = "messages"
    USERS = "users"
    ADMIN = "admin"
    EXPORT = "export"
    COORDINATION = "coordination"
    OPERATOR = "operator"


class Role(StrEnum):
    """What a member of an organisation may do, each more than the one before."""

    VIEWER = "viewer"
    AGENT = "agent"
    ADMIN = "admin"
    OWNER = "owner"

    def covers(self, other: "Role") -> bool:
        """Whether this role may do whatever the other one may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)


class Proof(StrEnum):
    """How a caller proved themselves."""

    API_KEY = "api_key"
    SESSION = "session"
    CHANNEL = "channel"
    JWT = "jwt"
    TRIAL_LINK = "trial_link"
    WEB_CHAT = "web_chat"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the organisation they act for, who they are, and how that was proved.

    A program has scopes, a member a role; who has neither may do nothing. `who` is the same for every request of the
    same caller, as `key:7`; `name` is what people call it.
    """

    organisation_id: int
    who: str
    proof: Proof
    scopes: frozenset[str] = frozenset()
    role: Role | None = None
    name: str = ""
    member_id: int | None = None
    session_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a blueprint asks of its callers: one of the proofs, and a scope or a role.

    Without a proof it is open to everybody. A program needs the scope. A member needs one role to read and another to
    change; where none is named, no member may do it, and where no scope is named, no program.
    """

    proofs: tuple[Proof, ...] = ()
    scope: Scope | None = None
    reads: Role | None = None
    changes: Role | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has to prove anything."""
        return not self.proofs

    def role(self, *, changing: bool) -> Role | None:
        """The least role of a member who reads, or who changes something."""
        return self.changes if changing else self.reads

    def admits(self, caller: Caller, *, changing: bool) -> bool:
        """Whether the caller may pass. Whoever proved themselves otherwise than asked may not."""
        if caller.proof not in self.proofs:
            return False
        if caller.role is None:
            return self.scope is not None and self.scope in caller.scopes
        needed = self.role(changing=changing)
        return needed is not None and caller.role.covers(needed)


OPEN = Access()
