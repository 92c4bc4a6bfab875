"""Answers from documents as they may stand in a reply: short, without questions of their own, no invented price."""

import re

from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.questionnaire.wording import Voice, joined
from cci_app.knowledge.languages import written_in
from cci_app.knowledge.search.passage import Answer
from cci_app.language.prices import PRICE_WORDS, tells_price
from cci_app.language.sentences import sentences
from cci_app.language.typography import typeset

_QUOTED_FROM = frozenset({"fr", "es", "en"})
_SENTENCES = 3
_LENGTH = 600
_STEM = 5
_POINT = "• "
_BULLET = re.compile(r"^\s*(?:[-*•–#>]+|\d+[.)])\s*")
_INCLUDED = re.compile(r"\binclus|\bincluid")


def shown(voice: Voice, answer: Answer) -> str:
    """The answer's text with its sources in brackets, or an empty text where it says nothing that can be shown."""
    if answer.is_own:
        return joined(typeset(answer.text.strip(), voice.language), voice.say("own_answer"))
    # Of an answer that a model worded the language is the person's.
    text = typeset(_brief(answer.text), answer.language or voice.language)
    if not text:
        return ""
    if answer.language in _QUOTED_FROM and answer.language != voice.language:
        introduced = voice.say(f"quoted_from_{answer.language}")
        text = f"{introduced}\n{text}" if text.startswith(_POINT) else f"{introduced} {text}"
    names: list[str] = []
    for source in answer.sources[:3]:
        name = source.title if source.page is None else voice.say("source_page", title=source.title, page=source.page)
        if name not in names:
            names.append(name)
    told = voice.say("source", source=" ; ".join(names)) if names else None
    return f"{text}\n{told}" if told and _POINT in text else joined(text, told)


def prices_it(book: Phrasebook, answer: Answer, question: str) -> bool:
    """Whether the answer holds a price of the thing that is asked about: a figure beside one of its words."""
    topic = {word[:_STEM] for word in book.content(words_of(question)) if len(word) >= 3 and word not in PRICE_WORDS}
    told = sentences(answer.text)
    if answer.language is not None and written_in(question, answer.language) != answer.language:
        # Of a quote in another language the search has seen to it that it speaks of the thing.
        return any(tells_price(sentence) for sentence in told)
    for number, sentence in enumerate(told):
        if tells_price(sentence) or _INCLUDED.search(words_of(sentence)):
            near = words_of(" ".join(told[max(0, number - 1) : number + 1])).split()
            if any(word[:_STEM] in topic for word in near):
                return True
    return False


def _brief(text: str) -> str:
    """The first sentences of a document's text, with its list if it has one, as they may stand in one paragraph."""
    brief, count = "", 0
    for line in _unwrapped(text):
        listed = line.startswith(_POINT)
        for sentence in [line] if listed else sentences(line):
            # A document that asks ("Comment s'inscrire ?") would put a second question into the reply.
            if "?" in sentence or "¿" in sentence or not words_of(sentence):
                continue
            count += not listed
            if brief and (len(brief) + len(sentence) > _LENGTH or count > _SENTENCES):
                return brief
            brief += ("\n" if listed else " " if brief else "") + sentence
    brief = brief.strip()
    return brief if len(brief) <= 2 * _LENGTH else brief[: 2 * _LENGTH].rsplit(" ", 1)[0] + "…"


def _unwrapped(text: str) -> list[str]:
    """Join lines that were broken for width; points of a list get one sign, what stands alone its full stop."""
    lines: list[str] = []
    for written in text.splitlines():
        plain = " ".join(written.split())
        point = _BULLET.sub("", plain) if plain else ""
        if not point:
            continue
        if point != plain and not plain.startswith("#"):
            lines.append(_POINT + point)
        elif lines and lines[-1][-1] not in ".!?…:" and point[0].islower():
            lines[-1] += " " + point
        else:
            lines.append(point)
    return [line if line.startswith(_POINT) or line[-1] in ".!?…:;" else line + "." for line in lines]
