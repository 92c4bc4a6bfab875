"""Where the organisation is: its addresses in the documents, and not those of something else."""

from pathlib import Path

import pytest

from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.search.retrieval import search
from cci_app.language.places import tells_address
from tests.knowledge.test_evidence import ask

pytestmark = pytest.mark.usefixtures("app")

OFFICES = (
    "# Contacto\n\n## Bogotá\n\nCarrera 11 # 93-53, piso 4. De lunes a viernes por la mañana.\n\n"
    "## Medellín\n\nCalle 10 # 43-12, oficina 601. Solo con cita."
)
GALA = "# La gala\n\nLa gala es en la Avenida El Dorado # 69-76. Nuestra oficina no vende boletas."
VIRTUAL = "# Oficina virtual\n\nDa a su empresa una dirección comercial sin alquilar una oficina."
BUREAU = "# Nous trouver\n\nNos bureaux se trouvent au 12 rue des Fleurs, au quatrième étage."


def put(folder: Path, language: str, **documents: str) -> Path:
    (folder / language).mkdir(exist_ok=True)
    for name, text in documents.items():
        (folder / language / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "question",
    [
        "¿dónde están?",
        "donde quedan ustedes",
        "dirección por favor",
        "dónde los encuentro",
        "¿Dónde quedan sus oficinas?",
    ],
)
def test_each_office_is_told_under_its_name(organisation_id: int, tmp_path: Path, question: str) -> None:
    load_folder(organisation_id, put(tmp_path, "es", contacto=OFFICES, virtual=VIRTUAL))
    answer = ask(organisation_id, question, "es")
    assert answer is not None
    assert sorted(answer.text.split("\n")) == [
        "• Bogotá – Carrera 11 # 93-53, piso 4. De lunes a viernes por la mañana.",
        "• Medellín – Calle 10 # 43-12, oficina 601. Solo con cita.",
    ]
    assert [source.title for source in answer.sources] == ["Contacto"]


@pytest.mark.parametrize(
    "question", ["où êtes-vous ?", "vous etes ou exactement", "votre adresse svp", "c'est où vos bureaux"]
)
def test_one_office_is_told_in_its_own_sentence(organisation_id: int, tmp_path: Path, question: str) -> None:
    put(tmp_path, "es", contacto=OFFICES)
    load_folder(organisation_id, put(tmp_path, "fr", bureau=BUREAU))
    answer = ask(organisation_id, question, "fr")
    assert answer is not None
    assert answer.text == "Nos bureaux se trouvent au 12 rue des Fleurs, au quatrième étage."


@pytest.mark.parametrize("question", ["¿dónde están?", "cuál es su dirección", "où êtes-vous ?", "where are you?"])
def test_without_an_address_nothing_is_made_up(organisation_id: int, tmp_path: Path, question: str) -> None:
    load_folder(organisation_id, put(tmp_path, "es", virtual=VIRTUAL))
    assert ask(organisation_id, question, "es", or_nearest=True) is None


def test_what_else_has_an_address_is_asked_for_by_its_name(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, put(tmp_path, "es", contacto=OFFICES, gala=GALA))
    answer = ask(organisation_id, "¿dónde es la gala?", "es")
    assert answer is not None
    assert answer.text.startswith("La gala es en la Avenida El Dorado")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cra. 7 No. 71-21", True),
        ("Avenida Carrera 9 N° 113-52", True),
        ("12 bis, rue de la République, 69002 Lyon", True),
        ("3 place Bellecour", True),
        ("221 Baker Street", True),
        ("Las motos entran por la otra calle.", False),
        ("Deux heures de parking dans la rue", False),
        ("Son 12 cupos por empresa", False),
    ],
)
def test_an_address_is_a_street_and_a_number(text: str, told: bool) -> None:
    assert tells_address(text) is told


def test_what_stands_on_every_page_of_a_site_is_told_once(organisation_id: int, tmp_path: Path) -> None:
    foot = "\n\n## Contacto\n\nCarrera 11 # 93-53, Bogotá. Teléfono 601 555 0100."
    pages = {f"page{number}": f"# Servicio {number}\n\nSobre el servicio {number}." + foot for number in range(6)}
    load_folder(organisation_id, put(tmp_path, "es", **pages))
    where = ask(organisation_id, "¿dónde están?", "es")
    assert where is not None
    assert where.text == "Carrera 11 # 93-53, Bogotá. Teléfono 601 555 0100."
    found = search(organisation_id, "teléfono de contacto", "es", 5)
    assert [each.text for each in found].count("Carrera 11 # 93-53, Bogotá. Teléfono 601 555 0100.") == 1
