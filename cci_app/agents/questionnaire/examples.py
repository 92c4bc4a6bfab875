"""What a message means by the assistant's examples, and what that makes of the command that the rules found.

The rules know short commands and what a question looks like; whatever is no command to them they take for an answer.
Here an answer has to show that it is one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

import structlog

from cci_app.agents.questionnaire.content import ABOUT, NOTHING, Examples, Question
from cci_app.agents.questionnaire.correcting import correction_meant, correction_told
from cci_app.agents.questionnaire.judging import other_company_in, polarity, polarity_beside, without_name
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import all_clauses, pattern_of, words_of
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode, Situation, Tone
from cci_app.core.deadline import Deadline
from cci_app.language.detect import language_meant
from cci_app.language.encoder.classifier import Classifier, Verdict
from cci_app.language.encoder.learning import Learning

log = structlog.get_logger(__name__)

# Of a turn, what a message waits at most for the examples to be learnt.
_LONGEST_WAIT: Final = 5.0

# What costs little when it is mistaken, and what a person would resent, is believed sooner than what they can repeat.
_LEAST: Final = 0.5
_SURE: Final = 0.65
_VERY_SURE: Final = 0.85
_CERTAIN: Final = 0.95
_NEVER: Final = 1.0
_UNLIKELY: Final = 0.4
_GRAVE: Final = frozenset({"leave_alone", "erase", "wrong_person", "gone", "other_company", "trouble"})
# What resembles many an answer that speaks of the matter.
_AMBIGUOUS: Final = frozenset({"thanks", "greeting", "small_talk", "correct", "human"})
_ANSWERS: Final = frozenset({Intent.ANSWER, Intent.ANSWER_AND_QUESTION})
# What the rules found by a word anywhere in a message, or took for a name.
_DOUBTED: Final = _ANSWERS | {Intent.QUESTION, Intent.COMPANY, Intent.COMPLAINT, Intent.CORRECT}
# In a longer message one clause may say it.
_MOST_CLAUSES: Final = 8
# "Sí", "todavía no", "ninguno": as short as that, an answer needs no other evidence than to be one.
_PLAIN_WORDS: Final = 4
# So few words resemble much.
_FEW_WORDS: Final = 3
# Who answers has no link to offer; who forwards something often has.
_LINK: Final = re.compile(r"https?://|www\.")
_LAUGHTER: Final = re.compile(r"[😂🤣😆😄😅😹🙈😜]|\b(?:(?:ja|ha|je|he|hi){2,}[jh]?|mdr+|lol|ptdr)\b", re.IGNORECASE)
# What is longer tells something, whatever it resembles.
_MANY_WORDS: Final = 40
# Fewer are no answer by themselves; nor is what has a third of letters beyond those of Latin.
_FEWEST_LETTERS: Final = 3
_LAST_LETTER: Final = 0x24F
# What the names of a person and of their company become: of no language, and so alike in every message.
_NAME: Final = "xnamex"
_COMPANY: Final = "xfirmx"
# Of the words of a question, how many speak of it beyond doubt.
_SPOKEN_OF: Final = 2


class ByExamples(Learning):
    """The intents of one assistant; a message whose time does not allow to wait for them goes by the rules alone."""

    def __init__(
        self,
        intents: Mapping[str, Examples],
        services: Sequence[tuple[str, ...]] = (),
        questions: Sequence[Question] = (),
    ) -> None:
        """`services` are the words by which the services are known: who names one speaks of the matter.

        Of `questions` one that wants a yes or no may be answered where another one is open.
        """
        told = {name: [_unnamed(said) for said in each.sentences] for name, each in intents.items()}
        super().__init__({name: each for name, each in told.items() if name != NOTHING}, told.get(NOTHING, ()))
        self._matters = tuple(word for words in services for word in words)
        self._yes_no = tuple(question for question in questions if question.kind == "yes_no")

    def decide(
        self, book: Phrasebook, message: str, by_rules: Command, situation: Situation, deadline: Deadline
    ) -> Command:
        """The command of a message that is more than a short phrase: the rules' one, or what the examples say."""
        corrects = by_rules.intent is Intent.CORRECT and by_rules.answer
        if not self.there_are or by_rules.intent not in _DOUBTED or corrects:
            return by_rules
        evidence = self._evidence(book, by_rules, situation)
        if evidence is _Evidence.WHOLE:
            return by_rules
        try:
            classifier = self.learnt(deadline.within(_LONGEST_WAIT))
        except TimeoutError:
            log.warning("examples_not_learnt_in_time")
            return by_rules
        verdict = _likelier(book, message, _telling(classifier, _of_nobody(message, situation)), situation)
        if _may_correct(verdict):
            likely = Intent.CORRECT in {verdict.label, verdict.runner_up}
            corrected = correction_told(book, message, situation, likely=likely)
            if corrected is not None:
                return corrected
        command = _command(book, message, verdict, by_rules, situation, evidence)
        if command is not None:
            return command
        if by_rules.intent is Intent.ANSWER_AND_QUESTION:
            return _halved(classifier, message, by_rules, evidence)
        asked = by_rules.intent is Intent.ANSWER and situation.question is not None
        if not asked or situation.mode is Mode.COMPLETED or by_rules.vague or evidence is _Evidence.TONE:
            return by_rules
        if self._answers_another(book, by_rules.answer, situation):
            return replace(by_rules, unsure=True)
        if evidence is _Evidence.TOPIC:
            likely = _may_answer(verdict) and not _LINK.search(message)
            if likely or len(message.split()) < _FEW_WORDS:
                return by_rules
            if verdict.label is not None:
                return replace(by_rules, unsure=True)
            return Command(Intent.NOTHING) if verdict.confidence >= _VERY_SURE else replace(by_rules, unsure=True)
        if _is_unreadable(by_rules.answer):
            return replace(by_rules, unsure=True)
        return _judged(by_rules, verdict, yes_no=situation.wants_yes_no)

    def _answers_another(self, book: Phrasebook, answer: str, situation: Situation) -> bool:
        """Whether a yes or no speaks of another question, and nothing of the open one."""
        here, words = situation.question, words_of(answer)
        if here is None or here.kind == "yes_no" or pattern_of(here.about).search(words):
            return False
        spoken = [each for each in self._yes_no if len(set(pattern_of(each.about).findall(words))) >= _SPOKEN_OF]
        return bool(spoken) and polarity(book, answer) is not None

    def _evidence(self, book: Phrasebook, command: Command, situation: Situation) -> "_Evidence":
        """What in the rules' own terms shows that an answer answers."""
        question = situation.question
        if command.intent not in _ANSWERS or question is None:
            return _Evidence.NONE
        words = words_of(command.answer)
        if words.count(" ") < _PLAIN_WORDS:
            names = ("just_yes", "just_no", "partial") if question.kind == "yes_no" else ("just_yes", "nothing")
            if any(book.is_(name, words) for name in names):
                return _Evidence.WHOLE
        said = command.tone in {Tone.YES, Tone.NO, Tone.PARTIAL, Tone.TROUBLE, Tone.NONE}
        if said:
            return _Evidence.TONE
        on_topic = pattern_of((*question.about, *self._matters)).search(words) is not None
        return _Evidence.TOPIC if on_topic else _Evidence.NONE


class _Evidence(Enum):
    NONE, TOPIC, TONE, WHOLE = range(4)


def _is_unreadable(answer: str) -> bool:
    """Whether it has hardly a letter, or many of which none of our languages has."""
    letters = [letter for letter in answer if letter.isalpha()]
    strange = sum(ord(letter) > _LAST_LETTER for letter in letters)
    return len(letters) < _FEWEST_LETTERS or strange * _FEWEST_LETTERS > len(letters)


def _halved(classifier: Classifier, message: str, command: Command, evidence: _Evidence) -> Command:
    """An answer with a question, or the question alone where what stands beside it is no answer."""
    if evidence not in {_Evidence.NONE, _Evidence.TOPIC}:
        return command
    beside = classifier.classify(command.answer)
    if _is_unreadable(command.answer):
        return replace(command, intent=Intent.QUESTION, answer="")
    answers = beside.label in {Intent.ANSWER, Intent.QUESTION} or beside.runner_up == Intent.ANSWER
    forwarded = _LINK.search(message) is not None or len(message.split()) > _MANY_WORDS
    if answers or (evidence is _Evidence.TOPIC and not forwarded):
        return command
    return replace(command, intent=Intent.QUESTION, answer="")


def _telling(classifier: Classifier, message: str) -> Verdict:
    """The verdict on the whole; on one clause where that is grave."""
    whole = classifier.classify(message)
    if whole.label in _GRAVE:
        return whole
    clauses = [clause.raw for clause in all_clauses(message)][:_MOST_CLAUSES]
    for clause in clauses if len(clauses) > 1 else ():
        verdict = classifier.classify(clause)
        if verdict.label in _GRAVE and verdict.confidence >= _VERY_SURE:
            return verdict
    return whole


def _unnamed(example: str) -> str:
    """An example with what stands for names in messages."""
    return example.replace("{name}", _NAME).replace("{company}", _COMPANY)


def _of_nobody(message: str, situation: Situation) -> str:
    """A message without the names by which we know the person, whose words mean nothing here: "no soy Clara"."""
    written = without_name(message, situation.company, _COMPANY)
    name = situation.first_name
    return re.sub(rf"\b{re.escape(name)}\b", _NAME, written) if name else written


def _likelier(book: Phrasebook, message: str, verdict: Verdict, situation: Situation) -> Verdict:
    """The runner-up of a doubtful verdict, where something in the message that is no word of its speaks for it."""
    if verdict.confidence >= _VERY_SURE:
        return verdict
    if Intent.OTHER_COMPANY in {verdict.label, verdict.runner_up} and other_company_in(
        book, message, situation.company
    ):
        other = verdict.runner_up if verdict.label == Intent.OTHER_COMPANY else verdict.label
        # Whose company is not known yet is asked for it.
        least = _SURE if situation.company_known else _VERY_SURE
        return Verdict(Intent.OTHER_COMPANY, max(least, verdict.confidence), other)
    if _LAUGHTER.search(message) and verdict.label != Intent.ANSWER:
        return Verdict(Intent.SMALL_TALK, _SURE, verdict.label)
    return verdict


def _may_correct(verdict: Verdict) -> bool:
    """Whether what names an earlier answer may correct it: "no por la de antes" may be a company, too."""
    if verdict.label in _GRAVE or verdict.runner_up == Intent.OTHER_COMPANY:
        return False
    return verdict.label in {Intent.CORRECT, Intent.ANSWER, None} or verdict.confidence < _VERY_SURE


def _may_answer(verdict: Verdict) -> bool:
    """Whether what speaks of the matter may be the answer: it resembles one, or what many answers resemble."""
    if verdict.label == Intent.ANSWER:
        return True
    if verdict.runner_up != Intent.ANSWER:
        return False
    if verdict.label is None:
        return verdict.confidence < _VERY_SURE
    return verdict.label in _AMBIGUOUS | {Intent.QUESTION, Intent.COMPLAINT}


def _judged(command: Command, verdict: Verdict, *, yes_no: bool) -> Command:
    """What nothing shows to be an answer, but that it resembles one, or does not."""
    if verdict.label == Intent.ANSWER:
        # What may as well be what is no answer at all is asked about.
        least = _SURE if verdict.runner_up in {Intent.QUESTION, Intent.LANGUAGE} else _LEAST
        if yes_no:
            # Nothing in it says yes, or no, or speaks of the matter.
            least = _VERY_SURE
        return command if verdict.confidence >= least else replace(command, unsure=True)
    if verdict.label is None:
        return Command(Intent.NOTHING) if verdict.confidence >= _LEAST else replace(command, unsure=True)
    close = verdict.runner_up == Intent.ANSWER and verdict.confidence < _LEAST
    return command if close else replace(command, unsure=True)


def _least(verdict: Verdict, message: str, by_rules: Command, evidence: _Evidence) -> float:
    """How sure the examples must be, against what the rules heard in a message."""
    label, count = str(verdict.label), len(message.split())
    if count < 2 or (label not in _GRAVE and count > _MANY_WORDS):
        return _NEVER
    if count < _FEW_WORDS and label not in _GRAVE:
        return _CERTAIN if evidence is _Evidence.NONE else _NEVER
    if evidence is _Evidence.TONE and count <= _FEW_WORDS and label not in _GRAVE:
        # "Ya lo conozco"
        return _NEVER
    if by_rules.intent is not Intent.ANSWER or evidence is _Evidence.TONE:
        return _SURE if label in _GRAVE and evidence is not _Evidence.TONE else _VERY_SURE
    if by_rules.vague and count <= _FEW_WORDS:
        return _VERY_SURE
    if evidence is _Evidence.TOPIC:
        return _VERY_SURE if label in _AMBIGUOUS or count <= _FEW_WORDS else _SURE
    if count == _FEW_WORDS:
        return _SURE
    if verdict.runner_up not in {None, Intent.ANSWER, Intent.QUESTION}:
        # Whichever of the two it is, it is no answer.
        return _UNLIKELY
    return _SURE if label == Intent.TROUBLE else _LEAST


def _command(
    book: Phrasebook,
    message: str,
    verdict: Verdict,
    by_rules: Command,
    situation: Situation,
    evidence: _Evidence,
) -> Command | None:
    """The command that the examples name, None where that is an answer, or they are not sure."""
    label = verdict.label
    if label is None or label == Intent.ANSWER:
        return None
    answers = by_rules.intent is Intent.ANSWER
    least = _least(verdict, message, by_rules, evidence)
    if verdict.confidence < (max(least, _LEAST) if situation.mode is Mode.COMPLETED else least):
        return None
    if label.startswith(ABOUT):
        return Command(Intent.QUESTION, question=message, about=label.removeprefix(ABOUT))
    intent = Intent(label)
    if intent is Intent.QUESTION:
        # "Oui, j'ai accédé à l'espace membre" resembles many a question.
        bare = answers and evidence is not _Evidence.TONE
        return Command(Intent.QUESTION, question=message) if bare else None
    if by_rules.intent in {Intent.CORRECT, Intent.COMPLAINT} and label not in _GRAVE:
        return None
    criticised = situation.question is not None and situation.question.accepts_criticism
    if intent is Intent.COMPLAINT and criticised and evidence is not _Evidence.NONE:
        return None
    if intent is Intent.LANGUAGE:
        language = language_meant(message, situation.language)
        return Command(intent, language=language) if language else None
    if intent is Intent.CORRECT:
        return correction_meant(book, message, situation)
    if intent is Intent.OTHER_COMPANY:
        company = other_company_in(book, message, situation.company)
        if company is None and without_name(message, situation.company) != message:
            # It was named before, and is again.
            company = situation.company
        if company and not situation.company_known:
            # There is none yet that theirs could be another than; with a yes or no it answers, too.
            if evidence is _Evidence.TONE:
                return replace(by_rules, company=by_rules.company or company)
            both = situation.wants_yes_no and situation.company_invited
            tone = polarity_beside(book, by_rules.answer, company) if both else None
            said = Intent.COMPANY if tone is None else Intent.ANSWER
            return Command(said, company=company, answer=by_rules.answer, tone=tone or Tone.PLAIN)
        return Command(intent, company=company) if company or verdict.confidence >= _VERY_SURE else None
    speaks = {Intent.COMPLAINT, Intent.TROUBLE}
    return Command(intent, answer=message.strip() if intent in speaks else "")
