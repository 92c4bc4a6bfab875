"""What other people write is read in a time that grows with its length, and no faster, whatever it says."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest
from werkzeug.exceptions import BadRequest

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.examples import ByExamples
from cci_app.agents.questionnaire.lexicon import LEXICONS, SHARED
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.understanding import Mode, Situation
from cci_app.assistants.files import load_specs
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput
from cci_app.core.http.parser import parse_json
from cci_app.core.phone import to_user_id
from cci_app.core.text import clean, fold
from cci_app.knowledge.answers.figures import wanted
from cci_app.knowledge.reading.document import UnreadableDocument
from cci_app.knowledge.reading.kinds import kind_of
from cci_app.knowledge.search.sought import SortAsked
from cci_app.language import hours, prices
from cci_app.language.detect import detect
from cci_app.language.sentences import sentences
from cci_app.language.tokens import tokens
from tests.house.repetitions import LENGTH, MOST_SECONDS, attacks, samples, seconds_of, slowest

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20


def lexicon_words() -> list[str]:
    """What the phrases of all lexicons match, and the parts of them."""
    names = [field.name for field in fields(SHARED)]
    listed = [getattr(lexicon, name) for lexicon in (*LEXICONS.values(), SHARED) for name in names]
    phrases = chain.from_iterable(each for each in listed if isinstance(each, tuple))
    blanks = (("{own_name}", "la chambre"), ("{city}", "bogota"), ("{n}", "(?P<n>2)"))
    found = set()
    for phrase in phrases:
        for blank, word in blanks:
            phrase = phrase.replace(blank, word)
        found.update(samples(phrase))
    return sorted(found)


def test_no_expression_can_be_kept_busy() -> None:
    command = [sys.executable, "-m", "tests.house.repetitions"]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert told["slow"] == []
    # They are really found: were they sought in a wrong place, there would be none that is slow.
    assert told["expressions"] > 90


@pytest.mark.parametrize(
    "pattern", ["(?:ok |okay |(?:ok)+ ?)*¬", "(?:(?:ha|ja|jaja)+h?)+", r"(?:\w+ ?)+!", r"a.*b.*c.*d.*e"]
)
def test_an_expression_that_can_be_kept_busy_is_found(pattern: str) -> None:
    assert slowest(pattern)[0] > MOST_SECONDS


@pytest.mark.parametrize("mode", [Mode.ASKING, Mode.CONFIRMING_RESTART])
def test_no_message_can_keep_the_understanding_busy(mode: Mode) -> None:
    content = load_specs(ROOT / "config" / "assistants")["cci"].agents["questionnaire"]
    assert isinstance(content, QuestionnaireContent)
    examples = ByExamples(content.intents)
    examples.learnt()
    book = Phrasebook(("fr", "es"), ("CCI", "la Chambre"), ("Bogota",))
    understander = RulesUnderstander(("fr", "es"), book, examples)
    situation = Situation("es", mode, help_offered=True, company_invited=True, answers={1: "oui"}, last_answered=1)
    words = ["ok ", "ja", "petite ", *lexicon_words()]
    for length in (70, 400, LENGTH):
        for text in attacks(words, length, most=24):
            spent = seconds_of(lambda: understander.understand(text, situation, Deadline(60)))  # noqa: B023
            assert spent < MOST_SECONDS, text[:70]


@pytest.mark.parametrize(
    "read",
    [
        prices.asks_price,
        prices.tells_price,
        hours.tells_hour,
        hours.tells_opening,
        hours.tells_closing,
        sentences,
        tokens,
        wanted,
        lambda text: SortAsked(text).held(text),
        lambda text: detect(text, languages=("fr", "es"), previous="fr", default="es"),
    ],
    ids=lambda read: read.__name__,
)
def test_no_message_can_keep_the_reading_of_language_busy(read: Callable[[str], object]) -> None:
    units = [
        "combien ",
        "cuanto ",
        "prix ",
        "de 8 a ",
        "las 6 ",
        "ouvre de ",
        "A. ",
        "? ",
        "12 ",
        "en espanol ",
        "«. ",
        "7:",
        " ",
    ]
    for text in attacks(units, LENGTH):
        assert seconds_of(lambda: read(text)) < MOST_SECONDS, text[:70]  # noqa: B023


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "é",
        "\u0301\u0316",
        "e\u0301",
        "\u0f73",
        "\uff9e",
        "漢",
        "\u1100\u1161\u11a8",
        "\u0344\u0323",
        "\x00",
        "\ud800",
        "\r",
    ],
    ids=ascii,
)
def test_no_body_can_keep_its_cleaning_busy(unit: str) -> None:
    text = unit * (MEGABYTE // len(unit.encode("utf-8", "surrogatepass")))
    assert seconds_of(lambda: clean(text)) < MOST_SECONDS
    assert seconds_of(lambda: fold(text)) < MOST_SECONDS


@pytest.mark.parametrize("unit", ['[\\"', '"[', "[]", "[", '"', "\\", '"\\"[', "{}", '""', '\\\\"[', "1", "1e5,"])
def test_no_body_can_keep_the_parser_busy(unit: str) -> None:
    body = ("[" + unit * (MEGABYTE // len(unit))).encode()

    def read() -> None:
        with pytest.raises(BadRequest):
            parse_json(body)

    assert seconds_of(read) < MOST_SECONDS


@pytest.mark.parametrize("unit", ["7", " ", "+", "(", "a", "7 ", ".-", "٣", "\u0301\u0316"])
def test_no_id_can_keep_its_reading_busy(unit: str) -> None:
    def read() -> None:
        with pytest.raises(InvalidInput):
            to_user_id(unit * (MEGABYTE // len(unit.encode())), "CO")

    assert seconds_of(read) < MOST_SECONDS


@pytest.mark.parametrize(
    "unit", [b"<!---->", b"<!--", b" ", b"<?xml ", b"a: b\n", b"a:\n ", b"PK", b"x", b"\xff\xfe", b"\x00a"]
)
def test_no_upload_can_keep_the_look_at_its_kind_busy(unit: bytes) -> None:
    def look() -> None:
        with suppress(UnreadableDocument):
            kind_of(unit * (10 * MEGABYTE // len(unit)), "note.txt")

    assert seconds_of(look) < MOST_SECONDS
