"""What an answer rests on: the subject of the question, the figure it asks for, the exchange before it."""

from pathlib import Path

import pytest

from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.follow_ups import going_on
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.wording import WordedAnswer, answer_of
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.search.passage import Answer, Passage

pytestmark = pytest.mark.usefixtures("app")

BOWLS = "# Tournoi de boules\n\nLe tournoi de boules a lieu en mai. L'inscription au tournoi coûte 12 euros."
PETANQUE = "# Tournoi de pétanque\n\n## Date\n\nLe tournoi de pétanque a lieu en juin, au parc."
PETANQUE_FEES = "\n\n## Inscription\n\nL'inscription coûte 7 euros par joueur."


def ask(
    organisation_id: int, question: str, language: str, about: str = "", *, or_nearest: bool = False
) -> Answer | None:
    return DocumentAnswerer().answer(
        organisation_id, question, language, Deadline.after(10), about=about, or_nearest=or_nearest
    )


def write(folder: Path, **documents: str) -> Path:
    for name, text in documents.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_the_price_of_another_subject_is_no_answer(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, boules=BOWLS, petanque=PETANQUE))
    assert ask(organisation_id, "combien coûte l'inscription au tournoi de pétanque ?", "fr") is None
    answer = ask(organisation_id, "combien coûte l'inscription au tournoi de boules ?", "fr")
    assert answer is not None
    assert "12 euros" in answer.text


def test_a_price_that_stands_under_another_heading_of_the_subject_s_document_is_found(
    organisation_id: int, tmp_path: Path
) -> None:
    load_folder(organisation_id, write(tmp_path, boules=BOWLS, petanque=PETANQUE + PETANQUE_FEES))
    answer = ask(organisation_id, "combien coûte l'inscription au tournoi de pétanque ?", "fr")
    assert answer is not None
    assert "7 euros" in answer.text
    assert answer.sources[0].title == "Tournoi de pétanque"


LENDING = "# La bibliothèque\n\n## Prêt\n\nChaque lecteur garde un livre trois semaines. Le retard est sanctionné."
READING = "# Le club de lecture\n\nLe club de lecture se réunit au printemps chez un membre, pour parler d'un auteur."
TENNIS = "# Le tennis\n\n## Réserver\n\nUn terrain se réserve la veille, pour une heure."


def test_other_words_find_the_one_passage_that_is_meant_but_no_price(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, pret=LENDING, club=READING, tennis=TENNIS))
    answer = ask(organisation_id, "un bouquin de la médiathèque, je le conserve combien de jours ?", "fr")
    assert answer is not None
    assert "trois semaines" in answer.text
    assert ask(organisation_id, "combien coûte un bouquin emprunté ?", "fr") is None
    assert ask(organisation_id, "avez-vous une patinoire couverte ?", "fr") is None


def test_a_word_of_every_day_finds_the_documents_word_for_it(organisation_id: int, tmp_path: Path) -> None:
    staff = "# L'équipe\n\n## Effectif\n\nVingt-trois personnes travaillent ici, dont quatre volontaires."
    load_folder(organisation_id, write(tmp_path, equipe=staff, club=READING, tennis=TENNIS))
    answer = ask(organisation_id, "vous êtes combien à bosser ?", "fr", or_nearest=True)
    assert answer is not None
    assert "Vingt-trois personnes" in answer.text


DOGS = (
    "# Le club-house\n\n## Animaux\n\nLes chiens de petite taille sont admis le vendredi, en laisse. Les chats restent"
    " dehors.\n\n## Repas\n\nLa cuisine ferme à minuit. Le menu du club-house coûte 9 euros."
)


def test_what_is_nearest_is_quoted_under_its_heading_where_that_is_wanted(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, pret=LENDING, club=READING, tennis=TENNIS, house=DOGS))
    asked = "mon toutou peut venir au bureau avec moi ?"
    assert ask(organisation_id, asked, "fr") is None
    nearest = ask(organisation_id, asked, "fr", or_nearest=True)
    assert nearest is not None
    assert not nearest.sure
    assert "• Animaux – Les chiens de petite taille sont admis le vendredi, en laisse. Les chats" in nearest.text
    assert nearest.sources[0].title == "Le club-house"
    sure = ask(organisation_id, "le menu du club-house coûte combien ?", "fr", or_nearest=True)
    assert sure is not None
    assert sure.sure


def test_the_figure_of_another_subject_is_not_even_nearest(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, boules=BOWLS, petanque=PETANQUE, house=DOGS))
    for asked in (
        "combien coûte l'inscription au tournoi de pétanque ?",
        "combien coûte le tournoi de tennis ?",
        "c'est quand le tournoi de tennis ?",
        "à quelle heure ferme la piscine ?",
        "quel est le numéro de téléphone du tournoi de pétanque ?",
    ):
        assert ask(organisation_id, asked, "fr", or_nearest=True) is None, asked


def test_a_last_clause_of_one_word_is_read_with_what_stands_before_it(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, pret=LENDING, club=READING, house=DOGS))
    answer = ask(organisation_id, "j'ai un livre depuis un mois et il est en retard, je suis sanctionné ?", "fr")
    assert answer is not None
    assert "sanctionné" in answer.text


HIKE = "# La caminata\n\nLa caminata cuesta 45.000 pesos. Los niños no pagan la caminata."
POOL = "# La piscina\n\nLa piscina cuesta 9.000 pesos. Los niños pagan la mitad en la piscina."


def test_a_question_that_goes_on_is_about_what_was_just_answered(organisation_id: int, tmp_path: Path) -> None:
    load_folder(organisation_id, write(tmp_path, caminata=HIKE, piscina=POOL))
    for about, said in (("¿cuánto cuesta la caminata?", "no pagan"), ("¿cuánto cuesta la piscina?", "la mitad")):
        answer = ask(organisation_id, "y los niños también pagan?", "es", about)
        assert answer is not None
        assert said in answer.text


def test_a_question_that_stands_alone_goes_on_from_nothing() -> None:
    before = "¿cuánto cuesta la caminata?"
    assert going_on("y los afiliados también pagan?", before).startswith("cuánto cuesta la caminata. y los")
    assert (
        going_on("et pour les enfants", "combien coûte la visite ?") == "combien coûte la visite. et pour les enfants?"
    )
    assert going_on("¿qué documentos piden para la visa de un empleado francés?", before).startswith("¿qué documentos")
    assert going_on("y los afiliados?", "") == "y los afiliados?"


@pytest.mark.parametrize(
    ("passage", "text", "held"),
    [
        ("La salle reçoit de dix à trente personnes.", "La salle reçoit de 10 à 30 personnes.", True),
        ("El puesto vale 4 800 000 pesos.", "El puesto vale 4.800.000 pesos.", True),
        ("El puesto vale 4,8 millones de pesos.", "El puesto vale 4.800.000 pesos.", True),
        ("El puesto vale 4 800 000 pesos.", "El puesto vale 800.000 pesos.", False),
        ("Le forfait coûte 120 euros.", "Le forfait coûte 12 euros.", False),
        ("El menú vale dieciocho mil pesos.", "El menú vale 18.000 pesos.", True),
    ],
)
def test_a_figure_stands_in_the_passage_as_a_value(passage: str, text: str, held: bool) -> None:
    there = Passage(1, 1, "Tarifs", None, None, "fr", passage, 1.0)
    worded = WordedAnswer(found=True, answer=text, passages=[1])
    if held:
        assert answer_of(worded, "prix ?", [there]) is not None
    else:
        with pytest.raises(ValueError, match="figure"):
            answer_of(worded, "prix ?", [there])
