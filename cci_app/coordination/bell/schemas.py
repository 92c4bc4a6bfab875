"""HTTP shapes of what concerns somebody."""

import marshmallow as ma


class BellItemResponse(ma.Schema):
    """A task that was given, words that mean somebody, or a reminder."""

    kind = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)
    task_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    who = ma.fields.String(required=True)
    told = ma.fields.String(required=True)
    unread = ma.fields.Boolean(required=True)


class BellResponse(ma.Schema):
    """The newest fifty; `unread` counts all that is new."""

    items = ma.fields.List(ma.fields.Nested(BellItemResponse), required=True)
    unread = ma.fields.Integer(required=True)
