"""What the installation is at: its parts, what waits, what left, and its long work."""

from flask import Blueprint, Response, request

from cci_app.admin.overview.system import all_jobs, system
from cci_app.conversation.models import OutboundState
from cci_app.conversation.outbox import outbound_messages
from cci_app.dashboard.frame import organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.kept import Kept
from cci_app.integrations.accounts import integrations
from cci_app.jobs.models import JobState

_SHOWN = 25
_FRESH_SECONDS = 4.0
_kept: Kept[dict[str, object]] = Kept(_FRESH_SECONDS)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/system")(show_system)


def show_system() -> Response:
    """Whether each part answers, how long the queues are, the outbox and the jobs."""
    whose = organisation_id()
    state = next((each for each in OutboundState if each == request.args.get("outbox")), None)
    of_jobs = next((each for each in JobState if each == request.args.get("jobs")), None)
    now = _kept.get(whose, lambda: system(whose))
    messages = outbound_messages(whose, state=state, limit=_SHOWN)
    jobs = all_jobs(whose, state=of_jobs, limit=_SHOWN)
    accounts = integrations.list(whose)
    shown = [(job.id, job.state, job.rows_done, job.reason) for job in jobs]
    tag = tag_of(now, messages, shown, [(each.kind, each.name, each.state) for each in accounts])
    same = unchanged(tag)
    if same is not None:
        return same
    body = page(
        "system", system=now, messages=messages, jobs=jobs, accounts=accounts, outbox=state, of_jobs=of_jobs, tag=tag
    )
    return tagged(body, tag)
