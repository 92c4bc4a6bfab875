"""People who wait for a human, and what humans do about it."""

from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, current_app, request

from cci_app.accounts.auth import current_caller
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.fields import some_text
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.files.names import clean_name
from cci_app.handoff.desk import AnsweringDesk, change_desk, desk_of
from cci_app.inbox import answering, examples, finding, holding, ready_answers
from cci_app.inbox.files import Enclosure, file_of_link, file_of_request, served
from cci_app.inbox.schemas import (
    LONGEST_TEXT,
    AssignPayload,
    BeginPayload,
    DeskPayload,
    DeskResponse,
    DraftResponse,
    FiguresResponse,
    FileReplyForm,
    HandoffResponse,
    HandoffsQuery,
    HandoffsResponse,
    LabelsPayload,
    NotePayload,
    ReadyAnswer,
    ReadyAnswerPayload,
    ReadyAnswersResponse,
    RemovedAnswerResponse,
    ReplyPayload,
)

_ID = [{"in": "path", "name": "handoff_id", "example": 42}]
_REPLY_ID = [{"in": "path", "name": "reply_id", "example": 3}]

_FILE_ID = [{"in": "path", "name": "file_id", "example": "12"}]
_FILE = {"type": "string", "format": "binary"}
_FILE_FORM = {
    "type": "object",
    "properties": {
        "file": _FILE,
        "text": {"type": "string", "maxLength": LONGEST_TEXT},
        "key": some_text(200),
    },
    "required": ["file"],
    "additionalProperties": False,
}

blueprint = EdgeBlueprint(
    "handoffs", __name__, url_prefix="/api/v1/handoffs", description="People who wait for a human"
)
desk = EdgeBlueprint("desk", __name__, url_prefix="/api/v1/desk", description="How humans answer")

# Whoever holds a link holds a secret that opens it: channels, and the person who was sent it.
files = Blueprint("sent_files", __name__)


@blueprint.get("")
@blueprint.arguments(HandoffsQuery, location="query")
@blueprint.response(200, HandoffsResponse, example=examples.LISTED)
def list_handoffs(query: dict[str, Any]) -> Any:
    """List requests for a human, the one that moved last first."""
    before, limit = query.pop("before", None), query.pop("limit")
    caller = current_caller()
    return finding.find_requests(caller.organisation_id, finding.Chosen(caller.who, **query), before, limit)


@blueprint.post("")
@blueprint.arguments(BeginPayload, example={"user_id": "+573001234567"})
@blueprint.response(201, HandoffResponse, example=examples.READ)
@blueprint.alt_response(409, "CONFLICT")
def begin_handoff(payload: dict[str, Any]) -> Any:
    """Answer a person who asked for nobody; the assistant falls silent."""
    caller = current_caller()
    person = get_conversation().person(caller.organisation_id, payload.get("assistant"), payload["user_id"])
    return _shown(holding.begin(caller, person))


@blueprint.get("/figures")
@blueprint.response(200, FiguresResponse, example=examples.FIGURES)
def get_figures() -> Any:
    """Tell how many requests there are, how fast people are answered, and how they find it."""
    caller = current_caller()
    return finding.figures(caller.organisation_id, caller.who)


@blueprint.get("/<int:handoff_id>", parameters=_ID)
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
def get_handoff(handoff_id: int) -> Any:
    """Read a request with what was said and done."""
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/take", parameters=_ID)
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def take_handoff(handoff_id: int) -> Any:
    """Answer this person from now on; the assistant falls silent. 409 names the colleague who does already."""
    holding.take(current_caller(), handoff_id)
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/reply", parameters=_ID)
@blueprint.arguments(ReplyPayload, example={"text": "Bonjour, je m'en occupe."})
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def reply_to_handoff(payload: dict[str, Any], handoff_id: int) -> Any:
    """Say something to the person, who is the caller's from then on.

    409: a colleague answers them, or the channel's window is closed.
    """
    answering.reply(current_caller(), handoff_id, answering.Words(**payload))
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/files", parameters=_ID)
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.doc(requestBody={"required": True, "content": {"multipart/form-data": {"schema": _FILE_FORM}}})
def send_file_to_handoff(handoff_id: int) -> Any:
    """Send the person a file: a picture, a PDF, a document of Office, a text, a voice note or a film.

    Its channel fetches it from PUBLIC_URL. 409: there is none, a colleague answers, or the channel's window is closed.
    """
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    with reading_body():
        parts = [name for name, _ in request.files.items(multi=True)]
        if parts != ["file"]:
            raise InvalidInput("send one file, in a part named file", details={"file": ["One is needed."]})
        file = request.files["file"]
        enclosure = Enclosure(clean_name(file.filename), file.stream.read())
    try:
        given = FileReplyForm().load(request.form.to_dict())
    except ma.ValidationError as error:
        raise InvalidInput("the form has wrong values", details=dict(error.messages_dict)) from None
    answering.reply(current_caller(), handoff_id, answering.Words(**given, file=enclosure))
    return _shown(handoff_id)


@files.get("/files/<token>")
def get_sent_file(token: str) -> Response:
    """What a link leads to, while it holds."""
    return served(file_of_link(token))


@blueprint.get("/<int:handoff_id>/files/<file_id>", parameters=[*_ID, *_FILE_ID])
@blueprint.response(200, _FILE, content_type="application/octet-stream", example="(a file)")
@blueprint.alt_response(200, schema=_FILE, content_type="application/pdf", example="(a PDF)")
@blueprint.alt_response(200, schema=_FILE, content_type="image/jpeg", example="(a picture)")
@blueprint.alt_response(404, "NOT_FOUND")
def get_handoff_file(handoff_id: int, file_id: str) -> Response:
    """Open a file of the conversation: pictures, sounds, films and PDF as what they are, others to be saved."""
    return served(file_of_request(current_caller().organisation_id, handoff_id, file_id))


@blueprint.post("/<int:handoff_id>/note", parameters=_ID)
@blueprint.arguments(NotePayload, example={"text": "Called back at noon."})
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
def note_on_handoff(payload: dict[str, Any], handoff_id: int) -> Any:
    """Say something among colleagues; the person never sees it."""
    answering.note(current_caller(), handoff_id, payload["text"])
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/draft", parameters=_ID)
@blueprint.response(200, DraftResponse, example={"text": "Nos bureaux ouvrent à 8 h."})
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def draft_for_handoff(handoff_id: int) -> dict[str, str]:
    """Have the assistant word a reply to the person's last message; a human sends it, or does not."""
    return {"text": answering.draft(current_caller(), handoff_id)}


@blueprint.post("/<int:handoff_id>/assign", parameters=_ID)
@blueprint.arguments(AssignPayload, example={"member_id": None})
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def assign_handoff(payload: dict[str, Any], handoff_id: int) -> Any:
    """Pass a request on to a colleague, or back to nobody."""
    holding.assign(current_caller(), handoff_id, payload["member_id"])
    return _shown(handoff_id)


@blueprint.put("/<int:handoff_id>/labels", parameters=_ID)
@blueprint.arguments(LabelsPayload, example={"labels": ["urgent"]})
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
def label_handoff(payload: dict[str, Any], handoff_id: int) -> Any:
    """Put labels on a request, in place of those on it."""
    holding.label(current_caller(), handoff_id, payload["labels"])
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/close", parameters=_ID)
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def close_handoff(handoff_id: int) -> Any:
    """End a request and hand the person back to the assistant."""
    holding.close(current_caller(), handoff_id)
    return _shown(handoff_id)


@blueprint.post("/<int:handoff_id>/reopen", parameters=_ID)
@blueprint.response(200, HandoffResponse, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def reopen_handoff(handoff_id: int) -> Any:
    """Take up a request that was ended."""
    holding.reopen(current_caller(), handoff_id)
    return _shown(handoff_id)


@desk.get("")
@desk.response(200, DeskResponse, example=examples.DESK)
def get_desk() -> dict[str, Any]:
    """Tell when humans are there, who is told of a request, and what happens after which silence."""
    return _told(desk_of(current_caller().organisation_id)[0])


@desk.patch("")
@desk.arguments(DeskPayload, example={"escalate_minutes": 15})
@desk.response(200, DeskResponse, example=examples.DESK)
def change_the_desk(payload: dict[str, Any]) -> dict[str, Any]:
    """Change how humans answer."""
    return _told(change_desk(current_caller().organisation_id, payload))


@desk.get("/replies")
@desk.response(200, ReadyAnswersResponse, example={"replies": [examples.READY]})
def list_ready_answers() -> dict[str, Any]:
    """List the texts that colleagues say often."""
    return {"replies": finding.canned_replies(current_caller().organisation_id)}


@desk.put("/replies")
@desk.arguments(ReadyAnswerPayload, example={"title": "Merci", "text": "Merci beaucoup !"})
@desk.response(200, ReadyAnswer, example=examples.READY)
@desk.alt_response(409, "CONFLICT")
def keep_ready_answer(payload: dict[str, Any]) -> Any:
    """Keep a text under a title, in place of the one that has it."""
    return ready_answers.keep(current_caller().organisation_id, payload["title"], payload["text"])


@desk.delete("/replies/<int:reply_id>", parameters=_REPLY_ID)
@desk.response(200, RemovedAnswerResponse, example={"id": 3, "removed": True})
@desk.alt_response(404, "NOT_FOUND")
def remove_ready_answer(reply_id: int) -> dict[str, Any]:
    """Remove a text."""
    ready_answers.remove(current_caller().organisation_id, reply_id)
    return {"id": reply_id, "removed": True}


def _shown(handoff_id: int) -> dict[str, Any]:
    return finding.read_request(current_caller().organisation_id, handoff_id)


def _told(found: AnsweringDesk) -> dict[str, Any]:
    local = clock.now().astimezone(desk_of(current_caller().organisation_id)[1])
    return {**found.model_dump(mode="json"), "open": found.is_open(local), "opens_at": found.opens(local)}
