"""HTTP shapes of what is written to people about the work, and of what tasks are known as elsewhere."""

from typing import Any

import marshmallow as ma

from cci_app.channels.reading import MESSAGE_LENGTH
from cci_app.coordination.api.schemas import row_id
from cci_app.coordination.models import LONGEST_TEXT, OutsideKind
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery

_KINDS = [kind.value for kind in OutsideKind]


class SendingHeaders(ma.Schema):
    """What makes a repeat of a request the same message."""

    class Meta:
        """Other headers are none of ours."""

        unknown = ma.EXCLUDE

    idempotency_key = CleanText(
        data_key="Idempotency-Key",
        min_length=1,
        max_length=120,
        metadata={"description": "The same for a repeat: it is sent once", "example": "aviso-2026-01-15"},
    )


class SendingPayload(ma.Schema):
    """A message about the work: to an address, or to somebody who works on it."""

    message = CleanText(min_length=1, max_length=MESSAGE_LENGTH, required=True, metadata={"example": "¿Cómo va?"})
    to = CleanText(min_length=1, max_length=160, metadata={"description": "The address; or name `person_id`"})
    person_id = row_id("Whoever works on projects and is reached so; or name `to`")
    task_id = row_id("The task that it is about: what they answer becomes a comment there", allow_none=True)

    @ma.validates_schema
    def _names_one(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("to") is None) is (data.get("person_id") is None):
            raise ma.ValidationError("Name `to` or `person_id`, one of them.", "to")


class MailingPayload(SendingPayload):
    """A mail about the work; its HTML is made of the text."""

    message = CleanText(min_length=1, max_length=LONGEST_TEXT, required=True, metadata={"example": "¿Cómo va?"})
    subject = CleanText(min_length=1, max_length=200, required=True, metadata={"example": "Diseño de la portada"})


class WorkLinkPayload(ma.Schema):
    """What a task, or a project, is known as elsewhere."""

    type = ma.fields.String(required=True, validate=ma.validate.OneOf(_KINDS), metadata={"example": "zendesk"})
    external_id = CleanText(
        min_length=1, max_length=255, required=True, metadata={"description": "Its name there", "example": "4711"}
    )
    task_id = row_id("The task; or name `project_id`")
    project_id = row_id("The project; or name `task_id`")
    data = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Length(1, 60)),
        values=CleanText(max_length=1000),
        validate=ma.validate.Length(max=30),
        load_default=dict,
        metadata={"description": "What else is to be kept of it", "example": {"url": "https://example.org/4711"}},
    )

    @ma.validates_schema
    def _names_one(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("task_id") is None) is (data.get("project_id") is None):
            raise ma.ValidationError("Name `task_id` or `project_id`, one of them.", "task_id")


class HistoryQuery(PageQuery):
    """Which messages and links."""

    type = ma.fields.String(validate=ma.validate.OneOf(_KINDS), metadata={"example": "whatsapp"})
    task_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})


class HistoryEntryResponse(ma.Schema):
    """A message that went to or fro, or what a task is known as elsewhere.

    `state` of a message that went out is that of the outbox: queued, sending, sent, delivered, read, failed, uncertain
    (nobody knows whether it arrived: it is not sent again) or cancelled; forgotten where it is kept no more.
    """

    id = ma.fields.Integer(required=True)
    type = ma.fields.String(required=True)
    direction = ma.fields.String(required=True)
    external_id = ma.fields.String(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)
    project_id = ma.fields.Integer(required=True, allow_none=True)
    state = ma.fields.String(required=True)
    to = ma.fields.String(required=True, allow_none=True)
    text = ma.fields.String(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)
    error_code = ma.fields.String(required=True, allow_none=True)
    attempts = ma.fields.Integer(required=True)
    data = ma.fields.Dict(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class HistoryResponse(ma.Schema):
    """A page of messages and links, newest first."""

    items = ma.fields.List(ma.fields.Nested(HistoryEntryResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class HeardResponse(ma.Schema):
    """What was said in a recording."""

    id = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
