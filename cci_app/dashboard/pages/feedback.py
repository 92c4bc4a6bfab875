"""What people think: thumbs and stars of a month, by version, and what was said where somebody was not helped."""

from flask import Blueprint

from cci_app.conversation.service import get_conversation
from cci_app.dashboard.asked import asked
from cci_app.dashboard.frame import organisation_id, page
from cci_app.evaluation.feedback.figures import feedback_figures, list_feedback
from cci_app.evaluation.feedback.schemas import FeedbackListQuery


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/feedback")(show_feedback)


def show_feedback() -> str:
    """The figures, and the newest of what was said."""
    query, whose = asked(FeedbackListQuery()), organisation_id()
    listed = list_feedback(whose, **query)
    return page(
        "feedback",
        figures=feedback_figures(whose, query.get("assistant")),
        feedback=listed["feedback"],
        next=listed["next"],
        assistants=get_conversation().catalogue.names(whose),
        chosen=query,
    )
