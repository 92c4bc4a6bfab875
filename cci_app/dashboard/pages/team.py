"""Who signs in: members and their roles, invitations, and the devices on which they are signed in."""

import uuid
from typing import Any

from flask import Blueprint, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Role
from cci_app.accounts.members.links import MadeLink, invite, list_invitations, offer_reset, take_back
from cci_app.accounts.members.passkeys import remove_all
from cci_app.accounts.members.register import Changes, change_member, list_members, remove_member
from cci_app.accounts.members.sessions import list_sessions, revoke_session
from cci_app.accounts.origin import our_origin
from cci_app.accounts.team.schemas import InvitationPayload, MemberPayload
from cci_app.accounts.team.words import ROLES
from cci_app.dashboard.asked import sent
from cci_app.dashboard.choices import Choices
from cci_app.dashboard.frame import go, may, organisation_id, page
from cci_app.dashboard.looking import language
from cci_app.dashboard.words import gettext

_HERE = "/admin/team"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_team)
    pages.post("/invitations")(send_invitation)
    pages.post("/invitations/<uuid:invitation_id>/take-back")(take_invitation_back)
    pages.post("/members/<int:member_id>")(change)
    pages.post("/members/<int:member_id>/remove")(remove)
    pages.post("/members/<int:member_id>/reset")(offer_password)
    pages.post("/members/<int:member_id>/passkeys")(remove_passkeys)
    pages.post("/sessions/<uuid:session_id>/end")(end)


def show_team(made: MadeLink | None = None) -> str:
    """Members, open invitations and devices; and a link just made, where it is not sent by mail."""
    whose = organisation_id()
    return page(
        "team",
        members=list_members(whose),
        invitations=list_invitations(whose),
        sessions=list_sessions(whose),
        roles=role_choices(),
        explained={role: words[language()] for role, words in ROLES.items()},
        caller=current_caller(),
        made=made,
        link=f"{our_origin(request)}{made.path}" if made and made.path else None,
    )


def send_invitation() -> str:
    """Invite somebody."""
    given = sent(InvitationPayload())
    return show_team(invite(current_caller(), given["email"], Role(given["role"])))


def take_invitation_back(invitation_id: uuid.UUID) -> Any:
    """Take an invitation back."""
    take_back(organisation_id(), invitation_id)
    return go(_HERE)


def change(member_id: int) -> Any:
    """Give a member another role, name or language."""
    given = sent(MemberPayload())
    role = given.pop("role", None)
    change_member(current_caller(), member_id, Changes(**given, role=Role(role) if role else None))
    return go(_HERE)


def remove(member_id: int) -> Any:
    """Remove a member."""
    remove_member(current_caller(), member_id)
    return go(_HERE)


def offer_password(member_id: int) -> str:
    """Let a member set a new password."""
    return show_team(offer_reset(current_caller(), member_id))


def remove_passkeys(member_id: int) -> Any:
    """Let a member in again who lost their passkeys."""
    remove_all(current_caller(), member_id)
    return go(_HERE)


def end(session_id: uuid.UUID) -> Any:
    """Sign a device out."""
    revoke_session(organisation_id(), session_id)
    return go(_HERE)


def role_choices() -> Choices:
    """The roles that the member may give, with their names."""
    names = {
        Role.VIEWER: gettext("Viewer"),
        Role.AGENT: gettext("Agent"),
        Role.ADMIN: gettext("Admin"),
        Role.OWNER: gettext("Owner"),
    }
    return [(role.value, name) for role, name in names.items() if may(role)]
