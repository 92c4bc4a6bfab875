"""The encoder: texts that mean alike are near each other, in three languages, and whatever is written has an end."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from cci_app.language.encoder import word_table
from cci_app.language.encoder.encoding import encoded, summed
from cci_app.language.encoder.lanes import Rows, joined, parted
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE, SHA256, WordTable


def near(one: str, other: str) -> float:
    """The cosine of two texts."""
    first, second = encoded(one), encoded(other)
    assert first is not None
    assert second is not None
    return sum((a - OFFSET) * (b - OFFSET) for a, b in zip(first, second, strict=True)) / SCALE**2


@pytest.mark.parametrize(
    ("text", "alike", "another"),
    [
        ("cuánto vale afiliarse", "combien coûte l'adhésion ?", "quels documents pour un visa ?"),
        ("quiero hablar con una persona", "je voudrais parler à quelqu'un", "je voudrais louer une salle"),
        ("the office is closed on Monday", "la oficina cierra los lunes", "la oferta de práctica se publica"),
        ("dónde dejo el carro", "où se garer", "quand paie-t-on la cotisation"),
        ("voiture", "carro", "assemblée"),
    ],
)
def test_the_same_said_in_another_language_is_nearer_than_another_thing(text: str, alike: str, another: str) -> None:
    assert near(text, alike) > near(text, another) + 0.1


def test_case_accents_forms_and_slips_move_a_text_little() -> None:
    assert near("COTISATION ANNUELLE", "cotisation annuelle") == pytest.approx(1, abs=0.01)
    assert near("reunion de la camara", "reunión de la cámara") > 0.9
    assert near("mes cotisations", "ma cotisation") > 0.5
    assert near("entrepreneuriatt", "entrepreneuriat") > 0.5


@pytest.mark.parametrize("text", ["", "👍", "12 500", "…", "日本語", "x" * 4096, "\x00"])
def test_what_holds_no_known_word_has_a_vector_or_none(text: str) -> None:
    vector = encoded(text)
    assert vector is None or len(vector) == DIMENSIONS


def test_a_reference_is_itself_with_its_hyphen_or_without_and_no_other() -> None:
    assert near("le formulaire CO-5", "le formulaire co5") == pytest.approx(1, abs=0.01)
    assert near("CO-5", "CO-6") < 0.3


def test_a_book_does_not_overflow_its_lanes() -> None:
    word = "cotisation "
    assert near(word * 100_000, word) == pytest.approx(1, abs=0.02)


def test_a_sum_is_that_of_its_words_by_weight() -> None:
    one, other, both = summed("salle"), summed("visa"), summed("visa salle")
    assert one is not None
    assert other is not None
    assert both == [a + b for a, b in zip(one, other, strict=True)]


def test_lanes_add_and_multiply_as_the_numbers_do() -> None:
    rows = [bytes([0, 1, 255, 128]), bytes([255, 255, 255, 255]), bytes([9, 0, 0, 7])]
    vector = bytes([3, 255, 255, 1])
    expected = tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
    assert Rows(rows).products(vector) == expected
    assert parted(joined(rows[0]) * 1000 + joined(rows[2]), 4) == (9, 1000, 255_000, 128_007)


def test_the_table_is_the_one_that_was_measured(tmp_path: Path) -> None:
    path = Path(word_table.__file__).with_name("words.table")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
    assert 10_000_000 < path.stat().st_size < 27_000_000
    damaged = tmp_path / "words.table"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        WordTable(damaged)


def test_another_byte_order_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    there = WordTable()
    monkeypatch.setattr(sys, "byteorder", "big" if sys.byteorder == "little" else "little")
    turned = WordTable()
    # Read as this machine does not: every integer has its bytes turned, so that turning them again gives them back.
    for mine, its in ((there._keys, turned._keys), (there._weights, turned._weights)):
        size = 8 if mine is there._keys else 2
        assert int.from_bytes(mine[5].to_bytes(size, "little"), "big") == its[5]


def test_the_table_is_opened_only_when_a_text_is_encoded() -> None:
    code = (
        "import cci_app.language.encoder.classifier as c, cci_app.language.encoder.word_table as t;"
        "assert t.word_table.cache_info().currsize == 0; c.encoded('visa');"
        "assert t.word_table.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
