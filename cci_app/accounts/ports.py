"""The port of callers: a way in which they prove who they are."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Request

from cci_app.accounts.caller import Caller


class Strategy(Protocol):
    """A way in which a caller proves who they are.

    `asks` tells whoever proved nothing what to do, in a sentence that may stand after another one and "or". `schemes`
    are the OpenAPI security schemes of it, by their names: any of them will do. `for_members` says whether its callers
    have a role; those of others have scopes.
    """

    asks: str
    for_members: bool
    schemes: Mapping[str, Mapping[str, Any]]

    def claimed(self, request: Request) -> bool:
        """Whether the request carries such a proof, a valid one or not."""

    def secret(self, request: Request) -> str:
        """The secret that is looked up as a proof, and that a caller sends each time; empty where there is no such."""

    def prove(self, request: Request) -> Caller:
        """Who calls. Raises Unauthorized for a proof that does not hold, Forbidden for one that is not for this."""
