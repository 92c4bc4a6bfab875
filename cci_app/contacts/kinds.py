"""What a file is, by its first bytes, whatever its name says: what can be read, and what each of the others is."""

import re
from enum import StrEnum

from cci_app.contacts.errors import WorkbookError
from cci_app.core.utf16 import encoding_of_pairs

_LOOKED_AT = 4_096
_AS_XLSX = "open it in Excel, save it as .xlsx (File, Save As) and send that file"


class WorkbookKind(StrEnum):
    """What the reader of sheets can read."""

    PACKED = "packed"  # .xlsx, .xlsm, .xlsb, .ods
    OLE = "ole"  # .xls of Excel 97 and later, and the envelope of an encrypted workbook
    XML = "xml"  # Excel 2003's
    HTML = "html"
    MHTML = "mhtml"
    TEXT = "text"  # .csv and its kin


_KINDS: tuple[tuple[WorkbookKind, tuple[bytes, ...]], ...] = (
    (WorkbookKind.PACKED, (b"PK\x03\x04",)),
    (WorkbookKind.OLE, (bytes.fromhex("d0cf11e0a1b11ae1"),)),
)
_MARKED: tuple[tuple[WorkbookKind, tuple[bytes, ...]], ...] = (
    (WorkbookKind.XML, (b"<?xml", b"<workbook", b"<ss:workbook", b"<?mso-application")),
)
# A page may begin with any tag, or with a line of text before its table; a saved page with any head of a mail.
_PAGE = re.compile(rb"<(?:!doctype html|!--|[a-z]+[\s>])|[^<>]*<table[\s>]")
_SAVED_PAGE = re.compile(rb"(?:[\w-]+:.*\n(?:[ \t].*\n)*+)*?mime-version:")
# What a spreadsheet program may open as well, or what is sent by mistake; each with what to do.
_OTHERS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    (f"a workbook of Excel before 1997: {_AS_XLSX}", (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")),
    (f"a SYLK file (.slk): {_AS_XLSX}", (b"ID;",)),
    (f"a DIF file (.dif): {_AS_XLSX}", (b"TABLE\r\n0,1", b"TABLE\n0,1")),
    (f"a Lotus 1-2-3 file: {_AS_XLSX}", (b"\x00\x00\x02\x00", b"\x00\x00\x1a\x00")),
    ("a PDF document: send the workbook that it was made from", (b"%PDF",)),
    ("a picture: type the contacts into Excel and send that workbook", (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")),
    (
        "a compressed file: unpack it and send the workbook in it",
        (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"PK\x05\x06"),
    ),
    (
        "a vCard file of a phone's or mail program's contacts: export them as CSV or Excel instead",
        (b"BEGIN:VCARD", b"begin:vcard"),
    ),
    ("an RTF document: copy the contacts into Excel and send that workbook", (b"{\\rtf",)),
    (
        "a shortcut to a Google Sheet or JSON: in Google Sheets choose File, Download, Microsoft Excel (.xlsx)",
        (b"{", b"["),
    ),
)
_NOT_EXCEL = "the file is not an Excel workbook: save the contacts in Excel as .xlsx and send that file"
WEB_PAGE = "a web page came instead of a workbook: use the address that downloads the .xlsx file itself"


def kind_of(data: bytes) -> WorkbookKind:
    """What can be read of a file. Raises WorkbookError, which names what the others are and says what to do."""
    if not data:
        raise WorkbookError("the file is empty: send an Excel workbook (.xlsx)")
    for kind, marks in _KINDS:
        if data.startswith(marks):
            return kind
    start = _beginning(data)
    for kind, marks in _MARKED:
        if start.lower().startswith(marks):
            return WorkbookKind.HTML if kind is WorkbookKind.XML and _is_xhtml(start) else kind
    if _PAGE.match(start.lower()):
        return WorkbookKind.HTML
    if _SAVED_PAGE.match(start.lower()):
        return WorkbookKind.MHTML
    for name, marks in _OTHERS:
        if data.startswith(marks) or (start.startswith(marks) and len(marks[0]) > 2):
            raise WorkbookError(f"the file is no Excel workbook but {name}")
    if start.startswith((b"{", b"[")):
        raise WorkbookError(f"the file is no Excel workbook but {_OTHERS[-1][0]}")
    if _is_text(data[:_LOOKED_AT]):
        return WorkbookKind.TEXT
    raise WorkbookError(_NOT_EXCEL)


def refuse_web_page(data: bytes) -> None:
    """Raise WorkbookError for a web page, which is what an address that wants a login or shows the file gives."""
    start = _beginning(data)
    if _PAGE.match(start.lower()) or (start.lower().startswith(b"<?xml") and _is_xhtml(start)):
        raise WorkbookError(WEB_PAGE)


def _beginning(data: bytes) -> bytes:
    """The first bytes as one-byte letters, without marks and spaces before them."""
    start = data[:_LOOKED_AT]
    if pairs := _encoding_of_pairs(start):
        start = start.decode(pairs, "replace").encode("utf-8", "replace")
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")


def _encoding_of_pairs(start: bytes) -> str | None:
    """The UTF-16 of a text, by its mark or without one."""
    return "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else encoding_of_pairs(start)


def _is_xhtml(start: bytes) -> bool:
    return b"<html" in start.lower() or b"<!doctype html" in start.lower()


def _is_text(start: bytes) -> bool:
    if _encoding_of_pairs(start):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\x0c" for byte in start)
