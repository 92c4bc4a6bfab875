"""Text of a Word document under its headings."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.oxml.exceptions import InvalidXmlError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from cci_app.knowledge.document import Reason, Section, UnreadableDocument
from cci_app.knowledge.outline import BULLET, Outline

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
            for row in _rows(item):
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


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        # A merged cell stands in its row once for each column that it spans.
        cells = dict.fromkeys(row.cells)
        yield ", ".join(words for cell in cells if (words := " ".join(cell.text.split())))
