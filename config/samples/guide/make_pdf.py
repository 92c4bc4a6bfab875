"""Make the sample guides' PDFs from their Markdown: `python config/samples/guide/make_pdf.py`.

Markdown of the simplest kind: headings, paragraphs, and `---` where a page ends. The PDF uses a font every reader
has and holds no date, so that the same text gives the same bytes; a test holds PDFs and Markdown together.
"""

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
GUIDES = {"guide-des-services.md": "fr/guide-des-services.pdf", "guia-de-servicios.md": "es/guia-de-servicios.pdf"}

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 72
_SIZES = {"#": 24, "##": 15, "": 11, "foot": 8}
# Widths of Helvetica's characters from the space on, in thousandths of the size.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278"
    " 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667"
    " 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556"
    " 333 500 278 556 500 722 500 500 500 334 260 334 584"
)


def make_pdf(markdown: str) -> bytes:
    """A PDF of the text, in A4; the first heading is its title and stands at the foot of every page."""
    pages = [page.strip() for page in markdown.split("\n---\n")]
    title = pages[0].split("\n", 1)[0].removeprefix("# ")
    contents = [_page(page, f"{title}  {number} / {len(pages)}") for number, page in enumerate(pages, 1)]
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + _string(title) + b" >>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {7 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    return data + b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def _page(markdown: str, foot: str) -> bytes:
    lines: list[bytes] = []
    y = _HEIGHT - _MARGIN
    for block in markdown.split("\n\n"):
        mark, _, words = block.partition(" ") if block.startswith("#") else ("", "", block)
        size = _SIZES[mark]
        y -= size if mark and lines else 0
        for line in _wrapped(words, size):
            y -= size + 4
            lines.append(_text(2 if mark else 1, size, y, line))
        y -= 6
    lines.append(_text(1, _SIZES["foot"], _MARGIN // 2, foot))
    return b"\n".join(lines)


def _wrapped(words: str, size: int) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and _width(longer) * size > (_WIDTH - 2 * _MARGIN) * 1000:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def _width(text: str) -> int:
    widths = [int(width) for width in _WIDTHS.split()]
    return sum(widths[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text)


def _text(font: int, size: int, y: int, text: str) -> bytes:
    return b"BT /F%d %d Tf %d %d Td %s Tj ET" % (font, size, _MARGIN, y, _string(text))


def _string(text: str) -> bytes:
    data = text.encode("cp1252")
    for mark in (b"\\", b"(", b")"):
        data = data.replace(mark, b"\\" + mark)
    return b"(" + data + b")"


if __name__ == "__main__":
    for source, target in GUIDES.items():
        pdf = make_pdf((HERE / source).read_text(encoding="utf-8"))
        (HERE.parent / "documents" / target).write_bytes(pdf)
