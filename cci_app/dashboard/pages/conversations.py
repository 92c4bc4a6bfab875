"""Conversations: a list to search, and one as a chat."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from cci_app.admin.conversations.schemas import ConversationsQuery, MessagesQuery, wanted_of
from cci_app.admin.overview.figures import topics_of
from cci_app.assistants.spec import AssistantSpec
from cci_app.contacts import book
from cci_app.conversation.history.finding import (
    MOST_COUNTED,
    Found,
    find_conversations,
    last_moved,
)
from cci_app.conversation.history.labels import MOST_LABELS, known_labels, set_labels
from cci_app.conversation.history.reading import read_conversation
from cci_app.conversation.history.turn import read_turn
from cci_app.conversation.models import RunStatus
from cci_app.conversation.service import get_conversation
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.dashboard.asked import asked
from cci_app.dashboard.choices import assistants_of, languages_of
from cci_app.dashboard.frame import go, organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.kept import Kept
from cci_app.dashboard.looking import language
from cci_app.dashboard.words import gettext

# Of a conversation's filters, those that an export knows too.
_EXPORTED = {
    "start_date": "start_date",
    "end_date": "end_date",
    "language": "language",
    "company": "company",
    "state": "status",
    "assistant": "assistant",
    "user_id": "user_id",
}
# Fifty who wait for something new cost what one does.
_moved: Kept[tuple[datetime | None]] = Kept(1.0)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/conversations")(list_conversations)
    pages.get("/conversations/<uuid:conversation_id>")(show_conversation)
    pages.get("/conversations/<uuid:conversation_id>/turns/<int:message_id>")(show_turn)
    pages.post("/conversations/<uuid:conversation_id>/labels")(label)


def list_conversations() -> Response | str:
    """Conversations that fit what is asked, or what is wrong with it."""
    whose, known = organisation_id(), request.args.get("known")
    newest = tag_of(last_moved(whose) if known is None else _moved.get(whose, lambda: (last_moved(whose),))[0])
    if known is not None and (same := unchanged(newest)) is not None:
        return same
    specs = get_conversation().catalogue.specs(organisation_id())
    found, problem = Found((), None), None
    try:
        query = asked(ConversationsQuery())
        before = query.get("before")
        found = find_conversations(
            organisation_id(), wanted_of(query), before=before, limit=query["limit"], counted=not before
        )
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: look at the dates, and begin again without the others.")
    except Unavailable:
        problem = gettext("These words are in too many conversations: add a word, a date or another filter.")
    return page(
        "conversations",
        found=found,
        problem=problem,
        most=MOST_COUNTED,
        newest=newest,
        is_new=known not in {None, newest},
        filtered=any(value for name, value in request.args.items() if name not in {"before", "known"}),
        exported=_exported(),
        labels=[(each, each) for each in known_labels(organisation_id())],
        languages=languages_of(specs),
        assistants=assistants_of(specs),
        totals={name: len(topics_of(spec, language())) for name, spec in specs.items()},
    )


def _exported() -> str:
    """The filters as the page of exports takes them."""
    filters = {theirs: request.args[ours] for ours, theirs in _EXPORTED.items() if request.args.get(ours)}
    return urlencode({name: value for name, value in filters.items() if name != "status" or value in [*RunStatus]})


def show_conversation(conversation_id: uuid.UUID) -> Response:
    """One conversation, with who it is and what they answered."""
    whose = organisation_id()
    found = read_conversation(whose, conversation_id, **asked(MessagesQuery()))
    tag = tag_of(found)
    same = unchanged(tag)
    if same is not None:
        return same
    region = current_app.config["SETTINGS"].default_region
    with tenant_transaction(whose) as session:
        contact = book.find(session, whose, found["user_id"], region)
    spec: AssistantSpec | None = get_conversation().catalogue.specs(whose).get(found["assistant"])
    body = page(
        "conversation",
        conversation=found,
        contact=contact,
        topics=topics_of(spec, language()) if spec else [],
        answers={answer["question"]: answer for answer in found["answers"]},
        most_labels=MOST_LABELS,
        tag=tag,
    )
    return tagged(body, tag)


def show_turn(conversation_id: uuid.UUID, message_id: int) -> str:
    """One turn, step by step."""
    return page("turn", turn=read_turn(organisation_id(), conversation_id, message_id))


def label(conversation_id: uuid.UUID) -> Any:
    """Put labels on a conversation, written with commas between them."""
    set_labels(organisation_id(), conversation_id, request.form.get("labels", "").split(","))
    return go(f"/admin/conversations/{conversation_id}")
