"""Text at the edge."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cci_app.core.http.application import StorableFields
from cci_app.core.http.parser import parse_json
from cci_app.core.text import clean, fold, storable


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("a\x00b\x07c\x7f\x9f", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud83d", "\ufffd"),
        ("e\u0301", "é"),
        ("🇫🇷 مرحبا \u200d", "🇫🇷 مرحبا \u200d"),
    ],
)
def test_clean(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


@pytest.mark.parametrize(
    ("written", "kept"), [("antes\x00después", "antesdespués"), ("\ud800", "�"), ("a\x07 ñ🙂", "a\x07 ñ🙂")]
)
def test_what_postgresql_cannot_hold_does_not_come_in(written: str, kept: str) -> None:
    assert storable(written) == kept
    assert parse_json(json.dumps({written: [{"a": written}, 7, None]}).encode()) == {kept: [{"a": kept}, 7, None]}
    assert StorableFields({written: [written, "b"]}).to_dict(flat=False) == {kept: [kept, "b"]}


@given(st.text(st.characters(codec=None)))
def test_what_is_clean_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


def test_fold() -> None:
    assert fold("  L’ESPACE   Mémbre ") == "l'espace membre"
