"""Telling a person's own question from their answer, also where one message holds both."""

from cci_app.agents.questionnaire.content import Question
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import Clause, Sentence, sentences_of, words_of
from cci_app.knowledge.answers.figures import is_named_alone
from cci_app.language.prices import asks_price

# A question without its mark is recognised by its first words, in sentences no longer than this.
_BARE_QUESTION_WORDS = 18
_TENTATIVE_WORDS = 12
_BARE_WORDS = 4


def split_question(book: Phrasebook, message: str, question: Question | None) -> tuple[str, str]:
    """Return the part of `message` that answers and the part that asks, each as it was written; either may be empty.

    A sentence that only hedges an answer ("¿quizás una feria?", "vender más, ¿no?") asks nothing.
    """
    answers: list[str] = []
    asked: list[str] = []
    for sentence in sentences_of(message):
        before, question_part = _split_sentence(book, sentence, question)
        if before:
            answers.append(before)
        if question_part:
            asked.append(question_part)
    if not asked:
        return message.strip(), ""
    answers = [answer for answer in answers if _says_something(book, answer, question)]
    return " ".join(answers).strip(" ,;:"), " ".join(asked)


def _split_sentence(book: Phrasebook, sentence: Sentence, question: Question | None) -> tuple[str, str]:
    clauses = list(sentence.clauses)
    if not sentence.asks:
        bare = sentence.words.count(" ") < _BARE_QUESTION_WORDS and _asks_without_its_mark(book, sentence)
        return ("", sentence.raw) if bare else (sentence.raw, "")
    if book.is_exactly("tag", clauses[-1].words):
        # "vender más, ¿no?": the tag is a sentence of its own, or the last clause.
        return (_joined(clauses[:-1]), "")
    start = _first_asking(book, clauses)
    if start is None:
        if _is_tentative(book, sentence, question):
            return sentence.raw.replace("?", "").replace("¿", "").strip(), ""
        start = 0
    # "et pour trouver un distributeur, vous faites quoi ?": what leads to the question belongs to it.
    while start > 0 and _leads_in(book, clauses[start - 1].words, question):
        start -= 1
    before, asked = clauses[:start], clauses[start:]
    if before:
        return _joined(before), _joined(asked)
    return _leading_yes_no(book, sentence, question)


def _asks_without_its_mark(book: Phrasebook, sentence: Sentence) -> bool:
    """By its first words, or as "votre adresse svp", where whoever wants lower prices names more than prices."""
    asked_for = book.has("please", sentence.words) and is_named_alone(sentence.raw)
    return asked_for or book.starts("bare_question_start", sentence.words)


def _leads_in(book: Phrasebook, words: str, question: Question | None) -> bool:
    if (
        question is not None
        and question.kind == "yes_no"
        and any(book.is_exactly(name, words) for name in ("just_yes", "just_no"))
    ):
        # "No, ¿cómo se entra?" answers before it asks.
        return False
    return book.starts("lead_in", words) or book.is_("preamble", words)


def _first_asking(book: Phrasebook, clauses: list[Clause]) -> int | None:
    for number, clause in enumerate(clauses):
        if book.starts("question_start", clause.words) or book.has("question_hint", clause.words):
            return number
    return None


def _leading_yes_no(book: Phrasebook, sentence: Sentence, question: Question | None) -> tuple[str, str]:
    """At a yes/no question "oui et on peut venir à deux ?" answers with its first word."""
    first = words_of(sentence.raw).partition(" ")[0]
    if question is not None and question.kind == "yes_no" and book.is_exactly("just_yes", first):
        return sentence.raw.split()[0].strip("¿,"), sentence.raw
    return "", sentence.raw


def _is_tentative(book: Phrasebook, sentence: Sentence, question: Question | None) -> bool:
    if question is None or sentence.words.count(" ") >= _TENTATIVE_WORDS:
        return False
    if question.kind == "yes_no":
        return any(book.is_(name, sentence.words) for name in ("just_yes", "just_no", "partial"))
    if asks_price(sentence.raw):
        return False
    # "¿asesoría legal?", but not "¿y las visas?" or "le prix ?"
    bare = sentence.words.count(" ") < _BARE_WORDS and not book.starts("definite_start", sentence.words)
    return bare or book.starts("tentative_start", sentence.words)


def _says_something(book: Phrasebook, answer: str, question: Question | None) -> bool:
    """Whether what stands beside a question is an answer, not a greeting or "tengo una pregunta"."""
    if question is None:
        return False
    words = words_of(answer)
    if question.kind == "yes_no":
        if any(book.starts(name, words) for name in ("yes_start", "no_start")):
            return True
        if any(book.has(name, words) for name in ("yes_hint", "no_hint")):
            return True
    elif question.none_is_answer and book.is_exactly("nothing", words):
        return True
    if any(book.is_(name, words) for name in ("preamble", "okay", "thanks", "greeting", "tag", "skip")):
        return False
    return len(book.content(words)) >= 2 or (len(book.content(words)) == 1 and not book.starts("lead_in", words))


def _joined(clauses: list[Clause]) -> str:
    return " ".join(clause.raw for clause in clauses).strip(" ,;:")
