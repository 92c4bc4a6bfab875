"""Answers from documents as they may stand in a reply: short, without questions of their own, no invented price."""

import re

from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.questionnaire.wording import Voice, joined
from cci_app.knowledge.passage import Answer

_SENTENCES = 3
_LENGTH = 600
_STEM = 5
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_BULLET = re.compile(r"^\s*(?:[-*•–#>]+|\d+[.)])\s*")
_FIGURE = re.compile(
    r"\d[\d\s.,]*(?:€|eur\b|euros?\b|cop\b|pesos?\b|usd\b|dollars?\b|d[oó]lares\b|\$)|(?:€|\$|cop|usd|eur)\s*\d"
    r"|\bgratuit|\bgratis\b|\bsin costo\b|\bsans frais\b|\binclus\b|\bincluid",
    re.IGNORECASE,
)


def shown(voice: Voice, answer: Answer) -> str:
    """The answer's text with its sources in brackets, or an empty text where it says nothing that can be shown."""
    text = _brief(answer.text)
    if not text:
        return ""
    names: list[str] = []
    for source in answer.sources[:2]:
        name = source.title if source.page is None else voice.say("source_page", title=source.title, page=source.page)
        if name not in names:
            names.append(name)
    told = voice.say("source", source=" ; ".join(names)) if names else None
    return joined(text, told)


def tells_price(book: Phrasebook, answer: Answer, question: str) -> bool:
    """Whether the answer holds a price of the thing that is asked about: a figure beside one of its words."""
    topic = {
        word[:_STEM]
        for word in book.content(words_of(question))
        if len(word) >= 3 and not book.has("price", word) and not book.has("price", f"{word} x")
    }
    sentences = _SENTENCE_END.split(" ".join(answer.text.split()))
    for number, sentence in enumerate(sentences):
        if _FIGURE.search(sentence):
            near = words_of(" ".join(sentences[max(0, number - 1) : number + 1])).split()
            if any(word[:_STEM] in topic for word in near):
                return True
    return False


def _brief(text: str) -> str:
    lines = []
    for line in text.splitlines():
        plain = " ".join(_BULLET.sub("", line).split())
        if plain:
            lines.append(plain)
    sentences = [sentence for line in _unwrapped(lines) for sentence in _SENTENCE_END.split(line)]
    # A document that asks ("Comment s'inscrire ?") would put a second question into the reply.
    kept = [sentence for sentence in sentences if "?" not in sentence and "¿" not in sentence and words_of(sentence)]
    brief = ""
    for sentence in kept[:_SENTENCES]:
        if brief and len(brief) + len(sentence) > _LENGTH:
            break
        brief = joined(brief, sentence)
    return brief if len(brief) <= 2 * _LENGTH else brief[: 2 * _LENGTH].rsplit(" ", 1)[0] + "…"


def _unwrapped(lines: list[str]) -> list[str]:
    """Join lines that were broken for width; what stands alone (a heading, a point of a list) gets its full stop."""
    joined_lines: list[str] = []
    for line in lines:
        if joined_lines and joined_lines[-1][-1] not in ".!?…:" and line[0].islower():
            joined_lines[-1] += " " + line
        else:
            joined_lines.append(line)
    return [line if line[-1] in ".!?…:;" else line + "." for line in joined_lines]
