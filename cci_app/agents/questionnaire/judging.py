"""Judging an answer: yes or no, how it sounds, whether it says enough; and the company that a stranger names."""

import re
from itertools import dropwhile, takewhile

from cci_app.agents.questionnaire.content import Question
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import all_clauses, pattern_of, words_of
from cci_app.agents.questionnaire.understanding import Tone
from cci_app.language.copied import flat

# An answer with this many words of its own is never vague.
_ENOUGH = 5
_COMPANY_WORDS = 6
_PERSON_WORDS = 3
_COMPANY_LENGTH = 60
# Of a message that says hardly more than a name.
_HARDLY = 1
_LEGAL_FORM = re.compile(r"\b(?:s\.?a\.?s?|ltda|sarl|sas|inc|llc|e\.?u|s\.?l|gmbh)\b\.?", re.IGNORECASE)
# "Les Vergers de Provence", "Muebles Cedro"
_CAPITALISED = re.compile(
    r"[A-ZÀ-Þ][\w&.'’-]*(?: (?:(?:de|del|du|des|la|las|los|le|et|y|e|&|d'|l') ){0,2}[A-ZÀ-Þ0-9][\w&.'’-]*)*"
)
# Beside its signs: what goes on with the sentence.
_COMPANY_END = re.compile(
    r"[,;!?\n()]|\.\s|\.$|\s[-–—]\s|:"
    r"|\s(?:qui|que|mais|pas|et (?:oui|non|pas|je)|maintenant)\b"
    r"|\s(?:pero|sino|no|y (?:s[ií]|no|yo)|ahora|por (?:favor|ac[áa]))\b"
)
# "À Santa Marta", "l'Espace Membre": no company stands there.
_PLACE_BEFORE = re.compile(r"(?:^|\s)(?:à|a|en|au|aux|al|el|la|le|les|los|las|l'|l’|del?|du) ?$", re.IGNORECASE)
# "Et oui", "y sí"
_AND = re.compile(r"^(?:et|y|pues|alors) (?=.)")


def judge_answer(book: Phrasebook, answer: str, question: Question | None) -> tuple[Tone, bool]:
    """Return how `answer` sounds and whether it is too vague for `question`."""
    words = words_of(answer)
    if question is None:
        return Tone.PLAIN, False
    if question.kind == "yes_no":
        return _judge_yes_no(book, answer, words, question)
    clauses = [clause.words for clause in all_clauses(answer)]
    if book.is_exactly("nothing", book.trim(words)) or all(book.is_("nothing", clause) for clause in clauses):
        return Tone.NONE, not question.none_is_answer
    negative = book.has("negative", words)
    tone = Tone.NEGATIVE if negative else Tone.POSITIVE if book.has("positive", words) else Tone.PLAIN
    if tone is Tone.PLAIN and book.is_("nothing", clauses[0] if clauses else words):
        # "Nada, soy nuevo"
        return Tone.NONE, False
    content = book.content(words)
    if len(content) >= _ENOUGH:
        return tone, False
    poor = pattern_of(question.vague)
    telling = [
        word for word in content if not word.isdigit() and word not in book.vague and poor.fullmatch(word) is None
    ]
    return tone, not telling


def _judge_yes_no(book: Phrasebook, answer: str, words: str, question: Question) -> tuple[Tone, bool]:
    tone = polarity(book, answer)
    if tone is not None:
        return tone, False
    content = book.content(words)
    on_topic = pattern_of(question.about).search(words) is not None
    return Tone.PLAIN, len(content) < (2 if on_topic else 4)


def polarity(book: Phrasebook, answer: str) -> Tone | None:
    """Whether `answer` says yes or no to a yes/no question, or None where it says neither.

    "Sí, pero no recuerdo la clave" is TROUBLE: a yes that asks for help. A no always gets help offered.
    """
    clauses = after_courtesies(book, answer)
    words, first = " ".join(clauses), clauses[0] if clauses else ""
    if book.is_("partial", words):
        return Tone.PARTIAL
    if book.is_exactly("just_no", words) or book.starts("no_start", words) or book.is_("just_no", first):
        return Tone.NO
    yes = book.is_exactly("just_yes", first) or book.starts("yes_start", words) or book.is_("just_yes", first)
    trouble = book.has("trouble", words)
    if yes and not (book.has("no_hint", first) and not trouble):
        return Tone.TROUBLE if trouble else Tone.YES
    if book.has("no_hint", words):
        return Tone.TROUBLE if book.has("yes_hint", words) and trouble else Tone.NO
    if book.has("yes_hint", words):
        return Tone.TROUBLE if trouble else Tone.YES
    return Tone.TROUBLE if trouble else None


def after_courtesies(book: Phrasebook, message: str) -> list[str]:
    """Return the words of each clause of `message`, without the courtesies that it begins with: "ah ok, sí"."""
    clauses = [clause.words for clause in all_clauses(message)]
    return list(dropwhile(lambda words: _is_courtesy(book, words), clauses[:-1])) + clauses[-1:]


def _is_courtesy(book: Phrasebook, words: str) -> bool:
    if any(book.is_exactly(name, words) for name in ("just_yes", "just_no", "partial")):
        return False
    return not book.trim(words) or any(book.is_exactly(name, words) for name in ("okay", "greeting", "thanks"))


def company_in(book: Phrasebook, message: str, invited: bool) -> str | None:
    """Return the company that the person names as theirs, or None.

    `invited`: they were just asked for it, so a bare name counts too.
    """
    folded = flat(message)
    for pattern in [*book.company, *(book.company_loose if invited else ())]:
        match = pattern.first(folded)
        if match is not None:
            start, end = match.span("name")
            name = _company_name(book, message[start:end])
            if name is not None:
                return name
    if not invited:
        return None
    # "Luc Martin, Atelier Lumière": the company comes last, and has mostly more words than one.
    clauses = [(clause.raw.strip("() ,"), clause.words) for clause in all_clauses(message)]
    bare = [raw for raw, words in clauses if _is_bare_name(book, raw, words)]
    longer = [name for name in bare if " " in name]
    return _company_name(book, (longer or bare)[-1]) if bare else _alone_in(book, message)


def _alone_in(book: Phrasebook, message: str) -> str | None:
    """The one name of several words in a message that says hardly anything else: "oui, pour Atelier Lumière"."""
    runs = [match for match in _CAPITALISED.finditer(message) if " " in match[0]]
    if len(runs) != 1 or _PLACE_BEFORE.search(message[: runs[0].start()]):
        return None
    rest = message[: runs[0].start()] + message[runs[0].end() :]
    clauses = [clause.words for clause in all_clauses(rest)]
    told = [word for words in clauses if polarity(book, words) is None for word in book.content(words)]
    name = _company_name(book, runs[0][0])
    return name if len(told) <= _HARDLY and name != person_in(book, message) else None


def other_company_in(book: Phrasebook, message: str, known: str = "") -> str | None:
    """The company for which a person answers instead of the `known` one, named if at all."""
    message = without_name(message, known)
    named = company_in(book, message, invited=False)
    if named is not None:
        return named
    runs = [match[0] for match in _CAPITALISED.finditer(message) if match.start() > 0]
    names = [name for name in (_company_name(book, run) for run in sorted(runs, key=len)) if name is not None]
    return names[-1] if names else company_in(book, message, invited=True)


def without_name(message: str, name: str, instead: str = "") -> str:
    """A message with something else for a name that is known, with or without its accents and capitals."""
    if not name.strip():
        return message
    kept, end = [], 0
    for match in re.finditer(rf"(?<!\w){re.escape(flat(name.strip()))}(?!\w)", flat(message)):
        kept.append(message[end : match.start()])
        end = match.end()
    return instead.join((*kept, message[end:]))


def polarity_beside(book: Phrasebook, answer: str, *names: str | None) -> Tone | None:
    """Yes or no, said before names are given, after them or among them: "ici Ferrand Textiles. Oui"."""
    said = polarity(book, answer)
    if said is not None:
        return said
    for name in filter(None, names):
        answer = answer.replace(name, " , ")
    clauses = [clause.words for clause in all_clauses(answer)]
    for words in clauses:
        told = _AND.sub("", words)
        said = polarity(book, told)
        if said is not None:
            return said
        first, last = told.split()[0], told.split()[-1]
        for name, tone in (("just_yes", Tone.YES), ("just_no", Tone.NO)):
            if book.is_exactly(name, first) or book.is_exactly(name, last):
                return tone
    return None


def person_in(book: Phrasebook, message: str) -> str | None:
    """Return the name by which the person introduces themselves, or None."""
    folded = flat(message)
    for pattern in book.person:
        match = pattern.first(folded)
        if match is not None:
            start, end = match.span("name")
            words = _COMPANY_END.split(message[start:end], maxsplit=1)[0].split()
            names = list(takewhile(lambda word: word[0].isupper() and word.isalpha(), words))
            if 1 <= len(names) <= _PERSON_WORDS and len(names) == len(words):
                return " ".join(names)
    return None


def _company_name(book: Phrasebook, text: str) -> str | None:
    name = _COMPANY_END.split(text.strip(), maxsplit=1)[0].strip(" \"'«»“”*_.")
    words = name.split()
    if not name or len(name) > _COMPANY_LENGTH or len(words) > _COMPANY_WORDS:
        return None
    # A name begins with a capital or a digit; "somos distribuidores" names nobody.
    if not (name[0].isupper() or name[0].isdigit()) or not book.content(words_of(name)):
        return None
    return name


def _is_bare_name(book: Phrasebook, raw: str, words: str) -> bool:
    if _LEGAL_FORM.search(raw):
        return True
    if any(book.starts(name, words) for name in ("yes_start", "no_start", "question_start")):
        return False
    if any(
        book.is_(name, words) for name in ("greeting", "thanks", "okay", "skip", "stop", "back", "human", "clarify")
    ):
        return False
    if any(book.has(name, words) for name in ("yes_hint", "no_hint", "trouble")) or "?" in raw:
        return False
    telling = [word for word in raw.split() if words_of(word) not in book.empty]
    return bool(telling) and all(word[0].isupper() or word[0].isdigit() or word == "&" for word in telling)
