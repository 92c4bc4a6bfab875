"""Every blueprint, and how its callers prove themselves. What is not here is closed."""

from collections.abc import Mapping
from dataclasses import replace

from cci_app.accounts.caller import OPEN, Access, Proof, Role, Scope

# How each proof is checked, by what is called without arguments when an application is made.
STRATEGIES: Mapping[Proof, str] = {
    Proof.API_KEY: "cci_app.accounts.api_key:ApiKeys",
    Proof.SESSION: "cci_app.accounts.session_cookie:Sessions",
    Proof.JWT: "cci_app.accounts.token:SignedTokens",
    Proof.CHANNEL: "cci_app.webhooks.signature:ChannelSignatures",
    Proof.TRIAL_LINK: "cci_app.trials.proof:TrialLinks",
    Proof.WEB_CHAT: "cci_app.web_chats.proof:ChatTokens",
}

_EITHER = (Proof.API_KEY, Proof.SESSION)
# A viewer sees what admins see and changes nothing.
_ADMIN = Access(_EITHER, Scope.ADMIN, reads=Role.VIEWER, changes=Role.ADMIN)
# Projects are whose who work on them: programs, members from our pages, and members with a token.
_WORK = Access((*_EITHER, Proof.JWT), Scope.COORDINATION, reads=Role.VIEWER, changes=Role.AGENT)

BLUEPRINTS: tuple[tuple[str, Access], ...] = (
    ("cci_app.core.http.routes:blueprint", OPEN),
    ("cci_app.accounts.sign_in.routes:blueprint", OPEN),
    # Whoever holds a link to sign up proves by it that they read the mail of its address.
    ("cci_app.sign_up.routes:blueprint", OPEN),
    ("cci_app.accounts.team.routes:team", Access(_EITHER, Scope.ADMIN, reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.accounts.team.routes:me", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.VIEWER)),
    ("cci_app.dashboard.routes:files", OPEN),
    ("cci_app.dashboard.routes:pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.ADMIN)),
    ("cci_app.dashboard.routes:inbox_pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.dashboard.routes:work_pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.dashboard.routes:review_pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.dashboard.routes:me_pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.VIEWER)),
    ("cci_app.dashboard.routes:team_pages", Access((Proof.SESSION,), reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.dashboard.routes:export_pages", Access((Proof.SESSION,), reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.dashboard.routes:try_pages", Access((Proof.SESSION,), reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.dashboard.routes:try_link_pages", Access((Proof.SESSION,), reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.dashboard.routes:guest_pages", Access((Proof.TRIAL_LINK,), Scope.MESSAGES)),
    ("cci_app.trials.routes:trials", Access(_EITHER, Scope.ADMIN, reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.trials.routes:links", _ADMIN),
    ("cci_app.trials.routes:guests", Access((Proof.TRIAL_LINK,), Scope.MESSAGES)),
    ("cci_app.web_chats.routes:admin", _ADMIN),
    ("cci_app.web_chats.routes:visits", Access((Proof.WEB_CHAT,), Scope.MESSAGES)),
    # The script of every chat, and the page of those that have one.
    ("cci_app.web_chats.page_routes:pages", OPEN),
    ("cci_app.whatsapp.routes:blueprint", Access((Proof.API_KEY,), Scope.MESSAGES)),
    ("cci_app.webhooks.routes:blueprint", Access((Proof.CHANNEL,), Scope.MESSAGES)),
    ("cci_app.webhooks.routes:alias", Access((Proof.CHANNEL,), Scope.MESSAGES)),
    ("cci_app.sessions.routes:tokens", Access((Proof.API_KEY,), Scope.MESSAGES)),
    ("cci_app.sessions.routes:blueprint", Access((Proof.JWT, Proof.API_KEY), Scope.MESSAGES)),
    ("cci_app.users.routes:blueprint", Access(_EITHER, Scope.USERS, reads=Role.VIEWER, changes=Role.AGENT)),
    # Whoever holds a link or a certificate holds a secret that proves it.
    ("cci_app.records.routes:blueprint", OPEN),
    ("cci_app.records.routes:facts", _ADMIN),
    # Who has no token yet proves themselves by what they send.
    ("cci_app.accounts.bearers.routes:entry", OPEN),
    ("cci_app.accounts.bearers.routes:bearers", Access((Proof.JWT,), reads=Role.VIEWER, changes=Role.VIEWER)),
    ("cci_app.coordination.api.routes:projects_api", _WORK),
    ("cci_app.coordination.api.routes:people_api", _WORK),
    ("cci_app.coordination.api.routes:labels_api", _WORK),
    ("cci_app.coordination.api.routes:comments_api", _WORK),
    ("cci_app.coordination.api.routes:activity_api", _WORK),
    ("cci_app.coordination.api.tasks.routes:tasks_api", _WORK),
    ("cci_app.coordination.monitor.routes:blueprint", _WORK),
    ("cci_app.coordinator.routes:blueprint", _WORK),
    ("cci_app.correspondence.routes:blueprint", _WORK),
    ("cci_app.coordination.zendesk.routes:blueprint", _WORK),
    ("cci_app.coordination.crm.routes:blueprint", _WORK),
    ("cci_app.coordination.hooks.routes:blueprint", replace(_WORK, changes=Role.ADMIN)),
    ("cci_app.reports.routes:blueprint", _WORK),
    # What somebody has seen is theirs to say.
    ("cci_app.coordination.bell.routes:bell_api", replace(_WORK, changes=Role.VIEWER)),
    # Who is told of what, and when, is an admin's to decide.
    ("cci_app.coordination.monitor.routes:rules", replace(_WORK, changes=Role.ADMIN)),
    ("cci_app.coordination.handbook.routes:rules", replace(_WORK, changes=Role.ADMIN)),
    ("cci_app.coordination.handbook.routes:broken", _WORK),
    # A link to a payment plan carries it, sealed.
    ("cci_app.agents.finance.routes:blueprint", OPEN),
    ("cci_app.inbox.routes:blueprint", Access(_EITHER, Scope.USERS, reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.inbox.routes:files", OPEN),
    ("cci_app.inbox.routes:desk", Access(_EITHER, Scope.USERS, reads=Role.VIEWER, changes=Role.ADMIN)),
    # All that people said in one file: reading it is an admin's.
    ("cci_app.exports.routes:blueprint", Access(_EITHER, Scope.EXPORT, reads=Role.ADMIN, changes=Role.ADMIN)),
    # All that is kept of one person: to take it away, or to have it gone.
    ("cci_app.people.routes:blueprint", Access(_EITHER, Scope.ADMIN, reads=Role.ADMIN, changes=Role.ADMIN)),
    ("cci_app.knowledge.routes:blueprint", _ADMIN),
    ("cci_app.knowledge.learning.routes:answers", _ADMIN),
    ("cci_app.knowledge.learning.routes:unanswered", _ADMIN),
    ("cci_app.catalog.routes:blueprint", _ADMIN),
    ("cci_app.admin.routes:blueprint", _ADMIN),
    ("cci_app.admin.conversations.routes:blueprint", _ADMIN),
    ("cci_app.admin.people.routes:blueprint", _ADMIN),
    ("cci_app.admin.overview.routes:blueprint", _ADMIN),
    ("cci_app.admin.assistants.routes:blueprint", _ADMIN),
    ("cci_app.admin.organisation.routes:blueprint", _ADMIN),
    ("cci_app.admin.outside.routes:channels", _ADMIN),
    ("cci_app.admin.outside.routes:integrations", _ADMIN),
    ("cci_app.admin.tools.routes:calls", _ADMIN),
    ("cci_app.admin.tools.routes:tools", _ADMIN),
    ("cci_app.admin.tools.routes:servers", _ADMIN),
    ("cci_app.admin.chatbots.routes:blueprint", _ADMIN),
    ("cci_app.admin.usage.routes:usage", _ADMIN),
    ("cci_app.admin.usage.routes:alerts", _ADMIN),
    ("cci_app.evaluation.feedback.routes:given", Access((Proof.API_KEY,), Scope.MESSAGES)),
    ("cci_app.evaluation.feedback.routes:read", _ADMIN),
    ("cci_app.admin.mcp.routes:blueprint", Access((Proof.API_KEY,), Scope.ADMIN)),
    ("cci_app.evaluation.experiments.routes:versions", _ADMIN),
    ("cci_app.evaluation.simulation.routes:evaluations", _ADMIN),
    ("cci_app.evaluation.review.routes:reviews", Access(_EITHER, Scope.ADMIN, reads=Role.VIEWER, changes=Role.AGENT)),
    ("cci_app.evaluation.experiments.routes:experiments", _ADMIN),
)
