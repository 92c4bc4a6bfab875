"""Members, roles, sessions, keys and the audit log; and what members do with their own account."""

import uuid
from typing import Any

from flask import Response, request, stream_with_context

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Role, Scope
from cci_app.accounts.keys import list_keys, make_key, revoke_key_by_id
from cci_app.accounts.members.links import invite, list_invitations, offer_reset, take_back
from cci_app.accounts.members.passkeys import add_passkey, begin_adding, list_passkeys, remove_all, remove_passkey
from cci_app.accounts.members.register import (
    Changes,
    change_member,
    change_own,
    change_password,
    find_member,
    list_members,
    remove_member,
)
from cci_app.accounts.members.sessions import ListedSession, list_sessions, revoke_session
from cci_app.accounts.origin import our_origin
from cci_app.accounts.team import examples
from cci_app.accounts.team.log import Sought, as_csv, list_entries
from cci_app.accounts.team.schemas import (
    AboutMemberPayload,
    AuditQuery,
    AuditResponse,
    ChangedPasswordResponse,
    EndedSessionResponse,
    InvitationPayload,
    InvitationResponse,
    KeyPayload,
    KeyResponse,
    KeysResponse,
    MemberPayload,
    MemberResponse,
    MembersResponse,
    NewInvitationResponse,
    NewKeyResponse,
    NewPasskeyPayload,
    PasskeyChallengeResponse,
    PasskeyPayload,
    PasskeyResponse,
    PasswordPayload,
    RemovedMemberResponse,
    RemovedPasskeyResponse,
    RemovedPasskeysResponse,
    ResetLinkResponse,
    RoleResponse,
    SessionResponse,
    TakenBackResponse,
)
from cci_app.accounts.team.words import ROLES
from cci_app.core.audit import record_reading
from cci_app.core.csv_file import separator_of
from cci_app.core.http.api import EdgeBlueprint

_MEMBER = [{"in": "path", "name": "member_id", "example": 7}]
_SESSION = [{"in": "path", "name": "session_id", "example": examples.SESSION["id"]}]
_KEY = [{"in": "path", "name": "key_id", "example": 3}]

team = EdgeBlueprint("team", __name__, url_prefix="/api/v1/admin", description="Members, keys and the audit log")
me = EdgeBlueprint("me", __name__, url_prefix="/api/v1/me", description="A member's own account")


@team.get("/members")
@team.response(200, MembersResponse, example={"members": [examples.MEMBER]})
def list_team() -> dict[str, Any]:
    """List those who sign in for the organisation."""
    return {"members": list_members(current_caller().organisation_id)}


@team.get("/members/<int:member_id>", parameters=_MEMBER)
@team.response(200, MemberResponse, example=examples.MEMBER)
@team.alt_response(404, "NOT_FOUND")
def get_member(member_id: int) -> Any:
    """Tell who a member is."""
    return find_member(current_caller().organisation_id, member_id)


@team.patch("/members/<int:member_id>", parameters=_MEMBER)
@team.arguments(MemberPayload, example=examples.CHANGE)
@team.response(200, MemberResponse, example=examples.MEMBER)
@team.alt_response(404, "NOT_FOUND")
@team.alt_response(409, "CONFLICT")
def update_member(payload: dict[str, Any], member_id: int) -> Any:
    """Change a member's name, language or role.

    Nobody changes those above them, or gives a role above their own; a key acts as an admin. The last owner stays one.
    """
    role = payload.pop("role", None)
    return change_member(current_caller(), member_id, Changes(**payload, role=Role(role) if role else None))


@team.delete("/members/<int:member_id>", parameters=_MEMBER)
@team.response(200, RemovedMemberResponse, example=examples.REMOVED)
@team.alt_response(404, "NOT_FOUND")
@team.alt_response(409, "CONFLICT")
def delete_member(member_id: int) -> dict[str, Any]:
    """Remove a member; all their devices are signed out."""
    remove_member(current_caller(), member_id)
    return {"id": member_id, "removed": True}


@team.post("/members/<int:member_id>/reset", parameters=_MEMBER)
@team.response(201, ResetLinkResponse, example=examples.RESET)
@team.alt_response(404, "NOT_FOUND")
def offer_new_password(member_id: int) -> dict[str, Any]:
    """Let a member set a new password: by a link that is sent to them, or shown here where no mail is set up."""
    made = offer_reset(current_caller(), member_id)
    return {"link": _whole(made.path), "expires_at": made.link.expires_at}


@team.delete("/members/<int:member_id>/passkeys", parameters=_MEMBER)
@team.response(200, RemovedPasskeysResponse, example={"id": 7, "passkeys": 1})
@team.alt_response(404, "NOT_FOUND")
def remove_passkeys_of_member(member_id: int) -> dict[str, Any]:
    """Remove the passkeys of a member who lost them: the password alone lets them in again."""
    return {"id": member_id, "passkeys": remove_all(current_caller(), member_id)}


@team.get("/invitations")
@team.response(200, InvitationResponse(many=True), example=[examples.INVITATION])
def list_open_invitations() -> Any:
    """List the invitations that may still be accepted."""
    return list_invitations(current_caller().organisation_id)


@team.post("/invitations")
@team.arguments(InvitationPayload, example=examples.INVITATION_ORDER)
@team.response(201, NewInvitationResponse, example=examples.NEW_INVITATION)
@team.alt_response(409, "CONFLICT")
def create_invitation(payload: dict[str, Any]) -> dict[str, Any]:
    """Invite somebody to become a member, for seven days; an earlier invitation of the same address ends."""
    made = invite(current_caller(), payload["email"], Role(payload["role"]))
    names = ("id", "email", "role", "made_by", "created_at", "expires_at", "mail_state", "mail_reason")
    return {**{name: getattr(made.link, name) for name in names}, "link": _whole(made.path)}


@team.delete(
    "/invitations/<uuid:invitation_id>",
    parameters=[{"in": "path", "name": "invitation_id", "example": examples.INVITATION["id"]}],
)
@team.response(200, TakenBackResponse, example=examples.TAKEN_BACK)
@team.alt_response(404, "NOT_FOUND")
def take_back_invitation(invitation_id: uuid.UUID) -> dict[str, Any]:
    """Take an invitation back."""
    take_back(current_caller().organisation_id, invitation_id)
    return {"id": invitation_id, "taken_back": True}


@team.get("/roles")
@team.response(200, RoleResponse(many=True), example=examples.ROLES)
def list_roles() -> Any:
    """Tell which roles there are, each more than the one before."""
    return [{"role": role, "may": may} for role, may in ROLES.items()]


@team.get("/sessions")
@team.response(200, SessionResponse(many=True), example=[examples.SESSION])
def list_all_sessions() -> Any:
    """List the devices on which members are signed in."""
    return _shown(list_sessions(current_caller().organisation_id))


@team.delete("/sessions/<uuid:session_id>", parameters=_SESSION)
@team.response(200, EndedSessionResponse, example=examples.ENDED)
@team.alt_response(404, "NOT_FOUND")
def end_session(session_id: uuid.UUID) -> dict[str, Any]:
    """Sign a device out."""
    revoke_session(current_caller().organisation_id, session_id)
    return {"id": session_id, "ended": True}


@team.get("/keys")
@team.response(200, KeysResponse, example={"keys": [examples.KEY]})
def list_api_keys() -> dict[str, Any]:
    """List the organisation's keys."""
    return {"keys": list_keys(current_caller().organisation_id)}


@team.post("/keys")
@team.arguments(KeyPayload, example=examples.KEY_ORDER)
@team.response(201, NewKeyResponse, example=examples.NEW_KEY)
@team.alt_response(409, "CONFLICT")
def create_api_key(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a key. It is told once; a key gives none of the scopes that it lacks itself."""
    key, made = make_key(current_caller(), payload["name"], {Scope(scope) for scope in payload["scopes"]})
    return {**KeyResponse().dump(made), "key": key, "created_at": made.created_at}


@team.delete("/keys/<int:key_id>", parameters=_KEY)
@team.response(200, KeyResponse, example=examples.REVOKED_KEY)
@team.alt_response(404, "NOT_FOUND")
@team.alt_response(409, "CONFLICT")
def revoke_api_key(key_id: int) -> Any:
    """Revoke another key: it stops working within five seconds."""
    return revoke_key_by_id(current_caller(), key_id)


@team.get("/audit")
@team.arguments(AuditQuery, location="query")
@team.response(200, AuditResponse, example=examples.AUDIT)
@team.alt_response(200, schema={"type": "string"}, content_type="text/csv", example=examples.AUDIT_CSV)
def list_audit(query: dict[str, Any]) -> Any:
    """Tell what members, keys and commands did, the newest first."""
    organisation_id = current_caller().organisation_id
    form, limit, before = query.pop("format"), query.pop("limit"), query.pop("before", None)
    separator = query.pop("separator", None)
    sought = Sought(**query)
    if form == "csv":
        record_reading(organisation_id, "audit.exported", "audit")
        lines = as_csv(organisation_id, sought, separator_of(organisation_id, separator))
        response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = "attachment; filename=audit.csv"
        return response
    entries = list_entries(organisation_id, sought, limit=limit, before=before)
    return {"entries": entries, "next": entries[-1].id if len(entries) == limit else None}


@me.get("")
@me.response(200, MemberResponse, example=examples.MEMBER)
def get_me() -> Any:
    """Tell who is signed in."""
    caller = current_caller()
    return find_member(caller.organisation_id, caller.member_id or 0)


@me.patch("")
@me.arguments(AboutMemberPayload, example={"name": "Camille Rojas", "language": "fr"})
@me.response(200, MemberResponse, example=examples.MEMBER)
def update_me(payload: dict[str, Any]) -> Any:
    """Change one's own name or language."""
    return change_own(current_caller(), Changes(**payload))


@me.post("/password")
@me.arguments(PasswordPayload, example=examples.PASSWORDS)
@me.response(200, ChangedPasswordResponse, example={"changed": True})
def update_my_password(payload: dict[str, Any]) -> dict[str, Any]:
    """Change one's own password; all other devices are signed out."""
    change_password(current_caller(), payload["old_password"], payload["new_password"])
    return {"changed": True}


@me.get("/sessions")
@me.response(200, SessionResponse(many=True), example=[examples.SESSION])
def list_my_sessions() -> Any:
    """List the devices on which one is signed in."""
    caller = current_caller()
    return _shown(list_sessions(caller.organisation_id, caller.member_id))


@me.delete("/sessions/<uuid:session_id>", parameters=_SESSION)
@me.response(200, EndedSessionResponse, example=examples.ENDED)
@me.alt_response(404, "NOT_FOUND")
def end_my_session(session_id: uuid.UUID) -> dict[str, Any]:
    """Sign one of one's own devices out."""
    caller = current_caller()
    revoke_session(caller.organisation_id, session_id, caller.member_id)
    return {"id": session_id, "ended": True}


@me.get("/passkeys")
@me.response(200, PasskeyResponse(many=True), example=[examples.PASSKEY])
def list_my_passkeys() -> Any:
    """List one's passkeys."""
    return list_passkeys(current_caller())


@me.post("/passkeys/challenge")
@me.arguments(NewPasskeyPayload, example=examples.NEW_PASSKEY)
@me.response(200, PasskeyChallengeResponse, example=examples.PASSKEY_CHALLENGE)
@me.alt_response(409, "CONFLICT")
def begin_passkey(payload: dict[str, Any]) -> dict[str, Any]:
    """Begin adding a passkey: what the browser asks the device."""
    challenge = begin_adding(current_caller(), our_origin(request), payload["password"])
    return {"options": challenge.options, "ticket": challenge.ticket}


@me.post("/passkeys")
@me.arguments(PasskeyPayload, example=examples.PASSKEY_ANSWER)
@me.response(201, PasskeyResponse, example=examples.PASSKEY)
@me.alt_response(409, "CONFLICT")
def create_passkey(payload: dict[str, Any]) -> Any:
    """Add a passkey by the device's answer; from then on signing in takes one beside the password."""
    return add_passkey(current_caller(), our_origin(request), payload["ticket"], payload["name"], payload["credential"])


@me.delete(
    "/passkeys/<uuid:passkey_id>", parameters=[{"in": "path", "name": "passkey_id", "example": examples.PASSKEY["id"]}]
)
@me.response(200, RemovedPasskeyResponse, example=examples.REMOVED_PASSKEY)
@me.alt_response(404, "NOT_FOUND")
def delete_passkey(passkey_id: uuid.UUID) -> dict[str, Any]:
    """Remove one of one's passkeys."""
    remove_passkey(current_caller(), passkey_id)
    return {"id": passkey_id, "removed": True}


def _whole(path: str | None) -> str | None:
    """The address of a page of ours, for whoever asked: they know where they reached us."""
    if path is None:
        return None
    return f"{our_origin(request)}{path}"


def _shown(sessions: list[ListedSession]) -> list[dict[str, Any]]:
    current = current_caller().session_id
    names = ("id", "member_id", "email", "address", "device", "created_at", "last_seen_at")
    return [{**{name: getattr(each, name) for name in names}, "current": each.id == current} for each in sessions]
