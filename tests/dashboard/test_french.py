"""French as it is printed: the apostrophe is the curved one."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parents[2] / "cci_app" / "dashboard" / "translations"


@pytest.mark.parametrize("file", ["fr.po", "told.fr.po"])
def test_an_apostrophe_is_printed_as_one(file: str) -> None:
    with (TRANSLATIONS / file).open("rb") as written:
        messages = [str(message.string) for message in read_po(written, locale="fr")]
    assert len(messages) > 100
    assert [text for text in messages if re.search(r"\w'\w", text)] == []
