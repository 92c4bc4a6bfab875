"""Text of a Word document under its headings."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.oxml.exceptions import InvalidXmlError
from docx.table import Table
from docx.table import _Row as Row
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from cci_app.knowledge.reading.document import Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.outline import Outline
from cci_app.knowledge.reading.table import listed
from cci_app.language.sentences import BULLET

MAX_UNPACKED = 100 * 1024 * 1024


def read_docx(data: bytes) -> tuple[str | None, tuple[Section, ...]]:
    """The title and the sections of a .docx document. Raises UnreadableDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableDocument(Reason.TOO_COMPLEX)
        document = docx.Document(io.BytesIO(data))
        return _read(document)
    except MemoryError as error:
        raise UnreadableDocument(Reason.TOO_COMPLEX) from error
    except (KeyError, ValueError, OSError, LxmlError, InvalidXmlError, zipfile.BadZipFile, RecursionError) as error:
        raise UnreadableDocument(Reason.DAMAGED) from error


def _read(document: WordDocument) -> tuple[str | None, tuple[Section, ...]]:
    outline = Outline()
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in _items(item):
                outline.block(row)
        else:
            _add(outline, item)
    outline.close()
    return outline.title or document.core_properties.title or None, tuple(outline.sections)


def _add(outline: Outline, paragraph: Paragraph) -> None:
    text = " ".join(paragraph.text.split())
    # Word keeps the English names of its own styles whatever language it speaks.
    style = (paragraph.style.name if paragraph.style is not None else None) or ""
    if not text:
        return
    if style == "Title":
        outline.heading(1, text)
    elif style.startswith("Heading ") and style[8:].isdigit():
        outline.heading(int(style[8:]), text)
    else:
        outline.block(BULLET + text if style.startswith("List ") else text)


def _items(table: Table) -> Iterator[str]:
    rows = [list(_cells(row)) for row in table.rows]
    head = rows[0] if len(rows) > 1 and _names_columns(rows[0]) else []
    return listed(head, rows[1:] if head else rows)


def _cells(row: Row) -> Iterator[str]:
    """The words of each cell; a merged one stands in its row once for each column that it spans, and speaks once."""
    seen = set()
    for cell in row.cells:
        yield "" if cell in seen else " ".join(cell.text.split())
        seen.add(cell)


def _names_columns(row: list[str]) -> bool:
    """Whether a table's first row is its head: words in each cell and no figure."""
    return len(row) > 1 and all(cell and not any(map(str.isdigit, cell)) for cell in row)
