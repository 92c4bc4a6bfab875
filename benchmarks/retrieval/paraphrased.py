"""Questions in other words than the documents', in their language or in another one: passages found, and facts told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from benchmarks.retrieval.collection import CHAMBER, HERE, Collection, Expected, Question, answers
from cci_app.assistants.files import load_specs
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.search.retrieval import search
from config.settings import ROOT

# All documents there are, of the chamber and of the club.
WHOLE = Collection("whole", (*CHAMBER.folders, HERE / "club"), ())
ASKED = HERE / "paraphrases.yaml"
DEPTH = 5

# What is to be reached of the questions held out.
FOUND, TOLD, FOUND_IN_ANOTHER = 0.9, 0.8, 0.7

Group = Literal["same language", "other language", "no answer"]


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A question, the phrases of which its answer has to say one, the passage that does, and whether it is tuned on."""

    group: Group
    language: str
    ask: str
    says: tuple[str, ...]
    expect: tuple[Expected, ...]
    tune: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one: the rank of the first right passage (0: not among `DEPTH`), and the answer, if any."""

    paraphrase: Paraphrase
    rank: int
    text: str | None

    @property
    def told(self) -> bool:
        """Whether the answer says what it should, or nothing where nothing is known."""
        if self.paraphrase.group == "no answer":
            return self.text is None
        return self.text is not None and any(phrase in self.text for phrase in self.paraphrase.says)


def paraphrases(path: Path = ASKED) -> list[Paraphrase]:
    """All of the file."""
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups: dict[Group, dict[str, list[dict[str, Any]]]] = {
        "same language": {language: written[language] for language in ("fr", "es")},
        "other language": written["other_language"],
        "no answer": written["none"],
    }
    return [
        Paraphrase(
            group,
            language,
            each["ask"],
            tuple(each.get("says", ())),
            tuple(map(Expected.parse, each.get("expect", ()))),
            each["tune"],
        )
        for group, languages in groups.items()
        for language, several in languages.items()
        for each in several
    ]


def ask(organisation_id: int) -> Iterator[Asked]:
    """Ask an organisation that has the documents of `WHOLE` every question, as the sample assistant does."""
    answerer = DocumentAnswerer(load_specs(ROOT / "config" / "assistants")["cci"].own_names)
    for each in paraphrases():
        rank = 0
        if each.expect:
            other = {"fr": "es", "es": "fr"}[each.language]
            written_in = other if each.group == "other language" else each.language
            [right] = answers(organisation_id, [Question(written_in, each.ask, each.expect, each.tune)])
            hits = [found.id in right for found in search(organisation_id, each.ask, each.language, DEPTH)]
            rank = hits.index(True) + 1 if True in hits else 0
        answer = answerer.answer(organisation_id, each.ask, each.language, Deadline.after(30))
        yield Asked(each, rank, answer.text if answer else None)


def shares(asked: list[Asked], group: Group, *, tune: bool) -> tuple[int, float, float, float]:
    """Of a group's half: how many there are, and the shares found first, found among `DEPTH`, and told right."""
    some = [each for each in asked if each.paraphrase.group == group and each.paraphrase.tune is tune]
    count = len(some)
    return (
        count,
        sum(each.rank == 1 for each in some) / count,
        sum(each.rank > 0 for each in some) / count,
        sum(each.told for each in some) / count,
    )


def table(asked: list[Asked]) -> str:
    """A row for each half of each group."""
    lines = [f"{'in other words':28}{'questions':>10}{'hit@1':>8}{'hit@5':>8}{'right':>8}{'wrong':>8}"]
    for tune, half in ((True, "tuned on"), (False, "held out")):
        for group in ("same language", "other language", "no answer"):
            count, first, found, told = shares(asked, group, tune=tune)
            wrong = sum(
                each.text is not None and not each.told
                for each in asked
                if each.paraphrase.group == group and each.paraphrase.tune is tune
            )
            ranks = f"{'':16}" if group == "no answer" else f"{first:>8.3f}{found:>8.3f}"
            lines.append(f"{f'{half}, {group}':28}{count:>10}{ranks}{told:>8.3f}{wrong:>8}")
    return "\n".join(lines)


def goals(asked: list[Asked]) -> list[tuple[str, bool]]:
    """What is to be reached of the half held out, and whether it is."""
    _, _, found, told = shares(asked, "same language", tune=False)
    _, _, elsewhere, _ = shares(asked, "other language", tune=False)
    return [
        (f"in other words: hit@5 >= {FOUND}", found >= FOUND),
        (f"in other words: right fact >= {TOLD}", told >= TOLD),
        (f"in another language: hit@5 >= {FOUND_IN_ANOTHER}", elsewhere >= FOUND_IN_ANOTHER),
    ]
