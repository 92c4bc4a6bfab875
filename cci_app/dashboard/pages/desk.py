"""How humans answer, what they say often, and the facts that a desk tells."""

import re
from typing import Any

from flask import Blueprint, request

from cci_app.core import clock
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import between_commas, loaded, sent
from cci_app.dashboard.formats import weekdays
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.handoff.desk import AnsweringDesk, Weekday, change_desk, desk_of
from cci_app.inbox import ready_answers
from cci_app.inbox.finding import canned_replies
from cci_app.inbox.schemas import LONGEST_TEXT, ReadyAnswerPayload
from cci_app.records.facts import keep_fact, list_facts, remove_fact
from cci_app.records.schemas import LONGEST_FACT, FactPayload

_HERE = "/admin/desk"
# "08:00-12:00", with any dash and spaces.
_SHIFT = re.compile(r"([0-9]{1,2})[:h]([0-9]{2})\s?[-–—]\s?([0-9]{1,2})[:h]([0-9]{2})")


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/desk")(show_desk)
    pages.post("/desk")(change_the_desk)
    pages.post("/desk/receivers")(add_receiver)
    pages.post("/desk/receivers/remove")(remove_receiver)
    pages.post("/desk/replies")(keep_reply)
    pages.post("/desk/replies/<int:reply_id>/remove")(forget_reply)
    pages.post("/desk/facts")(keep_own_fact)
    pages.post("/desk/facts/<int:fact_id>/remove")(forget_fact)


def show_desk(problem: str | None = None) -> str:
    """All of it; after a `problem` with what was typed."""
    whose = organisation_id()
    desk, zone = desk_of(whose)
    local = clock.now().astimezone(zone)
    return page(
        "desk",
        desk=desk,
        days=[(day.value, name, _written(desk, day)) for day, name in zip(Weekday, weekdays(), strict=True)],
        zone=zone.key,
        is_open=desk.is_open(local),
        opens=desk.opens(local),
        replies=canned_replies(whose),
        facts=list_facts(whose),
        today=local.date(),
        longest_text=LONGEST_TEXT,
        longest_fact=LONGEST_FACT,
        typed=request.form if problem else {},
        problem=problem,
    )


def change_the_desk() -> Any:
    """Hours, holidays, silences, the template."""
    form = request.form
    try:
        template = {name: form.get(f"template_{name}", "").strip() for name in ("name", "language", "text")}
        changes: dict[str, Any] = {
            "hours": {day.value: _shifts(form[day.value]) for day in Weekday if form.get(day.value, "").strip()},
            "holidays": [each for each in re.split(r"[\s,;]+", form.get("holidays", "")) if each],
            "escalate_minutes": form.get("escalate_minutes"),
            "resume_minutes": form.get("resume_minutes"),
            "ask_rating": "ask_rating" in form,
            "drafts": "drafts" in form,
            "template": template if any(template.values()) else None,
        }
        change_desk(organisation_id(), changes)
    except InvalidInput as error:
        return show_desk(_told(error))
    return go(_HERE)


def add_receiver() -> Any:
    """Tell somebody else of requests, too."""
    desk = desk_of(organisation_id())[0]
    added = {"via": request.form.get("via", "email"), "to": request.form.get("to", "")}
    try:
        change_desk(organisation_id(), {"notify": [*(each.model_dump() for each in desk.notify), added]})
    except InvalidInput:
        return show_desk(
            gettext("Nobody can be told like that: an address of mail, the name of a Slack, or kind:account:number.")
        )
    return go(f"{_HERE}#receivers")


def remove_receiver() -> Any:
    """Tell somebody no more."""
    gone = (request.form.get("via"), request.form.get("to"))
    left = [each.model_dump() for each in desk_of(organisation_id())[0].notify if (each.via, each.to) != gone]
    change_desk(organisation_id(), {"notify": left})
    return go(f"{_HERE}#receivers")


def keep_reply() -> Any:
    """Keep a text that is said often."""
    try:
        said = sent(ReadyAnswerPayload())
        ready_answers.keep(organisation_id(), said["title"], said["text"])
    except CciError as error:
        return show_desk(_told(error))
    return go(f"{_HERE}#replies")


def forget_reply(reply_id: int) -> Any:
    """Remove such a text."""
    ready_answers.remove(organisation_id(), reply_id)
    return go(f"{_HERE}#replies")


def keep_own_fact() -> Any:
    """Keep a fact, in place of the one that has its title."""
    form = request.form
    words = between_commas(form.get("words", ""))
    days = {name: form[name] for name in ("starts_on", "ends_on") if form.get(name)}
    given = {"title": form.get("title", ""), "text": form.get("text", ""), "words": words, **days}
    try:
        keep_fact(organisation_id(), loaded(FactPayload(), given))
    except CciError as error:
        return show_desk(_told(error))
    return go(f"{_HERE}#facts")


def forget_fact(fact_id: int) -> Any:
    """Remove a fact."""
    remove_fact(organisation_id(), fact_id)
    return go(f"{_HERE}#facts")


def _shifts(written: str) -> list[dict[str, str]]:
    """The shifts of a day, as "08:00-12:00, 14:00-18:00". Raises InvalidInput."""
    found = [_SHIFT.fullmatch(each.strip()) for each in written.split(",")]
    shifts = [each.groups() for each in found if each is not None]
    if len(shifts) != len(found):
        raise InvalidInput("hours are written as 08:00-12:00, 14:00-18:00", details={"hours": [written[:60]]})
    return [{"since": f"{int(a):02}:{b}", "until": f"{int(c) % 24:02}:{d}"} for a, b, c, d in shifts]


def _written(desk: AnsweringDesk, day: Weekday) -> str:
    return ", ".join(f"{each.since:%H:%M}–{each.until:%H:%M}" for each in desk.hours.get(day, ()))


def _told(error: CciError) -> str:
    """What is wrong, in the words of the page where it knows them."""
    fields = " ".join(error.details)
    if "hours" in fields:
        return gettext("Hours are written as 08:00–12:00, 14:00–18:00, and end after they begin.")
    if "holidays" in fields:
        return gettext("Holidays are days such as 2026-12-25, one after the other.")
    if "template" in fields:
        return gettext("A template has its name at the channel, its language and its text.")
    if "minutes" in fields:
        return gettext("Minutes are whole numbers from 1 to 43 200.")
    if "_on" in fields:
        return gettext("The last day comes after the first.")
    if isinstance(error, InvalidInput):
        return gettext("A title and a text are needed.")
    return gettext("There are too many of these: remove one first.")
