"""A person's full name, taken apart."""

import re

_TITLES = re.compile(
    r"sra?|srta|dra?|don|doña|ing|lic|m|mrs?|ms|mme|mlle|monsieur|madame|señora?",
    re.IGNORECASE,
)
_PARTICLES = re.compile(r"de|del|las?|los|le|da|di|dos?|du|des|van|von|der|den|el|al|ben|bin|san", re.IGNORECASE)


def split_name(full: str, *, reversed_order: bool = False) -> tuple[str | None, str | None]:
    """First and last name of `full`; either may be None.

    A comma ("Durand, Camille") or capitals ("Camille DURAND") tell the last name. Else the first name is what stands
    first, or last where `reversed_order`: two words of four or more, as Spanish names have them, else one.
    """
    if "," in full:
        last, _, first = full.partition(",")
        return _joined(first.split()), _joined(last.split())
    words = full.split()
    while len(words) > 1 and _TITLES.fullmatch(words[0].rstrip(".")):
        words.pop(0)
    if len(words) < 2:
        return _joined(words), None
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    rest = [word for word in words if word not in capitals]
    if capitals and rest and not all(_PARTICLES.fullmatch(word) or "." in word for word in rest):
        return _joined(rest), _joined(capitals)
    if reversed_order:
        cut = len(words) - (2 if len(words) > 3 else 1)
        return _joined(words[cut:]), _joined(words[:cut])
    cut = 2 if len(words) > 3 else 1
    for index, word in enumerate(words[1:], start=1):
        if _PARTICLES.fullmatch(word):
            cut = index
            break
    return _joined(words[:cut]), _joined(words[cut:])


def _joined(words: list[str]) -> str | None:
    return " ".join(words) or None
