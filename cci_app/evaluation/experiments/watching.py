"""Experiments watched: a version that harms is stopped by itself, and those who run the assistant are told."""

from typing import Any, Final

import sqlalchemy as sa
import structlog

from cci_app.assistants.experiments.models import Experiment, ExperimentState
from cci_app.assistants.experiments.register import end_in, shown
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.evaluation.experiments.results import ExperimentVerdict, counts, judged, tripped
from cci_app.usage.alerts import Alert, Severity, raise_alert

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 1_000
_WHAT: Final = {
    "failed": "got no answer but an apology",
    "late": "waited longer than the channel does",
    "thumbs_down": "found an answer bad",
}
_TOLD: Final = {
    ExperimentVerdict.CANDIDATE: (Severity.INFO, "the candidate is better: it can answer everybody"),
    ExperimentVerdict.CONTROL: (Severity.WARNING, "the candidate is worse: the version before should answer everybody"),
    ExperimentVerdict.SPLIT: (
        Severity.ERROR,
        "people are not shared out as they should be, so nothing can be decided: something keeps one version from"
        " answering",
    ),
}


def watch_experiments() -> int:
    """Look at every experiment that runs; how many were stopped."""
    running = sa.select(Experiment).where(Experiment.state == ExperimentState.RUNNING).limit(_AT_ONCE)
    with system_transaction() as session:
        found = [(row.organisation_id, shown(row)) for row in session.scalars(running.order_by(Experiment.id))]
    stopped = 0
    for organisation_id, experiment in found:
        try:
            stopped += _watch(organisation_id, experiment)
        except Exception:
            # One that cannot be watched must not leave the others alone.
            log.exception("experiment_not_watched", experiment=experiment["id"])
    return stopped


def _watch(organisation_id: int, experiment: dict[str, Any]) -> bool:
    with tenant_transaction(organisation_id) as session:
        found = judged(experiment, counts(session, organisation_id, experiment))
        guard = tripped(found)
        if guard is not None:
            end_in(session, organisation_id, experiment["id"], ExperimentState.GUARDED, clock.now(), guard)
            told = f"it was stopped: {_reason(guard, found)}"
            raise_alert(session, organisation_id, _alert(experiment, Severity.ERROR, "guard", told))
        elif found["verdict"] in _TOLD and not _is_told(session, organisation_id, experiment, found["verdict"]):
            severity, told = _TOLD[found["verdict"]]
            raise_alert(session, organisation_id, _alert(experiment, severity, found["verdict"], told))
    if guard is None:
        return False
    get_conversation().experiments.forget(organisation_id)
    log.warning("experiment_stopped", experiment=experiment["id"], guard=guard)
    return True


def _reason(guard: str, found: dict[str, Any]) -> str:
    (rail,) = (each for each in found["guards"] if each["guard"] == guard)
    shares = (f"{rail[name] or 0:.0%}" for name in ("candidate", "control"))
    return "{} of the people with the candidate {}, {} with the other version".format(
        *(next(shares), _WHAT[guard], next(shares))
    )


def _alert(experiment: dict[str, Any], severity: Severity, what: str, told: str) -> Alert:
    return Alert(
        f"{_cause(experiment, what)}",
        severity,
        f"experiment {experiment['id']}: version {experiment['candidate']} beside {experiment['control']}",
        told,
        chatbot=experiment["assistant"],
    )


def _cause(experiment: dict[str, Any], what: str) -> str:
    return f"experiment {experiment['id']} {what}"


_TELL = sa.text("SELECT EXISTS (SELECT FROM system_alerts WHERE organisation_id = :organisation_id AND cause = :cause)")


def _is_told(session: Any, organisation_id: int, experiment: dict[str, Any], what: str) -> bool:
    """Whether it was told once: looking again each minute is no news."""
    return bool(session.scalar(_TELL, {"organisation_id": organisation_id, "cause": _cause(experiment, what)}))
