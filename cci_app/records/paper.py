"""A page of paper as PDF, with the letters that every reader has: nothing is embedded, nothing has to be installed.

Its letters are those of Windows' Western code page; of another one its nearest letter without marks is written.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 72
_LEADING = 1.45
# Of Helvetica, in thousandths of its size; capitals and wide letters apart from the rest.
_NARROW, _USUAL, _WIDE = 278, 540, 720
_NARROW_LETTERS = frozenset("fijlrtI .,;:!'’()|/-·")
_WIDE_LETTERS = frozenset("mwMWABCDEGHKNOPQRUVXYZ@%—")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: its size in points, where it stands, and the space before it in points."""

    text: str
    size: int
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    before: int = 8


def paper(title: str, lines: Sequence[Line]) -> bytes:
    """One page of A4 with those paragraphs."""
    content = "\n".join(_drawn(lines)).encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({_escaped(title)}) >>".encode("cp1252", "replace"),
    ]
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content_of in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(body))
    )


def _drawn(lines: Sequence[Line]) -> Iterator[str]:
    height = float(_HEIGHT - _MARGIN)
    for line in lines:
        height -= line.before
        for piece in _broken(_written(line.text), line.size):
            height -= line.size * _LEADING
            spare = _WIDTH - 2 * _MARGIN - _width(piece, line.size)
            left = _MARGIN + {"left": 0.0, "center": spare / 2, "right": spare}[line.align]
            font = "F2" if line.bold else "F1"
            yield f"BT /{font} {line.size} Tf {left:.1f} {height:.1f} Td ({_escaped(piece)}) Tj ET"


def _broken(text: str, size: int) -> Iterator[str]:
    for paragraph in text.splitlines() or [""]:
        piece = ""
        for word in paragraph.split():
            longer = f"{piece} {word}".strip()
            if piece and _width(longer, size) > _WIDTH - 2 * _MARGIN:
                yield piece
                longer = word
            piece = longer
        yield piece


def _width(text: str, size: int) -> float:
    return sum(_width_of(letter) for letter in text) * size / 1000


def _width_of(letter: str) -> int:
    if letter in _NARROW_LETTERS:
        return _NARROW
    return _WIDE if letter in _WIDE_LETTERS else _USUAL


def _written(text: str) -> str:
    return "".join(letter if _has(letter) else unicodedata.normalize("NFKD", letter)[:1] for letter in text)


def _has(letter: str) -> bool:
    return letter == "\n" or bool(letter.encode("cp1252", "ignore"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
