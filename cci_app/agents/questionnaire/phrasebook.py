"""The lexicons of an assistant's languages, compiled together.

People mix: they write "passer" in a Spanish conversation and "ok" in any. So a command counts in every language of the
assistant, whichever the conversation is in.
"""

import re
from collections.abc import Iterable, Sequence

from cci_app.agents.questionnaire.lexicon import LEXICONS, SHARED
from cci_app.agents.questionnaire.reading import flat, words_of

# Commands are short: nothing longer is compared with them, which also bounds the time that a comparison takes.
_COMMAND_WORDS = 14
_SEARCHED = 1500
_NOTHING = "(?!)"
_WHOLE = (
    *("greeting", "how_are_you", "thanks", "okay", "laugh", "goodbye", "stop", "resume", "back", "skip", "restart"),
    *("human", "help_me", "clarify", "preamble", "nothing", "partial", "just_yes", "just_no", "go_on"),
    *("tag", "located"),
)
# "la chambre", "el Consulado", "l'association": what may stand before a name.
_ARTICLE = "(?:l[aeo]s? |l |el )?"
_START = ("yes_start", "no_start", "question_start", "tentative_start", "lead_in", "in_fact", "definite_start")
_ANYWHERE = (
    *("yes_hint", "no_hint", "trouble", "question_hint", "insult", "complaint", "hostile", "private"),
    *("positive", "negative"),
)


class Phrasebook:
    """Answers whether words (see `reading.words_of`) are, begin with, or contain what a lexicon lists under a name."""

    def __init__(self, languages: Sequence[str], own_names: Iterable[str] = (), cities: Iterable[str] = ()) -> None:
        """`own_names` are the words by which people call the organisation, `cities` those of its cities."""
        lexicons = [LEXICONS[language] for language in languages if language in LEXICONS] + [SHARED]
        own_name, city = _ARTICLE + _any_of(own_names), _any_of(cities)

        def every(name: str) -> list[str]:
            phrases = [phrase for lexicon in lexicons for phrase in getattr(lexicon, name)]
            return [phrase.replace("{own_name}", own_name).replace("{city}", city) for phrase in phrases]

        def either(name: str) -> str:
            return f"(?:{'|'.join(every(name)) or _NOTHING})"

        fillers = either("fillers")
        self._edges = re.compile(rf"^(?:{fillers}(?: |$))+|(?:(?:^| ){fillers})+$")
        self._exact = {name: re.compile(either(name)) for name in _WHOLE}
        self._whole = {name: re.compile(rf"(?:{fillers} )*?{either(name)}(?: {fillers})*") for name in _WHOLE}
        self._start = {name: re.compile(either(name) + r"(?!\w)") for name in _START}
        self._start["bare_question_start"] = re.compile(either("bare_question_start"))
        self._anywhere = {name: re.compile(either(name)) for name in _ANYWHERE}
        self.vague = frozenset().union(*(lexicon.vague for lexicon in lexicons))
        self.empty = frozenset().union(*(lexicon.empty for lexicon in lexicons))
        self.ordinals = {word: number for lexicon in lexicons for word, number in lexicon.ordinals.items()}
        number = rf"(?P<n>\d{{1,2}}|{'|'.join(sorted(self.ordinals, key=len, reverse=True))})\b"
        self._lead = re.compile(rf"^\W*(?:{fillers}\b\W*)+")
        lead = rf"^\W*(?:(?:{fillers}|{either('in_fact')})\b\W*)*?"
        self.correction = [re.compile(lead + text.replace("{n}", number), re.DOTALL) for text in every("correction")]
        self.misspoken = [re.compile(lead + text, re.DOTALL) for text in every("misspoken")]
        self.recall = [re.compile(text.replace("{n}", number)) for text in every("recall")]
        self.person = [re.compile(rf"(?<!\w){text}") for text in every("person")]
        self.company = [re.compile(rf"(?<!\w){text}") for text in every("company")]
        self.company_loose = [re.compile(rf"(?<!\w){text}") for text in every("company_loose")]

    def is_exactly(self, name: str, words: str) -> bool:
        """Whether `words` are one of the phrases and nothing else."""
        return words.count(" ") < _COMMAND_WORDS and self._exact[name].fullmatch(words) is not None

    def is_(self, name: str, words: str) -> bool:
        """Whether `words` are one of the phrases, with polite or empty words around it at most."""
        return words.count(" ") < _COMMAND_WORDS and self._whole[name].fullmatch(words) is not None

    def starts(self, name: str, words: str) -> bool:
        """Whether `words` begin with one of the phrases."""
        return self._start[name].match(words[:_SEARCHED]) is not None

    def has(self, name: str, words: str) -> bool:
        """Whether one of the phrases occurs in `words`."""
        return self._anywhere[name].search(words[:_SEARCHED]) is not None

    def trim(self, words: str) -> str:
        """Return `words` without polite or empty words at either end."""
        return self._edges.sub("", self._edges.sub("", words[:_SEARCHED])).strip()

    def without_lead(self, text: str) -> str:
        """Return `text` as it was written, without the polite or empty words that it begins with."""
        match = self._lead.match(flat(text[:_SEARCHED]))
        return (text[match.end() :] if match else text) or text

    def content(self, words: str) -> list[str]:
        """Return the words that carry meaning: no articles, pronouns, polite words."""
        return [word for word in self.trim(words).split() if word not in self.empty]


def _any_of(names: Iterable[str]) -> str:
    """A pattern of any of the names, written in any way; of none it matches nothing."""
    return f"(?:{'|'.join(sorted({words_of(name) for name in names}, key=len, reverse=True)) or _NOTHING})"
