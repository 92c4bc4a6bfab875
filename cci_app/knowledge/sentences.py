"""Sentences of French and Spanish prose and of lists."""

import re

from cci_app.knowledge.outline import BULLET

# A full stop, and what may close after it, before something that can begin a sentence.
END_OF_SENTENCE = r"(?<=[.!?…])(?:\s?[»”\")])?\s+(?=[«“\"(¿¡A-ZÀ-ÖØ-Þ0-9•])"

_END = re.compile(END_OF_SENTENCE)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[A-ZÀ-Þ]|M|MM|Mme|Mlle|Dr|Dra|Sr|Sra|Srta|Ud|Uds|Vd|Lic|Ing|av|etc|ex|ej|p|pp|pág|art|n[.º]|no|núm|tel|cf|env|min|máx|max|approx|aprox)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sentences of a passage in their order; an item of a list counts as one and keeps its bullet."""
    found: list[str] = []
    for block in text.replace("\n" + BULLET, "\n\n" + BULLET).split("\n\n"):
        found.extend(_of_block(" ".join(block.split())))
    return found


def _of_block(block: str) -> list[str]:
    parts: list[str] = []
    begin = 0
    for end in _END.finditer(block):
        candidate = block[begin : end.start()]
        closing = end.group().rstrip()
        if not closing and _ABBREVIATED.search(candidate) and not candidate.endswith("etc."):
            continue
        parts.append(candidate + closing)
        begin = end.end()
    parts.append(block[begin:])
    return [part.strip() for part in parts if part.strip()]
