"""Proposals: kept once, listed, let through or refused, and done in the transaction that says so."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.actions.performing import check_action, perform
from cci_app.coordination.changing import found
from cci_app.coordination.models import AiAction, AiActionKind, AiActionState, Collaborator, ProjectTask
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.core import clock
from cci_app.core.audit import acting
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, Conflict, NotFound

# What nobody decided on by then is not done any more: the work has gone on.
KEPT_DAYS: Final = 7
_LONGEST_NAME: Final = 254


def propose(
    session: Session,
    organisation_id: int,
    kind: AiActionKind,
    data: Mapping[str, Any],
    *,
    key: str,
    asked_by: int | None = None,
    reason: str = "",
) -> AiAction:
    """Keep a proposal, once for a key. Raises InvalidInput, NotFound, PersonLeft for what cannot be done."""
    task_id = check_action(session, organisation_id, kind, data)
    values = {
        "organisation_id": organisation_id,
        "kind": kind,
        "data": dict(data),
        "reason": reason[:1_000],
        "key": key[:255],
        "task_id": task_id,
        "asked_by": asked_by,
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    made = insert(AiAction).values(values).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
    session.execute(made)
    return session.scalars(sa.select(AiAction).filter_by(organisation_id=organisation_id, key=key[:255])).one()


def propose_or_do(
    session: Session,
    organisation_id: int,
    kind: AiActionKind,
    data: Mapping[str, Any],
    *,
    key: str,
    asked_by: int | None,
    reason: str = "",
) -> AiAction:
    """As `propose`; where a rule lets `asked_by` have it without a yes, it is done, and `result` names the rule."""
    action = propose(session, organisation_id, kind, data, key=key, asked_by=asked_by, reason=reason)
    if action.status == AiActionState.PROPOSED and asked_by is not None:
        rule = _rule_for(session, action, asked_by)
        if rule is not None:
            return carry_out(session, action, asked_by, rule=rule)
    return action


def _rule_for(session: Session, action: AiAction, asked_by: int) -> str | None:
    """The rule that lets an action be done without a yes; None where there is none."""
    person = found(session, Collaborator, action.organisation_id, asked_by)
    if action.task_id is None:
        whose = action.data.get("assignee_id")
    else:
        whose = found(session, ProjectTask, action.organisation_id, action.task_id).assignee_id
    rules = MONITOR_RULES.counting(session, action.organisation_id)
    return rules.unasked(AiActionKind(action.kind), person.role, is_own=whose == asked_by)


def list_actions(
    organisation_id: int,
    status: AiActionState | None = None,
    task_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[AiAction]:
    """Proposals and what became of them, the newest first."""
    with tenant_transaction(organisation_id) as session:
        _expire(session, organisation_id)
        chosen = sa.select(AiAction).where(AiAction.organisation_id == organisation_id)
        if status is not None:
            chosen = chosen.where(AiAction.status == status)
        if task_id is not None:
            chosen = chosen.where(AiAction.task_id == task_id)
        if before is not None:
            chosen = chosen.where(AiAction.id < before)
        return session.scalars(chosen.order_by(AiAction.id.desc()).limit(limit)).all()


def execute_action(organisation_id: int, action_id: int, by: int | None) -> AiAction:
    """Let a proposal through: it is done, by the collaborator `by` where they are one, or `failed` with the reason.

    Raises NotFound, and Conflict for one that was decided on.
    """
    with tenant_transaction(organisation_id) as session:
        return carry_out(session, _open_action(session, organisation_id, action_id), by)


def reject_action(organisation_id: int, action_id: int) -> AiAction:
    """Refuse a proposal. Raises NotFound, and Conflict for one that was decided on."""
    with tenant_transaction(organisation_id) as session:
        return refuse(session, _open_action(session, organisation_id, action_id))


def refuse(session: Session, action: AiAction) -> AiAction:
    """The same in the session's transaction."""
    return _decided(session, action, AiActionState.REJECTED, {})


def carry_out(session: Session, action: AiAction, by: int | None, *, rule: str | None = None) -> AiAction:
    """Do what an open proposal says, in the session's transaction; what cannot be done is `failed`, and says why.

    `rule` lets it be done where nobody said yes: `result` names it.
    """
    by_rule = {"rule": rule} if rule is not None else {}
    try:
        with session.begin_nested():
            result = perform(session, action.organisation_id, AiActionKind(action.kind), action.data, by)
    except CciError as error:
        return _decided(session, action, AiActionState.FAILED, {"error": error.message, "code": error.code, **by_rule})
    if action.task_id is None:
        action.task_id = result.get("task_id")
    return _decided(session, action, AiActionState.EXECUTED, {**result, **by_rule})


def last_proposed(
    session: Session, organisation_id: int, kind: AiActionKind, data: Mapping[str, Any], asked_by: int | None
) -> AiAction | None:
    """The newest proposal of just this, by whoever asked, whatever became of it; nobody else decides meanwhile."""
    _expire(session, organisation_id)
    chosen = (
        sa.select(AiAction)
        .where(
            AiAction.organisation_id == organisation_id,
            AiAction.kind == kind,
            AiAction.data == dict(data),
            AiAction.asked_by.is_not_distinct_from(asked_by),
        )
        .order_by(AiAction.id.desc())
        .limit(1)
    )
    return session.scalars(chosen.with_for_update()).one_or_none()


def _open_action(session: Session, organisation_id: int, action_id: int) -> AiAction:
    _expire(session, organisation_id)
    chosen = sa.select(AiAction).filter_by(organisation_id=organisation_id, id=action_id)
    action = session.scalars(chosen.with_for_update()).one_or_none()
    if action is None:
        raise NotFound(f"there is no action {action_id}")
    if action.status != AiActionState.PROPOSED:
        raise Conflict(f"action {action_id} is {action.status}: what was decided stays", details={"id": action_id})
    return action


def _decided(session: Session, action: AiAction, state: AiActionState, result: Mapping[str, Any]) -> AiAction:
    action.status, action.result = state, dict(result)
    action.decided_by, action.decided_at = acting().name[:_LONGEST_NAME], clock.now()
    action.updated_at = clock.now()
    session.flush()
    return action


def _expire(session: Session, organisation_id: int) -> None:
    session.execute(
        sa.update(AiAction)
        .where(
            AiAction.organisation_id == organisation_id,
            AiAction.status == AiActionState.PROPOSED,
            AiAction.created_at < clock.now() - timedelta(days=KEPT_DAYS),
        )
        .values(status=AiActionState.EXPIRED, updated_at=clock.now())
    )
