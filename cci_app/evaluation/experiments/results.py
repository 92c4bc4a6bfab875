"""What came of an experiment until now: people, what counted, what went wrong, and what that decides."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.assistants.experiments.models import Goal
from cci_app.assistants.experiments.statistics import (
    ALPHA,
    LEAST,
    SPLIT_ALPHA,
    Arm,
    Interval,
    confidence_sequence,
    newcombe,
    split_evidence,
)
from cci_app.core import clock
from cci_app.core.database import tenant_transaction

# A rail is for harm that many meet: it is narrowest early.
GUARD_PLANNED: Final = 200
GUARD_LEAST: Final = 10


class ExperimentVerdict(StrEnum):
    """What the people until now decide. `split`: they are not shared out as they should be, so nothing can be."""

    EARLY = "early"
    OPEN = "open"
    CANDIDATE = "candidate"
    CONTROL = "control"
    SPLIT = "split"


class Guard(StrEnum):
    """What stops a version by itself where more people meet it than with the other."""

    FAILED = "failed"
    LATE = "late"
    THUMBS_DOWN = "thumbs_down"


_WITHIN: Final = "BETWEEN p.first_at AND p.first_at + make_interval(hours => :window)"
_OF_PERSON: Final = "o.organisation_id = :organisation_id AND o.assistant = :assistant AND o.user_id = p.user_id"
_DID: Final[Mapping[Goal, str]] = {
    Goal.LEAD: f"EXISTS (SELECT FROM leads o WHERE {_OF_PERSON} AND o.created_at {_WITHIN})",
    Goal.COMPLETED: f"EXISTS (SELECT FROM conversation_runs o WHERE {_OF_PERSON} AND o.completed_at {_WITHIN})",
    Goal.HANDOFF: f"EXISTS (SELECT FROM handoff_requests o WHERE {_OF_PERSON} AND o.created_at {_WITHIN})",
    Goal.UNAIDED: f"NOT EXISTS (SELECT FROM handoff_requests o WHERE {_OF_PERSON} AND o.created_at {_WITHIN})",
    Goal.THUMB: f"(SELECT min(o.value) FROM feedback o WHERE {_OF_PERSON} AND o.kind = 'thumb'"
    f" AND o.given_at {_WITHIN}) = 1",
}
# A person's version is that of their first message: what was changed by hand later does not move them.
_COUNTS: Final = (
    "WITH p AS ("
    ' SELECT user_id, (array_agg(version ORDER BY "timestamp"))[1] AS version, min("timestamp") AS first_at,'
    "  bool_or(failed) AS failed, bool_or(late) AS late, count(*) AS messages, avg(response_time_ms) AS waited_ms,"
    "  avg(length(agent_response)) AS length, count(DISTINCT run_id) > 1 AS came_back"
    " FROM conversations WHERE organisation_id = :organisation_id AND experiment_id = :experiment_id"
    "  AND kind = 'message' GROUP BY user_id"
    "), counted AS ("
    " SELECT p.*, p.first_at + make_interval(hours => :window) <= :now AS closed, {did} AS did,"
    f"  EXISTS (SELECT FROM feedback o WHERE {_OF_PERSON} AND o.kind = 'thumb' AND o.value < 0"
    "   AND o.given_at >= p.first_at) AS thumbs_down,"
    f"  EXISTS (SELECT FROM feedback o WHERE {_OF_PERSON} AND o.kind = 'thumb' AND o.value > 0"
    "   AND o.given_at >= p.first_at) AS thumbs_up"
    " FROM p"
    ") SELECT version, count(*) AS people, count(*) FILTER (WHERE closed) AS closed,"
    " count(*) FILTER (WHERE closed AND did) AS did, count(*) FILTER (WHERE failed) AS failed,"
    " count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE thumbs_down) AS thumbs_down,"
    " count(*) FILTER (WHERE thumbs_up) AS thumbs_up, sum(messages) AS messages, avg(waited_ms)::float8 AS waited_ms,"
    " avg(length)::float8 AS length, count(*) FILTER (WHERE came_back) AS came_back"
    " FROM counted GROUP BY version"
)
_STATEMENTS: Final = {goal: sa.text(_COUNTS.format(did=did)) for goal, did in _DID.items()}
_DAYS: Final = sa.text(
    "WITH p AS ("
    ' SELECT user_id, (array_agg(version ORDER BY "timestamp"))[1] AS version, min("timestamp") AS first_at'
    " FROM conversations WHERE organisation_id = :organisation_id AND experiment_id = :experiment_id"
    "  AND kind = 'message' GROUP BY user_id"
    ") SELECT (first_at AT TIME ZONE :zone)::date AS day, version, count(*) AS people FROM p GROUP BY 1, 2 ORDER BY 1"
)
_COUNTED: Final = (
    *("people", "closed", "did", "failed", "late", "thumbs_down", "thumbs_up", "messages", "waited_ms", "length"),
    "came_back",
)


def results(organisation_id: int, experiment: Mapping[str, Any]) -> dict[str, Any]:
    """What came of an experiment (as `register.shown` gives it) until now."""
    with tenant_transaction(organisation_id) as session:
        arms = counts(session, organisation_id, experiment)
    return judged(experiment, arms)


def counts(session: Session, organisation_id: int, experiment: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The counts of `control` and `candidate`: people, those whose window is over, those of them who did it, ..."""
    values = {
        "organisation_id": organisation_id,
        "assistant": experiment["assistant"],
        "experiment_id": experiment["id"],
        "window": experiment["window_hours"],
        "now": clock.now(),
    }
    rows = session.execute(_STATEMENTS[Goal(experiment["goal"])], values).mappings()
    by_version = {row["version"]: {name: row[name] for name in _COUNTED} for row in rows}
    nobody: dict[str, Any] = {**dict.fromkeys(_COUNTED, 0), "waited_ms": None, "length": None}
    return {name: by_version.get(experiment[name], nobody) for name in ("control", "candidate")}


def judged(experiment: Mapping[str, Any], arms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The counts with what they decide."""
    control, candidate = (Arm(arms[name]["closed"], arms[name]["did"]) for name in ("control", "candidate"))
    sequence = confidence_sequence(control, candidate, experiment["planned"])
    split = split_evidence(arms["control"]["people"], arms["candidate"]["people"], experiment["share"])
    interval = newcombe(control, candidate)
    return {
        "arms": [
            {"arm": name, "version": experiment[name], **arms[name], "share": arm.share}
            for name, arm in (("control", control), ("candidate", candidate))
        ],
        "sequence": asdict(sequence) if sequence else None,
        "newcombe": asdict(interval) if interval else None,
        "split_p": split,
        "verdict": _verdict(control, candidate, sequence, split),
        "guards": [_guard(each, arms) for each in Guard],
        "least": LEAST,
        "ready_at": experiment["started_at"] + timedelta(hours=experiment["window_hours"]),
    }


def tripped(found: Mapping[str, Any]) -> str | None:
    """The first guard rail that is broken; None where none is."""
    return next((each["guard"] for each in found["guards"] if each["tripped"]), None)


def by_day(organisation_id: int, experiment: Mapping[str, Any], zone: str) -> list[dict[str, Any]]:
    """How many people begun with each version, by day of that zone."""
    values = {"organisation_id": organisation_id, "experiment_id": experiment["id"], "zone": zone}
    days: dict[Any, dict[str, Any]] = {}
    with tenant_transaction(organisation_id) as session:
        for row in session.execute(_DAYS, values):
            of_day = days.setdefault(row.day, {"day": row.day, "control": 0, "candidate": 0})
            of_day["candidate" if row.version == experiment["candidate"] else "control"] += row.people
    return list(days.values())


def _verdict(control: Arm, candidate: Arm, sequence: Interval | None, split: float) -> ExperimentVerdict:
    if split < SPLIT_ALPHA:
        return ExperimentVerdict.SPLIT
    if sequence is None or min(control.people, candidate.people) < LEAST:
        return ExperimentVerdict.EARLY
    if sequence.low > 0:
        return ExperimentVerdict.CANDIDATE
    return ExperimentVerdict.CONTROL if sequence.high < 0 else ExperimentVerdict.OPEN


def _guard(guard: Guard, arms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """How many people met it with each version. Three are watched, so each errs a third as often."""
    control, candidate = (Arm(arms[name]["people"], arms[name][guard]) for name in ("control", "candidate"))
    more = confidence_sequence(control, candidate, GUARD_PLANNED, ALPHA / len(Guard))
    enough = min(control.people, candidate.people) >= GUARD_LEAST
    return {
        "guard": guard,
        "control": control.share,
        "candidate": candidate.share,
        "low": more.low if more else None,
        "tripped": bool(more and enough and more.low > 0),
    }
