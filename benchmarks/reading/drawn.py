"""Stories drawn as PDF by libraries: with heads and feet on each page, tables, a bold made by drawing twice."""

from pathlib import Path
from typing import Any

from fpdf import FPDF
from reportlab.lib import pagesizes
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from benchmarks.reading.stories import Block, Story

_HEAD = "Chambre de commerce"
_MARGIN, _LINE, _WIDTH = 60, 14, 90


def with_reportlab(story: Story, path: Path) -> None:
    """Flowing text, as reports are made."""
    styles = getSampleStyleSheet()
    flow: list[Any] = [Paragraph(story.title, styles["Title"])]
    for block in story.blocks:
        if block.kind == "table":
            flow += [Table([list(row) for row in block.rows]), Spacer(1, 8)]
            continue
        style = styles["Heading2" if block.kind == "heading" else "BodyText"]
        flow += [Paragraph(row[0], style, bulletText="•" if block.kind == "list" else None) for row in block.rows]

    def edges(canvas: Canvas, document: Any) -> None:
        canvas.drawString(_MARGIN, 815, _HEAD)
        canvas.drawString(_MARGIN, 25, f"Page {document.page}")

    SimpleDocTemplate(str(path), pagesize=pagesizes.A4, title="untitled").build(
        flow, onFirstPage=edges, onLaterPages=edges
    )


def with_reportlab_twice(story: Story, path: Path) -> None:
    """Lines where the program puts them, headings drawn twice to look bold."""
    canvas = Canvas(str(path), pagesize=pagesizes.A4)
    canvas.setTitle("Microsoft Word - modele.doc")
    height = 780.0

    def down(size: float) -> float:
        nonlocal height
        height -= size
        if height < _MARGIN:
            canvas.showPage()
            height = 780.0
        return height

    def bold(text: str, size: int) -> None:
        canvas.setFont("Helvetica", size)
        top = down(size + 10)
        for shift in (0.0, 0.3):
            canvas.drawString(_MARGIN + shift, top, text)

    bold(story.title, 20)
    for block in story.blocks:
        if block.kind == "heading":
            bold(block.text, 14)
            continue
        canvas.setFont("Helvetica", 10)
        down(8)
        for row in block.rows:
            for line in _wrapped("   ".join(row)):
                canvas.drawString(_MARGIN, down(_LINE), line)
    canvas.save()


def with_fpdf(story: Story, path: Path) -> None:
    """Justified text in a font of Windows' letters."""

    class Pages(FPDF):
        def header(self) -> None:
            self.set_font("Times", size=9)
            self.cell(0, 8, _HEAD, new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-15)
            self.cell(0, 8, f"{self.page_no()} / {{nb}}", align="C")

    made = Pages()
    made.core_fonts_encoding = "cp1252"
    made.add_page()
    made.set_font("Times", "B", 20)
    made.multi_cell(0, 10, story.title, new_x="LMARGIN", new_y="NEXT")
    for block in story.blocks:
        _flow(made, block)
    made.output(str(path))


def _flow(made: FPDF, block: Block) -> None:
    made.set_font("Times", "B" if block.kind == "heading" else "", 15 if block.kind == "heading" else 11)
    for row in block.rows:
        if block.kind == "table":
            for cell in row:
                made.cell(55, 7, cell, border=1)
            made.ln()
        else:
            mark = "\x95 " if block.kind == "list" else ""
            made.multi_cell(0, 6, mark.encode("latin-1").decode("cp1252") + row[0], new_x="LMARGIN", new_y="NEXT")


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
