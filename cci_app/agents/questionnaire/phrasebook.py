"""The lexicons of an assistant's languages, compiled together.

People mix: they write "passer" in a Spanish conversation and "ok" in any. So a command counts in every language of the
assistant, whichever the conversation is in.
"""

import re
from collections.abc import Iterable, Sequence

from cci_app.agents.questionnaire.lexicon import LEXICONS, SHARED
from cci_app.agents.questionnaire.reading import words_of
from cci_app.language.copied import flat
from cci_app.language.linear import Expression, any_of, readable

# Commands are short: nothing longer is compared with them, which also bounds the time that a comparison takes.
_COMMAND_WORDS = 14
_SEARCHED = 1500
_WHOLE = (
    *("greeting", "how_are_you", "thanks", "okay", "laugh", "goodbye", "stop", "resume", "back", "skip", "restart"),
    *("leave_alone", "erase"),
    *("human", "help_me", "clarify", "preamble", "nothing", "partial", "just_yes", "just_no", "go_on"),
    *("tag", "located"),
)
# "la chambre", "el Consulado", "l'association": what may stand before a name.
_ARTICLE = "(?:l[aeo]s? |l |el )?"
# A company or a person is named at the beginning or after something that is no letter.
_APART = r"(?:^|\b|\W)"
_LOOKS_AROUND = re.compile(r"\(\?<?[=!]")
_START = ("yes_start", "no_start", "question_start", "tentative_start", "lead_in", "in_fact", "definite_start")
_ANYWHERE = (
    *("yes_hint", "no_hint", "trouble", "question_hint", "please", "insult", "complaint", "hostile", "private"),
    *("positive", "negative"),
)


class Phrasebook:
    """Answers whether words (see `reading.words_of`) are, begin with, or contain what a lexicon lists under a name."""

    def __init__(self, languages: Sequence[str], own_names: Iterable[str] = (), cities: Iterable[str] = ()) -> None:
        """`own_names` are the words by which people call the organisation, `cities` those of its cities."""
        lexicons = [LEXICONS[language] for language in languages if language in LEXICONS] + [SHARED]
        own_name, city = _ARTICLE + _written(own_names), _written(cities)

        def every(name: str) -> list[str]:
            phrases = [phrase for lexicon in lexicons for phrase in getattr(lexicon, name)]
            return [phrase.replace("{own_name}", own_name).replace("{city}", city) for phrase in phrases]

        fillers, in_fact = any_of(every("fillers")), any_of(every("in_fact"))
        self._edges = Expression(rf"^(?:{fillers}(?: |$))+|(?:(?:^| ){fillers})+$")
        self._exact = {name: Expression(any_of(every(name))) for name in _WHOLE}
        self._whole = {name: Expression(rf"(?:{fillers} )*{any_of(every(name))}(?: {fillers})*") for name in _WHOLE}
        self._start = {name: _Phrases(every(name), "^", r"(?:\W|$)") for name in _START}
        self._start["bare_question_start"] = _Phrases(every("bare_question_start"), "^")
        self._anywhere = {name: _Phrases(every(name)) for name in _ANYWHERE}
        self.vague = frozenset().union(*(lexicon.vague for lexicon in lexicons))
        self.empty = frozenset().union(*(lexicon.empty for lexicon in lexicons))
        self.ordinals = {word: number for lexicon in lexicons for word, number in lexicon.ordinals.items()}
        number = rf"(?P<n>\d{{1,2}}|{'|'.join(sorted(self.ordinals, key=len, reverse=True))})\b"
        self._lead = Expression(rf"^\W*(?:{fillers}\b\W*)+")
        lead = rf"(?s)^\W*(?:(?:{fillers}|{in_fact})\b\W*)*?"
        self.correction = [Expression(lead + text.replace("{n}", number)) for text in every("correction")]
        self.misspoken = [Expression(lead + text) for text in every("misspoken")]
        self.recall = [Expression(text.replace("{n}", number)) for text in every("recall")]
        self.person = [Expression(_APART + text) for text in every("person")]
        self.company = [Expression(_APART + text) for text in every("company")]
        self.company_loose = [Expression(_APART + text) for text in every("company_loose")]

    def number(self, written: str) -> int | None:
        """The number of a question, in digits or as a word; -1 for the last, None for what is none."""
        return int(written) if written.isdigit() else self.ordinals.get(written)

    def is_exactly(self, name: str, words: str) -> bool:
        """Whether `words` are one of the phrases and nothing else."""
        return words.count(" ") < _COMMAND_WORDS and self._exact[name].is_all_of(words)

    def is_(self, name: str, words: str) -> bool:
        """Whether `words` are one of the phrases, with polite or empty words around it at most."""
        return words.count(" ") < _COMMAND_WORDS and self._whole[name].is_all_of(words)

    def starts(self, name: str, words: str) -> bool:
        """Whether `words` begin with one of the phrases."""
        return self._start[name].are_in(words[:_SEARCHED])

    def has(self, name: str, words: str) -> bool:
        """Whether one of the phrases occurs in `words`."""
        return self._anywhere[name].are_in(words[:_SEARCHED])

    def trim(self, words: str) -> str:
        """Return `words` without polite or empty words at either end."""
        return self._edges.removed_from(self._edges.removed_from(words[:_SEARCHED])).strip()

    def without_lead(self, text: str) -> str:
        """Return `text` as it was written, without the polite or empty words that it begins with."""
        lead = self._lead.at_start(flat(text[:_SEARCHED]))
        return (text[lead.span()[1] :] if lead else text) or text

    def content(self, words: str) -> list[str]:
        """Return the words that carry meaning: no articles, pronouns, polite words."""
        return [word for word in self.trim(words).split() if word not in self.empty]


class _Phrases:
    """Phrases of which any may be found. RE2 knows no look-arounds: a phrase with one stays with `re`."""

    def __init__(self, phrases: Sequence[str], start: str = "", end: str = "") -> None:
        """`start` and `end` are what must stand before and after any of the phrases."""
        plain = any_of(phrase for phrase in phrases if not _LOOKS_AROUND.search(phrase))
        self._plain = Expression(start + plain + end)
        self._looking = [re.compile(f"{start}(?:{phrase}){end}") for phrase in phrases if _LOOKS_AROUND.search(phrase)]

    def are_in(self, words: str) -> bool:
        return self._plain.is_in(words) or any(phrase.search(words) for phrase in self._looking)


def _written(names: Iterable[str]) -> str:
    """An expression of any of the names, written in any way; of none it matches nothing."""
    return any_of(sorted({readable(words_of(name)) for name in names}, key=len, reverse=True))
