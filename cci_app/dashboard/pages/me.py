"""A member's own account: name, language, password, and the devices on which they are signed in."""

import uuid
from typing import Any

from flask import Blueprint

from cci_app.accounts.auth import current_caller
from cci_app.accounts.members.passkeys import list_passkeys, remove_passkey
from cci_app.accounts.members.passwords import SHORTEST
from cci_app.accounts.members.register import Changes, change_own, change_password, find_member
from cci_app.accounts.members.sessions import list_sessions, revoke_session
from cci_app.accounts.team.schemas import AboutMemberPayload, PasswordPayload
from cci_app.core.errors import InvalidInput
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import NAMES, gettext

_HERE = "/admin/me"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_me)
    pages.post("")(change)
    pages.post("/password")(set_password)
    pages.post("/sessions/<uuid:session_id>/end")(end)
    pages.post("/passkeys/<uuid:passkey_id>/remove")(remove)


def show_me(said: str | None = None, problem: str | None = None) -> str:
    """One's own account."""
    caller = current_caller()
    member_id = caller.member_id or 0
    return page(
        "me",
        me=find_member(organisation_id(), member_id),
        sessions=list_sessions(organisation_id(), member_id),
        passkeys=list_passkeys(caller),
        caller=caller,
        languages=list(NAMES.items()),
        shortest=SHORTEST,
        said=said,
        problem=problem,
    )


def change() -> Any:
    """Change one's name or language."""
    change_own(current_caller(), Changes(**sent(AboutMemberPayload())))
    return go(_HERE)


def set_password() -> str:
    """Change one's password; all other devices are signed out."""
    try:
        given = sent(PasswordPayload())
        change_password(current_caller(), given["old_password"], given["new_password"])
    except InvalidInput as error:
        if "old_password" in error.details:
            return show_me(problem=gettext("That is not your present password."))
        return show_me(
            problem=gettext("Choose another one: at least 12 characters, not always the same, without your address.")
        )
    return show_me(said=gettext("The password is changed; all other devices are signed out."))


def end(session_id: uuid.UUID) -> Any:
    """Sign one of one's own devices out."""
    revoke_session(organisation_id(), session_id, current_caller().member_id)
    return go(_HERE)


def remove(passkey_id: uuid.UUID) -> Any:
    """Remove one of one's passkeys."""
    remove_passkey(current_caller(), passkey_id)
    return go(_HERE)
