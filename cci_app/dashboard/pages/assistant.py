"""An assistant: what members answered to its questions, and what it says, side by side in its languages."""

from typing import Any

from flask import Blueprint, request

from cci_app.admin.assistants.answers import count_answers, list_answers
from cci_app.admin.assistants.content import SECTIONS, read_assistant
from cci_app.admin.assistants.routes import spec_of
from cci_app.admin.assistants.schemas import AnswersQuery
from cci_app.agents.ports import AnswerStatus
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import InvalidInput
from cci_app.dashboard.asked import asked
from cci_app.dashboard.choices import versions_of
from cci_app.dashboard.frame import organisation_id, page
from cci_app.dashboard.kept import Kept
from cci_app.dashboard.looking import language
from cci_app.dashboard.on_the_web import on_the_web
from cci_app.dashboard.words import gettext

# All answers there ever were are counted: once a minute for all who look.
_FRESH_SECONDS = 60.0
_kept: Kept[dict[int, dict[str, int]]] = Kept(_FRESH_SECONDS)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/assistant")(show_assistant)


def show_assistant(name: str | None = None, problem: str | None = None) -> str:
    """The answers to one question, how often each was answered, its place on the web, and all texts."""
    whose = organisation_id()
    specs = get_conversation().catalogue.specs(whose)
    if not specs:
        return page("assistant", assistant=None)
    try:
        query = asked(AnswersQuery())
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
        query = {"question": 1, "limit": 50}
    spec = spec_of(name or request.args.get("assistant") or next(iter(specs)))
    found = read_assistant(spec)
    answers = list_answers(whose, spec.name, **query)
    return page(
        "assistant",
        assistant=found,
        assistants=versions_of(specs),
        counts=_kept.get((whose, spec.name), lambda: count_answers(whose, spec.name)),
        answers=answers,
        next=answers[-1]["id"] if len(answers) == query["limit"] else None,
        question=query["question"],
        spoken=spec.spoken(language()),
        statuses=_statuses(),
        sections=_sections(found["texts"]),
        problem=problem,
        web=on_the_web(spec.name),
    )


def _sections(texts: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    names = {
        "questions": gettext("Questions"),
        "services": gettext("Services"),
        "say": gettext("Sentences"),
        "intents": gettext("Examples of what people write"),
        "other": gettext("Everything else"),
    }
    return [
        (names[section], inside)
        for section in SECTIONS
        if (inside := [text for text in texts if text["section"] == section])
    ]


def _statuses() -> list[tuple[str, str]]:
    return [
        (AnswerStatus.ANSWERED.value, gettext("Answered")),
        (AnswerStatus.CORRECTED.value, gettext("Corrected")),
        (AnswerStatus.VAGUE.value, gettext("Vague")),
        (AnswerStatus.UNSURE.value, gettext("Unsure")),
        (AnswerStatus.SKIPPED.value, gettext("Skipped")),
    ]
