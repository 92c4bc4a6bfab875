"""The bell: what concerns the member who looks, of the work."""

from typing import Any

from flask import Blueprint, Response

from cci_app.accounts.auth import current_caller
from cci_app.coordination.bell.ringing import bell_of, see_bell, unread_of
from cci_app.dashboard import work_words
from cci_app.dashboard.frame import go, page, tag_of, tagged, unchanged


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/bell")(show_bell)
    pages.get("/bell/count")(count_bell)
    pages.post("/bell/seen")(see)


def show_bell() -> str:
    """All of it, the newest first."""
    return page("bell", bell=bell_of(current_caller()), words=work_words)


def count_bell() -> Response:
    """How much of it is new, for the frame of every page."""
    unread = unread_of(current_caller())
    tag = tag_of(unread)
    return unchanged(tag) or tagged(page("parts/bell", unread=unread, tag=tag), tag)


def see() -> Any:
    """Say that all of it was seen."""
    see_bell(current_caller())
    return go("/admin/me/bell")
