"""Documents made to break whoever reads them; `make fuzz` sends all of them to the running product."""

from dataclasses import replace

import pytest

from cci_app.knowledge.index.chunking import chunks
from cci_app.knowledge.reading import process
from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.kinds import kind_of
from tests.fakes.poisons import POISONS


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("no bytes", Reason.EMPTY),
        ("an encrypted PDF", Reason.ENCRYPTED),
        ("a PDF of a picture", Reason.NO_TEXT),
        ("a PDF whose pages contain themselves", Reason.DAMAGED),
        ("a PDF with a stream of 800 MB", Reason.TOO_COMPLEX),
        ("a picture called PDF", Reason.NOT_TEXT),
        ("Word and a billion laughs", Reason.DAMAGED),
        ("Word cut off", Reason.DAMAGED),
        ("encrypted Word", Reason.ENCRYPTED),
        ("a page 300,000 deep", Reason.EMPTY),
        ("Markdown of open brackets", Reason.EMPTY),
        ("Markdown of open comments", Reason.EMPTY),
    ],
)
def test_a_poisoned_document_has_a_reason(what: str, reason: Reason) -> None:
    name, make = POISONS[what]
    data = make()
    with pytest.raises(UnreadableDocument) as raised:
        process.read(name, data, kind_of(data, name))
    assert raised.value.reason is reason


def test_a_long_word_is_cut_into_passages() -> None:
    name, make = POISONS["10 MB without a space"]
    data = make()[:1_000_000]
    document = process.read(name, data, kind_of(data, name))
    assert len(list(chunks(document))) > 1000


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ALLOWED", replace(process.ALLOWED, seconds=0.001))
    with pytest.raises(UnreadableDocument) as raised:
        process.read("a.md", b"# Visas\n\nUne phrase.", kind_of(b"x", "a.md"))
    assert raised.value.reason is Reason.TOO_SLOW


def test_every_reason_has_a_sentence_in_every_language() -> None:
    from cci_app.knowledge.documents.reasons import sentences

    for reason in Reason:
        told = sentences(reason)
        assert set(told) == {"en", "fr", "es"}
        assert all(sentence.endswith(".") for sentence in told.values())
