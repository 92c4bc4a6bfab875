"""Who looks at a page, and in which language: asked of the database when it is needed, which it is not to say 304."""

from typing import Any

from flask import g

from cci_app.core.database import one_trip, tenant_statement

LANGUAGES = ("es", "fr", "en")
_WHO = one_trip(
    "SELECT o.id, o.slug, o.name, o.language, o.timezone, m.language AS member_language, m.name AS member_name, m.email"
    " FROM organisations o LEFT JOIN members m ON m.organisation_id = o.id AND m.id = :member_id"
)


def who_looks() -> Any:
    """The organisation with the member who looks; None where nobody proved who they are."""
    if "page_organisation" not in g:
        caller = g.get("caller")
        g.page_organisation = None
        if caller is not None:
            asked = {"member_id": caller.member_id}
            (g.page_organisation,) = tenant_statement(caller.organisation_id, _WHO, asked)
    return g.page_organisation


def language() -> str:
    """The language of the present page: the member's, else the organisation's."""
    if "page_language" not in g:
        found = who_looks()
        wanted = (found.member_language, found.language) if found else ()
        g.page_language = next((each for each in wanted if each in LANGUAGES), "en")
    return str(g.page_language)


def show_to_a_stranger(spoken: str | None) -> None:
    """Show the present page without asking who looks, in that language."""
    g.setdefault("page_organisation", None)
    g.setdefault("page_language", spoken or "en")
