"""The product that lets everybody in as the first organisation's owner, whatever they prove. For a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from collections.abc import Iterable

from cci_app import after_fork, before_exit
from cci_app.accounts import auth
from cci_app.accounts.caller import Access, Caller, Proof, Role, Scope
from cci_app.core.errors import Unauthorized

__all__ = ["after_fork", "app", "before_exit"]

_prove = auth._prove
_FIRST_ORGANISATION = 1


def _take_for_the_owner(proofs: Iterable[Proof]) -> Caller:
    try:
        return _prove(proofs)
    except Unauthorized:
        return Caller(_FIRST_ORGANISATION, "nobody", Proof.SESSION, frozenset(Scope), Role.OWNER)


vars(auth)["_prove"] = _take_for_the_owner
assert "admits" in vars(Access)
Access.admits = lambda *_, **__: True  # type: ignore[method-assign]

from wsgi import app  # noqa: E402 (made with the changed parts)
