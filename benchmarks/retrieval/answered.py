"""How often the documents' own sentences answer a question right, wrong or not at all, and what has no answer."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.retrieval.collection import HERE, SAMPLES, Collection
from cci_app.assistants.files import load_specs
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from config.settings import ROOT

# The samples, and some documents with hours, prices, numbers and names in them.
CLUB = Collection("club", (*SAMPLES.folders[:1], HERE / "club"), ())
ASKED = HERE / "answers.yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the phrases of which its answer has to hold one, and whether a rule was chosen on it."""

    language: str
    ask: str
    says: list[str] | None
    tune: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: its answer, and `right`, `wrong` or `refused`; where none exists, it is refused."""

    asked: Asked
    text: str | None
    outcome: str


def questions(path: Path = ASKED) -> list[Asked]:
    """All of the file, those that the documents do not answer too."""
    written: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Asked(language, **each) for language, several in written.items() for each in several]


def outcomes(organisation_id: int) -> Iterator[Outcome]:
    """Ask an organisation that has the documents of `CLUB` every question, as the sample assistant does."""
    names = load_specs(ROOT / "config" / "assistants")["cci"].own_names
    answerer = DocumentAnswerer(names)
    for each in questions():
        answer = answerer.answer(organisation_id, each.ask, each.language, Deadline.after(30))
        text = answer.text if answer else None
        right = text is not None and any(phrase in text for phrase in each.says or ())
        yield Outcome(each, text, "refused" if text is None else "right" if right else "wrong")


def table(found: list[Outcome]) -> str:
    """A row for each half and language: the questions with an answer, and those without."""
    lines = [f"{'answers':22}{'with one':>9}{'right':>7}{'wrong':>7}{'refused':>9}{'without':>11}{'refused':>9}"]
    for tune, half in ((True, "tuned on"), (False, "held out")):
        for language in ("fr", "es", "all"):
            some = [each for each in found if each.asked.tune is tune and language in {each.asked.language, "all"}]
            with_answer = Counter(each.outcome for each in some if each.asked.says)
            without = Counter(each.outcome for each in some if not each.asked.says)
            lines.append(
                f"{f'{half} {language}':22}{with_answer.total():>9}{with_answer['right']:>7}{with_answer['wrong']:>7}"
                f"{with_answer['refused']:>9}{without.total():>11}{without['refused']:>9}"
            )
    return "\n".join(lines)
