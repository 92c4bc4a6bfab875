"""Questions in other words than the documents', in their language or in another one: passages found, and facts told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from benchmarks.retrieval.collection import CHAMBER, HERE, Collection, Expected, Question, answers
from cci_app.assistants.files import load_specs
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.search.passage import Answer
from cci_app.knowledge.search.retrieval import search
from config.settings import ROOT

# All documents there are, of the chamber and of the club.
WHOLE = Collection("whole", (*CHAMBER.folders, HERE / "club"), ())
# Those that were written first, and those that came when the answers were mended.
ASKED = (HERE / "paraphrases.yaml", HERE / "paraphrases_later.yaml")
DEPTH = 5

# What is to be reached of the questions held out; the right fact of those that were written first.
FOUND, TOLD, FOUND_IN_ANOTHER = 0.9, 0.8, 0.7

Group = Literal["same language", "other language", "no answer"]
GROUPS: tuple[Group, ...] = ("same language", "other language", "no answer")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A question, the phrases of which its answer has to say one, the passage that does, and whether it is tuned on."""

    group: Group
    language: str
    ask: str
    says: tuple[str, ...]
    expect: tuple[Expected, ...]
    tune: bool
    later: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one: the rank of the first right passage (0: not among `DEPTH`), and the answer, if any."""

    paraphrase: Paraphrase
    rank: int
    answer: Answer | None

    @property
    def told(self) -> bool:
        """Whether the answer says what it should, be it as what comes nearest; or nothing where nothing is known."""
        if self.paraphrase.group == "no answer":
            return self.answer is None
        return self.answer is not None and any(phrase in self.answer.text for phrase in self.paraphrase.says)

    @property
    def sure(self) -> bool:
        """Whether it was told as the answer, and not as what comes nearest to it."""
        return self.answer is not None and self.answer.sure


def paraphrases(paths: Sequence[Path] = ASKED) -> list[Paraphrase]:
    """All of the files; `later` are those of all but the first."""
    return [each for number, path in enumerate(paths) for each in _of(path, later=number > 0)]


def _of(path: Path, *, later: bool) -> list[Paraphrase]:
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
            later,
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
        answer = answerer.answer(organisation_id, each.ask, each.language, Deadline.after(30), or_nearest=True)
        yield Asked(each, rank, answer)


def some_of(asked: list[Asked], group: Group, *, tune: bool, later: bool) -> list[Asked]:
    """Those of a group's half, of the first questions or of the later ones."""
    key = (group, tune, later)
    return [each for each in asked if (each.paraphrase.group, each.paraphrase.tune, each.paraphrase.later) == key]


def shares(some: list[Asked]) -> tuple[float, float, float]:
    """The shares found first, found among `DEPTH`, and told right."""
    count = len(some)
    return (
        sum(each.rank == 1 for each in some) / count,
        sum(each.rank > 0 for each in some) / count,
        sum(each.told for each in some) / count,
    )


def table(asked: list[Asked]) -> str:
    """A row for each half of each group: what is told as the answer, and as what comes nearest, right and not.

    Of the questions that nothing answers, those that are told nothing are right.
    """
    lines = [
        f"{'in other words':35}{'questions':>10}{'hit@1':>8}{'hit@5':>8}{'right':>8}"
        f"{'surely':>8}{'wrong':>8}{'nearest':>9}{'wrong':>8}"
    ]
    for later, written in ((False, "first"), (True, "later")):
        for tune, half in ((True, "tuned on"), (False, "held out")):
            for group in GROUPS:
                some = some_of(asked, group, tune=tune, later=later)
                first, found, told = shares(some)
                ranks = f"{'':16}" if group == "no answer" else f"{first:>8.3f}{found:>8.3f}"
                answered = Counter((each.sure, each.told) for each in some if each.answer is not None)
                lines.append(
                    f"{f'{written}, {half}, {group}':35}{len(some):>10}{ranks}{told:>8.3f}{answered[True, True]:>8}"
                    f"{answered[True, False]:>8}{answered[False, True]:>9}{answered[False, False]:>8}"
                )
    return "\n".join(lines)


def goals(asked: list[Asked]) -> list[tuple[str, bool]]:
    """What is to be reached of the half held out, and whether it is."""

    def held_out(group: Group, *, later: bool) -> tuple[float, float, float]:
        return shares(some_of(asked, group, tune=False, later=later))

    reached = []
    for later, written in ((False, ""), (True, ", later")):
        _, found, told = held_out("same language", later=later)
        _, elsewhere, _ = held_out("other language", later=later)
        reached.append((f"in other words{written}: hit@5 >= {FOUND}", found >= FOUND))
        if not later:
            reached.append((f"in other words: right fact >= {TOLD}", told >= TOLD))
        reached.append((f"in another language{written}: hit@5 >= {FOUND_IN_ANOTHER}", elsewhere >= FOUND_IN_ANOTHER))
    return reached
