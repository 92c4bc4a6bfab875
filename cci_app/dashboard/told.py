"""What the rest of the house says in English, in the member's language: why a check failed, what a form may not hold.

The API answers with a stable code and an English sentence, and where a reason is kept it is kept so. The sentences with
their other languages stand in `translations/told.*.po`; what varies in one has a name there, and may be a sentence too.
"""

import re
from functools import cache

from markupsafe import Markup

from cci_app.dashboard.looking import language
from cci_app.dashboard.words import read_words
from cci_app.knowledge.documents.reasons import sentences
from cci_app.knowledge.reading.document import Reason

_VARIES = re.compile(r"%\((\w+)\)s")
Shape = tuple[str, ...]


def told(sentence: str | None) -> Markup | str:
    """A sentence of the API in the words of the page; marked as English where it is in no other language."""
    if not sentence:
        return ""
    found = in_words(sentence, language())
    return Markup('<span lang="en">{}</span>').format(sentence) if found is None else found


def in_words(sentence: str, spoken: str) -> str | None:
    """The sentence in `spoken`; None where it is not known in it."""
    if spoken == "en":
        return sentence
    for shape, words in _shapes(spoken):
        values = _values(shape, sentence)
        if values is not None:
            return words % {name: in_words(value, spoken) or value for name, value in values.items()}
    return None


@cache
def _shapes(spoken: str) -> tuple[tuple[Shape, str], ...]:
    """Each sentence as its pieces, fixed and named in turn, with its words; that with the most letters fixed first."""
    known = [(_VARIES.split(id_), words) for id_, words in read_words(f"told.{spoken}").items()]
    for reason in Reason:
        for named in (None, "%(named)s"):
            sentence = sentences(reason, named)
            known.append((_VARIES.split(sentence["en"]), sentence[spoken]))
    in_order = sorted(known, key=lambda each: -sum(map(len, each[0][::2])))
    return tuple((tuple(shape), words) for shape, words in in_order)


def _values(shape: Shape, sentence: str) -> dict[str, str] | None:
    """What the named pieces of a sentence are, each as short as may be; None where it has another shape."""
    first, *rest = shape
    if not rest:
        return {} if sentence == first else None
    last = rest[-1]
    if not (sentence.startswith(first) and sentence.endswith(last)) or len(sentence) <= len(first) + len(last):
        return None
    values, at = {}, len(first)
    inner = sentence[: len(sentence) - len(last)]
    for name, fixed in zip(rest[::2], (*rest[1:-1:2], None), strict=True):
        end = len(inner) if fixed is None else inner.find(fixed, at + 1)
        if end <= at:
            return None
        values[name] = inner[at:end]
        at = end + len(fixed or "")
    return values
