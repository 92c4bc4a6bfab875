"""HTTP shapes of what a person may ask of those who keep their data."""

from typing import Any

import marshmallow as ma

from cci_app.contacts.wishes import ContactWish

# Erasing is a request of its own.
_WISHES = [each.value for each in ContactWish if each is not ContactWish.ERASE]


class WishRequest(ma.Schema):
    """What a person asked for by another way: by phone, by e-mail. `resume` takes it back."""

    wish = ma.fields.String(
        required=True, validate=ma.validate.OneOf(_WISHES), metadata={"example": ContactWish.LEAVE_ALONE.value}
    )


class WishResponse(ma.Schema):
    """What stands; null where nothing does."""

    wish = ma.fields.String(required=True, allow_none=True)
    marked_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class PersonExportResponse(ma.Schema):
    """All that is kept of a person; `record` has the rows of each table by its name."""

    user_id = ma.fields.String(required=True)
    exported_at = ma.fields.String(required=True)
    contact = ma.fields.Dict(keys=ma.fields.String(), required=True, allow_none=True)
    wish = ma.fields.String(required=True, allow_none=True)
    record = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.List(ma.fields.Dict(keys=ma.fields.String())), required=True
    )


class ErasedResponse(ma.Schema):
    """What went, by table; `person` is the pseudonym that the audit log has.

    `delivered` are exports that had left this installation before, `agents_not_told` agents of your own that could not
    be told to forget.
    """

    person = ma.fields.String(required=True)
    rows = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    files = ma.fields.Integer(required=True)
    delivered = ma.fields.List(ma.fields.String(), required=True)
    agents_not_told = ma.fields.List(ma.fields.String(), required=True)


WISH_EXAMPLE: dict[str, Any] = {"wish": "leave_alone", "marked_at": "2026-01-15T14:03:20.123456+00:00"}
EXPORT_EXAMPLE: dict[str, Any] = {
    "user_id": "+573001234567",
    "exported_at": "2026-01-15T14:03:20.123456+00:00",
    "contact": {"phone": "+573001234567", "first_name": "Camille", "company": "Café Uno SAS"},
    "wish": None,
    "record": {"conversations": [{"user_message": "Bonjour", "agent_response": "Bonjour Camille !"}]},
}
ERASED_EXAMPLE: dict[str, Any] = {
    "person": "9f2c1d0b7a6e4c58a1b2c3d4e5f60718",
    "rows": {"webhook_events": 6, "conversations": 6, "conversation_runs": 1, "turn_state": 1, "contacts": 1},
    "files": 1,
    "delivered": ["sharepoint 2026-01-10"],
    "agents_not_told": [],
}
