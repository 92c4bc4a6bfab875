"""Expressions that take linear time, whatever the text: other people write what they are matched against.

`re` goes back and tries again: where alternatives overlap inside a repeat, a line of seventy characters costs it
minutes. RE2 keeps all the ways through an expression in step, so that no text can slow it down. It reads bytes, and
knows the letters, digits and spaces of ASCII alone; `readable` makes such a text of any other, each character at
its place.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import re2

# What an expression may keep of the states it has been in, in bytes. It begins anew when that is full.
_MEMORY = 1 << 20


class Expression:
    """A regular expression in RE2's syntax: what `re` knows, but for look-arounds and back references."""

    def __init__(self, pattern: str) -> None:
        """Raises ValueError for a pattern that RE2 does not know."""
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = _MEMORY
        options.log_errors = False
        try:
            self._compiled = re2.compile(pattern.encode("latin-1"), options)
        except re2.error as error:
            raise ValueError(f"{error} in {pattern!r}") from None
        self.pattern = pattern

    def is_all_of(self, text: str) -> bool:
        """Whether the expression matches `text` from its first character to its last."""
        return self._compiled.fullmatch(_bytes_of(text)) is not None

    def is_in(self, text: str) -> bool:
        """Whether there is a match anywhere in `text`."""
        return self._compiled.search(_bytes_of(text)) is not None

    def at_start(self, text: str) -> "Found | None":
        """The match with which `text` begins."""
        return _found(text, self._compiled.match(_bytes_of(text)))

    def first(self, text: str) -> "Found | None":
        """The first match in `text`."""
        return _found(text, self._compiled.search(_bytes_of(text)))

    def removed_from(self, text: str) -> str:
        """Return `text` without any of the matches."""
        kept, end = [], 0
        for match in self._compiled.finditer(_bytes_of(text)):
            kept.append(text[end : match.start()])
            end = match.end()
        return "".join(kept) + text[end:]


class Found:
    """A match: where it is and where its groups are, as `re.Match` says them."""

    def __init__(self, text: str, spans: Mapping[str | int, tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def __getitem__(self, group: str) -> str | None:
        """What a group matched, None where it took no part. Raises KeyError for a group that there is not."""
        start, end = self._spans[group]
        return self._text[start:end] if start >= 0 else None

    def get(self, group: str) -> str | None:
        """What a group matched, None where it took no part or where there is none of the name."""
        return self[group] if group in self._spans else None

    def span(self, group: str | int = 0) -> tuple[int, int]:
        """Where a group matched, (-1, -1) where it took no part. Raises KeyError for a group that there is not."""
        return self._spans[group]


def _found(text: str, match: Any) -> Found | None:
    if match is None:
        return None
    groups = {name.decode(): match.span(number) for name, number in match.re.groupindex.items()}
    return Found(text, {0: match.span(), **groups})


def any_of(patterns: Iterable[str]) -> str:
    """An expression of any of `patterns`; of none it matches nothing."""
    return f"(?:{'|'.join(patterns) or NOTHING})"


# A character that `readable` never writes.
NOTHING = r"\x00"


class _Bytes(dict[int, str]):
    """For `str.translate`: digits become ASCII's, other letters an underscore, spaces a space, other signs one sign."""

    _REMEMBERED = 0x3000

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isdecimal():
            written = str(int(character))
        elif character.isalnum():
            written = "_"
        elif character.isspace():
            written = " "
        else:
            written = character if 0 < code < 0x100 else "\x01"
        if code < self._REMEMBERED:
            self[code] = written
        return written


_BYTES = _Bytes({code: chr(code) for code in range(1, 0x80)})


def readable(text: str) -> str:
    """`text` as it is read here: the letters, digits, spaces and signs of one byte, each character at its place."""
    return text if text.isascii() and "\0" not in text else text.translate(_BYTES)


def _bytes_of(text: str) -> bytes:
    return readable(text).encode("latin-1")
