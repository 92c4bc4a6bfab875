"""Trials by members and keys, and by whoever has a link."""

from typing import Any

from flask import request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.origin import our_origin
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.limits import limit_person
from cci_app.core.http.request import elapsed
from cci_app.trials import examples
from cci_app.trials.again import run_again
from cci_app.trials.guests import begin_as_guest, read_as_guest, say_as_guest
from cci_app.trials.links import list_links, make_link, revoke_link
from cci_app.trials.schemas import (
    AgainPayload,
    AgainResponse,
    BegunTrial,
    LinkPayload,
    LinksResponse,
    NewLinkResponse,
    OfferPayload,
    ReadTrial,
    RevokedLinkResponse,
    TrialMessagePayload,
    TrialsResponse,
)
from cci_app.trials.talking import Offer, begin, find_trial, list_trials, read, say

trials = EdgeBlueprint("trials", __name__, url_prefix="/api/v1/trials", description="Trying an assistant")
links = EdgeBlueprint(
    "trial_links", __name__, url_prefix="/api/v1/trial-links", description="Letting somebody without an account try"
)
guests = EdgeBlueprint("try", __name__, url_prefix="/api/v1/try", description="Trying an assistant by a link")

_ADDRESS = [
    {"in": "path", "name": "assistant", "example": "cci"},
    {"in": "path", "name": "trial_id", "example": examples.BEGUN["trial_id"]},
]
_TOKEN = [{"in": "path", "name": "trial_id", "example": examples.GUEST_BEGUN["trial_id"]}]


@trials.get("")
@trials.response(200, TrialsResponse, example=examples.TRIALS)
def list_all_trials() -> dict[str, Any]:
    """List the newest trials. They are in no figure, no export and nobody's record."""
    return {"trials": list_trials(current_caller().organisation_id)}


@trials.post("")
@trials.arguments(OfferPayload, example=examples.OFFER)
@trials.response(201, BegunTrial, example=examples.BEGUN)
def begin_trial(payload: dict[str, Any]) -> dict[str, Any]:
    """Begin a trial of an assistant, as a contact of the book or as a stranger."""
    name, trial = begin(current_caller(), Offer(**payload))
    return {"assistant": name, "trial_id": trial.user_id}


@trials.get("/<string:assistant>/<string:trial_id>", parameters=_ADDRESS)
@trials.response(200, ReadTrial, example=examples.TRIAL)
@trials.alt_response(404, "NOT_FOUND")
def get_trial(assistant: str, trial_id: str) -> dict[str, Any]:
    """Tell what was said on a trial, how each answer was made, and where it stands."""
    return read(current_caller().organisation_id, assistant, find_trial(trial_id))


@trials.post("/<string:assistant>/<string:trial_id>/messages", parameters=_ADDRESS)
@trials.arguments(TrialMessagePayload, example=examples.WORDS)
@trials.response(200, ReadTrial, example=examples.TRIAL)
@trials.alt_response(404, "NOT_FOUND")
def write_on_trial(payload: dict[str, Any], assistant: str, trial_id: str) -> dict[str, Any]:
    """Write a message on a trial, and read it as it stands with the answer."""
    trial, whose = find_trial(trial_id), current_caller().organisation_id
    limit_person(trial.user_id)
    say(whose, assistant, trial, payload["text"], waited=elapsed())
    return read(whose, assistant, trial)


@trials.post("/again")
@trials.arguments(AgainPayload, example=examples.AGAIN_ORDER)
@trials.response(200, AgainResponse, example=examples.AGAIN)
@trials.alt_response(404, "NOT_FOUND")
@trials.alt_response(409, "CONFLICT")
def run_turn_again(payload: dict[str, Any]) -> dict[str, Any]:
    """Run a turn of a conversation again: what was answered, and what would be today. Nothing is sent or kept."""
    return run_again(current_caller(), **payload)


@links.get("")
@links.response(200, LinksResponse, example={"links": [examples.LINK]})
def list_trial_links() -> dict[str, Any]:
    """List the links by which somebody without an account may try an assistant."""
    return {"links": list_links(current_caller().organisation_id)}


@links.post("")
@links.arguments(LinkPayload, example=examples.LINK_ORDER)
@links.response(201, NewLinkResponse, example=examples.NEW_LINK)
@links.alt_response(409, "CONFLICT")
def create_trial_link(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a link to try an assistant until its end date. Its address is told this once."""
    days, note = payload.pop("days"), payload.pop("note")
    link, token = make_link(current_caller(), Offer(**payload), days=days, note=note)
    names = ("id", "assistant", "version", "user_id", "note", "made_by", "created_at", "expires_at")
    return {**{name: getattr(link, name) for name in names}, "link": f"{our_origin(request)}/try/link/{token}"}


@links.delete("/<int:link_id>", parameters=[{"in": "path", "name": "link_id", "example": 12}])
@links.response(200, RevokedLinkResponse, example=examples.REVOKED)
@links.alt_response(404, "NOT_FOUND")
def revoke_trial_link(link_id: int) -> dict[str, Any]:
    """Revoke a link: it is over at once."""
    revoke_link(current_caller().organisation_id, link_id)
    return {"id": link_id, "revoked": True}


@guests.post("")
@guests.response(201, BegunTrial, example=examples.GUEST_BEGUN)
def begin_guest_trial() -> dict[str, Any]:
    """Begin a trial by a link."""
    link, token = begin_as_guest(current_caller())
    return {"assistant": link.assistant, "trial_id": token}


@guests.get("/<string:trial_id>", parameters=_TOKEN)
@guests.response(200, ReadTrial, example=examples.GUEST_TRIAL)
@guests.alt_response(404, "NOT_FOUND")
def get_guest_trial(trial_id: str) -> dict[str, Any]:
    """Tell what was said on a trial by that link."""
    return read_as_guest(current_caller(), trial_id)


@guests.post("/<string:trial_id>/messages", parameters=_TOKEN)
@guests.arguments(TrialMessagePayload, example=examples.WORDS)
@guests.response(200, ReadTrial, example=examples.GUEST_TRIAL)
@guests.alt_response(404, "NOT_FOUND")
def write_on_guest_trial(payload: dict[str, Any], trial_id: str) -> dict[str, Any]:
    """Write a message on a trial by that link, and read it as it stands with the answer."""
    caller = current_caller()
    say_as_guest(caller, trial_id, payload["text"], waited=elapsed())
    return read_as_guest(caller, trial_id)
