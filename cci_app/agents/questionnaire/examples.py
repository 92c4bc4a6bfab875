"""What a message means by the assistant's examples, and what that makes of the command that the rules found.

The rules know short commands and what a question looks like; whatever is no command to them they take for an answer.
Here an answer has to show that it is one.
"""

import contextvars
import hashlib
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from enum import Enum
from functools import lru_cache, partial
from typing import Final

import structlog

from cci_app.agents.questionnaire.content import ABOUT, NOTHING, Examples
from cci_app.agents.questionnaire.correcting import correction_meant
from cci_app.agents.questionnaire.judging import other_company_in
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import pattern_of, sentences_of, words_of
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode, Situation, Tone
from cci_app.core.deadline import Deadline, waits
from cci_app.core.redis import read_shared, share
from cci_app.language.detect import language_meant
from cci_app.language.encoder.classifier import Classifier, Verdict
from cci_app.language.encoder.word_table import SHA256

log = structlog.get_logger(__name__)

# That of what is learnt: raised when learning or likeness change.
_FORM: Final = 1
_KEPT_SECONDS: Final = 30 * 24 * 3600
# Of a turn, what a message waits at most for the examples to be learnt.
_LONGEST_WAIT: Final = 5.0

# What costs little when it is mistaken, and what a person would resent, is believed sooner than what they can repeat.
_LEAST: Final = 0.5
_SURE: Final = 0.65
_VERY_SURE: Final = 0.85
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


class ByExamples:
    """The intents of one assistant.

    Learning them takes seconds of processor time, so a thread begins with the first message of a process, whatever that
    says; a message that needs them waits for it, as long as its deadline allows, and else goes by the rules alone.
    """

    def __init__(self, intents: Mapping[str, Examples], services: Sequence[tuple[str, ...]] = ()) -> None:
        """`services` are the words by which the services are known: who names one speaks of the matter."""
        others = intents[NOTHING].sentences if NOTHING in intents else ()
        examples = tuple((name, each.sentences) for name, each in intents.items() if name != NOTHING)
        self._key = (examples, others)
        self._matters = tuple(word for words in services for word in words)
        self.there_are = len(examples) > 1
        self._learning: Future[Classifier] | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Have them learnt, unless they are; returns at once."""
        if self._learning is None and self.there_are:
            with self._lock:
                if self._learning is None:
                    learning: Future[Classifier] = Future()
                    self._learning = learning
                    learn = partial(contextvars.copy_context().run, self._learn, learning)
                    threading.Thread(target=learn, name="examples", daemon=True).start()

    def _learn(self, learning: "Future[Classifier]") -> None:
        try:
            # Nobody's deadline: the message that began it is long answered by then.
            with waits(None):
                learning.set_result(_learnt(*self._key))
        except BaseException as error:
            learning.set_exception(error)
            raise

    def learnt(self, timeout: float | None = None) -> Classifier:
        """What tells them. Raises TimeoutError where it is not there in time."""
        self.begin()
        assert self._learning is not None  # noqa: S101 (begun just now)
        return self._learning.result(timeout)

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
        verdict = _likelier(book, message, _telling(classifier, message))
        command = _command(book, message, verdict, by_rules, situation, evidence)
        if command is not None:
            return command
        asked = by_rules.intent is Intent.ANSWER and situation.question is not None
        if not asked or situation.mode is Mode.COMPLETED or by_rules.vague or evidence is _Evidence.TONE:
            return by_rules
        if evidence is _Evidence.TOPIC:
            likely = Intent.ANSWER in {verdict.label, verdict.runner_up} and not _LINK.search(message)
            if likely or len(message.split()) < _FEW_WORDS:
                return by_rules
            if verdict.label is not None:
                return replace(by_rules, unsure=True)
            return Command(Intent.NOTHING) if verdict.confidence >= _VERY_SURE else replace(by_rules, unsure=True)
        return _judged(by_rules, verdict)

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


def _telling(classifier: Classifier, message: str) -> Verdict:
    """The verdict on the whole; on one clause where that is grave."""
    whole = classifier.classify(message)
    if whole.label in _GRAVE:
        return whole
    clauses = [clause.raw for sentence in sentences_of(message) for clause in sentence.clauses][:_MOST_CLAUSES]
    for clause in clauses if len(clauses) > 1 else ():
        verdict = classifier.classify(clause)
        if verdict.label in _GRAVE and verdict.confidence >= _VERY_SURE:
            return verdict
    return whole


def _likelier(book: Phrasebook, message: str, verdict: Verdict) -> Verdict:
    """The runner-up of a doubtful verdict, where something in the message that is no word of its speaks for it."""
    if verdict.confidence >= _VERY_SURE:
        return verdict
    if verdict.runner_up == Intent.OTHER_COMPANY and other_company_in(book, message):
        return Verdict(verdict.runner_up, _SURE, verdict.label)
    if _LAUGHTER.search(message) and verdict.label != Intent.ANSWER:
        return Verdict(Intent.SMALL_TALK, _SURE, verdict.label)
    return verdict


def _judged(command: Command, verdict: Verdict) -> Command:
    """What nothing shows to be an answer, but that it resembles one, or does not."""
    if verdict.label == Intent.ANSWER:
        return command if verdict.confidence >= _UNLIKELY else replace(command, unsure=True)
    if verdict.label is None:
        return Command(Intent.NOTHING) if verdict.confidence >= _LEAST else replace(command, unsure=True)
    close = verdict.runner_up == Intent.ANSWER and verdict.confidence < _LEAST
    return command if close else replace(command, unsure=True)


@lru_cache(maxsize=8)
def _learnt(examples: tuple[tuple[str, tuple[str, ...]], ...], others: tuple[str, ...]) -> Classifier:
    """The classifier of some examples: the first process learns, the others find in Redis what it learnt."""
    digest = hashlib.sha256(f"{_FORM} {sys.byteorder} {SHA256} {examples} {others}".encode()).hexdigest()
    found = read_shared(f"examples:{digest}")
    classifier = Classifier(dict(examples), others, least=0.0, learnt=found)
    packed = classifier.packed()
    if packed != found:
        share(f"examples:{digest}", packed, _KEPT_SECONDS)
    return classifier


def _least(verdict: Verdict, message: str, by_rules: Command, evidence: _Evidence) -> float:
    """How sure the examples must be, against what the rules heard in a message."""
    label, count = str(verdict.label), len(message.split())
    if count < 2 or (label not in _GRAVE and not _FEW_WORDS <= count <= _MANY_WORDS):
        return _NEVER
    if by_rules.intent is not Intent.ANSWER or evidence is _Evidence.TONE:
        return _SURE if label in _GRAVE and evidence is not _Evidence.TONE else _VERY_SURE
    if by_rules.vague and count <= _FEW_WORDS:
        return _VERY_SURE
    if evidence is _Evidence.TOPIC:
        return _VERY_SURE if label in _AMBIGUOUS else _SURE
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
    if verdict.confidence < _least(verdict, message, by_rules, evidence):
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
        company = other_company_in(book, message)
        return Command(intent, company=company) if company or verdict.confidence >= _VERY_SURE else None
    speaks = {Intent.COMPLAINT, Intent.TROUBLE}
    return Command(intent, answer=message.strip() if intent in speaks else "")
