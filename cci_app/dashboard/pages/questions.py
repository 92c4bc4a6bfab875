"""What people asked and nothing answered, and the answers that the organisation writes itself."""

from typing import Any

from flask import Blueprint, request

from cci_app.core import clock
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import loaded
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.knowledge.learning.corrected import MOST_EXAMPLES, add_answer, list_answers, remove_answer
from cci_app.knowledge.learning.schemas import LONGEST_ANSWER, MOST_QUESTIONS, NewCorrectedAnswerPayload
from cci_app.knowledge.learning.unanswered import dismiss, unanswered

_SHOWN_GROUPS = 50
_SHOWN_ANSWERS = 100
# Of a group, the questions that stand in its form as examples: more say the same.
MOST_PROPOSED = 5


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/knowledge/questions")(show_questions)
    pages.post("/knowledge/questions/dismiss")(dismiss_questions)
    pages.post("/knowledge/answers")(write_answer)
    pages.post("/knowledge/answers/<int:answer_id>/remove")(forget_answer)


def show_questions(problem: str | None = None) -> str:
    """The groups, the most asked first, and the answers there are."""
    return page(
        "questions",
        groups=unanswered(organisation_id(), limit=_SHOWN_GROUPS),
        answers=list_answers(organisation_id(), limit=_SHOWN_ANSWERS),
        today=clock.now().date().isoformat(),
        longest=LONGEST_ANSWER,
        most_proposed=MOST_PROPOSED,
        problem=problem,
    )


def write_answer() -> Any:
    """Write the right answer to a group of questions, or to one that was not asked yet."""
    form = request.form
    lines = (line.strip() for line in form.get("examples", "").splitlines())
    days = {name: form[name] for name in ("valid_from", "valid_until") if form.get(name)}
    try:
        given = loaded(
            NewCorrectedAnswerPayload(),
            {
                "examples": [line for line in lines if line][:MOST_EXAMPLES],
                "answer": {language: form[language] for language in ("es", "fr") if form.get(language, "").strip()},
                "questions": _chosen(),
                **days,
            },
        )
        add_answer(organisation_id(), given, given.pop("questions"))
    except InvalidInput:
        return show_questions(gettext("Write a question and its answer, in one language at least, and try again."))
    except CciError as error:
        return show_questions(error.message)
    return go("/admin/knowledge/questions")


def dismiss_questions() -> Any:
    """Take a group off the list."""
    dismiss(organisation_id(), _chosen())
    return go("/admin/knowledge/questions")


def forget_answer(answer_id: int) -> Any:
    """Remove an answer."""
    remove_answer(organisation_id(), answer_id)
    return go("/admin/knowledge/questions")


def _chosen() -> list[int]:
    """The questions that the form is about."""
    numbers = request.form.get("questions", "").split(",")
    return [int(number) for number in numbers if number.isascii() and number.isdigit()][:MOST_QUESTIONS]
