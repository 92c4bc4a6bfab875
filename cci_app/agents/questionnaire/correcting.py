"""Finding the correction of an answer that was already given."""

import re

from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.understanding import Command, Intent, Situation
from cci_app.language.copied import flat

_STEM = 5
_NUMBERED = re.compile(
    r"\b(?:question|pregunta|reponse|respuesta|la|el|numero)\s+(?P<n>\d{1,2}|un[oe]|deux|trois|quatre|cinq|six|sept|dos|tres|cuatro|cinco|seis"
    r"|siete|premiere|deuxieme|troisieme|quatrieme|cinquieme|sixieme|primera|segunda|tercera|cuarta|quinta|sexta)\b"
)
_SAID_INSTEAD = re.compile(
    r"\b(?:c'est|c'etait|l'objectif est|mettez|notez|ecrivez|ponga|escriba"
    r"|anote|es|era|seria|fue)\b(?: (?:plutot|mejor|mas bien|que|de))*|:"
)
_NOT_THAT = re.compile(r"[,;]?\s{1,9}(?:et\s{1,9})?(?:pas|no)\s{1,9}(?=l[aeo]s?\b|el\b|un)")
_EDGES = ' \t\n,;:-–«»"“”?¿'


def find_correction(book: Phrasebook, message: str, situation: Situation) -> Command | None:
    """Return CORRECT where the message corrects an answer, by number or the latest one, else None.

    The command's `answer` is the corrected text; it is empty where the person only says which answer is wrong.
    """
    folded = flat(message)
    for pattern in book.correction:
        match = pattern.at_start(folded)
        written = match["n"] if match is not None else None
        if match is None or written is None:
            continue
        number = int(written) if written.isdigit() else book.ordinals[written]
        if number == -1:
            number = situation.last_answered or 0
        return Command(Intent.CORRECT, number=number, answer=_piece(message, match.span("text")))
    latest = situation.last_answered
    if latest is None:
        return None
    for pattern in book.misspoken:
        match = pattern.at_start(folded)
        if match is not None:
            return Command(Intent.CORRECT, number=latest, answer=_piece(message, match.span("text")))
    words = words_of(message)
    if book.starts("in_fact", words) and _speaks_of_the_former(book, words, situation):
        return Command(Intent.CORRECT, number=latest, answer=message.strip())
    return None


def correction_meant(book: Phrasebook, message: str, situation: Situation) -> Command | None:
    """CORRECT of a message that is known to correct something: which answer, and what is said after "it is"."""
    if situation.last_answered is None:
        return None
    folded = flat(message)
    written = _NUMBERED.search(folded)
    named = written["n"] if written is not None else ""
    number = int(named) if named.isdigit() else book.ordinals.get(named, situation.last_answered)
    said = list(_SAID_INSTEAD.finditer(folded))
    text = _piece(message, (said[-1].end(), len(message))) if said else ""
    # "C'était le salon du livre pas le salon du vin"
    return Command(Intent.CORRECT, number=number, answer=_NOT_THAT.split(text)[0].strip(_EDGES))


def _speaks_of_the_former(book: Phrasebook, words: str, situation: Situation) -> bool:
    """Whether "en realidad …" takes up the former answer rather than the open question."""
    content = book.content(words)
    former = situation.answers.get(situation.last_answered or 0, "")
    stems = {word[:_STEM] for word in book.content(words_of(former))}
    shared = sum(word[:_STEM] in stems for word in content if len(word) >= _STEM - 1)
    here = len(pattern_of(situation.question.about).findall(words)) if situation.question else 0
    return shared > here


def _piece(message: str, span: tuple[int, int]) -> str:
    start, end = span
    return message[start:end].strip(_EDGES) if start >= 0 else ""
