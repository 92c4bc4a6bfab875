"""HTTP shapes of versions and experiments."""

from typing import Any

import marshmallow as ma

from cci_app.assistants.experiments.models import ExperimentState, Goal
from cci_app.core.http.fields import AssistantFilter, CleanText, WholeNumber
from cci_app.evaluation.experiments.results import ExperimentVerdict, Guard
from cci_app.evaluation.experiments.versions import NOTE_LENGTH

_ASSISTANT: dict[str, Any] = {"metadata": {"example": "cci"}}
HIGHEST_VERSION = 10**6
VERSION: dict[str, Any] = {
    "version": 1001,
    "serving": False,
    "note": "shorter greeting",
    "changes": {"texts": {"holding": {"es": "Un momento.", "fr": "Un instant."}}},
    "created_at": "2026-01-15T12:00:00+00:00",
}
VERSION_ORDER: dict[str, Any] = {"assistant": "cci", "changes": VERSION["changes"], "note": VERSION["note"]}
EXPERIMENT: dict[str, Any] = {
    "id": 7,
    "assistant": "cci",
    "control": 1,
    "candidate": 1001,
    "share": 0.2,
    "goal": "completed",
    "window_hours": 24,
    "planned": 2000,
    "note": "",
    "state": "running",
    "reason": None,
    "started_at": "2026-01-15T12:00:00+00:00",
    "ended_at": None,
}
EXPERIMENT_ORDER: dict[str, Any] = {"assistant": "cci", "candidate": 1001, "share": 0.2, "goal": "completed"}
_ARM: dict[str, Any] = {
    "people": 240,
    "closed": 210,
    "did": 63,
    "share": 0.3,
    "failed": 1,
    "late": 4,
    "thumbs_down": 3,
    "thumbs_up": 40,
    "messages": 1900,
    "waited_ms": 1250.5,
    "length": 310.2,
    "came_back": 12,
}
_INTERVAL: dict[str, float] = {"difference": 0.04, "low": -0.06, "high": 0.14}
RESULTS: dict[str, Any] = {
    **EXPERIMENT,
    "arms": [{"arm": "control", "version": 1, **_ARM}, {"arm": "candidate", "version": 1001, **_ARM}],
    "sequence": _INTERVAL,
    "newcombe": {**_INTERVAL, "low": -0.03, "high": 0.11},
    "split_p": 1.0,
    "verdict": "open",
    "guards": [{"guard": "failed", "control": 0.01, "candidate": 0.01, "low": -0.1, "tripped": False}],
    "least": 50,
    "ready_at": "2026-01-16T12:00:00+00:00",
}


class VersionPayload(ma.Schema):
    """What is to differ from the version that serves, or from a chatbot's draft."""

    assistant = CleanText(required=True, min_length=1, max_length=64, **_ASSISTANT)
    changes = ma.fields.Dict(
        keys=ma.fields.String(),
        load_default=dict,
        metadata={
            "description": "Fields as the assistant's file has them; objects are merged, null takes a field away",
            "example": VERSION["changes"],
        },
    )
    note = CleanText(max_length=NOTE_LENGTH, load_default="", metadata={"example": VERSION["note"]})


class ServePayload(ma.Schema):
    """Which version is to answer everybody."""

    assistant = CleanText(required=True, min_length=1, max_length=64, **_ASSISTANT)
    version = WholeNumber(required=True, validate=ma.validate.Range(1, HIGHEST_VERSION), metadata={"example": 1001})


class VersionQuery(ma.Schema):
    """Of which assistant; of the default one without it."""

    assistant = CleanText(max_length=64, **_ASSISTANT)


class VersionResponse(ma.Schema):
    """A version; `changes` is null of a file itself, and of a chatbot's."""

    version = ma.fields.Integer(required=True)
    serving = ma.fields.Boolean(required=True)
    note = ma.fields.String(required=True)
    changes = ma.fields.Dict(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class MadeVersionResponse(ma.Schema):
    """The version that was made; nobody gets it yet."""

    assistant = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)


class ServedVersionResponse(ma.Schema):
    """The version that answers everybody now, and the one that did before."""

    assistant = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    before = ma.fields.Integer(required=True)


class ExperimentPayload(ma.Schema):
    """Which version who begins a conversation gets beside the one that serves."""

    assistant = CleanText(required=True, min_length=1, max_length=64, **_ASSISTANT)
    candidate = WholeNumber(required=True, validate=ma.validate.Range(1, HIGHEST_VERSION), metadata={"example": 1001})
    share = ma.fields.Float(
        load_default=0.2,
        validate=ma.validate.Range(0.01, 0.99),
        metadata={"description": "The share of people who get it, 0.01 to 0.99", "example": 0.2},
    )
    goal = ma.fields.Enum(Goal, by_value=True, load_default=Goal.COMPLETED, metadata={"example": "completed"})
    window_hours = WholeNumber(
        load_default=24,
        validate=ma.validate.Range(1, 24 * 30),
        metadata={"description": "In how many hours after their first message it counts", "example": 24},
    )
    planned = WholeNumber(
        load_default=2_000,
        validate=ma.validate.Range(100, 10**6),
        metadata={"description": "About how many people it is for: the result is sharpest there", "example": 2000},
    )
    note = CleanText(max_length=NOTE_LENGTH, load_default="", metadata={"example": "shorter greeting"})


class ExperimentStopPayload(ma.Schema):
    """Why it is stopped."""

    reason = CleanText(max_length=NOTE_LENGTH, metadata={"example": "the campaign is over"})


class ExperimentsQuery(ma.Schema):
    """Of which assistant; of all without one."""

    assistant = AssistantFilter()


class ExperimentResponse(ma.Schema):
    """An experiment; `reason` says why it was stopped: of a guarded one the rail that was broken."""

    id = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    control = ma.fields.Integer(required=True)
    candidate = ma.fields.Integer(required=True)
    share = ma.fields.Float(required=True)
    goal = ma.fields.String(required=True, validate=ma.validate.OneOf([*Goal]))
    window_hours = ma.fields.Integer(required=True)
    planned = ma.fields.Integer(required=True)
    note = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*ExperimentState]))
    reason = ma.fields.String(required=True, allow_none=True)
    started_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ExperimentsResponse(ma.Schema):
    """Experiments, the newest first."""

    experiments = ma.fields.List(ma.fields.Nested(ExperimentResponse), required=True)


class ArmResponse(ma.Schema):
    """What a version's people did: `people` began with it, of `closed` the window is over, and `did` are those of them
    who did what counts, `share` of them. Of all people: who met an error, a late answer, found one bad or good, came
    back for another conversation; their messages, how long they waited and how long answers were, in the mean.
    """

    arm = ma.fields.String(required=True, validate=ma.validate.OneOf(["control", "candidate"]))
    version = ma.fields.Integer(required=True)
    people = ma.fields.Integer(required=True)
    closed = ma.fields.Integer(required=True)
    did = ma.fields.Integer(required=True)
    share = ma.fields.Float(required=True, allow_none=True)
    failed = ma.fields.Integer(required=True)
    late = ma.fields.Integer(required=True)
    thumbs_down = ma.fields.Integer(required=True)
    thumbs_up = ma.fields.Integer(required=True)
    came_back = ma.fields.Integer(required=True)
    messages = ma.fields.Integer(required=True)
    waited_ms = ma.fields.Float(required=True, allow_none=True)
    length = ma.fields.Float(required=True, allow_none=True)


class IntervalResponse(ma.Schema):
    """The difference of the shares, candidate less control, and between which values it lies."""

    difference = ma.fields.Float(required=True)
    low = ma.fields.Float(required=True)
    high = ma.fields.Float(required=True)


class GuardResponse(ma.Schema):
    """The shares of people who met it; `low` is by how much more it is with the candidate at least."""

    guard = ma.fields.String(required=True, validate=ma.validate.OneOf([*Guard]))
    control = ma.fields.Float(required=True, allow_none=True)
    candidate = ma.fields.Float(required=True, allow_none=True)
    low = ma.fields.Float(required=True, allow_none=True)
    tripped = ma.fields.Boolean(required=True)


class ResultsResponse(ExperimentResponse):
    """What came of it until now. `sequence` decides, however often it is looked at; `newcombe` informs.

    `split_p` below 0.01: people are not shared out as they should be. Nothing is decided with fewer than `least`
    people of either version whose window is over; `ready_at` is when the first one is.
    """

    arms = ma.fields.List(ma.fields.Nested(ArmResponse), required=True)
    sequence = ma.fields.Nested(IntervalResponse, required=True, allow_none=True)
    newcombe = ma.fields.Nested(IntervalResponse, required=True, allow_none=True)
    split_p = ma.fields.Float(required=True)
    verdict = ma.fields.String(required=True, validate=ma.validate.OneOf([*ExperimentVerdict]))
    guards = ma.fields.List(ma.fields.Nested(GuardResponse), required=True)
    least = ma.fields.Integer(required=True)
    ready_at = ma.fields.AwareDateTime(required=True)
