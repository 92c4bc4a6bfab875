"""Which version of an assistant a person gets: always the same, by a keyed hash of who they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.assistants.experiments.models import Experiment, ExperimentState
from cci_app.core.database import tenant_transaction
from cci_app.core.lookups import LookUps
from cci_app.core.pseudonyms import keyed

log = structlog.get_logger(__name__)

_ORGANISATIONS: Final = 5_000
_DIGITS: Final = 13


@dataclass(frozen=True, slots=True)
class Running:
    """An experiment that runs."""

    id: int
    control: int
    candidate: int
    share: float
    started_at: datetime

    def version_of(self, organisation_id: int, assistant: str, user_id: str) -> int:
        """The version that a person gets.

        With a greater share those who had the candidate have it still: what is hashed names the versions alone.
        """
        told = f"experiment {organisation_id} {assistant} {self.control} {self.candidate} {user_id}"
        place = int(keyed(told)[:_DIGITS], 16) / 16**_DIGITS
        return self.candidate if place < self.share else self.control


class RunningExperiments:
    """Those that run. What is begun or stopped elsewhere counts here after some seconds."""

    def __init__(self) -> None:
        self._known: LookUps[int, Mapping[str, Running]] = LookUps(_ORGANISATIONS)

    def of(self, organisation_id: int, assistant: str) -> Running | None:
        """The one of an assistant; None where there is none, or nobody can tell while the database is away."""
        try:
            return self._known.find(organisation_id, lambda: _running(organisation_id)).get(assistant)
        except (DBAPIError, PoolTimeout):
            log.warning("experiments_unknown", organisation_id=organisation_id)
            return None

    def forget(self, organisation_id: int) -> None:
        """Look again."""
        self._known.forget(organisation_id)


def _running(organisation_id: int) -> Mapping[str, Running]:
    columns = (Experiment.id, Experiment.control, Experiment.candidate, Experiment.share, Experiment.started_at)
    asked = sa.select(Experiment.assistant, *columns).where(
        Experiment.organisation_id == organisation_id, Experiment.state == ExperimentState.RUNNING
    )
    with tenant_transaction(organisation_id) as session:
        return {row[0]: Running(*row[1:]) for row in session.execute(asked)}
