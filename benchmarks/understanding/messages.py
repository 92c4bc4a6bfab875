"""The messages, what each is, and whether it is tuned on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

MESSAGES = Path(__file__).parent / "messages.yaml"
# What a message of these kinds says may be recorded; all others answer nothing.
ANSWERS = frozenset({"answer", "answer_and_question", "correct"})


@dataclass(frozen=True, slots=True)
class Message:
    """A message at an open question; `kind` is what it is, `tune` whether a rule or an example was chosen on it."""

    kind: str
    language: str
    number: int
    text: str
    tune: bool


def messages(path: Path = MESSAGES) -> Iterator[Message]:
    """All of the file."""
    written: dict[str, dict[str, list[tuple[int, str]]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for kind, languages in written.items():
        for language, several in languages.items():
            for place, (number, text) in enumerate(several):
                yield Message(kind, language, number, text, tune=place % 2 == 0)
