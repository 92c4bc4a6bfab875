"""Conversations that humans judge: the next one, two questions, and what was found."""

from typing import Any

from flask import Blueprint, request

from cci_app.accounts.auth import current_caller
from cci_app.conversation.history.reading import read_conversation
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, InvalidInput, NotFound
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.evaluation.review.models import COMMENT_LENGTH
from cci_app.evaluation.review.queue import draw, judge, next_sample, review_figures
from cci_app.evaluation.review.schemas import DrawPayload


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_reviews)
    pages.post("")(draw_some)
    pages.post("/<int:sample_id>")(say_so)


def show_reviews(problem: str | None = None) -> str:
    """The next conversation for whoever looks, and the figures."""
    sample = next_sample(current_caller())
    conversation = None
    if sample is not None:
        try:
            conversation = read_conversation(organisation_id(), sample["conversation_id"])
        except NotFound:
            sample = None  # it is kept no longer
    return page(
        "reviews",
        sample=sample,
        conversation=conversation,
        figures=review_figures(organisation_id()),
        assistants=get_conversation().catalogue.names(organisation_id()),
        longest=COMMENT_LENGTH,
        problem=problem,
    )


def draw_some() -> Any:
    """Draw conversations."""
    try:
        given = sent(DrawPayload())
        name = get_conversation().assistant(organisation_id(), given["assistant"]).name
        drawn = draw(organisation_id(), name, given["count"])
    except InvalidInput as error:
        return show_reviews(error.message), error.status
    if not drawn:
        return show_reviews(gettext("There is no conversation of the last 30 days that was not drawn before."))
    return go("/admin/reviews")


def say_so(sample_id: int) -> Any:
    """Judge a conversation."""
    answers = {name: request.form.get(name) for name in ("served", "correct")}
    if not set(answers.values()) <= {"yes", "no"}:
        return show_reviews(gettext("Answer both questions, and try again.")), 422
    comment = request.form.get("comment", "").strip()[:COMMENT_LENGTH] or None
    said = {name: value == "yes" for name, value in answers.items()}
    try:
        judge(current_caller(), sample_id, **said, comment=comment)
    except CciError as error:
        return show_reviews(error.message), error.status
    return go("/admin/reviews")
