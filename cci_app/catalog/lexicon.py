"""The words by which a table's attributes and values are known, also misspelt, found in a message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA

from cci_app.catalog.declaration import AttributeKind
from cci_app.catalog.phrases import COMMON
from cci_app.catalog.register import Table
from cci_app.language.encoder.word_table import word_table
from cci_app.language.quantities import scanned

_LONGEST: Final = 4
# From so many letters on, a word may have one wrong, or two.
_ONE_WRONG, _TWO_WRONG = 4, 7
_SOUNDS: Final = str.maketrans({"z": "s", "v": "b", "y": "i", "k": "c", "w": "u", "h": None})


class Sense(StrEnum):
    """What a mark is."""

    VALUE = "value"
    FLAG = "flag"
    ATTRIBUTE = "attribute"
    UNIT = "unit"
    LESS = "less"
    MORE = "more"
    NOUN = "noun"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word or several stand for: a value of an attribute, the attribute, its unit, little or much of it."""

    sense: Sense
    attribute: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class TableMark:
    """What stands from the word at `start` to before that at `end`; `guessed` where it was misspelt."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    guessed: bool = False

    def of(self, *senses: Sense) -> Meaning | None:
        """The first meaning of one of those senses."""
        return next((each for each in self.meanings if each.sense in senses), None)


class TableLexicon:
    """All words of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._meanings: dict[str, list[Meaning]] = {}
        self._made()
        self._guessable = [
            (key, _sound(key))
            for key, meanings in self._meanings.items()
            if len(key) >= _ONE_WRONG and not key.isdigit() and meanings[0].sense in {Sense.VALUE, Sense.FLAG}
        ]

    def _made(self) -> None:
        declaration, known = self._table.declaration, self._table.known
        for name, attribute in declaration.attributes.items():
            for value in dict.fromkeys((*known.choices.get(name, ()), *attribute.values)):
                self._add((value, *attribute.values.get(value, ())), Meaning(Sense.VALUE, name, value))
            if attribute.kind is AttributeKind.FLAG:
                self._add((attribute.label, *attribute.words), Meaning(Sense.FLAG, name))
            self._add(attribute.less, Meaning(Sense.LESS, name))
            self._add(attribute.more, Meaning(Sense.MORE, name))
            self._add((attribute.unit, *attribute.units), Meaning(Sense.UNIT, name))
            self._add((attribute.label, *attribute.words), Meaning(Sense.ATTRIBUTE, name))
        self._add((declaration.noun, declaration.nouns, *declaration.words), Meaning(Sense.NOUN))

    def _add(self, written: Sequence[str], meaning: Meaning) -> None:
        for each in written:
            key = "".join(scanned(each))
            if key and meaning not in (known := self._meanings.setdefault(key, [])):
                known.append(meaning)

    def marks(self, words: Sequence[str]) -> list[TableMark]:
        """What stands in scanned words, the longest first; of several that overlap the first."""
        found: list[TableMark] = []
        place = 0
        while place < len(words):
            mark = self._at(words, place, found)
            if mark is not None:
                found.append(mark)
            place = mark.end if mark is not None else place + 1
        return found

    def _at(self, words: Sequence[str], place: int, before: Sequence[TableMark]) -> TableMark | None:
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            key = "".join(words[place : place + length])
            meanings = tuple(
                each for each in self._meanings.get(key, ()) if self._may_stand(each, key, place, before, length)
            )
            if meanings:
                return TableMark(place, place + length, meanings)
        for length in (1, 2):
            guessed = self._guess(words[place : place + length]) if place + length <= len(words) else ()
            if guessed:
                return TableMark(place, place + length, guessed, guessed=True)
        return None

    def _may_stand(self, meaning: Meaning, key: str, place: int, before: Sequence[TableMark], length: int) -> bool:
        """A value that is a figure, or one word that everybody uses, stands behind what it is part of only."""
        ambiguous = key.isdigit() or (length == 1 and key in COMMON)
        if meaning.sense is not Sense.VALUE or not ambiguous:
            return True
        whole = self._table.declaration.attributes[meaning.attribute].within
        if whole is None or not before or before[-1].end != place:
            return False
        of = before[-1].of(Sense.VALUE)
        parts = self._table.known.parts.get(meaning.attribute, {})
        return of is not None and of.attribute == whole and meaning.value in parts.get(of.value, ())

    def _guess(self, several: Sequence[str]) -> tuple[Meaning, ...]:
        """What misspelt words stand for: what sounds alike, or has a letter or two wrong and is no word itself."""
        key = "".join(several)
        if len(key) < _ONE_WRONG or any(each in COMMON or not each.isalpha() for each in several):
            return ()
        sound = _sound(key)
        alike = [name for name, of_name in self._guessable if of_name == sound and name[0] == key[0]]
        if alike:
            return tuple(self._meanings[alike[0]])
        if len(several) > 1 or word_table().knows(key):
            return ()
        most = 1 if len(key) < _TWO_WRONG else 2
        near = [
            (distance, name)
            for name, of_name in self._guessable
            if (distance := min(_distance(key, name, most), _distance(sound, of_name, most))) <= most
        ]
        return tuple(self._meanings[min(near)[1]]) if near else ()


def unknown_words(words: Sequence[str], taken: frozenset[int]) -> Iterator[str]:
    """The words that nothing was made of and that say something."""
    for place, word in enumerate(words):
        if place not in taken and word.isalpha() and len(word) > 2 and word not in COMMON:
            yield word


def _distance(one: str, other: str, most: int) -> int:
    return OSA.distance(one, other, score_cutoff=most)


def _sound(word: str) -> str:
    """A word as it sounds in Spanish, about: s and z, b and v, i and y are one, h is silent, no letter is double."""
    plain = word.replace("qu", "c").replace("ph", "f").translate(_SOUNDS)
    plain = plain.replace("ce", "se").replace("ci", "si") if "k" not in word else plain
    return "".join(letter for place, letter in enumerate(plain) if place == 0 or letter != plain[place - 1])
