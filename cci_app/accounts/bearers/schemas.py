"""HTTP shapes of members' tokens."""

import marshmallow as ma

from cci_app.accounts.members.models import EMAIL_LENGTH
from cci_app.accounts.members.register import LONGEST_NAME
from cci_app.core.http.fields import CleanText

_PASSWORD = {"description": "The password, as it is typed", "example": "caballo pila grapa correcto"}


def _secret(**options: object) -> ma.fields.String:
    return ma.fields.String(required=True, validate=ma.validate.Length(1, 500), metadata=options)


class LogInPayload(ma.Schema):
    """Who logs in."""

    email = CleanText(min_length=1, max_length=EMAIL_LENGTH, required=True, metadata={"example": "ana@example.org"})
    password = _secret(**_PASSWORD)


class RegisterPayload(ma.Schema):
    """Who becomes a member, by the invitation that an admin made."""

    invitation = _secret(description="The last part of the invitation's link", example="V2hvIGludml0ZWQgeW91Pw")
    name = CleanText(max_length=LONGEST_NAME, load_default="", metadata={"example": "Ana Pérez"})
    password = _secret(**_PASSWORD)


class RefreshPayload(ma.Schema):
    """What another token is had for."""

    refresh_token = _secret(description="Of the answer before", example="bm90IGEgcmVhbCBvbmU")


class BearerTokensResponse(ma.Schema):
    """A token for the header `Authorization`, and what another one is had for."""

    access_token = ma.fields.String(required=True)
    token_type = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True)
    refresh_token = ma.fields.String(required=True)


class ProfileResponse(ma.Schema):
    """The member who calls."""

    id = ma.fields.Integer(required=True)
    email = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    role = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)


class VerifiedTokenResponse(ma.Schema):
    """That a token holds, and whose it is."""

    valid = ma.fields.Boolean(required=True)
    member_id = ma.fields.Integer(required=True)
    organisation_id = ma.fields.Integer(required=True)
    role = ma.fields.String(required=True)
