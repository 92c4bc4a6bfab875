"""Every blueprint, and how its callers prove themselves. What is not here is closed."""

from collections.abc import Mapping

from cci_app.accounts.caller import OPEN, Access, Proof, Scope

# How each proof is checked, by what is called without arguments when an application is made.
STRATEGIES: Mapping[Proof, str] = {
    Proof.API_KEY: "cci_app.accounts.api_key:ApiKeys",
}

_ADMIN = Access((Proof.API_KEY,), Scope.ADMIN)

BLUEPRINTS: tuple[tuple[str, Access], ...] = (
    ("cci_app.core.http.routes:blueprint", OPEN),
    ("cci_app.whatsapp.routes:blueprint", Access((Proof.API_KEY,), Scope.MESSAGES)),
    ("cci_app.users.routes:blueprint", Access((Proof.API_KEY,), Scope.USERS)),
    ("cci_app.exports.routes:blueprint", Access((Proof.API_KEY,), Scope.EXPORT)),
    ("cci_app.knowledge.routes:blueprint", _ADMIN),
    ("cci_app.admin.routes:blueprint", _ADMIN),
    ("cci_app.admin.outside.routes:channels", _ADMIN),
    ("cci_app.admin.outside.routes:integrations", _ADMIN),
)
