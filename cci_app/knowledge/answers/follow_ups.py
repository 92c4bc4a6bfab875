"""Questions that go on from the last one: "y los afiliados también pagan?", "et pour les enfants ?"."""

import re

from cci_app.knowledge.search.words import terms
from cci_app.language.tokens import folded

_GOES_ON = re.compile(
    r"^\W*(?:y|et|e|and|pero|mais|but)\b(?! (?:si|que)\b)|\b(?:tambien|tampoco|aussi|non plus|too|as well)\b"
    r"|\b(?:eso|esto|ese|ca|cela|celui-la|celle-la|that)\b"
)
# What names more than this stands by itself.
_MOST_TERMS = 3
_LONGEST_BEFORE = 300


def going_on(question: str, about: str) -> str:
    """The question with the one before it, where it goes on from it; itself where it stands alone."""
    if not about or len(terms(question)) > _MOST_TERMS or _GOES_ON.search(folded(question)) is None:
        return question
    # The last clause with a question mark is what is asked; what stands before it says what it is about.
    before = about[:_LONGEST_BEFORE].strip("?¿¡!. ")
    return f"{before}. {question}" if question.rstrip().endswith("?") else f"{before}. {question}?"
