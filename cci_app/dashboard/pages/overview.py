"""How it goes: a day, a week or a month, and what somebody may have to look at."""

from typing import Any

from babel.dates import format_interval
from flask import Blueprint, Response

from cci_app.admin.overview.figures import figures
from cci_app.admin.overview.schemas import OverviewQuery
from cci_app.conversation.service import get_conversation
from cci_app.dashboard.asked import asked
from cci_app.dashboard.formats import number, share
from cci_app.dashboard.frame import organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.kept import Kept
from cci_app.dashboard.looking import language
from cci_app.dashboard.words import gettext

_FRESH_SECONDS = 10.0
# Fifty who look every fifteen seconds cost what one does.
_kept: Kept[tuple[dict[str, Any], str]] = Kept(_FRESH_SECONDS)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_overview)


def show_overview() -> Response:
    """The figures of a period."""
    period, whose, spoken = asked(OverviewQuery())["period"], organisation_id(), language()

    def find() -> tuple[dict[str, Any], str]:
        found = figures(whose, period, get_conversation().catalogue.specs(whose), spoken)
        # The moment at which they were counted is no change.
        return found, tag_of({name: value for name, value in found.items() if name not in {"begin", "end"}})

    found, tag = _kept.get((whose, period, spoken), find)
    same = unchanged(tag)
    if same is not None:
        return same
    zone = found["begin"].tzinfo
    span = format_interval(found["begin"], found["end"].astimezone(zone), "yMMMd", locale=spoken)
    return tagged(page("overview", figures=found, tag=tag, change=_change, span=span), tag)


def _change(now: int, before: int) -> str:
    """How a figure stands to that of the period before."""
    if not before:
        return gettext("none in the period before") if now else gettext("none before either")
    if now == before:
        return gettext("as many as before")
    moved = share(abs(now - before) / before)
    text = (
        gettext("%(share)s more than before (%(before)s)")
        if now > before
        else gettext("%(share)s fewer than before (%(before)s)")
    )
    return text % {"share": moved, "before": number(before)}
