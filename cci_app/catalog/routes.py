"""The organisation's tables: what each holds, and its rows from a file."""

import json
from collections.abc import Mapping
from typing import Any

from flask import current_app, request

from cci_app.accounts.auth import current_caller
from cci_app.catalog import examples, register
from cci_app.catalog.declaration import read_declaration
from cci_app.catalog.schemas import (
    NAME_PATTERN,
    DeclarationPayload,
    LoadQuery,
    TableDifferenceResponse,
    TableRemovedResponse,
    TableResponse,
    TablesResponse,
)
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form

_TABLE = "/<string:name>"
_NAME = [{"in": "path", "name": "name", "example": "cars", "schema": {"type": "string", "pattern": NAME_PATTERN}}]
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "columns": {
            "type": "string",
            "description": "A JSON object: of a header the attribute that it is, or an empty text for none",
            "example": '{"Precio de lista": "price"}',
        },
    },
    "required": ["file"],
    "additionalProperties": False,
}
_FILE_TYPES = "text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = EdgeBlueprint(
    "catalogs", __name__, url_prefix="/api/v1/catalogs", description="Tables that assistants find things in"
)


@blueprint.get("")
@blueprint.response(200, TablesResponse, example=examples.TABLES)
def list_catalogs() -> dict[str, Any]:
    """List the tables."""
    return {"tables": [table.as_dict() for table in register.list_tables(current_caller().organisation_id)]}


@blueprint.get(_TABLE, parameters=_NAME)
@blueprint.response(200, TableResponse, example=examples.TABLE)
@blueprint.alt_response(404, "NOT_FOUND")
def get_catalog(name: str) -> dict[str, Any]:
    """Tell what a table holds and how many rows it has."""
    return register.find_table(current_caller().organisation_id, name).as_dict()


@blueprint.put(_TABLE, parameters=_NAME)
@blueprint.arguments(DeclarationPayload, example=examples.DECLARATION)
@blueprint.response(200, TableResponse, example=examples.TABLE)
@blueprint.alt_response(404, "NOT_FOUND")
def put_catalog(payload: dict[str, Any], name: str) -> dict[str, Any]:
    """Declare what a table holds; its rows stay, read by the new declaration."""
    declaration = read_declaration({**payload, "name": name})
    return register.declare(current_caller().organisation_id, declaration)[0].as_dict()


@blueprint.delete(_TABLE, parameters=_NAME)
@blueprint.response(200, TableRemovedResponse, example=examples.REMOVED)
@blueprint.alt_response(404, "NOT_FOUND")
def remove_catalog(name: str) -> dict[str, Any]:
    """Remove a table with its rows."""
    register.remove_table(current_caller().organisation_id, name)
    return {"name": name, "removed": True}


@blueprint.post(f"{_TABLE}/rows", parameters=_NAME)
@blueprint.arguments(LoadQuery, location="query")
@blueprint.response(200, TableDifferenceResponse, example=examples.DIFFERENCE)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {"multipart/form-data": {"schema": _FORM, "encoding": {"file": {"contentType": _FILE_TYPES}}}},
    }
)
def load_catalog_rows(query: dict[str, Any], name: str) -> dict[str, Any]:
    """Make the rows of a table those of a file (CSV or Excel), all at once: what is not in it is removed.

    A file that lacks a column, or has a row that cannot be read, changes nothing; the error names them.
    """
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    organisation_id = current_caller().organisation_id
    data, columns = _uploaded()
    load = register.compare_rows if query["dry_run"] else register.load_rows
    return load(organisation_id, name, data, columns).as_dict()


def _uploaded() -> tuple[bytes, Mapping[str, str]]:
    with reading_body():
        if set(request.files) != {"file"} or set(request.form) - {"columns"}:
            raise InvalidInput(
                "send the file as multipart/form-data, in a part named file", details={"file": ["Missing."]}
            )
        return request.files["file"].stream.read(), columns_in(request.form.get("columns", ""))


def columns_in(written: str) -> Mapping[str, str]:
    """The mapping of headers that a form brings as JSON. Raises InvalidInput."""
    try:
        told = json.loads(written) if written.strip() else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise InvalidInput(
            "columns is a JSON object: of a header the name of an attribute", details={"columns": ["Not an object."]}
        )
    return told
