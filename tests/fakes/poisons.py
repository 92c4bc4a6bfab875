"""Poisoned documents: damaged, locked, empty, endless and exploding ones, each made when it is needed."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

import docx
from pypdf import PdfWriter

from config.samples.guide.make_pdf import GUIDES, HERE

MEGABYTE = 1024 * 1024
GUIDE = (HERE.parent / "documents" / GUIDES["guide-des-services.md"]).read_bytes()
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BODY = "word/document.xml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _pdf(*objects: bytes, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        root,
        trailer,
        start,
    )
    return bytes(out)


def _one_page(content: bytes, filters: bytes = b"/FlateDecode", more: bytes = b"") -> bytes:
    stream = b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(content), filters, content)
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R %s >>" % more,
        stream,
    )


def _squeezed(pattern: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    block = (pattern * (MEGABYTE // len(pattern) + 1))[:MEGABYTE]
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(GUIDE))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def _pages(count: int) -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(200, 200)
    return _written(writer)


def _picture() -> bytes:
    image = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 5 >>\nstream\n/I Do\nendstream",
        image + b" /Length 1 >>\nstream\n\x80\nendstream",
    )


def _flipped() -> bytes:
    chance = random.Random(10)
    data = bytearray(GUIDE)
    for _ in range(300):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _word(body: bytes | None = None, cut: int | None = None, without: str = "") -> bytes:
    """A Word document with another body, or without a part, or cut."""
    made, out = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Bonjour.")
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != without:
                new.writestr(name, body if body is not None and name == _BODY else old.read(name))
    return out.getvalue()[:cut]


def _in_word(inside: bytes, before: bytes = b"") -> bytes:
    text = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (_WORD.encode(), inside)
    return _word(b'<?xml version="1.0"?>' + before + text)


def _word_bomb(megabytes: int, *, lies: bool) -> bytes:
    data = _in_word(b"<w:p/>" + b" " * (megabytes * MEGABYTE))
    if not lies:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(_BODY).file_size
    return data.replace(struct.pack("<I", size), struct.pack("<I", 1000))


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(10))
    declared = f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'.encode()
    return _in_word(b"<w:p><w:r><w:t>&l10;</w:t></w:r></w:p>", declared)


def _entries(count: int) -> bytes:
    out = io.BytesIO(_word())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(count):
            archive.writestr(f"word/media/{number}", b"")
    return out.getvalue()


POISONS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no bytes": ("a.pdf", lambda: b""),
    "only spaces": ("a.txt", lambda: b" \n" * 50_000),
    "a PDF's first line": ("a.pdf", lambda: b"%PDF-1.7\n"),
    "a PDF cut in half": ("a.pdf", lambda: GUIDE[: len(GUIDE) // 2]),
    "a PDF with bytes flipped": ("a.pdf", _flipped),
    "an encrypted PDF": ("a.pdf", _encrypted),
    "a PDF of a blank page": ("a.pdf", lambda: _pages(1)),
    "a PDF of a picture": ("a.pdf", _picture),
    "a PDF of 3,000 pages": ("a.pdf", lambda: _pages(3000)),
    "a PDF that claims a billion pages": (
        "a.pdf",
        lambda: _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 1000000000 >>"),
    ),
    "a PDF whose pages contain themselves": (
        "a.pdf",
        lambda: _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"),
    ),
    "a PDF that continues at its own end": ("a.pdf", lambda: _pdf(b"<< /Type /Catalog >>", trailer=b"/Prev 9 ")),
    "a PDF with a stream of 800 MB": ("a.pdf", lambda: _one_page(_squeezed(b"BT (a) Tj ET\n", 800))),
    "a PDF packed three times": (
        "a.pdf",
        lambda: _one_page(
            zlib.compress(zlib.compress(_squeezed(b" ", 900))), b"[/FlateDecode /FlateDecode /FlateDecode]"
        ),
    ),
    "a PDF of nested arrays": ("a.pdf", lambda: _one_page(b"x", more=b"/X " + b"[" * 200_000 + b"]" * 200_000)),
    "a PDF of 8 million operators": ("a.pdf", lambda: _one_page(_squeezed(b"q Q\n", 60))),
    "a picture called PDF": ("a.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000)),
    "a Word bomb": ("a.docx", lambda: _word_bomb(300, lies=False)),
    "a Word bomb that lies": ("a.docx", lambda: _word_bomb(300, lies=True)),
    "a Word bomb below the limit": ("a.docx", lambda: _in_word(b"<w:p/>" * (90 * MEGABYTE // 6))),
    "Word and a billion laughs": ("a.docx", _laughs),
    "Word 100,000 deep": ("a.docx", lambda: _in_word(b"<w:p>" * 100_000 + b"</w:p>" * 100_000)),
    "Word without its styles": ("a.docx", lambda: _word(without="[Content_Types].xml")),
    "Word cut off": ("a.docx", lambda: _word(cut=3000)),
    "Word of 60,000 parts": ("a.docx", lambda: _entries(60_000)),
    "encrypted Word": ("a.docx", lambda: _OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)),
    "a page 300,000 deep": ("a.html", lambda: b"<html><body>" + b"<div>" * 300_000 + b"x"),
    "a page of 9 MB of paragraphs": ("a.html", lambda: b"<html><body>" + b"<p>Une phrase." * 640_000),
    "a page of a million open links": ("a.html", lambda: b"<html><body>" + b"<a href='" * 1_000_000),
    "a page of a table in a table": ("a.html", lambda: b"<html><body>" + b"<table><tr><td>" * 60_000),
    "Markdown of open brackets": ("a.md", lambda: b"[" * 3_000_000),
    "Markdown of open comments": ("a.md", lambda: b"<!--" * 2_000_000),
    "10 MB without a space": ("a.txt", lambda: b"a" * (10 * MEGABYTE - 1)),
    "text with NUL bytes": ("a.txt", lambda: b"a\x00b" * 1000),
}
