"""Workbooks that are damaged, lie, or are none, each with what is said of it."""

import io
import os
import struct
import zipfile
from collections.abc import Callable

from openpyxl import Workbook as Book

from cci_app.contacts import sheets
from tests.fakes.workbooks import HEADERS, PERSON, contacts, repacked, saved, workbook

GOOD = workbook(HEADERS, PERSON)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1024 * 1024


def damaged(start: int, length: int) -> bytes:
    data = bytearray(GOOD)
    data[start : start + length] = bytes(byte ^ 0xA5 for byte in data[start : start + length])
    return bytes(data)


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    return repacked(GOOD, lambda name, data: change(data) if name == SHEET else data)


def without(part: str) -> bytes:
    return repacked(GOOD, lambda name, data: None if name.startswith(part) else data)


def zip_bomb() -> bytes:
    """Two hundred megabytes of spaces in a file of two hundred kilobytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x/>")
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            for _ in range(200):
                sheet.write(b" " * MEGABYTE)
            sheet.write(b"x")
    return file.getvalue()


def lying_bomb() -> bytes:
    """A sheet of 600 megabytes whose directory claims a thousand bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w") as sheet:
            sheet.write(b'<?xml version="1.0"?><worksheet><sheetData><row r="1">')
            for number in range(600):
                sheet.write(b"<c><v>1</v></c>" * (MEGABYTE // 15) if number else b"")
    data = file.getvalue()
    size = struct.pack("<I", new.getinfo(SHEET).file_size)
    return data.replace(size, struct.pack("<I", 1000))


def last_cell() -> bytes:
    """One cell more, in the last column of the last row."""
    return with_sheet(
        lambda data: data.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    )


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(10))
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'.encode()
    return with_sheet(lambda data: declared + data.replace(b"<sheetData>", b"<sheetData>&l10;"))


def one_string_many_times() -> bytes:
    """A long text that three hundred thousand cells share."""
    cells = b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
    shared = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    return repacked(
        GOOD,
        lambda name, data: data.replace(b"<sheetData>", b"<sheetData>" + cells * 3000) if name == SHEET else data,
        xl__sharedStrings_xml=shared % (b"y" * 30_000),
    )


def encrypted_zip() -> bytes:
    """The flag of an encrypted member set in every local header and in the directory."""
    data = bytearray(GOOD)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 4)
    return bytes(data)


def too_many_rows() -> bytes:
    return contacts(*[(str(3_000_000_000 + number), "x") for number in range(sheets.MAX_ROWS + 1)])


def only_a_chart() -> bytes:
    made = Book()
    made.create_chartsheet()
    assert made.active is not None
    made.active.sheet_state = "hidden"
    return saved(made)


def zip_of(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


DAMAGED = "damaged or incomplete"
NOT_EXCEL = "not an Excel workbook"
GAVE_UP = "memory and time allowed|too large"
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "no bytes": (lambda: b"", "the file is empty"),
    "cut in half": (lambda: GOOD[: len(GOOD) // 2], DAMAGED),
    "cut at the end": (lambda: GOOD[:-30], DAMAGED),
    "directory overwritten": (lambda: damaged(len(GOOD) - 200, 150), f"{DAMAGED}|too large"),
    "sheet overwritten": (lambda: damaged(GOOD.find(SHEET.encode()) + 40, 200), DAMAGED),
    "only the first bytes": (lambda: b"PK\x03\x04", DAMAGED),
    "noise after the first bytes": (lambda: b"PK\x03\x04" + os.urandom(5000), DAMAGED),
    "text without phones": (lambda: b"Bonjour,\nvoici les contacts.\n", "no sheet has a column with phone"),
    "web page": (lambda: b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in</html>", "web page .HTML. without a table"),
    "page with another table": (
        lambda: b"<table><tr><td>Empresa</td></tr></table>",
        "no sheet has a column with phone",
    ),
    "xml that is no workbook": (lambda: b"<?xml version='1.0'?><feed/>", "XML, but no workbook"),
    "xml with entities": (
        lambda: b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Workbook/>",
        "XML, but no workbook",
    ),
    "xml cut": (lambda: b"<?xml version='1.0'?><Workbook><Worksheet>", DAMAGED),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 1000, "a PDF document"),
    "picture": (lambda: b"\x89PNG\r\n" + bytes(100), "a picture"),
    "vcard": (lambda: b"BEGIN:VCARD\nTEL:+573001234567\nEND:VCARD", "a vCard file"),
    "excel before 1997": (lambda: bytes.fromhex("0904060000001000") + bytes(100), "Excel before 1997"),
    "sylk": (lambda: b"ID;PWXL;N;E\nC;Y1;X1", "a SYLK file"),
    "google shortcut": (lambda: b'{"url": "https://docs.google.com/open?id=1"}', "File, Download, Microsoft Excel"),
    "workbook in a zip": (lambda: zip_of(contactos__libro_xlsx=GOOD), "not an Excel workbook|compressed folder"),
    "numbers": (lambda: zip_of(Index__Document_iwa=b"x"), "one of Numbers|of Numbers"),
    "noise": (lambda: b"\x01" + os.urandom(5000), NOT_EXCEL),
    "nothing but zeros": (lambda: bytes(10_000), NOT_EXCEL),
    "zip of something": (lambda: zip_of(a=b"b"), NOT_EXCEL),
    "word document": (lambda: zip_of(word__document_xml=b"<x/>"), "a Word document"),
    "word 97": (lambda: OLE + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600), "a Word document"),
    "empty zip": (lambda: b"PK\x05\x06" + bytes(18), "compressed file"),
    "old format without a book": (lambda: OLE + bytes(4000), DAMAGED),
    "old format cut": (lambda: OLE + os.urandom(600), DAMAGED),
    "encrypted": (lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
    "encrypted zip": (encrypted_zip, "password"),
    "sheet missing": (lambda: without("xl/worksheets"), DAMAGED),
    "workbook part missing": (lambda: without("xl/workbook.xml"), DAMAGED),
    "sheet that is not XML": (lambda: with_sheet(lambda _: b"\x00\xff<<<<"), f"{DAMAGED}|empty"),
    "sheet cut inside": (lambda: with_sheet(lambda data: data[: len(data) // 2]), f"{DAMAGED}|no contacts"),
    "zip bomb": (zip_bomb, GAVE_UP),
    "zip bomb that lies": (lying_bomb, f"{DAMAGED}|{GAVE_UP}"),
    "cell in the last corner": (last_cell, GAVE_UP),
    "one text many times": (one_string_many_times, GAVE_UP),
    "too many rows": (too_many_rows, "more than 50000 rows"),
    "only a chart and a hidden sheet": (only_a_chart, "the workbook is empty"),
    "empty sheet": (lambda: workbook(), "the workbook is empty"),
    "headers only": (lambda: workbook(HEADERS), "headers but no contacts"),
    "no phone column": (
        lambda: workbook(("Empresa", "Nombre"), ("Vinos", "Camille")),
        "no sheet has a column with phone",
    ),
    "no header": (lambda: workbook(PERSON, PERSON), "no sheet has a column with phone"),
    "no phone that can be used": (lambda: contacts(("uno", "a"), ("12", "b")), "row 2: the phone has no digits"),
}
