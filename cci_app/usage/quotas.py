"""Quotas: what an organisation agreed to, what it allows itself and each of its assistants, and what is used of it.

Counting, warning, stopping and beginning a new period are triggers of the database (see the migration that made the
table): they hold whoever writes, and in the transaction that writes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import PlanLimit
from cci_app.usage.models import Quota
from cci_app.usage.plans import Plan

ALL: Final = ""
LIMITS: Final = ("message_limit", "token_limit")
_COLUMNS: Final = (
    *("assistant", "plan", "agreed", *LIMITS, "messages", "tokens", "period_start", "period_end"),
    *("warned_at", "stopped_at"),
)
# It takes the lock of the organisation's quotas first, and a row that there is it leaves alone.
_BEGIN: Final = sa.text("SELECT begin_quota(:organisation_id, :assistant)")
_RESET: Final = sa.text("SELECT reset_billing_period()")
_ONE_AT_A_TIME: Final = sa.text(
    "SELECT pg_advisory_xact_lock(hashtext(concat('one more of ', CAST(:what AS text))),"
    " CAST(:organisation_id AS integer))"
)
_AGREED: Final = sa.select(Quota.agreed).where(Quota.assistant == ALL)


def read_quotas(organisation_id: int) -> Sequence[dict[str, Any]]:
    """The quotas that are kept, the organisation's first; none where nothing is limited."""
    asked = sa.select(*(getattr(Quota, name) for name in _COLUMNS)).order_by(Quota.assistant)
    with tenant_transaction(organisation_id) as session:
        found = session.execute(asked.where(Quota.organisation_id == organisation_id)).mappings()
        return [_shown(dict(row)) for row in found]


def set_limits(organisation_id: int, assistant: str, limits: Mapping[str, int | None]) -> dict[str, Any]:
    """Set the `message_limit` or `token_limit` of an assistant in a period, or for "" that of all together.

    None takes a limit away. It counts at once: what is used up stops, what is raised starts again.
    """
    with tenant_transaction(organisation_id) as session:
        row = _begun(session, organisation_id, assistant)
        for name, limit in limits.items():
            setattr(row, name, limit)
        session.flush()
        session.refresh(row)
        subject = f"assistant:{assistant}" if assistant else f"organisation:{organisation_id}"
        record(session, organisation_id, "limits.changed", subject, dict(limits))
        return _shown({name: getattr(row, name) for name in _COLUMNS})


def set_plan(organisation_id: int, name: str, plan: Plan) -> None:
    """Have an organisation on a plan, with its figures as they are now. What there is stays, whatever is allowed."""
    with system_transaction() as session:
        put_on_plan(session, organisation_id, name, plan)


def put_on_plan(session: Session, organisation_id: int, name: str, plan: Plan) -> None:
    """The same in the session's transaction."""
    row = _begun(session, organisation_id, ALL)
    row.plan, row.agreed = name, plan.figures()
    record(session, organisation_id, "plan.changed", f"organisation:{organisation_id}", {"plan": name})


def leave_plan(organisation_id: int) -> None:
    """Have an organisation on no plan: nothing is limited but what it limits itself."""
    with system_transaction() as session:
        row = _begun(session, organisation_id, ALL)
        row.plan, row.agreed = None, {}
        record(session, organisation_id, "plan.changed", f"organisation:{organisation_id}", {"plan": None})


def one_more(session: Session, organisation_id: int, what: str, counting: sa.Select[int]) -> None:
    """Refuse one more of `what` (`documents`, `chatbots`) than was agreed to; `counting` tells how many there are.

    Of two at once the second is counted after the first. Raises PlanLimit.
    """
    agreed = session.scalar(_AGREED.where(Quota.organisation_id == organisation_id)) or {}
    most = agreed.get(what)
    if most is None:
        return
    # Not the quota's row: every turn that is completed waits for that.
    session.execute(_ONE_AT_A_TIME, {"what": what, "organisation_id": organisation_id})
    there_are = session.execute(counting).scalar_one()
    if there_are >= most:
        raise PlanLimit(f"the plan allows {most} {what}, and there are {there_are}: remove one, or take another plan")


def reset_billing_periods() -> int:
    """Begin the next period wherever one is over; of how many quotas."""
    with system_transaction() as session:
        begun: int = session.execute(_RESET).scalar_one()
        return begun


def _begun(session: Session, organisation_id: int, assistant: str) -> Quota:
    """The quota, made where there is none; the organisation's is locked before that of an assistant, as always."""
    for name in dict.fromkeys((ALL, assistant)):
        session.execute(_BEGIN, {"organisation_id": organisation_id, "assistant": name})
        row = session.get_one(Quota, (organisation_id, name), with_for_update=True)
    return row


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A quota with what counts of two limits: the lower."""
    for kind, own in (("messages", "message_limit"), ("tokens", "token_limit")):
        limits = [each for each in (row[own], row["agreed"].get(kind)) if each is not None]
        row[f"{kind}_allowed"] = min(limits, default=None)
    return row
