"""Every blueprint, and how its callers prove themselves. What is not here is closed."""

from collections.abc import Mapping

from cci_app.accounts.caller import OPEN, Access, Proof, Role, Scope

# How each proof is checked, by what is called without arguments when an application is made.
STRATEGIES: Mapping[Proof, str] = {
    Proof.API_KEY: "cci_app.accounts.api_key:ApiKeys",
    Proof.SESSION: "cci_app.accounts.session_cookie:Sessions",
    Proof.CHANNEL: "cci_app.webhooks.signature:ChannelSignatures",
}

_EITHER = (Proof.API_KEY, Proof.SESSION)
# A viewer sees what admins see and changes nothing.
_ADMIN = Access(_EITHER, Scope.ADMIN, reads=Role.VIEWER, changes=Role.ADMIN)

BLUEPRINTS: tuple[tuple[str, Access], ...] = (
    ("cci_app.core.http.routes:blueprint", OPEN),
    ("cci_app.accounts.sign_in.routes:blueprint", OPEN),
    ("cci_app.accounts.team.routes:team", Access(_EITHER, Scope.ADMIN, reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.accounts.team.routes:me", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.VIEWER)),
    ("cci_app.dashboard.routes:files", OPEN),
    ("cci_app.dashboard.routes:pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.ADMIN)),
    ("cci_app.dashboard.routes:export_pages", Access((Proof.SESSION,), reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.whatsapp.routes:blueprint", Access((Proof.API_KEY,), Scope.MESSAGES)),
    ("cci_app.webhooks.routes:blueprint", Access((Proof.CHANNEL,), Scope.MESSAGES)),
    ("cci_app.users.routes:blueprint", Access(_EITHER, Scope.USERS, reads=Role.VIEWER, changes=Role.AGENT)),
    # All that people said in one file: reading it is an admin's.
    ("cci_app.exports.routes:blueprint", Access(_EITHER, Scope.EXPORT, reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.knowledge.routes:blueprint", _ADMIN),
    ("cci_app.admin.routes:blueprint", _ADMIN),
    ("cci_app.admin.conversations.routes:blueprint", _ADMIN),
    ("cci_app.admin.people.routes:blueprint", _ADMIN),
    ("cci_app.admin.overview.routes:blueprint", _ADMIN),
    ("cci_app.admin.outside.routes:channels", _ADMIN),
    ("cci_app.admin.outside.routes:integrations", _ADMIN),
)
