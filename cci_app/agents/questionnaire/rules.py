"""Understanding by rules: no model, no network, the same answer every time."""

import re
from collections.abc import Sequence

from cci_app.agents.questionnaire.asking import split_question
from cci_app.agents.questionnaire.content import Question
from cci_app.agents.questionnaire.correcting import find_correction
from cci_app.agents.questionnaire.examples import ByExamples
from cci_app.agents.questionnaire.judging import after_courtesies, company_in, judge_answer, person_in, polarity_beside
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.questionnaire.understanding import CONFIRMING, Command, Intent, Mode, Situation, Tone
from cci_app.core.deadline import Deadline
from cci_app.language.copied import flat
from cci_app.language.detect import find_wish
from cci_app.language.prices import asks_price

_THUMB_UP = re.compile("[👍✅👌✔💯☑]")
_ANGRY = re.compile("[😠😡🤬👿💢🖕]")
_THUMB_DOWN = re.compile("[👎❌🚫]")
_MARKUP = re.compile(
    r"<\s*/?\s*(?:script|img|iframe|svg|html|body|style|object|link|meta)\b|javascript:|\{\{.*\}\}|\$\{"
)
_CONTACT_DATA = re.compile(r"[\w.+-]{1,64}@[\w-]+\.[\w.]+|(?<!\d)\+?\d[\d\s().-]{6,}\d(?!\d)")
# Beyond this a message tells something, whatever words it contains: nobody asks for a human in forty words.
_SHORT = 24
_COMMAND_WORDS = 12
# Of so many words each stands there so often, where nothing is said.
_MANY_WORDS, _TIMES = 18, 6
# "Gracias, Laura"
_THANKED = re.compile(r"(?:[Mm]uchas )?(?:[Gg]racias|[Mm]erci)(?: beaucoup)?[ ,]+[A-ZÀ-Ý][\w-]+[ !.]*")

# Whole messages, in the order in which a message that could be several of them is taken.
_COMMANDS: tuple[tuple[str, Intent], ...] = (
    ("leave_alone", Intent.LEAVE_ALONE),
    ("erase", Intent.ERASE),
    ("restart", Intent.RESTART),
    ("stop", Intent.STOP),
    ("goodbye", Intent.STOP),
    ("resume", Intent.RESUME),
    ("back", Intent.BACK),
    ("human", Intent.HUMAN),
    ("how_are_you", Intent.HOW_ARE_YOU),
    ("clarify", Intent.CLARIFY),
    ("skip", Intent.SKIP),
)


class RulesUnderstander:
    """An `Understander` by lexicon, for the languages of one assistant."""

    def __init__(self, languages: Sequence[str], book: Phrasebook, examples: ByExamples | None = None) -> None:
        """Where there are `examples`, they decide what no short phrase does."""
        self._languages = tuple(languages)
        self._book = book
        self._examples = examples

    def understand(self, message: str, situation: Situation, deadline: Deadline) -> Command:
        """Understand a message that has text. Never raises because of what the text is."""
        wish = find_wish(message, self._languages)
        if wish is not None:
            rest = self.understand(wish.rest, situation, deadline) if wish.rest and wish.rest != message else None
            if rest is None or rest.intent in {Intent.GREETING, Intent.THANKS, Intent.OKAY, Intent.SMALL_TALK}:
                return Command(Intent.LANGUAGE, language=wish.language)
            return rest
        words = words_of(message)
        if self._examples is not None:
            self._examples.begin()
        if not words:
            return self._wordless(message, situation)
        if _repeats(words):
            return Command(Intent.NOTHING)
        command = self._attack(message, words) or self._command(message, words, situation)
        if command is None:
            command = self._statement(message, words, situation)
            if self._examples is not None:
                command = self._examples.decide(self._book, message, command, situation, deadline)
        return command

    def _wordless(self, message: str, situation: Situation) -> Command:
        if _THUMB_UP.search(message):
            if situation.mode in CONFIRMING or situation.unsure:
                return Command(Intent.CONFIRM)
            if situation.wants_yes_no:
                return Command(Intent.ANSWER, answer=message.strip(), tone=Tone.YES)
            return Command(Intent.OKAY)
        if _THUMB_DOWN.search(message):
            if situation.mode in CONFIRMING or situation.unsure:
                return Command(Intent.DENY)
            if situation.wants_yes_no:
                return Command(Intent.ANSWER, answer=message.strip(), tone=Tone.NO)
        if _ANGRY.search(message):
            return Command(Intent.COMPLAINT, answer=message.strip())
        return Command(Intent.CLARIFY if "?" in message else Intent.SMALL_TALK)

    def _attack(self, message: str, words: str) -> Command | None:
        """Attempts on the machine or on others' data, insults, and bare phone numbers or addresses."""
        book = self._book
        if book.has("hostile", words) or _MARKUP.search(flat(message)):
            return Command(Intent.HOSTILE)
        contact_data = _CONTACT_DATA.search(message)
        if book.has("private", words) or (contact_data is not None and "?" in message):
            return Command(Intent.PRIVATE, question=message)
        if contact_data is not None and len(book.content(words_of(_CONTACT_DATA.sub(" ", message)))) < 2:
            return Command(Intent.CONTACT_DATA, answer=message)
        if book.has("insult", words) and words.count(" ") < _SHORT:
            return Command(Intent.INSULT, answer=message)
        return None

    def _command(self, message: str, words: str, situation: Situation) -> Command | None:
        book = self._book
        if situation.mode in CONFIRMING or situation.unsure:
            if book.is_("just_yes", words) or book.is_("okay", words):
                return Command(Intent.CONFIRM)
            if situation.mode is Mode.CONFIRMING_RESTART and book.is_("restart", words):
                return Command(Intent.CONFIRM)
            if situation.mode is Mode.CONFIRMING_ERASURE and book.is_("erase", words):
                return Command(Intent.CONFIRM)
            if book.is_("just_no", words) or book.starts("no_start", words):
                return Command(Intent.DENY)
        if situation.help_offered:
            stuck = book.has("trouble", words) and words.count(" ") < _COMMAND_WORDS
            if stuck or book.is_("help_me", words) or book.is_exactly("just_yes", words):
                return Command(Intent.HUMAN)
        for name, intent in (("greeting", Intent.GREETING), ("thanks", Intent.THANKS)):
            if book.is_exactly(name, words):
                return Command(intent)
        if situation.mode is Mode.ASKING and self._answers_plainly(message, words, situation.question):
            return None
        for name, intent in _COMMANDS:
            if book.is_(name, words):
                return Command(intent)
        if book.is_("help_me", words):
            return Command(Intent.HUMAN)
        if _all_clauses_are(book, "stop", message):
            return Command(Intent.STOP)
        return Command(Intent.THANKS) if _THANKED.fullmatch(message.strip()) else self._courtesy(words)

    def _answers_plainly(self, message: str, words: str, question: Question | None) -> bool:
        """Whether a word that may also be a command is plainly the answer here ("no todavía", "aucun", "ah ok, sí")."""
        book = self._book
        if question is None:
            return False
        if question.kind == "yes_no":
            said = " ".join(after_courtesies(book, message))
            return any(book.is_exactly(name, said) for name in ("just_yes", "just_no", "partial"))
        return question.none_is_answer and book.is_exactly("nothing", words)

    def _courtesy(self, words: str) -> Command | None:
        book = self._book
        for name, intent in (
            ("greeting", Intent.GREETING),
            ("thanks", Intent.THANKS),
            ("okay", Intent.OKAY),
            ("laugh", Intent.SMALL_TALK),
        ):
            if book.is_(name, words):
                return Command(intent)
        # "Bonjour, ça va ?" and "hola, muchas gracias": nothing but courtesies.
        rest = book.trim(words)
        if rest != words and any(book.is_exactly(name, rest) for name in ("how_are_you", "greeting", "thanks", "okay")):
            return Command(Intent.HOW_ARE_YOU if book.is_exactly("how_are_you", rest) else Intent.GREETING)
        return None

    def _statement(self, message: str, words: str, situation: Situation) -> Command:
        book = self._book
        recalled = _recalled(book, message)
        if recalled is not None:
            return recalled
        correction = find_correction(book, message, situation)
        if correction is not None:
            return correction
        company = None if situation.company_known else company_in(book, message, situation.company_invited)
        person = None if situation.company_known else person_in(book, message)
        dissatisfied = book.has("complaint", words)
        answer, asked = split_question(book, message, situation.question)
        if dissatisfied and not asked:
            criticised = situation.question is not None and situation.question.accepts_criticism
            if not criticised or len(book.content(words)) < 4:
                return Command(Intent.COMPLAINT, answer=message)
        if asked:
            return self._asked(answer, asked, situation, company)
        if company is not None or person is not None:
            named = len(book.content(words_of(f"{company or ''} {person or ''}")))
            tone = polarity_beside(book, answer, company, person) if situation.wants_yes_no else None
            if tone is None and len(book.content(words_of(answer))) <= named + 4:
                return Command(Intent.COMPANY, company=company, person=person, answer=answer)
            if tone is not None:
                return Command(Intent.ANSWER, answer=answer, tone=tone, company=company, person=person)
        tone, vague = judge_answer(book, answer, situation.question)
        return Command(Intent.ANSWER, answer=answer, tone=tone, vague=vague, dissatisfied=dissatisfied, company=company)

    def _asked(self, answer: str, asked: str, situation: Situation, company: str | None) -> Command:
        price = asks_price(asked)
        if not answer or situation.question is None:
            return Command(Intent.QUESTION, question=asked, price=price, company=company)
        tone, vague = judge_answer(self._book, answer, situation.question)
        if vague:
            # "Pues crecer, ¿y ustedes qué hacen?": the question counts, the open one stays open.
            return Command(Intent.QUESTION, question=asked, price=price, company=company)
        return Command(
            Intent.ANSWER_AND_QUESTION, answer=answer, question=asked, price=price, tone=tone, company=company
        )


def _repeats(words: str) -> bool:
    """Whether a long message says the same few words again and again."""
    several = words.split()
    return len(several) >= _MANY_WORDS and _TIMES * len(set(several)) <= len(several)


def _recalled(book: Phrasebook, message: str) -> Command | None:
    """RECALL where the person asks what they answered: to one question, or to all."""
    folded = flat(message[:200])
    for pattern in book.recall:
        match = pattern.first(folded)
        if match is not None:
            written = match.get("n")
            number = None if written is None else book.number(written)
            return Command(Intent.RECALL, number=number)
    return None


def _all_clauses_are(book: Phrasebook, name: str, message: str) -> bool:
    """Whether every clause of a short message is such a phrase or a courtesy: "ahora no puedo, estoy en reunión"."""
    clauses = [words_of(part) for part in re.split(r"[.,;:!?\n]+", message)]
    clauses = [clause for clause in clauses if book.trim(clause)]
    if not 2 <= len(clauses) <= 5:
        return False
    others = ("thanks", "goodbye", "greeting", "okay")
    hits = [book.is_(name, clause) for clause in clauses]
    return any(hits) and all(
        hit or any(book.is_(other, clause) for other in others) for hit, clause in zip(hits, clauses, strict=True)
    )
