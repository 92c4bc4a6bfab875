"""Trying an assistant: a chat as on the phone, beside it how each answer was made; links for those without a login."""

from typing import Any

from flask import Blueprint, Response, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.origin import our_origin
from cci_app.admin.people.directory import Looked, list_contacts
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import InvalidInput
from cci_app.core.http.limits import limit_person
from cci_app.core.http.request import elapsed
from cci_app.dashboard.asked import asked, sent
from cci_app.dashboard.choices import versions_of
from cci_app.dashboard.frame import go, is_part, may_change, organisation_id, page, tag_of, tagged, unchanged
from cci_app.trials.again import run_again
from cci_app.trials.guests import begin_as_guest, read_as_guest, say_as_guest
from cci_app.trials.links import LONGEST_DAYS, list_links, make_link, revoke_link
from cci_app.trials.schemas import AgainPayload, LinkPayload, OfferPayload, TrialMessagePayload
from cci_app.trials.talking import LONGEST_MESSAGE, Offer, begin, find_trial, list_trials, read, say

# More than a chamber has; whoever is not among them is tried from their own card.
_MOST_CONTACTS = 300


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs, for those who may write."""
    pages.get("")(show_start)
    pages.post("/again")(show_again)
    pages.get("/<string:assistant>/<string:trial_id>")(show_trial)
    pages.post("/<string:assistant>/<string:trial_id>")(write)


def add_links_to(pages: Blueprint) -> None:
    """Give the pages theirs, for those who may let others try."""
    pages.post("")(share)
    pages.post("/<int:link_id>/revoke")(revoke)


def add_guests_to(pages: Blueprint) -> None:
    """Give the pages theirs, for those who have a link."""
    pages.get("/<string:link>")(show_guest_start)
    pages.get("/<string:link>/<string:token>")(show_guest_trial)
    pages.post("/<string:link>/<string:token>")(write_as_guest)


def show_start(made: str | None = None, problem: str | None = None) -> str:
    """A new trial, as what the address says."""
    try:
        offer = Offer(**(asked(OfferPayload()) if request.method == "GET" else {}))
        assistant, trial = begin(current_caller(), offer)
    except InvalidInput as error:
        problem = error.message
        assistant, trial = begin(current_caller(), Offer())
    found = read(organisation_id(), assistant, trial)
    return page("trying", trial=found, action=_address(found), made=made, problem=problem, **_around())


def show_trial(assistant: str, trial_id: str) -> Response:
    """A trial that was begun."""
    found = read(organisation_id(), assistant, find_trial(trial_id))
    return _shown(found, _address(found), {} if is_part() else _around())


def write(assistant: str, trial_id: str) -> Any:
    """Write a message, and show the answer."""
    trial, said = find_trial(trial_id), sent(TrialMessagePayload())
    limit_person(trial.user_id)
    say(organisation_id(), assistant, trial, said["text"], waited=elapsed())
    address = f"/try/{assistant}/{trial_id}"
    return show_trial(assistant, trial_id) if is_part() else go(address)


def show_again() -> str:
    """What was answered to a message of a conversation, and what would be today."""
    given = sent(AgainPayload())
    found = run_again(current_caller(), **given)
    return page("again", found=found, conversation_id=given["conversation_id"])


def share() -> str:
    """Make a link, and show it this once."""
    given = sent(LinkPayload())
    days, note = given.pop("days"), given.pop("note")
    _, token = make_link(current_caller(), Offer(**given), days=days, note=note)
    return show_start(made=f"{our_origin(request)}/try/link/{token}")


def revoke(link_id: int) -> Response:
    """Let a link be over."""
    revoke_link(organisation_id(), link_id)
    return go("/try#links")


def show_guest_start(link: str) -> Response:
    """A new trial by a link."""
    _, token = begin_as_guest(current_caller())
    return go(f"/try/link/{link}/{token}")


def show_guest_trial(link: str, token: str) -> Response:
    """A trial by a link."""
    return _shown(read_as_guest(current_caller(), token), f"/try/link/{link}/{token}", {"guest": link})


def write_as_guest(link: str, token: str) -> Any:
    """Write a message by a link, and show the answer."""
    said = sent(TrialMessagePayload())
    say_as_guest(current_caller(), token, said["text"], waited=elapsed())
    return show_guest_trial(link, token) if is_part() else go(f"/try/link/{link}/{token}")


def _shown(trial: dict[str, Any], address: str, around: dict[str, Any]) -> Response:
    tag = tag_of(trial)
    if request.method == "GET" and (same := unchanged(tag)) is not None:
        return same
    return tagged(page("trying", trial=trial, action=address, tag=tag, most=LONGEST_MESSAGE, **around), tag)


def _address(trial: dict[str, Any]) -> str:
    return f"/try/{trial['assistant']}/{trial['trial_id']}"


def _around() -> dict[str, Any]:
    """What stands around a member's trial: who else may be tried, earlier trials, and links."""
    whose = organisation_id()
    people = list_contacts(whose, Looked(), limit=_MOST_CONTACTS).contacts
    links = list_links(whose) if may_change() else ()
    return {
        "assistants": versions_of(get_conversation().catalogue.specs(whose)),
        "people": [(each["phone"], _named(each)) for each in people],
        "earlier": list_trials(whose),
        "links": links,
        "days": [1, 7, 30, LONGEST_DAYS],
    }


def _named(contact: dict[str, Any]) -> str:
    name = " ".join(filter(None, (contact["first_name"], contact["last_name"]))) or contact["phone"]
    return " · ".join(filter(None, (name, contact["company"])))
