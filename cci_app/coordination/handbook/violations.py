"""Where rules are broken: listed, waived with a reason, and opened again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.handbook.models import RuleViolation, ViolationState
from cci_app.coordination.handbook.rules import HandbookRule
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.models import Collaborator, Project, ProjectTask
from cci_app.core import clock
from cci_app.core.audit import acting, record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound

_COLUMNS = tuple(
    getattr(RuleViolation, name)
    for name in ("id", "rule", "version", "task_id", "comment_id", "why", "state", "since", "state_at", "waived_by")
)


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    """Which violations; None stands for any."""

    project_id: int | None = None
    task_id: int | None = None
    rule: str | None = None
    state: ViolationState | None = None


def list_violations(
    organisation_id: int, wanted: ViolationFilter, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Violations, the newest first, each with what its rule says and the task that it is about."""
    met = _conditions(organisation_id, wanted)
    if before is not None:
        met.append(RuleViolation.id < before)
    chosen = _shown().where(*met).order_by(RuleViolation.id.desc()).limit(limit)
    with tenant_transaction(organisation_id) as session:
        return [_as_shown(row) for row in session.execute(chosen)]


def first_of_each_rule(organisation_id: int, wanted: ViolationFilter, most: int) -> list[dict[str, Any]]:
    """Of each rule, the newest violations, so many at most."""
    place = sa.func.row_number().over(partition_by=RuleViolation.rule, order_by=RuleViolation.id.desc())
    met = _conditions(organisation_id, wanted)
    placed = (
        sa.select(RuleViolation.id, place.label("place"))
        .join(ProjectTask, ProjectTask.id == RuleViolation.task_id)
        .where(*met)
        .subquery()
    )
    first = sa.select(placed.c.id).where(placed.c.place <= most)
    chosen = _shown().where(RuleViolation.id.in_(first)).order_by(RuleViolation.id.desc())
    with tenant_transaction(organisation_id) as session:
        return [_as_shown(row) for row in session.execute(chosen)]


def _conditions(organisation_id: int, wanted: ViolationFilter) -> list[sa.ColumnElement[bool]]:
    met: list[sa.ColumnElement[bool]] = [RuleViolation.organisation_id == organisation_id]
    for column, value in (
        (ProjectTask.project_id, wanted.project_id),
        (RuleViolation.task_id, wanted.task_id),
        (RuleViolation.rule, wanted.rule),
        (RuleViolation.state, wanted.state),
    ):
        if value is not None:
            met.append(column == value)
    return met


def _shown() -> sa.Select[Any]:
    return (
        sa.select(
            *_COLUMNS,
            RuleViolation.reason,
            RuleViolation.told,
            ProjectTask.title.label("task"),
            ProjectTask.project_id,
            Project.name.label("project"),
        )
        .join(ProjectTask, ProjectTask.id == RuleViolation.task_id)
        .join(Project, Project.id == ProjectTask.project_id)
    )


def _as_shown(row: sa.Row[Any]) -> dict[str, Any]:
    values: dict[str, Any] = row._asdict()
    return {**values, **values.pop("told")}


def counts_by_rule(
    session: Session, organisation_id: int, conditions: Sequence[sa.ColumnElement[bool]] = ()
) -> Mapping[str, Mapping[str, int]]:
    """How many violations of each rule there are in each state; `conditions` are on their tasks."""
    counted = (
        sa.select(RuleViolation.rule, RuleViolation.state, sa.func.count())
        .join(ProjectTask, ProjectTask.id == RuleViolation.task_id)
        .where(RuleViolation.organisation_id == organisation_id, *conditions)
        .group_by(RuleViolation.rule, RuleViolation.state)
    )
    found: dict[str, dict[str, int]] = {}
    for rule, state, count in session.execute(counted):
        found.setdefault(rule, {})[state] = count
    return found


def open_breaches(
    session: Session, organisation_id: int, conditions: Sequence[sa.ColumnElement[bool]], offset: int, limit: int
) -> list[dict[str, Any]]:
    """What breaks rules now, rule by rule, the rule that is broken most first; each with its task and `person`.

    `conditions` are on their tasks.
    """
    of_rule = sa.func.count().over(partition_by=RuleViolation.rule)
    chosen = (
        _shown()
        .add_columns(Collaborator.name.label("person"))
        .outerjoin(Collaborator, Collaborator.id == ProjectTask.assignee_id)
        .where(
            RuleViolation.organisation_id == organisation_id,
            RuleViolation.state == ViolationState.OPEN,
            *conditions,
        )
        .order_by(of_rule.desc(), RuleViolation.rule, RuleViolation.id.desc())
    )
    return [_as_shown(row) for row in session.execute(chosen.offset(offset).limit(limit))]


def list_handbook(organisation_id: int, project_id: int | None = None) -> list[dict[str, Any]]:
    """The rules that count, each with how often it is broken and waived."""
    with tenant_transaction(organisation_id) as session:
        handbook = HANDBOOK.counting(session, organisation_id)
        met = [ProjectTask.project_id == project_id] if project_id is not None else []
        counts = counts_by_rule(session, organisation_id, met)
    return [_rule(each, counts.get(each.id, {})) for each in handbook.rules]


def find_handbook_rule(organisation_id: int, rule: str) -> dict[str, Any]:
    """One of the rules that count. Raises NotFound."""
    found = next((each for each in list_handbook(organisation_id) if each["id"] == rule), None)
    if found is None:
        raise NotFound(f"there is no rule {rule}")
    return found


def _rule(rule: HandbookRule, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        **rule.told,
        **rule.model_dump(mode="json", include={"checks", "when", "must", "must_not", "ask"}, exclude_defaults=True),
        "open": counts.get(ViolationState.OPEN, 0),
        "waived": counts.get(ViolationState.WAIVED, 0),
    }


def waive(organisation_id: int, violation_id: int, reason: str) -> dict[str, Any]:
    """Say why something may break a rule: as long as it does, it is not told of. Raises NotFound, Conflict."""
    values = {"state": ViolationState.WAIVED.value, "waived_by": acting().name[:254], "reason": reason}
    return _moved(organisation_id, violation_id, values)


def reopen(organisation_id: int, violation_id: int) -> dict[str, Any]:
    """Take back that it may. Raises NotFound, Conflict."""
    values = {"state": ViolationState.OPEN.value, "waived_by": None, "reason": None}
    return _moved(organisation_id, violation_id, values)


def _moved(organisation_id: int, violation_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    with tenant_transaction(organisation_id) as session:
        chosen = sa.select(RuleViolation).filter_by(organisation_id=organisation_id, id=violation_id)
        row = session.scalars(chosen.with_for_update()).one_or_none()
        if row is None:
            raise NotFound(f"there is no violation {violation_id}")
        if row.state == ViolationState.MENDED:
            raise Conflict("it holds no more: there is nothing to waive")
        for name, value in values.items():
            setattr(row, name, value)
        row.state_at = clock.now()
        details = {"rule": row.rule, "task": row.task_id, "state": row.state}
        record(session, organisation_id, "violation.decided", f"violation:{violation_id}", details)
        session.flush()
        return _as_shown(session.execute(_shown().where(RuleViolation.id == violation_id)).one())
