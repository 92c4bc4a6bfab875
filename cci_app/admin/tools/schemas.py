"""HTTP shapes of tools."""

import marshmallow as ma

from cci_app.core.http.fields import CleanText, PageQuery, PageSize
from cci_app.core.outside.kind import LONGEST_VALUE
from cci_app.core.outside.register import NAME_PATTERN
from cci_app.tools.calls import ToolStatus
from cci_app.tools.models import TOOL_NAME_LENGTH
from cci_app.tools.own.definitions import DefinitionState
from cci_app.tools.own.registers import own_tools, tool_servers


class ExecutionsQuery(PageQuery):
    """Which calls."""

    tool = CleanText(max_length=TOOL_NAME_LENGTH, metadata={"example": "rag_search"})
    status = ma.fields.Enum(ToolStatus, by_value=True, metadata={"example": "failed"})
    since = ma.fields.AwareDateTime(metadata={"example": "2026-01-01T00:00:00+00:00"})


class FailuresQuery(PageSize):
    """How many failures."""


class CalledToolBase(ma.Schema):
    """A call of a tool; arguments are masked, the result is cut."""

    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    event_id = ma.fields.Integer(required=True)
    type = ma.fields.String(required=True)
    tool = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf([*ToolStatus]))
    arguments = ma.fields.Dict(required=True)
    result = ma.fields.String(required=True)
    timestamp = ma.fields.AwareDateTime(required=True)


class ExecutionResponse(CalledToolBase):
    """A call, and which answer of the model asked for it."""

    id = ma.fields.Integer(required=True)
    run_id = ma.fields.UUID(required=True, allow_none=True)
    agent = ma.fields.String(required=True, allow_none=True)
    iteration = ma.fields.Integer(required=True)
    duration_ms = ma.fields.Integer(required=True)


class ExecutionsResponse(ma.Schema):
    """Calls, the newest first; `next` is null on the last page."""

    executions = ma.fields.List(ma.fields.Nested(ExecutionResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class ToolStatsResponse(ma.Schema):
    """How often an assistant called a tool, how that went, and how long it took."""

    assistant = ma.fields.String(required=True)
    type = ma.fields.String(required=True)
    tool = ma.fields.String(required=True)
    calls = ma.fields.Integer(required=True)
    failures = ma.fields.Integer(required=True)
    refusals = ma.fields.Integer(required=True)
    mean_ms = ma.fields.Integer(required=True)
    p95_ms = ma.fields.Integer(required=True)
    last_at = ma.fields.AwareDateTime(required=True)


class OwnToolPayload(ma.Schema):
    """A tool to be kept, or what it is from now on: `settings` are the fields of its kind (docs/tools.md)."""

    settings = ma.fields.Dict(
        required=True,
        keys=ma.fields.String(validate=ma.validate.Length(1, 64)),
        metadata={"description": "The fields of the kind that are no secrets"},
    )
    secrets = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Length(1, 64)),
        values=CleanText(max_length=LONGEST_VALUE),
        load_default=dict,
        metadata={"description": "The fields that are secrets: sealed, and never shown"},
    )


class NewToolPayload(OwnToolPayload):
    """A tool to be added."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(list(own_tools.kinds)))
    name = ma.fields.String(required=True, validate=[ma.validate.Length(1, 40), ma.validate.Regexp(NAME_PATTERN)])


class NewServerPayload(OwnToolPayload):
    """A server of tools to be added."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(list(tool_servers.kinds)))
    name = ma.fields.String(required=True, validate=[ma.validate.Length(1, 40), ma.validate.Regexp(NAME_PATTERN)])


class DefinitionResponse(ma.Schema):
    """A tool of a server as it is pinned."""

    name = ma.fields.String(required=True)
    description = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*DefinitionState]))
    digest = ma.fields.String(required=True)


class ServerToolsResponse(ma.Schema):
    """What a server says of its tools."""

    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    tools = ma.fields.List(ma.fields.Nested(DefinitionResponse), required=True)


class TrialPayload(ma.Schema):
    """What to call a tool with."""

    arguments = ma.fields.Dict(keys=ma.fields.String(), load_default=dict, metadata={"example": {"order": "A-17"}})


class ServerTrialPayload(TrialPayload):
    """Which tool of a server to call, and with what."""

    tool = CleanText(required=True, min_length=1, max_length=TOOL_NAME_LENGTH, metadata={"example": "order_status"})


class TrialResponse(ma.Schema):
    """What a call gave; `result` is the text that a model would read."""

    tool = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf([*ToolStatus]))
    result = ma.fields.String(required=True)
    duration_ms = ma.fields.Integer(required=True)
