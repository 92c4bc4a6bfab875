"""Tokens, and sessions that are driven with them."""

import json
from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.accounts.token import make_token
from cci_app.channels.api import ACCOUNT, Api, read_message
from cci_app.channels.ports import Incoming
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.modes import mode_of
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.fields import USER_ID_PARAMETER, read_user_id
from cci_app.core.http.limits import limit_person
from cci_app.core.http.request import elapsed
from cci_app.sessions.schemas import (
    AnsweredSessionResponse,
    DrivenSessionResponse,
    OrchestratePayload,
    SaidPayload,
    SessionQuery,
    TokenResponse,
)

_SESSION = [{**USER_ID_PARAMETER, "name": "session_id"}]
_STANDING: dict[str, Any] = {
    "session_id": "+221770000001",
    "assistant": "members",
    "active": True,
    "mode": "bot",
    "language": "fr",
    "last_interaction": "2026-01-15T14:03:20+00:00",
}
_ANSWERED = {**_STANDING, "response": "Bonjour ! Que puis-je faire pour vous ?"}
_SAID = {"message": "Bonjour"}

tokens = EdgeBlueprint("tokens", __name__, url_prefix="/api/v1/auth", description="Tokens in exchange for keys")
blueprint = EdgeBlueprint("sessions", __name__, url_prefix="/api/v1", description="Sessions with an assistant")


@tokens.post("/token")
@tokens.response(200, TokenResponse, example={"access_token": "eyJ…", "token_type": "bearer", "expires_in": 1800})
def exchange_key() -> dict[str, Any]:
    """Exchange a key for a token that may do the same for some minutes, but for what is an admin's."""
    token, seconds = make_token(current_caller())
    return {"access_token": token, "token_type": "bearer", "expires_in": seconds}


@blueprint.post("/orchestrate")
@blueprint.arguments(OrchestratePayload, example={"session_id": "+221770000001", **_SAID})
@blueprint.response(200, AnsweredSessionResponse, example=_ANSWERED)
@blueprint.alt_response(409, "CONFLICT")
def orchestrate(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer what a person says: the session is found or begun, the service chosen, the reply made and recorded."""
    person = _person(payload.get("assistant"), payload["session_id"])
    return _answered(person, payload)


@blueprint.get("/sessions/<string:session_id>", parameters=_SESSION)
@blueprint.arguments(SessionQuery, location="query")
@blueprint.response(200, DrivenSessionResponse, example=_STANDING)
@blueprint.alt_response(404, "NOT_FOUND")
def get_session(query: dict[str, Any], session_id: str) -> dict[str, Any]:
    """Tell where a session stands; its id is the person's."""
    return _standing(_person(query.get("assistant"), read_user_id(session_id)))


@blueprint.post("/sessions/<string:session_id>", parameters=_SESSION)
@blueprint.arguments(SessionQuery, location="query")
@blueprint.arguments(SaidPayload, example=_SAID)
@blueprint.response(200, AnsweredSessionResponse, example=_ANSWERED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def say_in_session(query: dict[str, Any], payload: dict[str, Any], session_id: str) -> dict[str, Any]:
    """Answer what a person says in their session."""
    return _answered(_person(query.get("assistant"), read_user_id(session_id)), payload)


@blueprint.delete("/sessions/<string:session_id>", parameters=_SESSION)
@blueprint.arguments(SessionQuery, location="query")
@blueprint.response(200, DrivenSessionResponse, example={**_STANDING, "active": False})
@blueprint.alt_response(404, "NOT_FOUND")
def close_session(query: dict[str, Any], session_id: str) -> dict[str, Any]:
    """End a session: the next message begins anew. What was said stays in the record."""
    person, conversation = _person(query.get("assistant"), read_user_id(session_id)), get_conversation()
    if conversation.state(person) is not None:
        conversation.receive(Event.reset(person, Api.kind, ACCOUNT))
    return _standing(person)


def _person(assistant: str | None, user_id: str) -> Person:
    return get_conversation().person(current_caller().organisation_id, assistant, user_id)


def _answered(person: Person, payload: dict[str, Any]) -> dict[str, Any]:
    limit_person(person.user_id)
    said = {"user_id": person.user_id, "message": payload["message"], "message_id": payload.get("message_id")}
    inbound = read_message(Incoming(ACCOUNT, fields=said), Api.kind)
    answered = get_conversation().receive(Event(person, inbound), waited=elapsed())
    return {**_standing(person), "response": json.loads(answered.reply.body)["response"]}


def _standing(person: Person) -> dict[str, Any]:
    conversation = get_conversation()
    state = conversation.state(person)
    silence = conversation.assistant(person.organisation_id, person.assistant).silence
    return {
        "session_id": person.user_id,
        "assistant": person.assistant,
        "active": state is not None and state.run is not None and not state.is_stale(clock.now(), silence),
        "mode": mode_of(person),
        "language": state.language if state else None,
        "last_interaction": state.last_at if state else None,
    }
