"""HTTP shapes of the contact book."""

import marshmallow as ma

from cci_app.admin.conversations.schemas import LONGEST_TEXT, TRUTH, ListedConversation
from cci_app.admin.people.directory import PAGE_SIZE
from cci_app.core.http.fields import CleanText, PageSize


class ContactsQuery(PageSize):
    """Which contacts, and which page of them."""

    text = CleanText(
        max_length=LONGEST_TEXT,
        metadata={"description": "Parts of name, company, number, e-mail, city or sector", "example": "durand"},
    )
    city = CleanText(max_length=100, metadata={"example": "Bogotá"})
    wrote = ma.fields.Boolean(**TRUTH, metadata={"description": "Whether they ever wrote", "example": True})
    completed = ma.fields.Boolean(
        **TRUTH, metadata={"description": "Whether they told all that is asked", "example": False}
    )
    before = ma.fields.String(
        validate=ma.validate.Length(1, 2000),
        metadata={
            "description": "`next` of the page before",
            "example": "WyJjYWZlIHVubyIsICJkdXJhbmQgY2FtaWxsZSIsIDdd",
        },
    )
    limit = ma.fields.Integer(
        load_default=PAGE_SIZE,
        validate=ma.validate.Range(1, 100),
        metadata={"description": "How many at most", "example": PAGE_SIZE},
    )


class ContactFields(ma.Schema):
    """What the book says of a person."""

    phone = ma.fields.String(required=True)
    first_name = ma.fields.String(required=True, allow_none=True)
    last_name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    role = ma.fields.String(required=True, allow_none=True)
    sector = ma.fields.String(required=True, allow_none=True)
    city = ma.fields.String(required=True, allow_none=True)
    email = ma.fields.String(required=True, allow_none=True)
    membership = ma.fields.String(required=True, allow_none=True)
    description = ma.fields.String(required=True, allow_none=True)


class ListedContact(ContactFields):
    """A contact of a list; `last_interaction` is null for who never wrote."""

    last_interaction = ma.fields.AwareDateTime(required=True, allow_none=True)
    questions_answered = ma.fields.Integer(required=True, allow_none=True)
    completed = ma.fields.Boolean(required=True)


class DirectoryResponse(ma.Schema):
    """Contacts by company and name; `next` is null on the last page, `count` on all but the first."""

    contacts = ma.fields.List(ma.fields.Nested(ListedContact), required=True)
    next = ma.fields.String(required=True, allow_none=True)
    count = ma.fields.Integer(required=True, allow_none=True)


class ContactCardResponse(ContactFields):
    """A contact: `extra` is what the book says beyond these fields, by the header of its column."""

    extra = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    updated_at = ma.fields.AwareDateTime(required=True)
    wish = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What they asked the organisation for: whoever did is not written to first"},
    )
    conversations = ma.fields.List(ma.fields.Nested(ListedConversation), required=True)
