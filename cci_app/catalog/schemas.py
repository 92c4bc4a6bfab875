"""HTTP shapes of tables."""

import marshmallow as ma

NAME_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"


class TableResponse(ma.Schema):
    """A table: how many rows it has, since when, and how it was declared."""

    name = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    rows = ma.fields.Integer(required=True)
    loaded_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    declaration = ma.fields.Dict(required=True)


class TablesResponse(ma.Schema):
    """All tables of the organisation, by name."""

    tables = ma.fields.List(ma.fields.Nested(TableResponse), required=True)


class TableRemovedResponse(ma.Schema):
    """The table that was removed with its rows."""

    name = ma.fields.String(required=True)
    removed = ma.fields.Boolean(required=True)


class RowExample(ma.Schema):
    """A row by its key; `row` is its number in the file, `changed` the attributes that differ."""

    key = ma.fields.String(required=True)
    row = ma.fields.Integer()
    changed = ma.fields.List(ma.fields.String())


class RowExamples(ma.Schema):
    """The first ten of each."""

    added = ma.fields.List(ma.fields.Nested(RowExample), required=True)
    changed = ma.fields.List(ma.fields.Nested(RowExample), required=True)
    removed = ma.fields.List(ma.fields.Nested(RowExample), required=True)


class TableDifferenceResponse(ma.Schema):
    """What a file did to a table, or would do; `columns` are its headers, each with the attribute it was read as."""

    columns = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(allow_none=True), required=True)
    rows = ma.fields.Integer(required=True)
    added = ma.fields.Integer(required=True)
    changed = ma.fields.Integer(required=True)
    removed = ma.fields.Integer(required=True)
    unchanged = ma.fields.Integer(required=True)
    examples = ma.fields.Nested(RowExamples, required=True)


class LoadQuery(ma.Schema):
    """Whether only to compare."""

    dry_run = ma.fields.Boolean(
        load_default=False, metadata={"description": "Show the difference, change nothing", "example": True}
    )


class _Shape(ma.Schema):
    class Meta:
        """Attributes are of the organisation's making: what a declaration may say is checked as a whole."""

        unknown = ma.INCLUDE


class DeclarationPayload(_Shape):
    """A declaration: see `docs/catalog.md`."""

    title = ma.fields.String(required=True, metadata={"example": "Autos"})
    key = ma.fields.String(required=True, metadata={"example": "stock_id"})
    noun = ma.fields.String(required=True, metadata={"example": "auto"})
    nouns = ma.fields.String(required=True, metadata={"example": "autos"})
    line = ma.fields.String(required=True, metadata={"example": "{make} · {price}"})
    attributes = ma.fields.Dict(required=True, metadata={"minProperties": 2})
