"""Who calls, for tests of what depends on it."""

from cci_app.accounts.caller import Caller, Proof, Role, Scope
from cci_app.accounts.members.models import Member
from tests.conftest import Tenant


def program(tenant: Tenant) -> Caller:
    """A key of the organisation."""
    return Caller(tenant.organisation_id, "key:1", Proof.API_KEY, scopes=frozenset(Scope), name="test")


def person(tenant: Tenant, member: Member) -> Caller:
    """A member who is signed in."""
    who = f"member:{member.id}"
    return Caller(tenant.organisation_id, who, Proof.SESSION, role=Role(member.role), member_id=member.id)
