"""Word recall of documents from every producer at hand, against the better of the other extractors.

A word is lost where the better of them and the story itself have it and the product's passages have not. No document
may lose more than 2 % of its words so without a warning. `--upload` sends them through the running product instead of
the reading program alone.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reading.opinions import names, opinions
from benchmarks.reading.producers import PRODUCERS, Producer
from benchmarks.reading.stories import Story, stories, words
from benchmarks.reading.upload import Sent, uploaded
from cci_app.knowledge.reading.document import Document, UnreadableDocument
from cci_app.knowledge.reading.extraction import extract

GOAL = 0.02
SEED = 20
STORIES = 12


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one document: the share of its words that was lost, and whether that was said."""

    producer: str
    name: str
    lost: float
    warned: bool
    readers: str
    missed: tuple[str, ...] = ()

    @property
    def is_silent_loss(self) -> bool:
        """Whether words are gone and nobody was told."""
        return self.lost > GOAL and not self.warned


def made(producer: Producer, told: list[Story], folder: Path) -> Iterator[tuple[Story, Path]]:
    """The documents of a producer, each with its story."""
    place = folder / str(PRODUCERS.index(producer))
    place.mkdir()
    by_name = {story.name: story for story in told}
    for name, path in producer.make(told, place):
        yield by_name[name], path


def compared(producer: str, story: Story, path: Path, sent: Sent | None) -> Read:
    """Compare what the product has of a document with what the others have."""
    best = max((_of_story(story, words(ask(path))) for ask in opinions(path).values()), key=Counter.total)
    if sent is not None:
        found, warned, readers = sent.text, sent.warned, sent.readers
    else:
        found, warned, readers = _extracted(path)
    lost = best - words(found)
    return Read(producer, path.name, lost.total() / max(best.total(), 1), warned, readers, tuple(sorted(lost))[:8])


def _of_story(story: Story, found: Counter[str]) -> Counter[str]:
    return story.words & found


def _extracted(path: Path) -> tuple[str, bool, str]:
    try:
        document = extract(path.name, path.read_bytes())
    except UnreadableDocument as error:
        return "", True, error.reason.value
    report = document.report
    assert report is not None
    return _text(document), bool(report.cautions), ", ".join(sorted(report.readers))


def _text(document: Document) -> str:
    return "\n".join([document.title, *(f"{each.heading or ''}\n{each.text}" for each in document.sections)])


def table(read: list[Read]) -> Iterator[str]:
    """One line of each producer, and the documents that lost words and did not say so."""
    yield f"{'producer':28}{'files':>6}{'recall':>9}{'worst':>9}{'warned':>8}{'silent':>8}  readers"
    for producer in dict.fromkeys(each.producer for each in read):
        some = [each for each in read if each.producer == producer]
        recall, worst = 1 - sum(each.lost for each in some) / len(some), 1 - max(each.lost for each in some)
        silent = sum(each.is_silent_loss for each in some)
        readers = ", ".join(sorted({each.readers for each in some}))
        warned = sum(each.warned for each in some)
        yield f"{producer:28}{len(some):>6}{recall:>9.4f}{worst:>9.4f}{warned:>8}{silent:>8}  {readers}"
    for each in read:
        if each.is_silent_loss:
            yield f"  {each.producer}, {each.name}: {each.lost:.1%} lost: {' '.join(each.missed)}"


def main() -> int:
    """Print the table; status 1 where words are lost without a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upload", action="store_true", help="through the running product")
    parser.add_argument("--stories", type=int, default=STORIES, help="documents of each producer")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    told = list(stories(given.seed, given.stories))
    missing = {each.name: each.missing for each in PRODUCERS if each.missing}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cci-reading-") as folder:
        files = [
            (producer.name, story, path)
            for producer in PRODUCERS
            if not producer.missing
            for story, path in made(producer, told, Path(folder))
            if opinions(path)
        ]
        sent = uploaded([path for _, _, path in files]) if given.upload else {}
        read = [compared(producer, story, path, sent.get(path)) for producer, story, path in files]
    print(f"seed {given.seed}, compared with {', '.join(names())}, in {time.monotonic() - began:.0f} s")
    print("\n".join(table(read)))
    for name, programs in missing.items():
        print(f"not here: {name}, which needs {', '.join(programs)}")
    silent = sum(each.is_silent_loss for each in read)
    print(f"goal: no document of {len(read)} loses over {GOAL:.0%} of its words without a warning: {silent} do")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
