"""A report as PDF, on paper of the size that most have; its letters are in the file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from cci_app.reports.words import COLUMNS, IN_DAYS, NOW, ReportTexts

_FONTS = Path(__file__).parent / "fonts"
_INK, _QUIET, _LATE, _LINE = (29, 39, 51), (90, 102, 115), (165, 42, 42), (217, 221, 226)
_MARGIN = 18


def as_paper(texts: ReportTexts) -> bytes:
    """The whole report."""
    paper = _Paper(texts)
    paper.head()
    for heading, names in (("in_days", IN_DAYS), ("now", NOW)):
        paper.tiles(texts.words[heading], names)
    for heading, first in (("projects", "project"), ("people", "person")):
        rows = [
            [each.get("name") or texts.name(each["id"]), *(texts.number(each[name]) for name in COLUMNS)]
            for each in texts.report.figures[heading]
        ]
        paper.rows(texts.words[heading], (first, *COLUMNS), rows, (5, 2, 2, 2, 3))
    late = [
        [each["title"], each["project"], texts.name(each["who"]), texts.day(each["due"]), texts.number(each["days"])]
        for each in texts.report.figures["late"]
    ]
    paper.rows(texts.words["late"], ("task", "project", "person", "due", "days"), late, (5, 4, 3, 3, 2))
    done = [[each["title"], each["project"], texts.name(each["who"])] for each in texts.report.figures["finished"]]
    paper.rows(texts.words["finished"], ("task", "project", "person"), done, (5, 4, 3))
    paper.paragraph(texts.as_of, 8, _QUIET, before=4)
    return bytes(paper.output())


class _Paper(FPDF):
    """Pages with a foot that numbers them."""

    def __init__(self, texts: ReportTexts) -> None:
        super().__init__(format="A4")
        self._texts = texts
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font("report", style, _FONTS / name)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, _MARGIN)
        self.set_title(texts.title)
        self.set_lang(texts.language)
        # The same report is the same file.
        self.set_creation_date(texts.report.created_at)
        self.add_page()

    def footer(self) -> None:
        """See FPDF: called for every page."""
        self.set_y(-12)
        self._say(self._texts.words["page"].format(page=self.page_no()), 8, _QUIET, align="R")

    def head(self) -> None:
        """What it is, and its days."""
        self.paragraph(self._texts.title, 18, _INK, bold=True)
        self.paragraph(self._texts.span, 10, _QUIET)

    def paragraph(
        self, text: str, size: int, color: tuple[int, int, int], *, bold: bool = False, before: float = 0
    ) -> None:
        """A paragraph."""
        self.ln(before)
        self._say(text, size, color, bold=bold)

    def _say(self, text: str, size: int, color: tuple[int, int, int], *, bold: bool = False, align: str = "L") -> None:
        self.set_font("report", "B" if bold else "", size)
        self.set_text_color(*color)
        self.multi_cell(0, size * 0.5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def tiles(self, heading: str, names: Sequence[str]) -> None:
        """Figures beside each other, each above what it is called."""
        self.paragraph(heading, 11, _INK, bold=True, before=5)
        totals, width, top = self._texts.report.figures["totals"], self.epw / len(names), self.get_y() + 1
        for place, name in enumerate(names):
            is_late = name == "overdue" and totals[name]
            self.set_xy(_MARGIN + place * width, top)
            self.set_font("report", "B", 16)
            self.set_text_color(*(_LATE if is_late else _INK))
            self.cell(width, 8, self._texts.number(totals[name]), new_x=XPos.LEFT, new_y=YPos.NEXT)
            self.set_font("report", "", 8)
            self.set_text_color(*_QUIET)
            self.cell(width, 4, self._texts.words[name])
        self.set_xy(_MARGIN, top + 13)

    def rows(self, heading: str, names: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table with a heading over it, or that there is nothing."""
        if self.will_page_break(30):
            self.add_page()
        self.paragraph(heading, 11, _INK, bold=True, before=4)
        if not rows:
            self.paragraph(self._texts.words["nothing"], 9, _QUIET)
            return
        self.ln(1)
        self.set_font("report", "", 9)
        self.set_text_color(*_INK)
        self.set_draw_color(*_LINE)
        numeric = {*COLUMNS, "days"}
        head: Any = FontFace(emphasis="", color=_QUIET, size_pt=8)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=head,
            col_widths=tuple(widths),
            text_align=tuple("RIGHT" if name in numeric else "LEFT" for name in names),
            line_height=5.5,
            padding=(0.5, 1),
        ) as table:
            table.row([self._texts.words[name] for name in names])
            for each in rows:
                table.row(list(each))
