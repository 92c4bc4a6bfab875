"""HTTP shapes of what was made of a message."""

import marshmallow as ma

from cci_app.tools.calls import ToolStatus


class SourceOfAnswer(ma.Schema):
    """A document that an answer was taken from."""

    document_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    page = ma.fields.Integer(required=True, allow_none=True)


class RouteOfMessage(ma.Schema):
    """Which agent took a message, how sure the router was (0 to 1), and why."""

    agent = ma.fields.String(required=True)
    confidence = ma.fields.Float(required=True)
    why = ma.fields.String(required=True)


class CallOfModel(ma.Schema):
    """One call of a chat model."""

    purpose = ma.fields.String(required=True, allow_none=True)
    model = ma.fields.String(required=True, allow_none=True)
    outcome = ma.fields.String(required=True, allow_none=True)
    duration_ms = ma.fields.Integer(required=True, allow_none=True)
    input_tokens = ma.fields.Integer(required=True)
    output_tokens = ma.fields.Integer(required=True)
    at = ma.fields.String(required=True, allow_none=True)


class CallOfTool(ma.Schema):
    """One call of a tool, which the `iteration`th answer of the model asked for; its arguments are masked."""

    tool = ma.fields.String(required=True)
    type = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf([*ToolStatus]))
    arguments = ma.fields.Dict(required=True)
    result = ma.fields.String(required=True)
    iteration = ma.fields.Integer(required=True)
    duration_ms = ma.fields.Integer(required=True)
    at = ma.fields.String(required=True)
