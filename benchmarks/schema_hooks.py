"""What schemathesis cannot invent by itself; it imports this module (SCHEMATHESIS_HOOKS)."""

import io

import openpyxl
import schemathesis
from hypothesis import strategies as st

from cci_app.admin.examples import XLSX


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
