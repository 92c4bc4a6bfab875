"""What schemathesis cannot invent by itself; it imports this module (SCHEMATHESIS_HOOKS)."""

import io
import json
import re
from http import HTTPStatus
from typing import Any, Final
from unicodedata import normalize

import openpyxl
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData, UndefinedStatusCode

from cci_app.admin.examples import XLSX

_OF_ANOTHER_TYPE: Final = re.compile(r"in body - (\w+): Incorrect type")
_CONTROLS: Final = re.compile(r"\\u00(?:[01][0-9a-f]|7f|[89][0-9a-f])|\\[bfrt]")


def _workbook(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Empresa", "Nombre", "Celular"), *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# A JSON schema says "bytes"; which bytes are a workbook it cannot say.
schemathesis.openapi.media_type(
    XLSX,
    st.sampled_from(
        [
            _workbook(("Vinos del Valle SAS", "Camille", "+573001234567")),
            _workbook(("Una", "Dos", "3000000001"), ("Otra", "Tres", "no phone"), ("Otra", "Tres", "3000000001")),
        ]
    ),
)

# Nor which are a document; what is in it makes no difference to the API.
for _kind, _documents in {
    "application/pdf": [b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n1 0 obj"],
    "text/html": [b"<!doctype html><p>Bonjour.", b"<html>"],
    "text/markdown": [b"# Bonjour", b"- un\n- deux"],
    "text/plain": [b"Bonjour.", "Buenos días.".encode()],
}.items():
    schemathesis.openapi.media_type(_kind, st.sampled_from(_documents))


# Nor that of two days the first comes first, and that an address is fetched over https.
@schemathesis.hook
def map_query(_context: Any, query: Any) -> Any:
    """Put the days of a request in order."""
    return _in_order(query)


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Put the days of a request in order, and its address on https."""
    body = _in_order(body)
    if isinstance(body, dict) and isinstance(address := body.get("url"), str):
        return {**body, "url": re.sub("^http:", "https:", address)}
    return body


def _in_order(fields: Any) -> Any:
    if (
        isinstance(fields, dict)
        and isinstance(fields.get("start_date"), str)
        and isinstance(fields.get("end_date"), str)
    ):
        first, last = sorted((fields["start_date"], fields["end_date"]))
        return {**fields, "start_date": first, "end_date": last}
    return fields


@schemathesis.hook
def filter_failure(_context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Leave out what is no fault of an operation.

    A text is measured once it is cleaned: controls, which are taken out, may make it too long for the schema alone, and
    letters that are composed into longer ones for us alone. "null" in a query, and false or an object or a list with
    nothing in it in a body, are how flows write nothing. Whoever sends a key that holds is let in, whatever stands in
    `Authorization`. 414 is what the server says before any operation is found.
    """
    if isinstance(failure, AcceptedNegativeData):
        controls = _CONTROLS.search(json.dumps([case.query, case.body], default=str))
        nothing = "parameter `format` in query" in failure.message and "format=null" in response.request.url
        also_a_key = "at /properties/Authorization" in failure.message
        named = _OF_ANOTHER_TYPE.search(failure.message)
        field = case.body.get(named[1]) if named and isinstance(case.body, dict) else None
        empty = isinstance(field, bool | dict | list) and _holds_nothing(field)
        return not (nothing or empty or also_a_key or ("`maxLength`" in failure.message and controls))
    if isinstance(failure, RejectedPositiveData):
        said = json.dumps(case.body, default=str, ensure_ascii=False)
        return not ("Longer than maximum length" in response.text and len(normalize("NFC", said)) > len(said))
    return not (isinstance(failure, UndefinedStatusCode) and response.status_code == HTTPStatus.REQUEST_URI_TOO_LONG)


def _holds_nothing(field: Any) -> bool:
    if isinstance(field, dict | list):
        return all(map(_holds_nothing, field.values() if isinstance(field, dict) else field))
    return field is None or field is False or field == ""
