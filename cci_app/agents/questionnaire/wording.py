"""Putting sentences together: variants, quotes, paragraphs, the length and the one question of a reply."""

import re
from collections.abc import Sequence

from cci_app.agents.questionnaire.content import QuestionnaireContent, Wording
from cci_app.language.localised import LocalisedList

REPLY_LENGTH = 4096
PARAGRAPHS = 3
_QUOTE_WORDS = 14
_QUOTE_LENGTH = 110
_NAME_LENGTH = 80
_MARKS = re.compile(r"[?¿؟？]")
_URL = re.compile(r"https?://\S+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


class Voice:
    """The sentences of a questionnaire in one language. `turn` turns the variants, so that few repeat."""

    def __init__(self, content: QuestionnaireContent, language: str, turn: int) -> None:
        self._say = content.say
        self.language = language
        self._turn = turn

    def say(self, name: str, /, **values: str | int) -> str:
        """The sentence that `Wording` holds under `name`, with its placeholders filled.

        Raises AttributeError for a name that it does not have.
        """
        assert name in Wording.model_fields, name  # noqa: S101 (a slip in code, not in data)
        text = getattr(self._say, name)
        if isinstance(text, LocalisedList):
            return self.vary(text)
        return str(text[self.language].format(**values))

    def vary(self, variants: LocalisedList, turn: int | None = None) -> str:
        """One of the variants, the same for the same turn."""
        texts = variants[self.language]
        return texts[(self._turn if turn is None else turn) % len(texts)]


def quote(text: str, words: int = _QUOTE_WORDS) -> str:
    """A short piece of what a person wrote, on one line, without addresses, emoji, question and quotation marks."""
    plain = " ".join(re.sub(r"[«»\"“”]", "", _MARKS.sub("", _EMOJI.sub("", _URL.sub("", text)))).split())
    kept = " ".join(plain.split()[:words])[:_QUOTE_LENGTH].rstrip(" ,;:.!")
    return kept + "…" if len(kept) < len(plain.rstrip(" ,;:.!")) else kept


def retold(text: str, length: int, names: Sequence[str | None]) -> str:
    """The beginning of what we said, on one line, without addresses and without those names."""
    plain = " ".join(_URL.sub("", text).split())
    for name in filter(None, names):
        plain = plain.replace(name, "…")
    return plain if len(plain) <= length else plain[:length].rsplit(" ", 1)[0] + "…"


def name_of(text: str | None) -> str | None:
    """A name of the contact book as it may stand in a sentence, None where there is nothing to show."""
    plain = " ".join(_MARKS.sub("", text or "").split())[:_NAME_LENGTH].strip()
    return plain or None


def joined(*sentences: str | None) -> str:
    """Sentences of one paragraph."""
    return " ".join(sentence for sentence in sentences if sentence)


def reply_of(paragraphs: Sequence[str]) -> str:
    """The reply's text: three paragraphs at most, cut to what a channel takes."""
    # A list of contacts begins on a line of its own, after a colon and its space.
    kept = [paragraph.strip().replace(" \n", "\n") for paragraph in paragraphs if paragraph.strip()]
    if len(kept) > PARAGRAPHS:
        kept = [*kept[: PARAGRAPHS - 2], joined(*kept[PARAGRAPHS - 2 : -1]), kept[-1]]
    return "\n\n".join(kept)[:REPLY_LENGTH]
