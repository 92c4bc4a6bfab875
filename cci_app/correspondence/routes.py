"""Messages about the work: sent, heard, and their history."""

import uuid
from typing import Any

from flask import request

from cci_app.accounts.auth import current_caller
from cci_app.coordination.models import OutsideKind
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.correspondence import history, schemas
from cci_app.correspondence.hearing import transcribe
from cci_app.correspondence.sending import Dispatch, dispatch
from cci_app.llm.senses import MOST_BYTES

_MOMENT = "2026-01-15T14:03:20+00:00"
_ENTRY: dict[str, Any] = {
    "id": 7,
    "type": "whatsapp",
    "direction": "out",
    "external_id": "work whatsapp aviso-2026-01-15",
    "task_id": 7,
    "project_id": None,
    "state": "queued",
    "to": "+573001234567",
    "text": "¿Cómo va?",
    "error": None,
    "error_code": None,
    "attempts": 0,
    "data": {},
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
}
_LINKED: dict[str, Any] = {
    **_ENTRY,
    "type": "zendesk",
    "direction": "both",
    "external_id": "4711",
    "state": "linked",
    "to": None,
    "text": None,
    "data": {"url": "https://example.org/4711"},
}
_LINK: dict[str, Any] = {"type": "zendesk", "external_id": "4711", "task_id": 7, "data": _LINKED["data"]}
_MESSAGE: dict[str, Any] = {"to": "+573001234567", "message": "¿Cómo va?", "task_id": 7}
_CHAT: dict[str, Any] = {**_MESSAGE, "to": "4711"}
_MAIL: dict[str, Any] = {**_MESSAGE, "to": "ana@example.org", "subject": "Diseño de la portada"}
_FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
    "additionalProperties": False,
}

blueprint = EdgeBlueprint(
    "correspondence", __name__, url_prefix="/integrations", description="Messages about the work, and their history"
)


def _sent(via: OutsideKind, headers: dict[str, Any], payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    whose = current_caller().organisation_id
    message = Dispatch(via, payload.pop("message"), **payload)
    key = headers.get("idempotency_key") or uuid.uuid4().hex
    entry_id, is_new = dispatch(whose, message, key)
    return history.find_entry(whose, entry_id), 202 if is_new else 200


@blueprint.post("/whatsapp/send")
@blueprint.arguments(schemas.SendingHeaders, location="headers")
@blueprint.arguments(schemas.SendingPayload, example=_MESSAGE)
@blueprint.response(202, schemas.HistoryEntryResponse, example=_ENTRY)
@blueprint.alt_response(200, schema=schemas.HistoryEntryResponse, example=_ENTRY, description="It was asked for before")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def send_whatsapp(headers: dict[str, Any], payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Write to somebody on WhatsApp, once for each `Idempotency-Key`, by the account of the organisation's."""
    return _sent(OutsideKind.WHATSAPP, headers, payload)


@blueprint.post("/telegram/send")
@blueprint.arguments(schemas.SendingHeaders, location="headers")
@blueprint.arguments(schemas.SendingPayload, example=_CHAT)
@blueprint.response(202, schemas.HistoryEntryResponse, example={**_ENTRY, "type": "telegram", "to": "telegram:4711"})
@blueprint.alt_response(200, schema=schemas.HistoryEntryResponse, example=_ENTRY, description="It was asked for before")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def send_telegram(headers: dict[str, Any], payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Write to somebody on Telegram who has written to the bot before, once for each `Idempotency-Key`."""
    return _sent(OutsideKind.TELEGRAM, headers, payload)


@blueprint.post("/email/send")
@blueprint.arguments(schemas.SendingHeaders, location="headers")
@blueprint.arguments(schemas.MailingPayload, example=_MAIL)
@blueprint.response(
    202, schemas.HistoryEntryResponse, example={**_ENTRY, "type": "email", "to": "email:ana@example.org"}
)
@blueprint.alt_response(200, schema=schemas.HistoryEntryResponse, example=_ENTRY, description="It was asked for before")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def send_email(headers: dict[str, Any], payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Write a mail to somebody, once for each `Idempotency-Key`."""
    return _sent(OutsideKind.EMAIL, headers, payload)


@blueprint.post("/voice/transcribe")
@blueprint.response(200, schemas.HeardResponse, example={"id": 7, "text": "pásale la de diseño a Ana"})
@blueprint.alt_response(400, "BAD_REQUEST")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {"multipart/form-data": {"schema": _FORM, "encoding": {"file": {"contentType": "audio/*"}}}},
    }
)
def transcribe_voice() -> dict[str, Any]:
    """Tell what was said in a recording, which is kept nowhere."""
    expect_form(MOST_BYTES)
    with reading_body():
        if set(request.files) != {"file"} or request.form:
            told = "send the recording as multipart/form-data, in a part named file"
            raise InvalidInput(told, details={"file": ["Missing."]})
        file = request.files["file"]
        recording, media_type = file.stream.read(), file.mimetype
    entry_id, text = transcribe(current_caller().organisation_id, recording, media_type)
    return {"id": entry_id, "text": text}


@blueprint.get("/history")
@blueprint.arguments(schemas.HistoryQuery, location="query")
@blueprint.response(200, schemas.HistoryResponse, example={"items": [_ENTRY], "next": None})
def list_history(query: dict[str, Any]) -> dict[str, Any]:
    """List what went to and fro about the work, and what tasks are known as elsewhere, the newest first."""
    kind = query.pop("type", None)
    items = history.list_history(current_caller().organisation_id, None if kind is None else OutsideKind(kind), **query)
    return {"items": items, "next": items[-1]["id"] if len(items) == query["limit"] else None}


@blueprint.get("/history/<int:entry_id>", parameters=[{"in": "path", "name": "entry_id", "example": 7}])
@blueprint.response(200, schemas.HistoryEntryResponse, example=_ENTRY)
@blueprint.alt_response(404, "NOT_FOUND")
def get_history_entry(entry_id: int) -> dict[str, Any]:
    """Tell how far a message came."""
    return history.find_entry(current_caller().organisation_id, entry_id)


@blueprint.post("/link")
@blueprint.arguments(schemas.WorkLinkPayload, example=_LINK)
@blueprint.response(201, schemas.HistoryEntryResponse, example=_LINKED)
@blueprint.alt_response(200, schema=schemas.HistoryEntryResponse, example=_LINKED, description="It was linked before")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def link_work(payload: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Keep what a task or a project is known as elsewhere: looked up from either side."""
    whose = current_caller().organisation_id
    kind = OutsideKind(payload.pop("type"))
    entry_id, is_new = history.link_work(whose, kind, payload.pop("external_id"), **payload)
    return history.find_entry(whose, entry_id), 201 if is_new else 200
