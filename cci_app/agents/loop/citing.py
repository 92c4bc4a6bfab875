"""Which of the passages that were found an answer rests on."""

from collections.abc import Mapping

from cci_app.agents.loop.phrases import LoopPhrases
from cci_app.knowledge.search.passage import Source
from cci_app.knowledge.search.words import terms
from cci_app.language.tokens import tokens

_MOST = 2
# Of an answer's telling words, how many must be in a passage.
_ENOUGH = 0.3


def cited(answer: str, found: Mapping[Source, str]) -> tuple[Source, ...]:
    """The sources whose passages hold most of the answer's words; one that was found without its text counts."""
    words = {term.word for term in terms(answer)}
    shares = [
        (1.0 if not text.strip() else len(words & set(tokens(text))) / len(words) if words else 0.0, source)
        for source, text in found.items()
    ]
    best = sorted((one for one in shares if one[0] >= _ENOUGH), key=lambda one: -one[0])
    return tuple(source for _, source in best[:_MOST])


def told_sources(sources: tuple[Source, ...], phrases: LoopPhrases) -> str:
    """The sources in one line; empty where there is none."""
    names = dict.fromkeys(
        source.title if source.page is None else phrases["page"].format(title=source.title, page=source.page)
        for source in sources
    )
    return phrases["source"].format(source=" ; ".join(names)) if names else ""
