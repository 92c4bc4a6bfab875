"""HTTP shapes of reports on versions."""

from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import CleanText, WholeNumber
from cci_app.evaluation.simulation.job import MOST_RECORDED, MOST_TIMES
from cci_app.jobs.models import JobState

ID = "6f1c7c0e-6f55-4a2f-9d0b-0d8a4f6f7d11"
ORDER: dict[str, Any] = {"assistant": "cci", "times": 2, "recorded": 0, "seed": 1}
ASKED: dict[str, Any] = {
    "id": ID,
    "assistant": "cci",
    "control": 1,
    "candidate": None,
    "times": 2,
    "recorded": 0,
    "seed": 1,
    "state": "queued",
    "reason": None,
    "talks_done": 0,
    "talks": None,
    "created_at": "2026-01-15T12:00:00+00:00",
}


class EvaluationPayload(ma.Schema):
    """What to try."""

    assistant = CleanText(required=True, min_length=1, max_length=64, metadata={"example": "cci"})
    candidate = WholeNumber(
        validate=ma.validate.Range(1, 10**6),
        metadata={"description": "The version beside the one that serves; without it that one alone", "example": 1001},
    )
    times = WholeNumber(
        load_default=3,
        validate=ma.validate.Range(1, MOST_TIMES),
        metadata={"description": "How often each made-up person talks, otherwise each time", "example": 3},
    )
    recorded = WholeNumber(
        load_default=0,
        validate=ma.validate.Range(0, MOST_RECORDED),
        metadata={"description": "How many recorded conversations both run again", "example": 20},
    )
    seed = WholeNumber(
        load_default=1,
        validate=ma.validate.Range(0, 10**6),
        metadata={"description": "The same seed says the same", "example": 1},
    )


class EvaluationsQuery(ma.Schema):
    """Of which assistant; of the default one without it."""

    assistant = CleanText(max_length=64, metadata={"example": "cci"})


class EvaluationResponse(ma.Schema):
    """A report that was asked for, and how far it is."""

    id = ma.fields.UUID(required=True)
    assistant = ma.fields.String(required=True)
    control = ma.fields.Integer(required=True)
    candidate = ma.fields.Integer(required=True, allow_none=True)
    times = ma.fields.Integer(required=True)
    recorded = ma.fields.Integer(required=True)
    seed = ma.fields.Integer(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*JobState]))
    reason = ma.fields.String(required=True, allow_none=True)
    talks_done = ma.fields.Integer(required=True, allow_none=True)
    talks = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class EvaluationsResponse(ma.Schema):
    """The newest reports first."""

    evaluations = ma.fields.List(ma.fields.Nested(EvaluationResponse), required=True)


class ReportResponse(EvaluationResponse):
    """A report. `report` has `versions` with what made-up people reached, `difference` with its interval, `people`,
    `talks` to read, `recorded` of each version on record, `backtest`, and a `verdict`; it is null until it is made.
    """

    report = ma.fields.Dict(required=True, allow_none=True)
