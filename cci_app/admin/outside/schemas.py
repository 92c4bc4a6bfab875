"""HTTP shapes of accounts at services outside. A secret is in no response."""

import marshmallow as ma

from cci_app.channels.accounts import channel_accounts
from cci_app.core.http.fields import CleanText
from cci_app.core.outside.kind import LONGEST_VALUE
from cci_app.core.outside.models import AccountState
from cci_app.core.outside.register import NAME_PATTERN
from cci_app.integrations.accounts import integrations

_NAME = {"description": "Small letters, digits and dashes; not `default`", "example": "members"}


def _texts(described: str, example: dict[str, str]) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Length(1, 64)),
        values=CleanText(max_length=LONGEST_VALUE),
        load_default=dict,
        metadata={"description": described, "example": example},
    )


class AccountPayload(ma.Schema):
    """An account to be added."""

    # The length too: Python's `$` would let a line's end pass.
    name = ma.fields.String(
        required=True,
        validate=[ma.validate.Length(1, 40), ma.validate.Regexp(NAME_PATTERN, error=str(_NAME["description"]))],
        metadata=_NAME,
    )
    settings = _texts("The fields of the kind that are no secrets", {"site": "example.sharepoint.com:/sites/members"})
    secrets = _texts("The fields that are secrets: sealed, and never shown", {"client_secret": "made-up-secret"})


class IntegrationPayload(AccountPayload):
    """An integration to be added."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(list(integrations.kinds)))


class ChannelAccountPayload(AccountPayload):
    """A channel account to be added; `assistant` answers there, the default one where it is not named."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(list(channel_accounts.kinds)))
    assistant = CleanText(min_length=1, max_length=64, load_default=None, allow_none=True)


class AccountResponse(ma.Schema):
    """An account: `secrets` names those that are set; `reason` is why the last check failed."""

    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    settings = ma.fields.Dict(required=True)
    secrets = ma.fields.List(ma.fields.String(), required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*AccountState]))
    reason = ma.fields.String(required=True, allow_none=True)
    checked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ChannelAccountResponse(AccountResponse):
    """A channel account; `outside_id` is what the channel calls it, where it does."""

    outside_id = ma.fields.String(required=True, allow_none=True)
    assistant = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "The assistant; null for the default one"}
    )


class AccountCheckResponse(ma.Schema):
    """What a check found: `works` are its steps that did, `reason` is what is wrong."""

    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*AccountState]))
    works = ma.fields.List(ma.fields.String(), required=True)
    reason = ma.fields.String(required=True, allow_none=True)


class RemovedAccountResponse(ma.Schema):
    """An account that is no longer there."""

    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    removed = ma.fields.Boolean(required=True)
