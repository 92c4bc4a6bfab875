"""PDFs as programs make them: what stands on their pages is read once, and what is no text is told."""

import io
from typing import cast

import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject

from cci_app.knowledge.reading.document import Caution, Document, Omission, Reason, UnreadableDocument
from cci_app.knowledge.reading.extraction import extract
from cci_app.knowledge.reading.pdf.choice import chosen
from cci_app.knowledge.reading.pdf.lines import Line, Mark, Page, usual, with_marks

SENTENCE = "La Chambre accueille les entreprises de la ville sur rendez-vous."


def _page(*texts: str) -> Page:
    return Page([Line(text, 10.0) for text in texts])


def _read(made: FPDF) -> Document:
    return extract("a.pdf", bytes(made.output()))


def _text(document: Document) -> str:
    return "\n".join([document.title, *(f"{each.heading or ''}\n{each.text}" for each in document.sections)])


def _lines(made: FPDF, *lines: str, size: int = 11) -> None:
    made.set_font("Times", size=size)
    for line in lines:
        made.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")


@pytest.mark.parametrize(
    ("first", "second", "second_is_better"),
    [
        ("La cotisation annuelle", "Lacotisationannuelle", False),
        ("La cotisation annuelle", "La coti sation an nuelle", False),
        ("La cotisation annuelle", "La cotisation", False),
        ("La cotisation", "La cotisation annuelle", True),
        ("La c\ufffdtisation annuelle", "La cotisation annuelle", True),
        ("Prix 450", "Prix /four.os/five.os/zero.os", False),
        ("Lacotisationannuelleestdequatrecents", "La cotisation annuelle est de quatre cents", True),
    ],
)
def test_the_better_reader_of_a_page_is_believed(first: str, second: str, second_is_better: bool) -> None:
    assert chosen(_page(first), _page(second))[1] is second_is_better


def test_what_the_better_reader_missed_is_told() -> None:
    _, _, missed = chosen(_page("un deux trois quatre cinq"), _page("un deux trois quatre six"))
    assert missed == pytest.approx(3 / 20)


def test_a_page_whose_size_stands_above_it_has_all_its_lines() -> None:
    made = FPDF()
    made.add_page()
    made.set_y(2)
    _lines(made, "Chambre de commerce", SENTENCE)
    writer = PdfWriter(clone_from=io.BytesIO(bytes(made.output())))
    above = cast(DictionaryObject, writer.pages[0]["/Parent"].get_object())
    above[NameObject("/MediaBox")] = ArrayObject(FloatObject(each) for each in writer.pages[0].mediabox)
    del writer.pages[0]["/MediaBox"]
    out = io.BytesIO()
    writer.write(out)
    assert "Chambre de commerce" in _text(extract("a.pdf", out.getvalue()))


def test_heads_are_kept_once_and_page_numbers_go() -> None:
    class Pages(FPDF):  # type: ignore[misc, unused-ignore]
        def header(self) -> None:
            _lines(self, "Chambre de commerce, +57 300 000 0000", size=9)

        def footer(self) -> None:
            self.set_y(-12)
            self.cell(0, 8, f"Guide des services - {self.page_no()}")

    made = Pages()
    for number in range(4):
        made.add_page()
        _lines(made, f"Bureau {number + 1}", SENTENCE, f"Calle {number + 1} # 2-3", f"Prix : {number + 1} 000 pesos")
    document = _read(made)
    text = _text(document)
    assert text.count("+57 300 000 0000") == 1
    assert "Guide des services -" not in text
    for number in range(1, 5):
        assert f"Bureau {number}" in text
        assert f"Calle {number} # 2-3" in text
        assert f"Prix : {number} 000 pesos" in text
    assert document.report is not None
    assert document.report.left_out[Omission.REPEATED_LINES] == 3 * 7
    assert document.report.left_out[Omission.PAGE_NUMBERS] == 4 * 5


def test_what_is_drawn_twice_to_look_bold_is_read_once() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("Times", size=11)
    for shift in (0.0, 0.1):
        made.text(20 + shift, 40, "Tarifs de la saison")
    made.text(20, 50, SENTENCE)
    assert _text(_read(made)).count("Tarifs") == 1


def test_a_comment_written_on_the_page_is_read_and_a_note_beside_it_is_counted() -> None:
    made = FPDF()
    made.add_page()
    _lines(made, SENTENCE)
    writer = PdfWriter(clone_from=io.BytesIO(bytes(made.output())))
    writer.add_annotation(0, FreeText(text="Fermé le 2 mai", rect=(200, 400, 350, 420)))
    writer.add_annotation(0, Text(text="Vérifier avec Camille", rect=(400, 400, 420, 420)))
    out = io.BytesIO()
    writer.write(out)
    document = extract("a.pdf", out.getvalue())
    assert "Fermé le 2 mai" in _text(document)
    assert "Camille" not in _text(document)
    assert document.report is not None
    assert document.report.left_out[Omission.COMMENTS] == 1


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - modele.doc", "Document1", "Sans titre 2"])
def test_what_programs_call_a_document_is_not_its_title(title: str) -> None:
    made = FPDF()
    made.set_title(title)
    made.add_page()
    _lines(made, SENTENCE)
    assert extract("guide.pdf", bytes(made.output())).title in {"Guide", "Modele"}


def test_pages_that_are_pictures_are_named() -> None:
    from PIL import Image

    made = FPDF()
    made.add_page()
    _lines(made, SENTENCE)
    made.add_page()
    made.image(Image.new("L", (60, 90), 200), x=0, y=0, w=210, h=297)
    _lines(made, "Scanned with a telephone")
    report = _read(made).report
    assert report is not None
    assert report.cautions[Caution.PICTURES] == (2,)


def test_a_short_value_is_read_though_the_page_says_it_elsewhere() -> None:
    page = Page([Line("El 5 de mayo", 11, 0.1), Line("Precio:", 11, 0.5)])
    assert with_marks(page, [Mark("5", 0.5)]).text == "El 5 de mayo\nPrecio: 5"


def test_old_style_figures_and_small_capitals_of_adobe_are_usual_letters() -> None:
    assert usual("\uf734\uf735\uf730 \uf765\uf7e9") == "450 eé"


def test_a_mark_stands_where_it_is_seen_in_a_line() -> None:
    line = Line("Socio: sí no Pago: tarjeta", 11.0, 0.5, (0.1, 0.25, 0.45, 0.6, 0.75))
    page = with_marks(Page([line]), [Mark("☒", 0.5, 0.2), Mark("☒", 0.5, 0.7)])
    assert page.text == "Socio: ☒ sí no Pago: ☒ tarjeta"


def test_a_mark_goes_with_its_column() -> None:
    names = [Line("Teléfono:", 11.0, 0.2, (0.1,)), Line("Correo:", 11.0, 0.3, (0.1,)), Line("Plan:", 11.0, 0.2, (0.5,))]
    marks = [Mark("+57 300 000 0000", 0.23, 0.1), Mark("info@example.org", 0.33, 0.1), Mark("Pyme", 0.2, 0.6)]
    assert with_marks(Page(names), marks).text.split("\n") == [
        "Teléfono:",
        "+57 300 000 0000",
        "Correo:",
        "info@example.org",
        "Plan: Pyme",
    ]


def test_whom_a_link_leads_to_is_said_behind_it_unless_the_page_says_it() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("Times", size=11)
    for written, address in (
        ("Por correo", "mailto:info@example.org?subject=Hola"),
        ("o al 300 000 0000", "tel:+573000000000"),
        ("Mapa", "https://www.google.com/maps/search/?api=1&query=Calle+1+%23+2-3"),
    ):
        made.cell(60, 8, written, link=address)
    assert "Por correo (info@example.org) o al 300 000 0000 Mapa (Calle 1 # 2-3)" in _text(_read(made))


def _on_picture(share: float, *lines: tuple[str, int, float], angle: float = 0.0) -> FPDF:
    made = FPDF()
    made.add_page()
    made.image(Image.new("L", (8, 8)), 0, 0, 210, 297 * share)
    for text, size, down in lines:
        made.set_font("Times", size=size)
        with made.rotation(angle, 105, 148):
            made.text(20, 297 * down, text)
    return made


@pytest.mark.parametrize(
    ("share", "lines", "angle"),
    [
        (0.3, [("Scanned with a telephone", 8, 0.97)], 0),
        (1.0, [("RECIBIDO", 30, 0.5), ("12 de mayo de 2026, en la sede", 12, 0.6)], 0),
        (1.0, [("COPIA NO VÁLIDA", 40, 0.5), ("SIN SELLO", 40, 0.6)], 45),
        (1.0, [("Firmado por Camila Rojas el 2 de mayo de 2026 a las 10:23 en la ciudad de Bogotá; " * 2, 5, 0.98)], 0),
    ],
)
def test_a_picture_with_a_stamp_is_no_text(share: float, lines: list[tuple[str, int, float]], angle: float) -> None:
    with pytest.raises(UnreadableDocument) as raised:
        _read(_on_picture(share, *lines, angle=angle))
    assert raised.value.reason is Reason.NO_TEXT


def test_a_poster_of_a_few_large_words_is_text() -> None:
    text = _text(_read(_on_picture(1.0, ("FORO 2026", 60, 0.2), ("Entrada: 20 euros", 36, 0.4))))
    assert "FORO 2026" in text
    assert "Entrada: 20 euros" in text


def test_letters_of_which_a_file_says_nothing_are_told() -> None:
    made = FPDF()
    made.add_page()
    _lines(made, "La cuota anual es de \x84\x85\x80 pesos.")
    writer = PdfWriter(clone_from=io.BytesIO(bytes(made.output())))
    names = ArrayObject([NumberObject(0x80), *(NameObject(f"/g{code}") for code in range(0x80, 0x90))])
    for font in cast(dict[str, dict[str, DictionaryObject]], writer.pages[0])["/Resources"]["/Font"].values():
        font.get_object()[NameObject("/Encoding")] = DictionaryObject({NameObject("/Differences"): names})
    out = io.BytesIO()
    writer.write(out)
    document = extract("a.pdf", out.getvalue())
    assert "es de \ufffd\ufffd\ufffd pesos" in _text(document)
    assert document.report is not None
    assert Caution.ODD_LETTERS in document.report.cautions
