"""Finding the correction of an answer that was already given."""

import re

from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.understanding import Command, Intent, Situation
from cci_app.language.copied import flat

_STEM = 5
# Shorter words tell nothing of an answer.
_TELLING = 3
_ORDINALS = (
    "premiere|deuxieme|seconde|troisieme|quatrieme|cinquieme|sixieme|primera|segunda|tercera|cuarta|quinta|sexta"
)
_NUMBERS = rf"\d{{1,2}}|un[oe]|deux|trois|quatre|cinq|six|sept|dos|tres|cuatro|cinco|seis|siete|{_ORDINALS}"
_NUMBERED = re.compile(rf"\b(?:question|pregunta|reponse|respuesta|la|el|numero)\s+(?P<n>{_NUMBERS})\b")
# What can be nothing but an answer of this conversation: "q2", "la segunda respuesta", "la 2 c'est". "La primera es
# vender" begins a list as well.
_ANSWER_NUMBERED = re.compile(
    rf"\b(?:question|pregunta|reponse|respuesta)\s{{1,2}}(?:n° ?|no\.? ?|numero |# ?)?(?P<after>{_NUMBERS})\b"
    rf"|\b[qpr]\s?(?P<short>\d{{1,2}})\b"
    rf"|\b(?P<before>{_ORDINALS})\s(?:question|pregunta|reponse|respuesta)\b"
    rf"|\bla (?P<alone>\d{{1,2}})(?=$|\s?[,:=]|\s(?:c'|es\b|era\b|fue\b|mettez\b|ponga\b|je\b|quise\b))"
)
_ANSWER_BEFORE = re.compile(
    r"\b(?:question|pregunta|reponse|respuesta|celle)\s(?:precedente|d'avant|anterior|de antes)\b"
    r"|\b(?:repondu|dit|mis|respondi|conteste|dije|puse)\s(?:avant|antes|tout a l'heure|hace un rato)\b"
)
# The same where the examples of corrections are near: "mejor que la anterior" may speak of a fair.
_ONE_BEFORE = re.compile(r"\bla (?:precedente|anterior|de antes)\b")
# One thing in the place of another, beyond doubt and maybe.
_REPLACED = re.compile(r"\b(?:au lieu d\w*|en vez de|en lugar de|(?:rempla|reempla|cambi|chang)\w+)\b")
_CONTRAST = re.compile(r"\b(?:plutot|mais|finalement|pas|non|mejor|pero|sino|no)\b")
_SAID_INSTEAD = re.compile(
    r"\b(?:c'est|c'etait|a ete|l'objectif est|mettez|mettre|notez|ecrivez|lire"
    r"|je (?:voulais dire|pensais) ?(?:au|a la|a|aux)?"
    r"|ponga(?:le)?|escriba|anote|es|era|seria|fue|quise decir|queria decir|respondo|par|por)\b"
    r"(?: (?:plutot|mejor|mas bien|que|de))*|[:=]"
)
_NOT_THAT = re.compile(r"[,;]?\s{1,9}(?:et\s{1,9})?(?:pas|no)\s{1,9}(?=l[aeo]s?\b|el\b|un)")
_CLAUSES = re.compile(r"(?<=[,;?!])|(?<=\.)(?=\s)|(?=\bet non\b|\by no\b)")
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
        number = book.number(written)
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
    named = book.number(written["n"]) if written is not None else None
    number = situation.last_answered if named is None else named
    said = list(_SAID_INSTEAD.finditer(folded))
    text = _piece(message, (said[-1].end(), len(message))) if said else ""
    # "C'était le salon du livre pas le salon du vin"
    return Command(Intent.CORRECT, number=number, answer=_NOT_THAT.split(text)[0].strip(_EDGES))


def correction_told(book: Phrasebook, message: str, situation: Situation, *, likely: bool) -> Command | None:
    """CORRECT of a message that names an earlier answer, or says its words again, and something in its place.

    What may be said of other things, too, counts where the message is `likely` a correction.
    """
    folded = flat(message)
    number = _answer_meant(book, folded, situation, likely=likely)
    if number is None or number == situation.number:
        return None
    text = _said_instead(book, message, situation.answers[number])
    return Command(Intent.CORRECT, number=number, answer=text) if text else None


def _answer_meant(book: Phrasebook, folded: str, situation: Situation, *, likely: bool) -> int | None:
    """Which of the answers given so far a message names; None where it names none."""
    numbered = _ANSWER_NUMBERED.search(folded)
    if numbered is not None:
        return _given(book.number(next(filter(None, numbered.groups()))), situation)
    if _ANSWER_BEFORE.search(folded) or (likely and _ONE_BEFORE.search(folded)):
        return _given(situation.last_answered, situation)
    if not (_REPLACED.search(folded) or (likely and _CONTRAST.search(folded))):
        return None
    said = set(words_of(folded).split())
    for number, answer in sorted(situation.answers.items(), reverse=True):
        former = _telling_words(book, answer)
        if len(former) > 1 and said.issuperset(former):
            return number
    return None


def _given(number: int | None, situation: Situation) -> int | None:
    """The number of an answer that was given."""
    return number if number is not None and situation.answers.get(number) else None


def _telling_words(book: Phrasebook, text: str) -> list[str]:
    return [word for word in book.content(words_of(text)) if len(word) >= _TELLING]


def _said_instead(book: Phrasebook, message: str, former: str) -> str:
    """What a correction puts in the place of the former answer: what comes last, and is neither that nor a courtesy."""
    stems = {word[:_STEM] for word in _telling_words(book, former)}
    clauses = [part for part in _CLAUSES.split(message) if part.strip(_EDGES)]
    while clauses and _says_nothing_else(book, clauses[-1], stems):
        clauses.pop()
    if not clauses:
        return ""
    text = "".join(clauses)
    said = list(_SAID_INSTEAD.finditer(flat(text)))
    if said:
        found = text[said[-1].end() :].strip(_EDGES)
        return "" if _says_nothing_else(book, found, stems) else found
    for clause in clauses:
        named = _ANSWER_NUMBERED.search(flat(clause))
        # "P2 comité fiscal, no feria"
        beside = clause[named.end() :].strip(_EDGES) if named is not None else ""
        if not _says_nothing_else(book, beside, stems):
            return beside
    last = flat(clauses[-1])
    names = any(pattern.search(last) for pattern in (_ANSWER_NUMBERED, _ANSWER_BEFORE, _ONE_BEFORE))
    return "" if names else clauses[-1].strip(_EDGES)


def _says_nothing_else(book: Phrasebook, clause: str, stems: set[str]) -> bool:
    """Whether a clause is polite, owns to the mistake, or says no more than that the former answer is none."""
    words, content = words_of(clause), _telling_words(book, clause)
    if not content or book.is_("thanks", words) or book.is_("greeting", words):
        return True
    if any((match := pattern.at_start(flat(clause.strip(_EDGES)))) and not match["text"] for pattern in book.misspoken):
        return True
    return all(word[:_STEM] in stems for word in content)


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
