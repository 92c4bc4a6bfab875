"""Whoever holds a link to try an assistant proves themselves by its token."""

from collections.abc import Mapping
from typing import Any

from flask import Request

from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.core.errors import Unauthorized
from cci_app.trials.links import find_link

_HEADER = "X-Trial-Link"


class TrialLinks:
    """Tokens in a page's address, or in the header `X-Trial-Link`."""

    asks = "send the token of a link to try the assistant in the header X-Trial-Link"
    for_members = False
    schemes: Mapping[str, Mapping[str, Any]] = {
        "trialLink": {
            "type": "apiKey",
            "in": "header",
            "name": _HEADER,
            "description": "The token of a link by which somebody without an account tries an assistant",
        }
    }

    def claimed(self, request: Request) -> bool:
        """Whether a token was sent."""
        return bool(self.secret(request))

    def secret(self, request: Request) -> str:
        """The token."""
        return str((request.view_args or {}).get("link") or request.headers.get(_HEADER, ""))

    def prove(self, request: Request) -> Caller:
        """Look the link up: one that was revoked is over at once."""
        link = find_link(self.secret(request))
        if link is None:
            raise Unauthorized("this link is over, or was revoked: ask for a new one")
        return Caller(
            link.organisation_id, f"link:{link.id}", Proof.TRIAL_LINK, frozenset({Scope.MESSAGES}), name="link"
        )
