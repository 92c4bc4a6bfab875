"""Every stage of a turn, and every call of a model in it, has words in each language of the pages."""

import re
from pathlib import Path

import pytest
from flask import Flask

import cci_app
from cci_app.dashboard.looking import show_to_a_stranger
from cci_app.dashboard.turn_words import call_outcome, call_purpose, stage_name
from cci_app.llm.calls import CallOutcome

HOUSE = "\n".join(path.read_text() for path in Path(cci_app.__file__).parent.rglob("*.py"))
PURPOSES = set(re.findall(r'\bRequest\(\s*(?:purpose=)?"(\w+)",|\bPURPOSE: Final = "(\w+)"', HOUSE))
STAGES = set(re.findall(r'\bstages = \{(?:\*\*[\w.]+, )?"(\w+)": ', HOUSE))


@pytest.mark.parametrize("language", ["fr", "es", "en"])
def test_all_that_takes_place_in_a_turn_has_words(app: Flask, language: str) -> None:
    purposes = {one or other for one, other in PURPOSES}
    assert {"loop", "answer", "voice"} <= purposes
    assert {"receive", "language", "agent", "complete"} == STAGES
    with app.test_request_context():
        show_to_a_stranger(language)
        shown = (
            *(call_purpose(each) for each in purposes),
            *(stage_name(each) for each in STAGES),
            *(call_outcome(each) for each in CallOutcome),
        )
        assert len(set(shown)) == len(shown)
        assert not set(shown) & (purposes | STAGES | set(CallOutcome) - ({"answered"} if language == "en" else set()))
        # What a later version writes is shown as it is.
        assert call_outcome("later") == call_purpose("later") == stage_name("later") == "later"
