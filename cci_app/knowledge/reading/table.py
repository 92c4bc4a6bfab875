"""Rows of a table as items of a list, each of which can be read on its own."""

from collections.abc import Iterable, Iterator, Sequence

from cci_app.language.sentences import BULLET


def listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """One item for each row that has words: `• Tariff: Single; Fee: 20 euros`, or `• Single: 20 euros` without a head.

    A cell without words is left out, with its name. Of rows without names the first cell names the others.
    """
    for row in rows:
        if any(head):
            named = [(head[place] if place < len(head) else "", cell) for place, cell in enumerate(row)]
            cells = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
            item = "; ".join(cells)
        else:
            first, *others = [cell for cell in row if cell] or [""]
            item = f"{first}: {'; '.join(others)}" if others else first
        if item:
            yield BULLET + item


def items(rows: Sequence[Sequence[str]], heads: int | None = None) -> Iterator[str]:
    """The rows as `listed` has them; the first `heads` name the columns. None: the first does where it looks so.

    A table of nothing but names is read as rows.
    """
    if heads is None:
        heads = 1 if rows and names_columns(rows[0]) else 0
    if heads >= len(rows):
        heads = 0
    return listed(_merged(rows[:heads]), rows[heads:])


def names_columns(row: Sequence[str]) -> bool:
    """Whether a table's first row is its head: words in each cell and no figure."""
    return len(row) > 1 and all(cell and not any(map(str.isdigit, cell)) for cell in row)


def _merged(heads: Iterable[Sequence[str]]) -> list[str]:
    """Names in several rows as one of each column."""
    merged: list[str] = []
    for row in heads:
        merged.extend([""] * (len(row) - len(merged)))
        for place, name in enumerate(row):
            if name and name != merged[place]:
                merged[place] = f"{merged[place]} {name}".strip()
    return merged
