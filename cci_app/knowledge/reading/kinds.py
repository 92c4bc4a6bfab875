"""What kind of document some bytes are. The content decides; a name only tells text from its dialects."""

import io
import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePath

from cci_app.core.utf16 import encoding_of_pairs
from cci_app.knowledge.reading.document import Reason, UnreadableDocument


class DocumentKind(StrEnum):
    """The kinds that can be read."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


SUFFIXES = {
    ".pdf": DocumentKind.PDF,
    ".docx": DocumentKind.DOCX,
    ".docm": DocumentKind.DOCX,
    ".dotx": DocumentKind.DOCX,
    ".dotm": DocumentKind.DOCX,
    ".html": DocumentKind.HTML,
    ".htm": DocumentKind.HTML,
    ".md": DocumentKind.MARKDOWN,
    ".markdown": DocumentKind.MARKDOWN,
    ".txt": DocumentKind.TEXT,
}

_LOOKED_AT = 4096
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WEB_PAGE = re.compile(
    rb"\A\s*+(?:<\?xml[^>]*>\s*+)?(?:<!--.*?-->\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.S | re.I
)
# Written in letters, and yet not for people to read: RTF, PostScript, TeX, keys, address cards and calendars, messages
# with their headers, SVG and other XML.
_SOURCES = (b"{\\rtf", b"%!PS", b"\\documentclass", b"-----BEGIN ", b"BEGIN:VCARD", b"BEGIN:VCALENDAR")
_HEADER_OF_A_MESSAGE = rb"(?:received|return-path|delivered-to|message-id|mime-version|dkim-signature):"
_MESSAGE = re.compile(rb"\A(?:[!-9;-~]+:[ \t].*\n(?:[ \t].*\n)*){0,50}?" + _HEADER_OF_A_MESSAGE, re.I)
_XML = re.compile(rb"<(?:\?xml|svg|!doctype)\b", re.I)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# A text may hold a sign that is none, which what copied it may have left. DOS ends one with ^Z, and fills its last
# block with them.
_BYTES_PER_CONTROL = 100
_FILLING = b"\x1a"


def kind_of(data: bytes, name: str = "", media_type: str = "") -> DocumentKind:
    """The kind of `data`; `name` and `media_type` are what the sender calls it.

    Raises UnreadableDocument: EMPTY, ENCRYPTED, DAMAGED, or NOT_TEXT for what is of no kind.
    """
    if not data.strip():
        raise UnreadableDocument(Reason.EMPTY)
    start = data[:_LOOKED_AT]
    if b"%PDF-" in start[:1024]:
        return DocumentKind.PDF
    if start.startswith(b"PK\x03\x04"):
        return _of_archive(data)
    if start.startswith(_OLE):
        # Word puts an encrypted document into the envelope of its older format.
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise UnreadableDocument(Reason.ENCRYPTED if encrypted else Reason.NOT_TEXT)
    pairs = encoding_of_pairs(data)
    if not start.startswith(_UTF16) and _is_binary(data.decode(pairs, "ignore").encode() if pairs else data):
        raise UnreadableDocument(Reason.NOT_TEXT)
    shown = _beginning(start)
    if shown.startswith(_SOURCES) or _MESSAGE.match(shown):
        raise UnreadableDocument(Reason.NOT_TEXT)
    named = SUFFIXES.get(PurePath(name).suffix.lower())
    if named in {DocumentKind.PDF, DocumentKind.DOCX} or media_type in {"application/pdf", DOCX_TYPE}:
        raise UnreadableDocument(Reason.DAMAGED)
    if named is DocumentKind.HTML or media_type in HTML_TYPES or _WEB_PAGE.match(shown):
        return DocumentKind.HTML
    if _XML.match(shown):
        raise UnreadableDocument(Reason.NOT_TEXT)
    return (
        DocumentKind.MARKDOWN if named is DocumentKind.MARKDOWN or media_type == "text/markdown" else DocumentKind.TEXT
    )


def _is_binary(data: bytes) -> bool:
    data = data.rstrip(_FILLING)
    start = data[:_LOOKED_AT]
    controls = len(_CONTROLS.findall(start))
    return controls > 1 + len(start) // _BYTES_PER_CONTROL or data.count(0) > 1 + len(data) // _BYTES_PER_CONTROL


def _beginning(start: bytes) -> bytes:
    """What a text begins with, without a mark of its encoding or white space before it."""
    if start.startswith(_UTF16):
        start = start.decode("utf-16", "ignore").encode()
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()


HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What a web address may answer with; the content still decides.
MEDIA_TYPES = HTML_TYPES | {
    *("application/pdf", "application/octet-stream", DOCX_TYPE),
    *("text/plain", "text/markdown", "text/x-markdown"),
}


# What Word calls the main part of a document or a template, with macros or without; other programs' files have others.
_WORD = re.compile(
    rb"wordprocessingml\.(?:document|template)\.main\+xml|ms-word\.(?:document|template)\.macroEnabled\w*\.main\+xml"
)
_MOST_TYPES = 1024 * 1024


def _of_archive(data: bytes) -> DocumentKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            named = {member.filename.lower(): member for member in members}
            types = named.get("[content_types].xml")
            if types is not None and types.flag_bits & 1:
                raise UnreadableDocument(Reason.ENCRYPTED)
            with_types = types is not None and types.file_size <= _MOST_TYPES
            is_word = bool(_WORD.search(archive.read(types))) if types is not None and with_types else False
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, zlib.error):
        raise UnreadableDocument(Reason.DAMAGED) from None
    if not is_word and "word/document.xml" not in named:
        raise UnreadableDocument(Reason.NOT_TEXT)
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument(Reason.ENCRYPTED)
    return DocumentKind.DOCX
