"""Reading the workbook: headers, phones and rows as people write them."""

import datetime
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Book

from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.headers import Column, meaning
from cci_app.contacts.names import split_name
from cci_app.contacts.phones import NoPhone, read_phones
from cci_app.contacts.workbook import Entry, read_workbook
from tests.fakes.workbooks import HEADERS, PERSON, saved, workbook

HEADER_MEANINGS = {
    Column.PHONE: "Celular|CELULAR |Teléfono de la empresa|Téléphone|N° de téléphone|Móvil|WhatsApp|Numéro WhatsApp"
    "|Phone number|Tel.|Portable|Cel.|ContactNumber|Contact No.|Número de contacto|wa_id|MSISDN|Phone 1 - Value",
    Column.COMPANY: "Empresa|Entreprise|Company|Société|Raison sociale|Razón Social|Nombre de la empresa"
    "|Nom de l'entreprise|Nom commercial|Organisation|AccountName|Organization 1 - Name",
    Column.FIRST_NAME: "Prénom|First name|Nombre de pila|Given name|Prénoms|NombrePila",
    Column.LAST_NAME: "Apellido|Apellidos|Nom de famille|Last Name|Surname|Family name|Apellido paterno"
    "|NomFamille|PrimerApellido",
    Column.FULL_NAME: "Nombre completo|Full name|Nom complet|Nombres y Apellidos|Prénom et nom|Contacto|Nom du contact"
    "|Nombre del socio|DisplayName",
    Column.FULL_NAME_REVERSED: "Nom et prénom|Apellidos y nombres",
    Column.NAME: "Nom|Nombre|Name|Nombres|Nombre1|PrimerNombre",
    Column.ROLE: "Cargo|Poste|Role|Fonction|Job title|Puesto",
    Column.SECTOR: "Sector de Actividad|Secteur|Secteur d’activité|Industry|Actividad económica|Sector de la empresa",
    Column.EMAIL: "E-mail|Correo|Correo electrónico|Courriel|Email address|E‑mail|e mail",
    Column.CITY: "Ciudad|Ville|City|Ciudad de la empresa",
    Column.MEMBERSHIP: "Membresía|Adhésion|Membership|Type d'adhésion|Tipo de membresía|Categoría",
    Column.DESCRIPTION: "Descripción|Description|Descripcion|About",
    None: "Account Number|Contact ID|Phone 1 - Label"
    "|Fecha de membresía|ID|Nombre d'employés|NIT|Dirección|Member since|Número de socio|Tipo de empresa|Site web"
    "|Observaciones||Estimados socios, aquí está la lista de empresas con sus celulares y todos sus correos",
}


@pytest.mark.parametrize(
    ("header", "column"), [(header, column) for column, group in HEADER_MEANINGS.items() for header in group.split("|")]
)
def test_headers_in_three_languages(header: str, column: Column | None) -> None:
    assert meaning(header) is column


PHONES: list[tuple[Any, list[str]]] = [
    (3001234567, ["+573001234567"]),
    (3001234567.0, ["+573001234567"]),
    ("3001234567.0", ["+573001234567"]),
    ("+57 300 123 4567", ["+573001234567"]),
    ("(+57) 300-123-4567", ["+573001234567"]),
    ("+(57)3001234567", ["+573001234567"]),
    ("573001234567", ["+573001234567"]),
    ("0057 300 123 45 67", ["+573001234567"]),
    ("57-300-1234567", ["+573001234567"]),
    ("+57.300.123.4567", ["+573001234567"]),
    ("+57 300‑123‑4567", ["+573001234567"]),
    ("'+573001234567", ["+573001234567"]),
    ("\u202a+57\u00a0300 123 4567\u202c", ["+573001234567"]),
    ("５７３００１２３４５６７", ["+573001234567"]),
    ("tel:+573001234567", ["+573001234567"]),
    ("Cel: 300.123.4567 (WhatsApp)", ["+573001234567"]),
    ("601 234 5678 ext 123", ["+576012345678"]),
    ("+33 (0)6 12 34 56 78", ["+33612345678"]),
    ("300 123 4567 / 301 234 5678", ["+573001234567", "+573012345678"]),
    ("3001234567 3012345678", ["+573001234567", "+573012345678"]),
    ("300 123 4567 - 301 234 5678", ["+573001234567", "+573012345678"]),
    ("300 123 4567 y 301 234 5678", ["+573001234567", "+573012345678"]),
    ("+57 300 123 4567\n+57 301 234 5678", ["+573001234567", "+573012345678"]),
    ("123 / 301 234 5678", ["+573012345678"]),
    ("3001234567; 3001234567", ["+573001234567"]),
    ("573001234567@c.us", ["+573001234567"]),
    ("https://wa.me/573001234567", ["+573001234567"]),
    ("300/123/4567", ["+573001234567"]),
    ("300*123*4567", ["+573001234567"]),
    ("300_123_4567", ["+573001234567"]),
    ("300'123'4567", ["+573001234567"]),
    ("3001234567/3012345678", ["+573001234567", "+573012345678"]),
    ("3001234567-3012345678", ["+573001234567", "+573012345678"]),
    ("3001234567 • 3012345678", ["+573001234567", "+573012345678"]),
    ("300 123 4567 601 234 5678", ["+573001234567", "+576012345678"]),
    ("Cel. 3001234567 ext 12", ["+573001234567"]),
    ("5.73001234567E+11", ["+573001234567"]),
    ("+52 1 55 1234 5678", ["+525512345678"]),
]
NO_PHONES: list[tuple[Any, str]] = [
    ("", "is missing"),
    ("   ", "is missing"),
    ("por confirmar", "has no digits"),
    ("123", "is not a valid number"),
    ("0", "is not a valid number"),
    (0.0, "is not a valid number"),
    (-3001234567.0, "is not a valid number"),
    (1.5, "is not a valid number"),
    (1e300, "is not a valid number"),
    (True, "is not a valid number"),
    ("5.73001E+11", "scientific notation"),
    ({"date": "2024-01-01T00:00:00"}, "is a date"),
    ("9" * 5000, "is not a valid number"),
]


@pytest.mark.parametrize(("cell", "numbers"), PHONES, ids=lambda value: repr(value)[:30])
def test_phones_written_in_any_way(cell: Any, numbers: list[str]) -> None:
    assert read_phones(cell, "CO") == numbers


@pytest.mark.parametrize(("cell", "reason"), NO_PHONES, ids=lambda value: repr(value)[:30])
def test_cells_without_a_phone_say_why(cell: Any, reason: str) -> None:
    with pytest.raises(NoPhone, match=reason):
        read_phones(cell, "CO")


def test_national_numbers_take_the_region() -> None:
    assert read_phones("06 12 34 56 78", "FR") == ["+33612345678"]


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Camille Durand", "Camille", "Durand"),
        ("DURAND Camille", "Camille", "DURAND"),
        ("Durand, Camille", "Camille", "Durand"),
        ("Camille", "Camille", None),
        ("Juan Pérez Gómez", "Juan", "Pérez Gómez"),
        ("María Fernanda López García", "María Fernanda", "López García"),
        ("Juan de la Cruz", "Juan", "de la Cruz"),
        ("Mme Anne Le Gall", "Anne", "Le Gall"),
        ("Sra. Ana Ruiz", "Ana", "Ruiz"),
        ("", None, None),
    ],
)
def test_full_names_are_taken_apart(full: str, first: str | None, last: str | None) -> None:
    assert split_name(full) == (first, last)


def only(data: bytes) -> Entry:
    entries = read_workbook(data, "CO").entries
    assert len(entries) == 1
    return entries[0]


@pytest.mark.parametrize(
    ("headers", "cells", "first", "last"),
    [
        (("Prénom", "Nom"), ("Camille", "Durand"), "Camille", "Durand"),
        (("Nombre", "Apellido"), ("Camille", "Durand"), "Camille", "Durand"),
        (("Nom",), ("Camille Durand",), "Camille", "Durand"),
        (("Nombre completo",), ("Camille Durand",), "Camille", "Durand"),
        (("Nom et prénom",), ("Durand Camille",), "Camille", "Durand"),
        (("Name", "First name"), ("Durand", "Camille"), "Camille", "Durand"),
        (("Contacto", "Nombre", "Apellido"), ("C. Durand", "Camille", "Durand"), "Camille", "Durand"),
    ],
)
def test_a_bare_name_means_what_its_neighbours_leave(
    headers: tuple[str, ...], cells: tuple[str, ...], first: str, last: str
) -> None:
    card = only(workbook(("Celular", *headers), (3001234567, *cells))).card
    assert (card.first_name, card.last_name) == (first, last)


def test_the_header_need_not_be_the_first_row() -> None:
    title = ("Directorio de empresas, celulares y correos",)
    found = read_workbook(workbook(title, (), ("Actualizado", datetime.date(2024, 1, 1)), (), HEADERS, PERSON), "CO")
    assert [(entry.row, entry.card.company) for entry in found.entries] == [(6, "Vinos del Valle SAS")]


@pytest.mark.parametrize(
    "rows",
    [
        [("Empresa", "Contacto", None, "Celular"), (None, "Nombre", "Apellido", None)],
        [("Empresa", "Contacto", None, None), (None, "Nombre", "Apellido", "Celular")],
    ],
)
def test_headers_of_two_merged_rows(rows: list[tuple[Any, ...]]) -> None:
    book = Book()
    sheet = book.active
    assert sheet is not None
    for row in [*rows, ("Vinos", "Camille", "Durand", 3001234567)]:
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("A1:A2")
    entry = only(saved(book))
    assert (entry.row, entry.card.company, entry.card.first_name, entry.card.last_name) == (
        3,
        "Vinos",
        "Camille",
        "Durand",
    )


def test_sheets_without_contacts_and_hidden_ones_are_passed_over_and_told() -> None:
    book = Book()
    first = book.active
    assert first is not None
    first.append(("Notas",))
    first.append(("Celular",))
    hidden = book.create_sheet("Copia")
    hidden.sheet_state = "hidden"
    chosen = book.create_sheet("Miembros")
    for sheet in (hidden, chosen):
        sheet.append(HEADERS)
        sheet.append((sheet.title, *PERSON[1:]))
    found = read_workbook(saved(book), "CO")
    assert [sheet.name for sheet in found.sheets] == ["Miembros"]
    assert [entry.card.company for entry in found.entries] == ["Miembros"]
    assert {(sheet.name, sheet.reason) for sheet in found.passed_over} == {
        ("Sheet", "the sheet Sheet has headers but no contacts: add a row for each contact"),
        ("Copia", "it is hidden"),
    }


def test_a_table_that_begins_further_right_and_below() -> None:
    blank = (None,) * 3
    found = read_workbook(workbook((), (), (*blank, "Celular", "Empresa"), (*blank, 3001234567, "Vinos")), "CO")
    assert [(entry.row, entry.card.company) for entry in found.entries] == [(4, "Vinos")]


def test_bad_rows_are_told_by_number_and_good_ones_kept() -> None:
    found = read_workbook(
        workbook(
            ("Celular", "Empresa"),
            ("3001234567", "Una"),
            ("no tiene", "Dos"),
            (),
            (None, "Tres"),
            (datetime.date(2024, 1, 1), "Cuatro"),
            ("3001234568", "Cinco"),
        ),
        "CO",
    )
    assert [entry.card.company for entry in found.entries] == ["Una", "Cinco"]
    assert [(row.row, row.reason[:20]) for row in found.bad_rows] == [
        (3, "the phone has no dig"),
        (5, "the phone is missing"),
        (6, "the phone is a date:"),
    ]


def test_of_two_rows_with_one_phone_the_last_is_kept() -> None:
    found = read_workbook(workbook(("Celular", "Empresa"), ("3001234567", "Vieja"), ("+57 300 1234567", "Nueva")), "CO")
    assert [entry.card.company for entry in found.entries] == ["Nueva"]
    assert [row.as_dict() for row in found.repeated_rows] == [
        {"row": 2, "reason": "the same phone stands in row 3, which is used"}
    ]


def test_what_no_field_takes_is_kept_as_extra() -> None:
    entry = only(
        workbook(
            ("Celular", "Teléfono fijo", "NIT", "Fecha de ingreso", "Activo", "Correo", "Email 2", None, "NIT"),
            (
                "3001234567 / 301 234 5678",
                "601 234 5678",
                900123456.0,
                datetime.date(2020, 5, 1),
                True,
                "no tiene",
                "a@example.org",
                "suelto",
                "otro",
            ),
        )
    )
    assert entry.card.phone == "+573001234567"
    assert entry.card.email == "a@example.org"
    assert entry.card.extra == {
        "other_phones": "+573012345678, +576012345678",
        "NIT": "900123456",
        "Fecha de ingreso": "2020-05-01",
        "Activo": "true",
        "Correo": "no tiene",
        "column 8": "suelto",
        "NIT (9)": "otro",
    }


def test_the_phone_people_write_from_goes_first() -> None:
    entry = only(
        workbook(("Teléfono oficina", "Teléfono", "WhatsApp"), ("601 234 5678", "601 234 5679", "300 123 4567"))
    )
    assert entry.card.phone == "+573001234567"


def test_values_are_cleaned_and_cut() -> None:
    data = workbook(
        ("Celular", "Empresa", "Cargo", "Descripción", "Ciudad", "Sector"),
        (3001234567, "  Vinos \n del   Valle ", "x" * 500, "uno\n\n dos", "N/A", "Cafe\u0301 \u200f"),
    )
    card = only(data).card
    assert card.company == "Vinos del Valle"
    assert card.role == "x" * 160
    assert card.description == "uno\ndos"
    assert card.city is None
    assert card.sector is not None
    assert card.sector.startswith("Café")


def test_a_formula_counts_for_the_value_it_last_had() -> None:
    # openpyxl writes formulas without values, as a program may; Excel keeps both.
    with pytest.raises(WorkbookError, match="row 2: the phone is missing"):
        read_workbook(workbook(("Celular", "Empresa"), ("=1+1", "Una")), "CO")


@settings(deadline=None)
@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.text(alphabet="+()0123456789 /-.,;eE")))
def test_no_cell_breaks_the_reading_of_phones(cell: Any) -> None:
    try:
        numbers = read_phones(cell, "CO")
    except NoPhone:
        return
    assert numbers
    assert all(re.fullmatch(r"\+[1-9]\d{5,14}", number) for number in numbers)


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_headers_and_names(text: str) -> None:
    meaning(text)
    split_name(text)
    split_name(text, reversed_order=True)
