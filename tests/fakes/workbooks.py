"""Workbooks made for a test."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

HEADERS = (
    "Empresa",
    "Nombre",
    "Apellido",
    "Celular",
    "Cargo",
    "Sector de Actividad",
    "Descripción",
    "Correo",
    "Ciudad",
    "Membresía",
)
PERSON = (
    "Vinos del Valle SAS",
    "Camille",
    "Durand",
    "+57 300 123 4567",
    "Gerente",
    "Vinos",
    "Importa vinos",
    "camille@example.org",
    "Bogotá",
    "Oro",
)


def workbook(*rows: Sequence[Any], name: str = "Contactos") -> bytes:
    """A workbook of one sheet with those rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def contacts(*people: tuple[str, str]) -> bytes:
    """A workbook of phones and companies."""
    return workbook(("Celular", "Empresa"), *people)


def repacked(data: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """The same archive with each member changed; one that becomes None is left out. `xl__a_xml` adds xl/a.xml."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(name, changed)
        for name, content in added.items():
            new.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()
