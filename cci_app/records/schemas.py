"""Facts in requests and responses."""

import marshmallow as ma

from cci_app.core.http.fields import CleanText

LONGEST_FACT = 2000

WRITTEN = {
    "title": "Kermesse",
    "text": "Samedi 12 décembre, à partir de 15 h, dans la cour.",
    "words": ["kermesse", "fête"],
    "ends_on": "2026-12-12",
}
KEPT = {"id": 4, "starts_on": None, **WRITTEN}


class FactPayload(ma.Schema):
    """Something to tell while it holds: from the first day to the last, both included. `words` are asked it by."""

    title = CleanText(min_length=1, max_length=200, required=True, metadata={"example": "Kermesse"})
    text = CleanText(min_length=1, max_length=LONGEST_FACT, required=True, metadata={"example": WRITTEN["text"]})
    words = ma.fields.List(
        CleanText(min_length=1, max_length=80),
        load_default=list,
        validate=ma.validate.Length(0, 50),
        metadata={"example": ["kermesse"]},
    )
    starts_on = ma.fields.Date(load_default=None, allow_none=True, metadata={"example": None})
    ends_on = ma.fields.Date(load_default=None, allow_none=True, metadata={"example": "2026-12-12"})


class FactResponse(FactPayload):
    """The same with its id."""

    id = ma.fields.Integer(required=True, metadata={"example": 4})


class FactsResponse(ma.Schema):
    """All facts, by title."""

    facts = ma.fields.List(ma.fields.Nested(FactResponse), required=True)


class RemovedFactResponse(ma.Schema):
    """A fact that is gone."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)
