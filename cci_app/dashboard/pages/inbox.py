"""The inbox: who waits for a human, one of them as a chat, and what a human does about it."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, make_response, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Role
from cci_app.accounts.members.register import list_members
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.dashboard.asked import asked, sent
from cci_app.dashboard.choices import assistants_of
from cci_app.dashboard.frame import go, may, may_change, organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.words import gettext
from cci_app.files.names import clean_name
from cci_app.handoff.desk import desk_of
from cci_app.inbox import answering, finding, holding
from cci_app.inbox.files import ACCEPTED, Enclosure, file_of_request, served
from cci_app.inbox.finding import View
from cci_app.inbox.schemas import HandoffsQuery, NotePayload, ReplyPayload


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_inbox)
    pages.get("/<int:handoff_id>")(show_request)
    pages.get("/<int:handoff_id>/files/<file_id>")(show_file)
    for name, act in _ACTS.items():
        pages.post(f"/<int:handoff_id>/{name}", endpoint=name)(_acting(act))
    pages.post("/<int:handoff_id>/draft")(show_draft)


def show_inbox() -> Response:
    """Those who wait, by the filters in the address."""
    caller, problem = current_caller(), None
    found: dict[str, Any] = {"handoffs": [], "next": None}
    view = View.UNASSIGNED
    try:
        query = asked(HandoffsQuery())
        view = query.pop("view") if "view" in request.args else View.UNASSIGNED
        query.pop("view", None)
        before, limit = query.pop("before", None), query.pop("limit")
        chosen = finding.Chosen(caller.who, view, **query)
        found = {**finding.find_requests(caller.organisation_id, chosen, before, limit)}
        found["handoffs"] = [_named(each) for each in found["handoffs"]]
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
    counts = finding.figures(caller.organisation_id, caller.who)
    tag = tag_of(found, counts)
    same = unchanged(tag)
    if same is not None:
        return same
    specs = get_conversation().catalogue.specs(caller.organisation_id)
    body = page(
        "inbox",
        found=found,
        problem=problem,
        view=view,
        counts=counts,
        labels=[(each, each) for each in finding.labels_in_use(caller.organisation_id)],
        assistants=assistants_of(specs),
        filtered=any(request.args.get(name) for name in ("label", "assistant", "unread")),
        tag=tag,
    )
    return tagged(body, tag)


def show_request(handoff_id: int) -> Response:
    """One request as a chat; whoever looks at it has read it."""
    shown = _request(handoff_id)
    tag = tag_of(shown)
    same = unchanged(tag)
    if same is not None:
        return same
    if shown["unread"] and may(Role.AGENT):
        holding.see(current_caller(), handoff_id)
    return tagged(_page(shown, tag), tag)


def show_file(handoff_id: int, file_id: str) -> Response:
    """A file of the conversation."""
    return served(file_of_request(organisation_id(), handoff_id, file_id))


def show_draft(handoff_id: int) -> Any:
    """The page with what the assistant would say in the composer; nothing is sent."""
    try:
        drafted, problem = answering.draft(current_caller(), handoff_id), None
    except (Conflict, InvalidInput) as error:
        drafted, problem = "", _told(error)
    shown = _request(handoff_id)
    return _page(shown, tag_of(shown), typed=drafted, problem=problem)


def _acting(act: Callable[[int], None]) -> Callable[[int], Any]:
    """A view that does it and leads back to the request, or tells why not, with what was typed still there."""

    def view(handoff_id: int) -> Any:
        try:
            act(handoff_id)
        except (Conflict, InvalidInput) as error:
            shown = _request(handoff_id)
            typed = request.form.get("text", "")
            return make_response(_page(shown, tag_of(shown), typed=typed, problem=_told(error)), error.status)
        return go(f"/admin/inbox/{handoff_id}")

    return view


def _take(handoff_id: int) -> None:
    holding.take(current_caller(), handoff_id)


def _reply(handoff_id: int) -> None:
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    with reading_body():
        file = request.files.get("file")
        enclosure = Enclosure(clean_name(file.filename), file.stream.read()) if file and file.filename else None
    said = ReplyPayload().load({**request.form.to_dict(), "template": "template" in request.form}, unknown="exclude")
    answering.reply(current_caller(), handoff_id, answering.Words(**said, file=enclosure))


def _note(handoff_id: int) -> None:
    answering.note(current_caller(), handoff_id, sent(NotePayload())["text"])


def _assign(handoff_id: int) -> None:
    chosen = request.form.get("member_id", "")
    holding.assign(current_caller(), handoff_id, int(chosen) if chosen.isdecimal() else None)


def _label(handoff_id: int) -> None:
    holding.label(current_caller(), handoff_id, request.form.get("labels", "").split(","))


def _close(handoff_id: int) -> None:
    holding.close(current_caller(), handoff_id)


def _reopen(handoff_id: int) -> None:
    holding.reopen(current_caller(), handoff_id)


_ACTS: dict[str, Callable[[int], None]] = {
    "take": _take,
    "reply": _reply,
    "note": _note,
    "assign": _assign,
    "labels": _label,
    "close": _close,
    "reopen": _reopen,
}


def _request(handoff_id: int) -> dict[str, Any]:
    return _named(finding.read_request(organisation_id(), handoff_id))


def _named(shown: dict[str, Any]) -> dict[str, Any]:
    """The request with a name for whoever has it; who answers by the channel's own app has none."""
    return {**shown, "holder_name": gettext("Somebody on the phone")} if shown["holder"] == holding.PHONE else shown


def _page(shown: dict[str, Any], tag: str, typed: str = "", problem: str | None = None) -> str:
    caller = current_caller()
    agents = [each for each in list_members(caller.organisation_id) if Role(each.role).covers(Role.AGENT)]
    is_mine = shown["holder"] == caller.who
    free = is_mine or may_change() or shown["holder"] is None
    return page(
        "inbox_request",
        handoff=shown,
        tag=tag,
        typed=typed,
        problem=problem,
        is_mine=is_mine,
        may_assign=shown["state"] != "resolved" and may(Role.AGENT) and free,
        colleagues=[(f"member:{each.id}", each.id, each.name or each.email) for each in agents],
        ready=finding.canned_replies(caller.organisation_id),
        drafts=desk_of(caller.organisation_id)[0].drafts,
        key=uuid.uuid4().hex,
        accepted=ACCEPTED if current_app.config["SETTINGS"].webhook_base else None,
        events=_events(),
        reasons=_reasons(),
    )


def _told(error: Conflict | InvalidInput) -> str:
    """What is wrong, in the words of the page where it knows them."""
    if "holder_name" in error.details:
        return gettext("%(name)s answers this person: you can leave a note.") % {"name": error.details["holder_name"]}
    if "closed_at" in error.details:
        return gettext("The channel takes no free text any more: send the template, or wait until the person writes.")
    if "handoff_id" in error.details:
        return gettext("This person has another open request: answer there.")
    if "file" in error.details:
        return gettext("This file cannot be sent: send a picture, a PDF, a document of Office, a voice note or a film.")
    if isinstance(error, InvalidInput):
        return gettext("Nothing was done: look at what you entered.")
    return gettext("This request changed meanwhile: look at how it stands now.")


def _events() -> dict[str, str]:
    """What happened to a request."""
    return {
        "taken": gettext("%(name)s answers now"),
        "given_back": gettext("%(name)s gave it back: the assistant answers"),
        "closed": gettext("%(name)s ended it: the assistant goes on"),
        "reopened": gettext("%(name)s took it up again"),
        "escalated": gettext("The person waits: colleagues were told again"),
        "resumed": gettext("The human was silent for long: the assistant goes on"),
        "left": gettext("The human was silent for long: somebody else is to answer"),
    }


def _reasons() -> dict[str, str]:
    """Why a request was made."""
    return {
        "asked_for_human": gettext("Asked for a human"),
        "complaint": gettext("Complains"),
        "trouble": gettext("Is in trouble"),
        "misunderstood": gettext("Was not understood twice"),
        "out_of_scope": gettext("Wants what the assistant cannot do"),
        "leave_alone": gettext("Wants to be left alone"),
        "wrong_person": gettext("Is somebody else"),
        "gone": gettext("Does not work there any more"),
        "erasure_asked": gettext("Asks for their data to be erased"),
        "erasure_confirmed": gettext("Wants their data erased"),
        "member": gettext("A colleague wrote first"),
        "phone": gettext("Was answered on the phone"),
    }
