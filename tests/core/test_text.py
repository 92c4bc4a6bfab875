"""Text at the edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cci_app.core.text import clean, fold


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


@given(st.text(st.characters(codec=None)))
def test_what_is_clean_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


def test_fold() -> None:
    assert fold("  L’ESPACE   Mémbre ") == "l'espace membre"
