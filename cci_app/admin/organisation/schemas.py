"""HTTP shapes of an organisation's settings."""

import marshmallow as ma

from cci_app.core.http.fields import CleanText
from cci_app.language.detect import ADMIN_LANGUAGES

LONGEST_NAME = 200


class SettingsPayload(ma.Schema):
    """What is to be changed; what is not named stays."""

    name = CleanText(min_length=1, max_length=LONGEST_NAME, metadata={"example": "Chambre de commerce Exemple"})
    language = ma.fields.String(
        validate=ma.validate.OneOf(ADMIN_LANGUAGES),
        metadata={"description": "Of the pages of who chose none, and of exports", "example": "fr"},
    )
    timezone = CleanText(
        min_length=1,
        max_length=64,
        metadata={"description": "Of days and hours, by its name in the IANA database", "example": "America/Bogota"},
    )


class RetentionOfTable(ma.Schema):
    """For how many days rows of a table, or files, are kept; 0 is for ever."""

    table = ma.fields.String(required=True)
    days = ma.fields.Integer(required=True)


class SettingsResponse(ma.Schema):
    """An organisation as it is set. `retention` is the installation's, and cannot be changed here."""

    slug = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    timezone = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    retention = ma.fields.List(ma.fields.Nested(RetentionOfTable), required=True)
