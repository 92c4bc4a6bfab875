"""What stands at the edges of pages: their numbers go, whatever merely counts stays."""

import pytest

from cci_app.knowledge.reading.pdf.lines import Line
from cci_app.knowledge.reading.pdf.margins import Margins, without_margins

_BODY = ["La afiliación se renueva en enero.", "El pago es anual.", "La sede abre a las ocho.", "Traiga su carné."]


def pages(edge: str, size: float, top: float = 0.05, first: int = 1) -> Margins:
    """Four pages, each with that line in that size so near to its upper edge, `#` for a number that counts them."""
    made = []
    for number, text in enumerate(_BODY, first):
        body = [Line(f"{text} {text}", 11.0, 0.2 + 0.1 * row) for row in range(4)]
        made.append([Line(edge.replace("#", str(number)), size, top), *body])
    return without_margins(made)


@pytest.mark.parametrize("edge", ["Sala #", "Artículo #", "Tarifas #", "# euros por reunión"])
@pytest.mark.parametrize("size", [11.0, 14.0])
def test_a_title_that_counts_as_its_pages_do_stays(edge: str, size: float) -> None:
    for first in (1, 2024):
        kept = pages(edge, size, first=first).pages
        assert [page[0].text for page in kept] == [edge.replace("#", str(first + at)) for at in range(4)]


@pytest.mark.parametrize("edge", ["#", "- # -", "Página #", "Reglamento interno, página #", "# / 4"])
def test_a_number_of_pages_goes(edge: str) -> None:
    assert all(page[0].text.startswith(_BODY[at]) for at, page in enumerate(pages(edge, 11.0).pages))


@pytest.mark.parametrize(
    "edge", ["01/05/202#", "#/05/2026", "Cuota # de 4: 450 euros", "# mayo 2026", "Calle 8, oficina 1"]
)
@pytest.mark.parametrize("size", [8.0, 11.0])
def test_a_date_a_price_or_an_address_is_no_number_of_pages(edge: str, size: float) -> None:
    only = without_margins([[Line(edge.replace("#", "1"), size, 0.05), Line(_BODY[0] * 4, 11.0, 0.3)]])
    assert len(only.pages[0]) == 2
    told = [line.text for page in pages(edge, size).pages for line in page]
    told += [text for _, text in pages(edge, size).repeated]
    assert {edge.replace("#", str(number)) for number in range(1, 5)} <= set(told)


@pytest.mark.parametrize(
    "edge",
    [
        "Tel. +57 300 000 0000 - Página # / 4",
        "# | Calle 1 # 2-3 | info@example.org",
        "Lunes a viernes de 8 h a 17 h - #",
    ],
)
def test_what_tells_how_to_reach_somebody_is_kept_once_beside_the_number(edge: str) -> None:
    made = pages(edge.replace("Calle 1 #", "Calle 1 no."), 8.0)
    assert all(page[0].text.startswith(_BODY[at]) for at, page in enumerate(made.pages))
    [(_, said)] = made.repeated
    assert said in edge.replace("Calle 1 #", "Calle 1 no.")
    assert len(said) > 20


def test_a_block_that_repeats_at_the_foot_is_kept_once() -> None:
    foot = ["Cámara Ejemplo", "Calle 1 # 2-3", "+57 300 000 0000", "info@example.org"]
    made = without_margins(
        [
            [Line(text, 11.0, 0.3), *(Line(each, 8.0, 0.9 + 0.02 * row) for row, each in enumerate(foot))]
            for text in _BODY
        ]
    )
    assert [len(page) for page in made.pages] == [1, 1, 1, 1]
    assert sorted(made.repeated) == sorted((1, each) for each in foot)


def test_what_is_set_small_at_the_edge_and_counts_is_about_the_page() -> None:
    assert all(page[0].text.startswith(_BODY[at]) for at, page in enumerate(pages("Reglamento interno #", 8.0).pages))
