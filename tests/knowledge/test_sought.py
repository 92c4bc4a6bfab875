"""The sort of thing that a question asks for, and what comes nearest to it."""

from pathlib import Path

import pytest

from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.search.passage import Answer
from cci_app.knowledge.search.retrieval import search
from cci_app.knowledge.search.sought import SortAsked
from tests.knowledge.test_search import found, write


@pytest.mark.parametrize(
    ("question", "held", "other"),
    [
        ("c'est quand la dernière navette ?", "Elle part à 17 h 45.", "Elle part du parking."),
        ("¿qué días atienden?", "El primer jueves.", "En la sala grande."),
        ("quand me rend-on la caution ?", "Dans les dix jours.", "Par virement."),
        ("ça prend longtemps ?", "Il faut trois jours.", "Il faut un passeport."),
        ("¿los niños pagan?", "Los niños entran gratis.", "Los niños llegan temprano."),
        ("how many people fit in?", "It seats 150.", "It seats a crowd."),
        ("quién dicta la clase", "La dicta el profesor Paul Garnier.", "La dicta un profesor."),
        ("où garer mon vélo ?", "Au niveau bas du bâtiment.", "Avec un bon antivol."),
    ],
)
def test_a_text_that_holds_what_is_asked_is_told_from_one_that_does_not(question: str, held: str, other: str) -> None:
    sought = SortAsked(question)
    assert sought.held(held)
    assert not sought.held(other)


def test_a_question_for_no_such_thing_is_held_by_nothing() -> None:
    assert not SortAsked("thé ou café avec les chiens").held("Le 3 mai à 8 h, trois euros, Paul Garnier, rue Haute.")


SHUTTLE = "# La navette du club\n\n## Horaire\n\nLe retour part à 17 h 45, chaque soir."
GALA = "# Le gala\n\n## Table\n\nLes tables sont de dix personnes."


@pytest.mark.usefixtures("app")
def test_an_hour_comes_near_where_it_is_asked_when(organisation_id: int, tmp_path: Path) -> None:
    (tmp_path / "navette.md").write_text(SHUTTLE, encoding="utf-8")
    (tmp_path / "gala.md").write_text(GALA, encoding="utf-8")
    load_folder(organisation_id, tmp_path)
    answer = near(organisation_id, "c'est quand le retour de la navette")
    assert answer is not None
    assert "17 h 45" in answer.text


PART = (
    "Un repas complet se prépare à plusieurs, sous la conduite du chef, et se déguste ensemble à la fin de la séance."
)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("days", "said"), [(3, [2, 2, 1]), (5, [2, 1, 1, 1])])
def test_four_passages_come_near_in_one_short_reply(
    organisation_id: int, tmp_path: Path, days: int, said: list[int]
) -> None:
    for day in ("lundi", "mardi", "jeudi", "samedi", "dimanche")[:days]:
        (tmp_path / f"{day}.md").write_text(
            f"# Cuisine du {day}\n\n## Repas du {day}\n\n{PART} {PART}", encoding="utf-8"
        )
    load_folder(organisation_id, tmp_path)
    answer = near(organisation_id, "on mange quoi avec le cuisinier ?")
    assert answer is not None
    assert len(answer.text) <= 680
    # What room is left is the likeliest passages'.
    assert [line.count("Un repas") for line in answer.text.splitlines()] == said


PARKING = "La navette du club repart du parking nord, devant la grille."
LAST = "Le dernier retour vers la ville est prévu à 17 h 45, sans réservation."


@pytest.mark.usefixtures("app")
def test_what_holds_the_sort_of_thing_that_is_asked_for_comes_first(organisation_id: int) -> None:
    write(organisation_id, "La navette", PARKING, LAST)
    asked = "quand repart la dernière navette ?"
    assert found(organisation_id, asked) == [LAST, PARKING]
    assert found(organisation_id, "d'où repart la dernière navette ?") == [PARKING, LAST]
    answer = near(organisation_id, asked)
    assert answer is not None
    assert answer.text.startswith(f"• {LAST}")


@pytest.mark.usefixtures("app")
def test_what_lacks_the_day_that_is_asked_for_is_no_sure_answer(organisation_id: int) -> None:
    """What speaks of all but the day would be one; what has a day is quoted, too, though it fits half as well."""
    whom, here, elsewhere = (
        "L'antenne de Cali reçoit aussi les éleveurs du Cauca.",
        "Le mardi, à la mairie.",
        "L'antenne reçoit le jeudi.",
    )
    write(organisation_id, "Antenne de Cali", whom, here)
    for more in (elsewhere, "Le samedi, à l'école.", "Le club reçoit le jeudi.", "Les rendez-vous ont lieu le jeudi."):
        write(organisation_id, f"À {len(more)} km", more)
    asked = "quels jours reçoit l'antenne de Cali ?"
    fit = {passage.text: passage.score for passage in search(organisation_id, asked, "fr")}
    assert fit[elsewhere] < 0.6
    answer = near(organisation_id, asked)
    assert answer is not None
    assert all(each in answer.text for each in (whom, here, elsewhere))
    asked = "l'antenne de Cali reçoit les éleveurs ?"
    sure = DocumentAnswerer().answer(organisation_id, asked, "fr", Deadline.after(10))
    assert sure is not None
    assert sure.text.startswith(whom)


@pytest.mark.usefixtures("app")
def test_that_makes_no_passage_surer(organisation_id: int) -> None:
    """The level leads by far in what is found; of Saturday's shuttle it says as little as the ticket does."""
    level = "On monte dans la navette au niveau bas, devant la grille."
    ticket = "On monte dans la navette avec un ticket, sans valise."
    write(organisation_id, "Le club", level, ticket)
    asked = "la navette du samedi, on monte où ?"
    first, second = search(organisation_id, asked, "fr")
    assert (first.text, second.text) == (level, ticket)
    assert second.score < 0.6
    answer = near(organisation_id, asked)
    assert answer is not None
    assert level in answer.text


@pytest.mark.usefixtures("app")
def test_of_many_that_speak_of_the_subject_the_one_that_holds_it_is_found(organisation_id: int) -> None:
    """It speaks of none of the words, and stands behind 38 passages that do."""
    last = "Fin du service à 17 h 45."
    more = [f"La navette repart vers le parking numéro {number}, devant la grille." for number in range(60, 98)]
    write(organisation_id, "La navette", *more, last)
    asked = "jusqu'à quelle heure la navette repart vers la mairie ?"
    assert last in found(organisation_id, asked)


def near(organisation_id: int, question: str) -> Answer | None:
    answer = DocumentAnswerer().answer(organisation_id, question, "fr", Deadline.after(10), or_nearest=True)
    assert answer is None or not answer.sure
    return answer
