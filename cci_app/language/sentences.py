"""Sentences of French and Spanish prose and of lists."""

import re

BULLET = "• "

# A full stop, and what may close after it, before something that can begin a sentence.
END_OF_SENTENCE = r"(?<=[.!?…])(?:\s?[»”\")])?\s+(?=[«“\"(¿¡A-ZÀ-ÖØ-Þ0-9•])"

_END = re.compile(END_OF_SENTENCE)
# A letter alone is what a mark or a link to a note left behind.
_WORD = re.compile(r"\w\w|\d")
# A name follows these: "Mme Petit", "el Sr. Paz", "J. Martin".
_BEFORE_A_NAME = re.compile(
    r"(?:^|[\s(«“\"¿¡'’])(?:[A-ZÀ-Þ]|[Mm]r|[Mm]rs|MM|[Mm]me|[Mm]lle|Mgr|[Dd]ra?|[Ss]ra?s?|[Ss]rta|[Uu]ds?|[Vv]ds?|[Ll]ic|[Ii]ng"
    r"|[Aa]rq|[Aa]bg|[Pp]rof|[Pp]rofa|Dña|St|Ste|Sto|Sta|[Aa]v|[Aa]vda|[Bb]d|[Cc]ra|[Cc]l|[Cc]ll|[Cc]ía|[Cc]f|[Ee]x|[Ee]j"
    r"|[Pp]\. ?ex|[Pp]\. ?ej|[Vv]s|approx|aprox|env)\.$"
)
# A figure follows these: "art. 5", "tél. 300", "12 sept. 2030"; before a word they may end a sentence ("No. Luego").
_BEFORE_A_FIGURE = re.compile(
    r"(?:^|[\s(])(?:pp?|págs?|art|arts|al|chap|cap|fig|vol|nos?|n[.º°]|nro|núm|nums?|tels?|téls?|ext|exts|cel|dg|tv|km|of|apto"
    r"|min|máx|max|réf|ref|janv|févr|avr|juil|sept|oct|nov|déc|ene|feb|mar|abr|jun|jul|ago|sep|dic)\.$",
    re.IGNORECASE,
)
# Longer than any of them, with the sign before it.
_SHORTENED = 16


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
        if not closing and _abbreviates(candidate, block[end.end()]):
            continue
        parts.append(candidate + closing)
        begin = end.end()
    parts.append(block[begin:])
    return [part.strip() for part in parts if _WORD.search(part)]


def _abbreviates(candidate: str, following: str) -> bool:
    """Whether the full stop that ends `candidate` ends a word that was shortened, rather than the sentence."""
    end = candidate[-_SHORTENED:]
    if following.isdigit() and _BEFORE_A_FIGURE.search(end):
        return True
    return _BEFORE_A_NAME.search(end) is not None
