"""Whether the answers themselves are right: they hold the figure or the phrase, or nothing is answered."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.retrieval.answered import CLUB, outcomes, table
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.documents.loading import load_folder

pytestmark = pytest.mark.usefixtures("app")


def test_answers_are_right_or_refused(organisation_id: int) -> None:
    CLUB.load(organisation_id)
    found = list(outcomes(organisation_id))
    missed = [
        f"{each.asked.language} {each.asked.tune} {each.asked.ask} -> {each.text}"
        for each in found
        if (each.outcome != "right" if each.asked.says else each.outcome != "refused")
    ]
    report = "\n".join([table(found), *missed]) + "\n"
    sys.stdout.write(report)
    for tune in (True, False):
        half = [each for each in found if each.asked.tune is tune]
        answered = Counter(each.outcome for each in half if each.asked.says)
        unanswerable = Counter(each.outcome for each in half if not each.asked.says)
        assert answered["right"] >= (0.95 if tune else 0.85) * answered.total(), report
        assert answered["wrong"] <= 0.04 * answered.total(), report
        assert unanswerable["refused"] >= (1.0 if tune else 0.85) * unanswerable.total(), report


ROOMS = "# Le vestiaire\n\nLe vestiaire est ouvert de 18 h à 23 h."
POOL = "# La piscine\n\nLa piscine est ouverte de 7 h à 20 h."
DESK = "# Contact\n\n## Horaires\n\nLe bureau reçoit de 8 h à 12 h."


@pytest.mark.parametrize(
    ("documents", "question", "said"),
    [
        ([ROOMS, POOL], "quels sont les horaires de l'Amicale ?", None),
        ([ROOMS, POOL], "quels sont les horaires de la piscine ?", "de 7 h à 20 h"),
        ([ROOMS, POOL, DESK], "quels sont les horaires de l'Amicale ?", "de 8 h à 12 h"),
        ([ROOMS, POOL, DESK], "à quelle heure fermez-vous ?", "de 8 h à 12 h"),
        ([DESK], "l'Amicale ouvre à quelle heure ?", "de 8 h à 12 h"),
        ([ROOMS, POOL], "¿a qué hora abren?", None),
    ],
)
def test_the_organisation_s_own_hours_are_those_of_none_of_its_rooms(
    organisation_id: int, tmp_path: Path, documents: list[str], question: str, said: str | None
) -> None:
    for number, text in enumerate(documents):
        (tmp_path / "fr").mkdir(exist_ok=True)
        (tmp_path / "fr" / f"{number}.md").write_text(text, encoding="utf-8")
    load_folder(organisation_id, tmp_path)
    answer = DocumentAnswerer(["amicale"]).answer(organisation_id, question, "fr", Deadline.after(30))
    assert (answer is None) if said is None else (answer is not None and said in answer.text)
