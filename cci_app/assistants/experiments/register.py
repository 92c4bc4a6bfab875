"""Beginning and ending experiments."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.experiments.models import Experiment, ExperimentState, Goal
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound

COLUMNS: Final = (
    *("id", "assistant", "control", "candidate", "share", "goal", "window_hours", "planned", "note", "state"),
    *("reason", "started_at", "ended_at"),
)


def begin_experiment(
    catalogue: Catalogue,
    organisation_id: int,
    *,
    assistant: str,
    candidate: int,
    share: float,
    goal: Goal,
    window_hours: int,
    planned: int,
    note: str = "",
) -> dict[str, Any]:
    """Let a share of the people who begin a conversation get a version; the others get the one that serves.

    Raises InvalidInput for a version that there is not, or that serves; Conflict where one of the assistant runs.
    """
    serving = catalogue.find(organisation_id, assistant)
    if candidate == serving.version:
        told = f"version {candidate} answers everybody already: name another one"
        raise InvalidInput(told, details={"candidate": [told]})
    catalogue.find(organisation_id, serving.name, candidate)
    row = Experiment(
        organisation_id=organisation_id,
        assistant=serving.name,
        control=serving.version,
        candidate=candidate,
        share=share,
        goal=goal,
        window_hours=window_hours,
        planned=planned,
        note=note,
        started_at=clock.now(),
    )
    try:
        with tenant_transaction(organisation_id) as session:
            session.add(row)
            session.flush()
            told_of = {"candidate": candidate, "share": share}
            record(session, organisation_id, "experiment.begun", f"assistant:{serving.name}", told_of)
            session.refresh(row)
            return shown(row)
    except IntegrityError:
        raise Conflict(f"an experiment with {serving.name} runs: stop it first") from None


def list_experiments(organisation_id: int, assistant: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The newest experiments first."""
    mine = sa.select(Experiment).where(Experiment.organisation_id == organisation_id)
    mine = mine.where(Experiment.assistant == assistant) if assistant else mine
    with tenant_transaction(organisation_id) as session:
        return [shown(row) for row in session.scalars(mine.order_by(Experiment.id.desc()).limit(limit))]


def find_experiment(organisation_id: int, experiment_id: int) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return shown(_row(session, organisation_id, experiment_id))


def end_experiment(
    organisation_id: int, experiment_id: int, state: ExperimentState, reason: str | None = None
) -> dict[str, Any]:
    """Let nobody get the candidate any more for its sake. Raises NotFound, and Conflict for one that does not run."""
    with tenant_transaction(organisation_id) as session:
        return end_in(session, organisation_id, experiment_id, state, clock.now(), reason)


def end_in(
    session: Session,
    organisation_id: int,
    experiment_id: int,
    state: ExperimentState,
    at: datetime,
    reason: str | None = None,
) -> dict[str, Any]:
    """The same in a transaction of the caller's."""
    row = _row(session, organisation_id, experiment_id, lock=True)
    if row.state != ExperimentState.RUNNING:
        raise Conflict("this experiment does not run any more")
    row.state, row.reason, row.ended_at = state, reason, at
    record(session, organisation_id, f"experiment.{state}", f"experiment:{experiment_id}")
    session.flush()
    return shown(row)


def shown(row: Experiment) -> dict[str, Any]:
    """An experiment as callers get it."""
    return {name: getattr(row, name) for name in COLUMNS}


def _row(session: Session, organisation_id: int, experiment_id: int, *, lock: bool = False) -> Experiment:
    asked = sa.select(Experiment).where(Experiment.organisation_id == organisation_id, Experiment.id == experiment_id)
    found = session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if found is None:
        raise NotFound("there is no such experiment")
    return found
