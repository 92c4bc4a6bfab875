"""HTTP shapes of the handbook."""

import marshmallow as ma

from cci_app.coordination.handbook.models import ViolationState
from cci_app.coordination.handbook.rules import LONGEST_HANDBOOK
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery

_LONGEST_REASON = 1_000


def _in_languages() -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(),
        required=True,
        metadata={"description": "In Spanish, French and English", "example": {"es": "…", "fr": "…", "en": "…"}},
    )


class RulePlaceResponse(ma.Schema):
    """Where a rule stands: under a heading of a document, or as it is cited."""

    document = ma.fields.String()
    heading = ma.fields.String()
    citation = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())


class HandbookRuleResponse(ma.Schema):
    """A rule that counts, and how often it is broken and waived."""

    id = ma.fields.String(required=True)
    version = ma.fields.String(required=True)
    title = _in_languages()
    do = _in_languages()
    place = ma.fields.Nested(RulePlaceResponse, required=True)
    checks = ma.fields.String(required=True)
    when = ma.fields.Dict()
    must = ma.fields.Dict()
    must_not = ma.fields.Dict()
    ask = ma.fields.String(metadata={"description": "What a model is asked; without one, nothing is said of the rule"})
    open = ma.fields.Integer(required=True)
    waived = ma.fields.Integer(required=True)


class HandbookResponse(ma.Schema):
    """The rules that count."""

    items = ma.fields.List(ma.fields.Nested(HandbookRuleResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class HandbookPayload(ma.Schema):
    """A handbook, as YAML."""

    content = CleanText(
        min_length=1,
        max_length=LONGEST_HANDBOOK,
        required=True,
        metadata={"description": "As config/coordination/handbook.yaml", "example": "rules: []\n"},
    )


class HandbookEditionResponse(ma.Schema):
    """A handbook that was kept; `active_from` is null for one that counts for nothing yet."""

    id = ma.fields.Integer(required=True)
    content = ma.fields.String(required=True)
    written_by = ma.fields.String(required=True)
    written_at = ma.fields.AwareDateTime(required=True)
    active_from = ma.fields.AwareDateTime(required=True, allow_none=True)


class HandbookEditionsResponse(ma.Schema):
    """The text of the handbook that counts, and those that were kept, newest first."""

    counting = ma.fields.String(required=True)
    items = ma.fields.List(ma.fields.Nested(HandbookEditionResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class HandbookTrialFigures(ma.Schema):
    """What a handbook finds in the newest tasks: of each rule, what it is about, what breaks it, and some of that."""

    tasks = ma.fields.Integer(required=True)
    about = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    broken = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    examples = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.Integer()), required=True)


class HandbookTrialResponse(ma.Schema):
    """What this handbook finds, beside the one that counts now."""

    these = ma.fields.Nested(HandbookTrialFigures, required=True)
    counting = ma.fields.Nested(HandbookTrialFigures, required=True)


class ViolationResponse(ma.Schema):
    """That a task, or a comment on it, breaks a rule: which, where that stands, what to do, since when."""

    id = ma.fields.Integer(required=True)
    rule = ma.fields.String(required=True)
    version = ma.fields.String(required=True)
    title = _in_languages()
    do = _in_languages()
    place = ma.fields.Nested(RulePlaceResponse, required=True)
    task_id = ma.fields.Integer(required=True)
    task = ma.fields.String(required=True)
    comment_id = ma.fields.Integer(required=True, allow_none=True)
    project_id = ma.fields.Integer(required=True)
    project = ma.fields.String(required=True)
    why = ma.fields.String(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*ViolationState]))
    since = ma.fields.AwareDateTime(required=True)
    state_at = ma.fields.AwareDateTime(required=True)
    waived_by = ma.fields.String(required=True, allow_none=True)
    reason = ma.fields.String(required=True, allow_none=True)


class ViolationsResponse(ma.Schema):
    """A page of violations, newest first."""

    items = ma.fields.List(ma.fields.Nested(ViolationResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class ViolationsQuery(PageQuery):
    """Which violations."""

    project_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})
    task_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})
    rule = ma.fields.String(validate=ma.validate.Length(1, 60), metadata={"example": "closing-comment"})
    state = ma.fields.Enum(ViolationState, by_value=True, metadata={"example": "open"})


class WaivePayload(ma.Schema):
    """Why it may be so."""

    reason = CleanText(
        min_length=1,
        max_length=_LONGEST_REASON,
        required=True,
        metadata={"description": "Why it may break the rule", "example": "Se cerró por teléfono con el cliente."},
    )
