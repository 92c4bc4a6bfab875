"""Contact books as people and programs make them: sheets, columns of codes, headers, files under a wrong name."""

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook as Book

from cci_app.contacts import book, reload
from cci_app.contacts.countries import UnknownCountry, region_of
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.headers import Column, meaning
from cci_app.contacts.kinds import refuse_web_page
from cci_app.contacts.workbook import read_workbook
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant
from tests.fakes.workbooks import contacts, saved, workbook

INPUTS = Path(__file__).parent / "inputs"


def given(name: str) -> bytes:
    return (INPUTS / name).read_bytes()


def people(data: bytes, region: str = "CO") -> dict[str, str | None]:
    return {entry.card.phone: entry.card.first_name for entry in read_workbook(data, region).entries}


# --- The country of a number, in a column beside it


def test_11_a_dialling_code_in_its_own_column() -> None:
    assert people(given("11.xlsx")) == {
        "+573000000001": "Ana",
        "+13055550100": "Bob",
        "+33600000001": "Luc",
        "+34600000001": "Eva",
    }


@pytest.mark.parametrize(
    "headers",
    [
        ("Nombre", "País", "Celular"),
        ("Nombre", "Celular", "Código país"),
        ("CountryCode", "Name", "PhoneNumber"),
        ("Nom", "Indicatif", "Tél. port."),
        ("Country", "Name", "Mobile Phone"),
    ],
)
@pytest.mark.parametrize(
    ("country", "written", "number"),
    [
        (57, 3000000001, "+573000000001"),
        ("57", "573000000001", "+573000000001"),
        ("+1", 3055550100, "+13055550100"),
        ("Estados Unidos", "305 555 0100", "+13055550100"),
        (33, "0600000001", "+33600000001"),
        ("Francia", "06 00 00 00 01", "+33600000001"),
        ("FR", 600000001, "+33600000001"),
        ("🇪🇸", "600 000 001", "+34600000001"),
        ("(+34)", "600000001", "+34600000001"),
        ("0034", 600000001.0, "+34600000001"),
        ("00 34", 600000001, "+34600000001"),
        (57, "+13055550100", "+13055550100"),
        ("", 3000000001, "+573000000001"),
    ],
)
def test_11_whatever_the_column_says_and_wherever_it_stands(
    headers: tuple[str, ...], country: Any, written: Any, number: str
) -> None:
    row = [
        written if meaning(name) is Column.PHONE else country if meaning(name) is not Column.NAME else "Ana"
        for name in headers
    ]
    assert list(people(workbook(headers, row))) == [number]


@pytest.mark.parametrize("header", ["CC", "+", None, "Ind.", "IDD", "Código internacional"])
def test_11_a_code_with_its_plus_is_one_whatever_its_header_says(header: str | None) -> None:
    data = workbook(("Nombre", header, "Celular"), ("Ana", "+57", 3000000001), ("Bob", "+1", "3055550100"))
    assert list(people(data)) == ["+573000000001", "+13055550100"]


@pytest.mark.parametrize(
    ("country", "written"),
    [(57, "13055550100"), (57, "600000001"), ("Atlantis", 3000000001), (999, 3000000001), (33, "123")],
)
def test_11_a_column_that_cannot_be_used_gives_no_other_number(country: Any, written: Any) -> None:
    data = workbook(("Nombre", "Indicativo", "Celular"), ("Ana", 57, 3000000001), ("Bob", country, written))
    found = read_workbook(data, "CO")
    assert [entry.card.phone for entry in found.entries] == ["+573000000001"]
    assert [row.row for row in found.bad_rows] == [3]
    assert "code" in found.bad_rows[0].reason or "which the row tells" in found.bad_rows[0].reason


def test_the_code_of_a_city_is_no_countrys() -> None:
    assert list(people(workbook(("Indicativo", "Teléfono fijo"), (604, "4441234")))) == ["+576044441234"]


def test_a_header_may_tell_the_country() -> None:
    assert list(people(workbook(("Teléfono (+33)", "Nombre"), ("06 00 00 00 01", "Luc")))) == ["+33600000001"]


@pytest.mark.parametrize("cell", ["Atlantis", 999, True, {"date": "2024-01-01"}])
def test_what_is_no_country(cell: Any) -> None:
    with pytest.raises(UnknownCountry):
        region_of(cell)


# --- Sheets


def test_12_contacts_on_every_sheet_are_read() -> None:
    found = read_workbook(given("12.xlsx"), "CO")
    assert [(sheet.name, sheet.contacts) for sheet in found.sheets] == [("Bogotá", 1), ("Cali", 2)]
    assert [entry.card.first_name for entry in found.entries] == ["Ana", "Luis", "Leo"]


def sheets_of(**sheets: list[tuple[Any, ...]]) -> bytes:
    made = Book()
    assert made.active is not None
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


def test_12_in_any_order_with_other_columns_beside_sheets_of_notes() -> None:
    data = sheets_of(
        Notas=[("Llamar al celular de Ana antes del lunes",), ("3000000009",)],
        Cali=[("Tel", "Empresa"), ("3000000001", "Una"), ("nada", "Dos")],
        Vacía=[],
        Año2024=[
            ("Nombre", "Cargo", "Celular", "Empresa"),
            ("Luz", "Gerente", 3000000001, None),
            ("Leo", None, 3000000002, "B"),
        ],
    )
    found = read_workbook(data, "CO")
    assert [sheet.name for sheet in found.sheets] == ["Cali", "Año2024"]
    assert {sheet.name: sheet.reason for sheet in found.passed_over} == {
        "Notas": "it has no column with phone numbers",
        "Vacía": "it is empty",
    }
    by_phone = {entry.card.phone: entry.card for entry in found.entries}
    # One person on two sheets: what one leaves open the other fills in.
    first = by_phone["+573000000001"]
    assert (first.first_name, first.role, first.company) == ("Luz", "Gerente", "Una")
    assert [row.as_dict() for row in found.bad_rows] == [
        {"sheet": "Cali", "row": 3, "reason": "the phone has no digits"}
    ]
    assert [(row.sheet, row.row) for row in found.repeated_rows] == [("Cali", 2)]


def test_merged_cells_are_filled_down_but_for_phones() -> None:
    made = Book()
    sheet = made.active
    assert sheet is not None
    for row in [
        ("Empresa", "Nombre", "Celular"),
        ("Vinos", "Ana", 3000000001),
        (None, "Luz", 3000000002),
        (None, "Leo", None),
        ("Otra", "Eva", 3000000004),
    ]:
        sheet.append(list(row))
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("C3:C4")
    found = read_workbook(saved(made), "CO")
    assert [(entry.card.first_name, entry.card.company) for entry in found.entries] == [
        ("Ana", "Vinos"),
        ("Luz", "Vinos"),
        ("Eva", "Otra"),
    ]
    assert [(row.row, row.reason) for row in found.bad_rows] == [(4, "the phone is missing")]


def test_two_rows_of_headers_that_say_it_together() -> None:
    made = Book()
    sheet = made.active
    assert sheet is not None
    for row in [
        ("Empresa", "Contacto", None, "Teléfono", None),
        (None, "Nombre", "Apellido", "Indicativo", "Número"),
        ("Vinos", "Camille", "Durand", 33, "0600000001"),
    ]:
        sheet.append(list(row))
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    (entry,) = read_workbook(saved(made), "CO").entries
    assert (entry.card.phone, entry.card.company, entry.card.last_name) == ("+33600000001", "Vinos", "Durand")


# --- Headers


@pytest.mark.parametrize("name", ["half", "numbered", "program", "short"])
def test_13_headers_as_programs_write_them(name: str) -> None:
    (entry,) = read_workbook(given(f"13-{name}.xlsx"), "CO").entries
    card = entry.card
    assert (card.phone, card.first_name, card.last_name, card.company) == ("+573000000001", "Ana", "Ruiz", "A SAS")
    if name == "program":
        assert (card.role, card.email) == ("Gerente", "ana@example.org")


HEADERS = {
    Column.PHONE: "PhoneNumber MobilePhone Telefono1 CELULAR1 Telf. Teléf. Tels. PHONENUMBER phonenumber"
    " NumeroDeTelefono numerodetelefono Núm.Tel WhatsApp1 telephoneNumber TelefonoContacto Cel. WSP",
    Column.FIRST_NAME: "FirstName firstname FIRSTNAME Prén. GivenName",
    Column.LAST_NAME: "LastName Apell. lastname FamilyName",
    Column.FULL_NAME: "NombreCompleto nombrecompleto ContactName FullName",
    Column.COMPANY: "CompanyName RazonSocial razonsocial NombreEmpresa Empr. Cía Sté",
    Column.ROLE: "JobTitle Fonct. CargoActual",
    Column.EMAIL: "Mél. AdresseÉlectronique EmailAddress CorreoElectrónico correoelectronico Email1 E-MAIL",
    Column.SECTOR: "SectorActividad Sect. SecteurActivité",
    Column.DIALLING_CODE: "Ind. IDD CódigoInternacional CountryCode Indicativo CódigoPaís Prefijo",
    Column.COUNTRY: "País Pays Country",
    None: "LastModified LastContacted EmergencyPhone PhoneVerified"
    " Sexo Edad Notas Estado Evento Departamento Personal Portal Movimiento Capital CodigoPostal"
    " FechaNacimiento Id",
}


@pytest.mark.parametrize(
    ("header", "column"), [(name, column) for column, names in HEADERS.items() for name in names.split()]
)
def test_13_words_together_numbered_or_shortened_mean_the_same(header: str, column: Column | None) -> None:
    assert meaning(header) is column


@pytest.mark.parametrize(
    "header", ["Raz. Social", "Nro. Cel", "N° tel.", "Tél. port.", "Phone 1 - Value", "E-mail 1 - Value"]
)
def test_13_short_words_with_a_space(header: str) -> None:
    assert meaning(header) is not None
    assert meaning("Phone 1 - Type") is None


# --- Files under a wrong name

_ROWS = "<tr><td>Nombre</td><td>Celular</td></tr><tr><td>Ana</td><td>3000000001</td></tr>"
_PART = "--b\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        f"<center><font size=2><table>{_ROWS}</table></font></center>".encode(),
        f"<b>Socios</b><br><table>{_ROWS}</table>".encode(),
        f"Socios\n<table>{_ROWS}</table>".encode(),
        _ROWS.encode(),
        f"<table>{_ROWS}</table>".encode("utf-16-le"),
        "Nombre\tCelular\r\nAna\t3000000001".encode("utf-16-le"),
        "Nombre\tCelular\r\nAna\t3000000001".encode("utf-16-be"),
        "“Nombre”\tCelular\r\nAna\t3000000001".encode("utf-16-le"),
        "From: <Saved by Excel>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        f"{_PART}<html><frameset></frameset></html>\r\n{_PART}<table>{_ROWS}</table>\r\n--b--\r\n".encode(),
    ],
    ids=[
        "any tag",
        "a title",
        "a line",
        "rows",
        "page of pairs",
        "pairs",
        "pairs reversed",
        "quoted",
        "sheets of a saved page",
    ],
)
def test_14_whatever_a_page_or_text_begins_with(data: bytes) -> None:
    assert people(data) == {"+573000000001": "Ana"}


CSV = "Nombre;Celular;Empresa\r\nAna;3000000001;Café Ltda\r\n"
SAVED_PAGE = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<table><tr><td>Nombre</td><td>Celular</td></tr>"
    b"<tr><td>Ana</td><td>3000000001</td></tr></table>\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    "data",
    [
        given("14-html.xls"),
        given("14-xml.xls"),
        CSV.encode(),
        CSV.encode("cp1252"),
        CSV.encode("utf-16"),
        b"\xef\xbb\xbf" + CSV.encode(),
        b"sep=;\r\n" + CSV.encode("cp1252"),
        CSV.replace(";", "\t").encode(),
        CSV.replace(";", ",").encode(),
        SAVED_PAGE,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_14_what_a_spreadsheet_program_opens_is_read(data: bytes) -> None:
    assert people(data) == {"+573000000001": "Ana"}


def test_14_merged_cells_of_a_page() -> None:
    data = (
        b"<html><table><tr><th>Empresa</th><th>Nombre</th><th>Celular</th></tr>"
        b"<tr><td rowspan=2>Vinos &amp; m&aacute;s</td><td>Ana</td><td>3000000001</td></tr>"
        b"<tr><td>Luz</td><td>3000000002</td></tr></table>"
    )
    found = read_workbook(data, "CO").entries
    assert [(entry.card.first_name, entry.card.company) for entry in found] == [
        ("Ana", "Vinos & más"),
        ("Luz", "Vinos & más"),
    ]


def test_14_merged_cells_and_gaps_of_excel_2003() -> None:
    rows = (
        "<Row><Cell><Data>Empresa</Data></Cell><Cell><Data>Nombre</Data></Cell><Cell><Data>Celular</Data></Cell></Row>"
        "<Row ss:Index='3'><Cell ss:MergeDown='1'><Data>Vinos</Data></Cell><Cell><Data>Ana</Data></Cell>"
        "<Cell><Data>3000000001</Data></Cell></Row>"
        "<Row><Cell ss:Index='2'><Data>Luz</Data></Cell><Cell><Data>3000000002</Data></Cell></Row>"
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    sheet = f"<Worksheet ss:Name='S'><Table>{rows}</Table></Worksheet>"
    data = f"<?xml version='1.0'?><Workbook xmlns='{space}' xmlns:ss='{space}'>{sheet}</Workbook>"
    found = read_workbook(data.encode(), "CO").entries
    assert [(entry.row, entry.card.first_name, entry.card.company) for entry in found] == [
        (3, "Ana", "Vinos"),
        (4, "Luz", "Vinos"),
    ]


def test_14_a_page_from_an_address_keeps_its_sentence() -> None:
    for page in (given("14-html.xls"), b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in</html>"):
        with pytest.raises(WorkbookError, match="web page came instead"):
            refuse_web_page(page)
    refuse_web_page(contacts(("3000000001", "Una")))


# --- What nobody asked to be removed


def ten(*, without: int = 0) -> bytes:
    return contacts(*[(str(3_000_000_000 + number), f"Empresa {number}") for number in range(10 - without)])


def test_a_reload_that_would_remove_more_than_a_tenth_asks_first(app: Any, organisation_id: int) -> None:
    reload.apply(organisation_id, ten(), "CO")
    assert reload.apply(organisation_id, ten(without=1), "CO").summary()["removed"] == 1
    for confirm in (None, 1, 3):
        with pytest.raises(reload.RemovesMany, match=r"remove 2 of 9 contacts.*confirm=2") as asked:
            reload.apply(organisation_id, ten(without=3), "CO", confirm=confirm)
        assert asked.value.status == 409
        assert len(asked.value.details["examples"]["removed"]) == 2
    with tenant_transaction(organisation_id) as session:
        assert book.count(session, organisation_id) == 9
    assert reload.apply(organisation_id, ten(without=3), "CO", confirm=2).summary()["removed"] == 2


def test_the_endpoint_asks_before_it_queues(web: FlaskClient, tenant: Tenant, store: Path) -> None:
    reload.apply(tenant.organisation_id, ten(), "CO")

    def send(query: str) -> Any:
        body = {"file": (io.BytesIO(ten(without=5)), "c.xlsx")}
        return web.post(f"/api/v1/admin/contacts/reload{query}", data=body, headers=tenant.headers)

    refused = send("")
    assert refused.status_code == 409
    assert refused.json["error"]["details"]["removed"] == 5
    assert not list(store.rglob("contacts/*/*"))
    assert send("?confirm=4").status_code == 409
    assert send("?dry_run=true").json["removed"] == 5
    assert send("?confirm=5").status_code == 202


# --- What no field takes


def test_other_columns_are_extra_facts_of_the_contact(app: Any, web: FlaskClient, tenant: Tenant) -> None:
    data = workbook(
        ("Celular", "Nombre", "NIT", "Miembro desde", "Indicativo"),
        ("3001234567", "Ana", 900123456, datetime.date(2020, 5, 1), 57),
    )
    reload.apply(tenant.organisation_id, data, "CO")
    info = web.get("/api/v1/whatsapp/info/+573001234567", headers=tenant.headers).get_json()
    assert info["extra"] == {"NIT": "900123456", "Miembro desde": "2020-05-01", "Indicativo": "57"}
    with tenant_transaction(tenant.organisation_id) as session:
        card = book.find(session, tenant.organisation_id, "+573001234567", "CO")
    assert card is not None
    assert card.extra["NIT"] == "900123456"
