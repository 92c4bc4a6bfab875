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


def test_what_is_set_small_at_the_edge_and_counts_is_about_the_page() -> None:
    assert all(page[0].text.startswith(_BODY[at]) for at, page in enumerate(pages("Reglamento interno #", 8.0).pages))
