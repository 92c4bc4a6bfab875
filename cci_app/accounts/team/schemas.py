"""HTTP shapes of members, keys, sessions and the audit log. No secret is in a response but the key just made."""

import marshmallow as ma

from cci_app.accounts.caller import Role, Scope
from cci_app.accounts.keys import NAME_LENGTH
from cci_app.accounts.members.models import EMAIL_LENGTH, MailState
from cci_app.accounts.members.passkeys import LONGEST_NAME as LONGEST_PASSKEY
from cci_app.accounts.members.passwords import LONGEST
from cci_app.core.http.fields import CleanText, PageQuery, separator_field
from cci_app.language.detect import ADMIN_LANGUAGES

# `operator` sees the whole installation: whoever administers one organisation cannot give it away.
GRANTED_SCOPES = [scope for scope in Scope if scope is not Scope.OPERATOR]
NAME = 200


def _role(*, required: bool = False) -> ma.fields.String:
    return ma.fields.String(validate=ma.validate.OneOf([*Role]), metadata={"example": Role.AGENT}, required=required)


class MemberResponse(ma.Schema):
    """A member: `has_password` is false for who signs in with the organisation's directory alone."""

    id = ma.fields.Integer(required=True)
    email = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    role = _role(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    has_password = ma.fields.Function(
        lambda member: member.password_hash is not None, required=True, metadata={"type": "boolean"}
    )
    created_at = ma.fields.AwareDateTime(required=True)
    last_seen_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class MembersResponse(ma.Schema):
    """The members of an organisation."""

    members = ma.fields.List(ma.fields.Nested(MemberResponse), required=True)


class AboutMemberPayload(ma.Schema):
    """What members may change of themselves."""

    name = CleanText(max_length=NAME, metadata={"example": "Camille Rojas"})
    language = ma.fields.String(validate=ma.validate.OneOf(ADMIN_LANGUAGES), metadata={"example": "fr"})


class MemberPayload(AboutMemberPayload):
    """What is to be changed of a member."""

    role = _role()


class RemovedMemberResponse(ma.Schema):
    """A member who was removed."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)


class InvitationPayload(ma.Schema):
    """Who is to become a member."""

    email = CleanText(min_length=3, max_length=EMAIL_LENGTH, required=True, metadata={"example": "diego@example.org"})
    role = _role(required=True)


class InvitationResponse(ma.Schema):
    """An invitation that may still be accepted, and how far its mail is; null where there is none."""

    id = ma.fields.UUID(required=True)
    email = ma.fields.String(required=True)
    role = _role(required=True)
    made_by = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)
    mail_state = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf([*MailState]))
    mail_reason = ma.fields.String(required=True, allow_none=True)


class NewInvitationResponse(InvitationResponse):
    """An invitation just made. Where it is not sent by mail `link` is told this once, to be handed on."""

    link = ma.fields.String(required=True, allow_none=True)


class ResetLinkResponse(ma.Schema):
    """A link with which a member sets a new password; null where it is sent by mail."""

    link = ma.fields.String(required=True, allow_none=True)
    expires_at = ma.fields.AwareDateTime(required=True)


class TakenBackResponse(ma.Schema):
    """An invitation that was taken back."""

    id = ma.fields.UUID(required=True)
    taken_back = ma.fields.Boolean(required=True)


class RoleResponse(ma.Schema):
    """A role, and what its members may do, in the words of the languages of those who administer."""

    role = _role(required=True)
    may = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class SessionResponse(ma.Schema):
    """A device on which a member is signed in; `current` is the one that asks."""

    id = ma.fields.UUID(required=True)
    member_id = ma.fields.Integer(required=True)
    email = ma.fields.String(required=True)
    address = ma.fields.String(required=True)
    device = ma.fields.String(required=True)
    current = ma.fields.Boolean(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    last_seen_at = ma.fields.AwareDateTime(required=True)


class EndedSessionResponse(ma.Schema):
    """A device that was signed out."""

    id = ma.fields.UUID(required=True)
    ended = ma.fields.Boolean(required=True)


class PasswordPayload(ma.Schema):
    """A new password, and the one so far."""

    old_password = ma.fields.String(
        required=True, validate=ma.validate.Length(1, LONGEST), metadata={"example": "correct horse battery staple"}
    )
    new_password = ma.fields.String(
        required=True, validate=ma.validate.Length(1, LONGEST), metadata={"example": "a new password, a longer one"}
    )


class ChangedPasswordResponse(ma.Schema):
    """A password was changed; all other devices are signed out."""

    changed = ma.fields.Boolean(required=True)


class NewPasskeyPayload(ma.Schema):
    """The password of whoever wants a passkey."""

    password = ma.fields.String(
        required=True, validate=ma.validate.Length(1, LONGEST), metadata={"example": "correct horse battery staple"}
    )


class PasskeyChallengeResponse(ma.Schema):
    """What `PublicKeyCredential.parseCreationOptionsFromJSON` takes, and a ticket to bring back within five minutes."""

    options = ma.fields.Dict(required=True)
    ticket = ma.fields.String(required=True)


class PasskeyPayload(ma.Schema):
    """What the device answered: `credential.toJSON()`."""

    name = CleanText(min_length=1, max_length=LONGEST_PASSKEY, required=True, metadata={"example": "Phone"})
    ticket = ma.fields.String(required=True, validate=ma.validate.Length(1, 2000))
    credential = ma.fields.Dict(required=True)


class PasskeyResponse(ma.Schema):
    """A passkey: whoever has one needs it beside the password."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    last_used_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class RemovedPasskeyResponse(ma.Schema):
    """A passkey that was removed."""

    id = ma.fields.UUID(required=True)
    removed = ma.fields.Boolean(required=True)


class RemovedPasskeysResponse(ma.Schema):
    """How many passkeys of a member were removed."""

    id = ma.fields.Integer(required=True)
    passkeys = ma.fields.Integer(required=True)


class KeyPayload(ma.Schema):
    """A key to be made. Two of one name may be active, so that one can be changed without a pause."""

    name = CleanText(min_length=1, max_length=NAME_LENGTH, required=True, metadata={"example": "Manychat flow"})
    scopes = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(GRANTED_SCOPES)),
        required=True,
        validate=ma.validate.Length(1, len(GRANTED_SCOPES)),
        metadata={"example": ["messages", "users"]},
    )


class KeyResponse(ma.Schema):
    """A key, of which nothing but its beginning is known any more."""

    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    prefix = ma.fields.String(required=True)
    scopes = ma.fields.List(ma.fields.String(), required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class NewKeyResponse(KeyResponse):
    """A key just made: `key` is told this once."""

    key = ma.fields.String(required=True)


class KeysResponse(ma.Schema):
    """The keys of an organisation, revoked ones too, the newest first."""

    keys = ma.fields.List(ma.fields.Nested(KeyResponse), required=True)


class AuditQuery(PageQuery):
    """Which entries of the audit log."""

    who = CleanText(max_length=64, metadata={"description": "Who did it, as `member:7` or `key:3`", "example": "key:3"})
    act = CleanText(
        max_length=64, metadata={"description": "What was done, or its beginning, as `key.`", "example": "key."}
    )
    subject = CleanText(max_length=300, metadata={"description": "On what, as `member:7`", "example": "key:4"})
    since = ma.fields.AwareDateTime(metadata={"description": "From then on", "example": "2026-01-01T00:00:00+00:00"})
    until = ma.fields.AwareDateTime(metadata={"description": "Before then", "example": "2099-01-01T00:00:00+00:00"})
    format = ma.fields.String(
        load_default="json",
        validate=ma.validate.OneOf(["json", "csv"]),
        metadata={"description": "`csv` has all of them, whatever the limit", "example": "json"},
    )
    separator = separator_field()


class AuditEntryResponse(ma.Schema):
    """Who did what, on what, when, and from where. `name` is what they were called then."""

    id = ma.fields.Integer(required=True)
    timestamp = ma.fields.AwareDateTime(required=True)
    who = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    act = ma.fields.String(required=True)
    subject = ma.fields.String(required=True)
    details = ma.fields.Dict(required=True)
    address = ma.fields.String(required=True, allow_none=True)
    request_id = ma.fields.String(required=True, allow_none=True)


class AuditResponse(ma.Schema):
    """A page of the audit log, the newest first; `next` is the `before` of the next page."""

    entries = ma.fields.List(ma.fields.Nested(AuditEntryResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)
