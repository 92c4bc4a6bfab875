"""Reading files: what is kept, and what is said of a file that cannot be read."""

import io
import random
import zipfile

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfWriter

from cci_app.knowledge.reading.document import Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.extraction import MAX_BYTES, extract
from config.samples.guide.make_pdf import GUIDES, HERE, make_pdf

GUIDE = HERE.parent / "documents" / GUIDES["guide-des-services.md"]

MARKDOWN = """---
author: nobody
---
# Les **services**

Une [page](https://example.org/a) et un *mot* en `code`, écrits sur
deux lignes. <!-- jamais vu -->

## Visas

Nous écrivons à <visas@example.org>.

- un passeport
- une photo,
  récente

### Délais ###

| Type | Durée |
|------|-------|
| Long | libre |

Contact
-------
snake_case_name et 2 * 3 * 4
"""


def test_markdown_keeps_words_and_headings_and_drops_marks() -> None:
    document = extract("services.md", MARKDOWN.encode())
    assert document.title == "Les services"
    assert document.sections == (
        Section("Une page (https://example.org/a) et un mot en code, écrits sur deux lignes."),
        Section("Nous écrivons à visas@example.org.\n• un passeport\n• une photo, récente", "Visas"),
        Section("• Type: Long; Durée: libre", "Visas › Délais"),
        Section("snake_case_name et 2 * 3 * 4", "Contact"),
    )


def test_each_row_of_a_table_can_be_read_alone() -> None:
    table = """
| Modalidad | Cuota anual | Nota |
|---|---:|---|
| **Individual** | 280.000 pesos | |
| Familiar | 450.000 pesos | 2 hijos |
"""
    (section,) = extract("tarifas.md", f"# Tarifas\n\nVigentes:{table}Sin IVA.".encode()).sections
    assert section.text == (
        "Vigentes:\n• Modalidad: Individual; Cuota anual: 280.000 pesos\n"
        "• Modalidad: Familiar; Cuota anual: 450.000 pesos; Nota: 2 hijos\n\nSin IVA."
    )


def test_nor_does_a_page_s_table_need_its_head() -> None:
    page = (
        "<html><body><main><h1>Tarifas</h1>"
        f"<p>{'Estas son las tarifas de la biblioteca. ' * 9}</p>"
        "<table><tr><th>Modalidad</th><th>Cuota</th></tr><tr><td>Individual</td><td>280.000 pesos</td></tr></table>"
        "</main></body></html>"
    )
    assert "• Modalidad: Individual; Cuota: 280.000 pesos" in extract("tarifas.html", page.encode()).sections[-1].text


def test_a_words_table_names_its_columns_where_its_first_row_does() -> None:
    made = docx.Document()
    named = made.add_table(3, 3)
    plain = made.add_table(1, 2)
    for table, rows in (
        (named, [("Modalidad", "Cuota", "Nota"), ("Individual", "280.000 pesos", ""), ("Familiar", "", "Pronto")]),
        (plain, [("Largo", "libre")]),
    ):
        for row, words in zip(table.rows, rows, strict=True):
            for cell, written in zip(row.cells, words, strict=True):
                cell.text = written
    named.cell(2, 0).merge(named.cell(2, 1))
    file = io.BytesIO()
    made.save(file)
    (section,) = extract("tarifas.docx", file.getvalue()).sections
    assert section.text == (
        "• Modalidad: Individual; Cuota: 280.000 pesos\n• Modalidad: Familiar; Nota: Pronto\n• Largo: libre"
    )


def test_text_takes_a_line_that_stands_alone_for_its_title() -> None:
    document = extract("notes.txt", b"Horarios\n\nAbrimos a las 8.\nCerramos a las 5.\n\nFestivos no.")
    assert document.title == "Horarios"
    assert document.sections == (Section("Abrimos a las 8. Cerramos a las 5.\n\nFestivos no."),)


def test_a_document_without_a_title_is_called_after_its_file() -> None:
    assert extract("guide_des-prix.txt", b"Une phrase.").title == "Guide des prix"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accents_survive_the_usual_encodings(encoding: str) -> None:
    assert extract("a.txt", "L’été à Bogotá, señor".encode(encoding)).sections[0].text == "L’été à Bogotá, señor"


def test_a_pdf_has_pages_headings_and_accents() -> None:
    document = extract(GUIDE.name, GUIDE.read_bytes())
    assert document.title == "Guide des services"
    [partner] = [each for each in document.sections if each.heading == "Trouver un partenaire ou un distributeur"]
    assert partner.page == 4
    assert "Nous contactons les entreprises qui y répondent, nous vérifions leur intérêt" in partner.text
    assert {each.page for each in document.sections} == {1, 2, 3, 4, 5, 6}


def test_what_stands_at_the_foot_of_every_page_is_not_text() -> None:
    text = " ".join(each.text for each in extract(GUIDE.name, GUIDE.read_bytes()).sections)
    assert "/ 6" not in text


def test_a_sentence_over_the_end_of_a_page_is_kept_whole() -> None:
    pdf = make_pdf("# Guide\n\n## Visas\n\nPremière phrase. Nous suivons\n---\nvotre dossier. Puis la suite.")
    assert extract("g.pdf", pdf).sections == (
        Section("Première phrase. Nous suivons votre dossier.", "Visas", 1),
        Section("Puis la suite.", "Visas", 2),
    )


def test_a_title_that_is_all_there_is_is_text() -> None:
    assert extract("a.md", b"# Only a title").sections == (Section("Only a title"),)


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(GUIDE.read_bytes()))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _blank() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"", Reason.EMPTY),
        ("a.txt", b" \n\t ", Reason.EMPTY),
        ("a.txt", b"PK\x03\x04\x00\x00", Reason.DAMAGED),
        ("a.txt", b"GIF89a\x01\x00", Reason.NOT_TEXT),
        ("a.txt", b"x" * (MAX_BYTES + 1), Reason.TOO_LARGE),
        ("a.pdf", b"not a pdf at all", Reason.DAMAGED),
        ("a.pdf", GUIDE.read_bytes()[:700], Reason.DAMAGED),
        ("a.pdf", _encrypted(), Reason.ENCRYPTED),
        ("a.pdf", _blank(), Reason.NO_TEXT),
    ],
)
def test_an_unreadable_file_has_a_reason(name: str, data: bytes, reason: Reason) -> None:
    with pytest.raises(UnreadableDocument) as raised:
        extract(name, data)
    assert raised.value.reason is reason


_SENTENCE = "La cámara ayuda con trámites en Bogotá y Medellín."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("stray", ["", "\r\n\x1a", "\x00", "\x08"])
def test_a_text_is_read_in_its_encoding_whatever_stray_sign_it_has(encoding: str, stray: str) -> None:
    document = extract("a.txt", (f"{_SENTENCE} " * 10 + stray).encode(encoding))
    assert document.sections[0].text.strip() == " ".join([_SENTENCE] * 10)


@pytest.mark.parametrize("between", ["\f", "\x0b", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029", "\r"])
def test_whatever_ends_a_line_or_a_page_parts_words(between: str) -> None:
    document = extract("a.txt", f"{_SENTENCE} Cuesta 450 pesos{between}Horarios: de 8 a 17".encode())
    said = " ".join([document.title, *(section.text for section in document.sections)])
    assert {"pesos", "Horarios:"} <= set(said.split())


def test_no_damage_raises_anything_else() -> None:
    chance = random.Random(20)
    whole = GUIDE.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        try:
            extract("a.pdf", bytes(data))
        except UnreadableDocument:
            continue


def test_the_front_matter_of_a_text_has_its_title() -> None:
    matter = '---\nauthor: someone\ntitle: "Guía de socios"\n---\n\n'
    assert extract("a.md", f"{matter}{_SENTENCE}".encode()).title == "Guía de socios"
    assert extract("a.md", f"{matter}# Tarifas\n\n{_SENTENCE}".encode()).title == "Tarifas"


def _veiled(address: str) -> str:
    return bytes([0x4A, *(ord(letter) ^ 0x4A for letter in address)]).hex()


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (
            f"<a class='__cf_email__' data-cfemail='{_veiled('a@example.org')}'>[email&#160;protected]</a>",
            "a@example.org",
        ),
        (f"<a href='/cdn-cgi/l/email-protection#{_veiled('a@example.org')}'>Correo</a>", "Correo (a@example.org)"),
        ("<a href='tel:+573000000000'>Llamar</a><a href='mailto:a@example.org'>Correo</a>", "(+573000000000) Correo"),
        ("<a href='mailto:a@example.org'></a><a href='tel:+573000000000'></a>", "a@example.org +573000000000"),
        ("<nav><a href='tel:+573000000000'>Teléfono</a></nav>", "Teléfono (+573000000000)"),
        ("<a href='https://www.google.com/maps?q=Calle+1+%23+2-3'>Mapa</a>", "Mapa (Calle 1 # 2-3)"),
        ("<a href='https://maps.google.com/maps/place/Calle+1+%23+2-3/@4.6,-74'>Mapa</a>", "Mapa (Calle 1 # 2-3)"),
        ("<a href='/a'>Solo</a><a href='/b'>120 euros</a><button>Pagar</button>", "Solo 120 euros Pagar"),
    ],
)
def test_how_to_reach_somebody_is_read_in_whatever_markup_it_stands(markup: str, said: str) -> None:
    page = f"<html><body><main><h1>Contacto</h1><p>{_SENTENCE}</p>{markup}</main></body></html>"
    assert said in " ".join(section.text for section in extract("a.html", page.encode()).sections)


_FOOT = "<p>Calle 1 # 2-3</p><p>Tel. 601 000 0000</p><p>De 8 h a 17 h</p><p>Con gusto</p><a href='/legal'>Aviso</a>"


@pytest.mark.parametrize("main", ["main", "div"])
@pytest.mark.parametrize(
    "around", ["<footer>{}</footer>", "<aside>{}</aside>", "<div id=footer>{}</div>", "<div role=contentinfo>{}</div>"]
)
def test_what_stands_around_a_page_tells_how_to_reach_its_people(main: str, around: str) -> None:
    page = f"<html><body><{main}><h1>Sede</h1><p>{_SENTENCE * 2}</p></{main}>{around.format(_FOOT)}</body></html>"
    *_, besides = extract("a.html", page.encode()).sections
    assert besides.text == "Calle 1 # 2-3\n\nTel. 601 000 0000\n\nDe 8 h a 17 h"


def test_of_a_menu_only_the_link_to_a_person_is_read() -> None:
    menu = "<header><nav><a href='/'>Inicio</a><a href='tel:+573000000000'>Llamar</a></nav></header>"
    page = f"<html><body>{menu}<main><h1>Sede</h1><p>{_SENTENCE}</p></main></body></html>"
    *_, besides = extract("a.html", page.encode()).sections
    assert besides.text == "Llamar (+573000000000)"


def _relate(made: docx.document.Document, address: str) -> str:
    return made.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)


@pytest.mark.parametrize(
    ("address", "words", "said"),
    [
        ("mailto:info@example.org?subject=Hola", "Por correo", "Por correo (info@example.org)"),
        ("tel:+573000000000", "300 000 0000", "300 000 0000"),
        ("https://example.org/precios", "Precios", "Precios"),
    ],
)
@pytest.mark.parametrize("as_field", [True, False])
def test_whom_a_link_of_word_leads_to_is_said(address: str, words: str, said: str, as_field: bool) -> None:
    made = docx.Document()
    run = f"<w:r><w:t>{words}</w:t></w:r>"
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    asks = f'<w:r><w:instrText> HYPERLINK "{address}" </w:instrText></w:r>'
    field = f"{marks[0]}{asks}{marks[1]}{run}{marks[2]}"
    link = f'<w:hyperlink r:id="{_relate(made, address)}">{run}</w:hyperlink>'
    made.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w', 'r')}>{field if as_field else link}</w:p>"))
    file = io.BytesIO()
    made.save(file)
    assert extract("a.docx", file.getvalue()).sections == (Section(said),)


def test_a_word_file_whose_parts_are_named_as_on_windows_is_read() -> None:
    made = docx.Document()
    made.add_paragraph(_SENTENCE)
    whole, file = io.BytesIO(), io.BytesIO()
    made.save(whole)
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(file, "w") as other:
        for name in packed.namelist():
            other.writestr(name.replace("/", "\\"), packed.read(name))
    assert extract("a.docx", file.getvalue()).sections == (Section(_SENTENCE),)


@pytest.mark.parametrize(
    ("matter", "title"),
    [
        ('+++\ntitle = "Guía"\n+++\n\n', "Guía"),
        ("---\ntitle: >\n  Guía\nauthor: x\n---\n", "Guía"),
        ("---\n\nTarifa: 450 pesos\n\n---\n\n", "A"),
    ],
)
def test_front_matter_is_told_from_a_rule(matter: str, title: str) -> None:
    document = extract("a.md", f"{matter}{_SENTENCE}".encode())
    assert document.title == title
    assert ("450 pesos" in document.sections[0].text) is ("450" in matter)


def test_dos_fills_its_last_block_with_the_end() -> None:
    assert extract("a.txt", _SENTENCE.encode() + b"\r\n" + b"\x1a" * 90).sections[0].text == _SENTENCE


@pytest.mark.parametrize("named", ["iso-8859-1", "latin1", "us-ascii", "windows-1252"])
def test_what_a_page_calls_latin_has_the_euro_of_windows(named: str) -> None:
    page = f"<html><head><meta charset={named}></head><body><p>Fermé à Noël. 450 € l’an</p></body></html>"
    assert extract("a.html", page.encode("cp1252")).sections[0].text == "Fermé à Noël. 450 € l’an"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"Un caf\xc3\xa9. Fran\xe7ais, caf\xe9 cr\xe8me.", "Un café. Français, café crème."),
        ("Coût : 450 €.".encode("iso8859-15"), "Coût : 450 €."),
        ("Tarif de l'année".encode("cp850"), "Tarif de l'année"),
    ],
)
def test_a_text_of_few_letters_beyond_ascii_is_read_as_it_was_written(written: bytes, said: str) -> None:
    assert extract("a.txt", written).sections[0].text == said


def test_an_encoding_that_a_page_names_wrongly_is_not_believed() -> None:
    page = f"<html><head><meta charset=utf-8></head><body><p>Fermé à Noël. {_SENTENCE}</p></body></html>"
    assert extract("a.html", page.encode("cp1252")).sections[0].text.startswith("Fermé à Noël.")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("| Solo | 120 |\n| Pyme | 450 |\n", "• Solo: 120\n• Pyme: 450"),
        ("+---+---+\n| Plan | Precio |\n+===+===+\n| Solo | 120 |\n+---+---+\n", "• Plan: Solo; Precio: 120"),
        ("```\n| Solo | 120 |\n| Pyme | 450 |\n```\n", "| Solo | 120 |\n| Pyme | 450 |"),
        ("si a<b y c>d, i<u>s", "si a<b y c>d, i<u>s"),
        ("<b>Lunes</b></br><u>Martes</u>", "Lunes Martes"),
    ],
)
def test_markdown_as_people_write_it(written: str, said: str) -> None:
    assert extract("a.md", f"# Guía\n\n{written}".encode()).sections[0].text == said
