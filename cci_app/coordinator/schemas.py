"""HTTP shapes of the project assistant."""

import marshmallow as ma

from cci_app.channels.reading import MESSAGE_LENGTH
from cci_app.coordination.api.schemas import LoadResponse, WorkStatsResponse, row_id
from cci_app.coordination.models import AiActionKind, AiActionState
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery, TrueOrFalse, UserId
from cci_app.language.detect import ADMIN_LANGUAGES

_MOST_TASKS = 100


def _asked_id(what: str) -> ma.fields.Integer:
    """A row's id in a query, where all is text."""
    return ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"description": what, "example": 7})


class AiChatPayload(ma.Schema):
    """A message to the project assistant."""

    message = CleanText(
        min_length=1, max_length=MESSAGE_LENGTH, required=True, metadata={"example": "¿Qué está atrasado?"}
    )
    user_id = UserId(metadata={"description": "For whom a program speaks: their number or id; left out, for itself"})
    assistant = CleanText(
        min_length=1, max_length=64, metadata={"description": "Left out, the one that knows of the work"}
    )
    message_id = CleanText(
        min_length=1, max_length=200, metadata={"description": "The same for a repeat: it gets the same answer"}
    )


class AiActionResponse(ma.Schema):
    """What was proposed, why, who decided and what came of it."""

    id = ma.fields.Integer(required=True)
    kind = ma.fields.String(required=True)
    data = ma.fields.Dict(required=True)
    reason = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)
    asked_by = ma.fields.Integer(required=True, allow_none=True)
    result = ma.fields.Dict(required=True)
    decided_by = ma.fields.String(required=True, allow_none=True)
    decided_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class AiChatResponse(ma.Schema):
    """The answer, and the proposals of the person's that are open."""

    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    response = ma.fields.String(required=True)
    parts = ma.fields.List(ma.fields.Dict(), required=True)
    actions = ma.fields.List(ma.fields.Nested(AiActionResponse), required=True)


class OfProjectPayload(ma.Schema):
    """Of which project; left out, of all the work."""

    project_id = row_id("The project; left out, all of them")


class AnalysePayload(OfProjectPayload):
    """What to look at, and in which language to say it."""

    language = ma.fields.String(
        validate=ma.validate.OneOf(ADMIN_LANGUAGES),
        metadata={"description": "Left out, the organisation's", "example": "es"},
    )


class WorkFindingResponse(ma.Schema):
    """One finding: its figures in `values`, in words in `text`, and what to do in `advice`."""

    code = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    advice = ma.fields.String(required=True)
    values = ma.fields.Dict(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)
    project_id = ma.fields.Integer(required=True, allow_none=True)
    person_id = ma.fields.Integer(required=True, allow_none=True)


class WorkAnalysisResponse(ma.Schema):
    """The figures, and what they give to think of."""

    stats = ma.fields.Nested(WorkStatsResponse, required=True)
    people = ma.fields.List(ma.fields.Nested(LoadResponse), required=True)
    findings = ma.fields.List(ma.fields.Nested(WorkFindingResponse), required=True)
    text = ma.fields.String(required=True)


class AdviceQuery(ma.Schema):
    """Of which project, and how many."""

    project_id = _asked_id("The project; left out, all of them")
    limit = ma.fields.Integer(
        load_default=20, validate=ma.validate.Range(1, 200), metadata={"description": "At most", "example": 20}
    )


class SuggestionResponse(ma.Schema):
    """An action that could be proposed, and why: `POST /ai/actions` takes its `kind`, `data` and `reason`."""

    kind = ma.fields.String(required=True)
    data = ma.fields.Dict(required=True)
    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)


class SuggestionsResponse(ma.Schema):
    """Suggestions: one page."""

    items = ma.fields.List(ma.fields.Nested(SuggestionResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class AiActionsQuery(PageQuery):
    """Which actions."""

    status = ma.fields.String(
        validate=ma.validate.OneOf([each.value for each in AiActionState]), metadata={"example": "proposed"}
    )
    task_id = _asked_id("The task that they are about")


class AiActionsResponse(ma.Schema):
    """A page of actions, the newest first."""

    items = ma.fields.List(ma.fields.Nested(AiActionResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class AiActionPayload(ma.Schema):
    """An action to propose."""

    kind = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf([each.value for each in AiActionKind]),
        metadata={"example": "comment"},
    )
    data = ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        metadata={"description": "What it needs to know", "example": {"task_id": 7, "text": "¿Cómo va?"}},
    )
    reason = CleanText(max_length=1_000, load_default="", metadata={"example": "Vence mañana"})


class AutoAssignPayload(OfProjectPayload):
    """Which tasks that nobody has, and whether to propose that they are given out."""

    task_ids = ma.fields.List(
        ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID)),
        validate=ma.validate.Length(1, _MOST_TASKS),
        metadata={"description": "Left out, all that nobody has", "example": [7]},
    )
    propose = TrueOrFalse(
        load_default=True, metadata={"description": "False only tells who would get what", "example": True}
    )


class AssignmentResponse(ma.Schema):
    """Whom a task is best given to, why, and the proposal; `weeks` is what they have to do then."""

    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    person_id = ma.fields.Integer(required=True)
    person = ma.fields.String(required=True)
    skills = ma.fields.List(ma.fields.String(), required=True)
    weeks = ma.fields.Float(required=True)
    reason = ma.fields.String(required=True)
    action_id = ma.fields.Integer(required=True, allow_none=True)


class AssignmentsResponse(ma.Schema):
    """Tasks and who should do them."""

    items = ma.fields.List(ma.fields.Nested(AssignmentResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class WeighedTaskResponse(ma.Schema):
    """How urgent a task is, with reasons that add up to the score, and the priority that this suggests."""

    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    project_id = ma.fields.Integer(required=True)
    priority = ma.fields.String(required=True)
    suggested = ma.fields.String(required=True, allow_none=True)
    level = ma.fields.String(required=True)
    score = ma.fields.Integer(required=True)
    reasons = ma.fields.List(ma.fields.Dict(), required=True)


class PriorityAnalysisResponse(ma.Schema):
    """Open tasks, the most urgent first."""

    items = ma.fields.List(ma.fields.Nested(WeighedTaskResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class TimeShareResponse(ma.Schema):
    """Hours estimated and spent on what is done and was estimated; `ratio` is spent by estimated."""

    id = ma.fields.Integer(required=True, allow_none=True)
    name = ma.fields.String(required=True)
    tasks = ma.fields.Integer(required=True)
    estimate_hours = ma.fields.Float(required=True)
    spent_hours = ma.fields.Float(required=True)
    ratio = ma.fields.Float(required=True, allow_none=True)


class OverrunResponse(ma.Schema):
    """A task beyond its estimate."""

    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    estimate_hours = ma.fields.Float(required=True)
    spent_hours = ma.fields.Float(required=True)


class TimeAnalysisResponse(ma.Schema):
    """Hours beside estimates."""

    total = ma.fields.Nested(TimeShareResponse, required=True)
    people = ma.fields.List(ma.fields.Nested(TimeShareResponse), required=True)
    projects = ma.fields.List(ma.fields.Nested(TimeShareResponse), required=True)
    overruns = ma.fields.List(ma.fields.Nested(OverrunResponse), required=True)
