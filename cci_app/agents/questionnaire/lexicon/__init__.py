"""How people put things, by language: the words of the rules, apart from their logic."""

from typing import Final

from cci_app.agents.questionnaire.lexicon.entries import Lexicon
from cci_app.agents.questionnaire.lexicon.french import FRENCH
from cci_app.agents.questionnaire.lexicon.shared import SHARED
from cci_app.agents.questionnaire.lexicon.spanish import SPANISH

LEXICONS: Final[dict[str, Lexicon]] = {"fr": FRENCH, "es": SPANISH}

__all__ = ["LEXICONS", "SHARED", "Lexicon"]
